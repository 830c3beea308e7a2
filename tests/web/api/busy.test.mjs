// A connection that runs a statement, or has an iterator open, refuses what would disturb it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, database, place } from './open.mjs';

const isBusy = (error) => error instanceof MisuseError && error instanceof TypeError && error.code === 'BUSY';
const withRows = async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3)');
  return db;
};

/** What changes rows or the connection; each is refused while an iterator is open. */
const changes = (db) => ({
  exec: () => db.exec('SELECT 1'),
  run: () => db.prepare('SELECT 1').run(),
  pragma: () => db.pragma('user_version'),
  transaction: () => db.transaction(() => 1)(),
});
const always = (db) => ({
  function: () => db.function('f', () => 1),
  aggregate: () => db.aggregate('g', { step: () => 1 }),
  serialize: () => db.serialize(),
  loadExtension: () => db.loadExtension('x'),
  close: () => db.close(),
});

test('a function cannot use the connection whose statement calls it', async (t) => {
  const db = await withRows(t);
  const other = db.prepare('SELECT 1');
  const uses = {
    ...changes(db), ...always(db), prepare: () => db.prepare('SELECT 1'), get: () => other.get(), all: () => other.all(),
    iterate: () => other.iterate(), bind: () => other.bind(), raw: () => other.raw(), columns: () => other.columns(), explain: () => db.explain('SELECT 1'),
  };
  const thrown = {};
  db.function('attempt', () => {
    for (const [name, use] of Object.entries(uses)) {
      try {
        use();
      } catch (error) {
        thrown[name] = error;
      }
    }
    return [db.open, db.inTransaction].join();
  });
  for (const run of [() => db.prepare('SELECT attempt()').pluck().get(), () => db.exec('SELECT attempt()'), () => [...db.prepare('SELECT attempt()').iterate()]]) {
    run();
    for (const name of Object.keys(uses)) assert.ok(isBusy(thrown[name]), `${name}: ${thrown[name]}`);
    assert.match(thrown.exec.message, /is busy: a statement of it is running/);
  }
  assert.equal(db.prepare('SELECT attempt()').pluck().get(), 'true,false');
  assert.equal(db.unsafeMode().prepare('SELECT attempt()').pluck().get(), 'true,false');
});

test('a function can use another connection, and its own in unsafe mode', async (t) => {
  const { open } = await place(t);
  const [db, other] = [open(), open()];
  other.exec('CREATE TABLE t(a)');
  const count = other.prepare('SELECT count(*) FROM t').pluck();
  db.function('elsewhere', () => count.get());
  assert.equal(db.prepare('SELECT elsewhere()').pluck().get(), 0);
  db.function('here', () => db.prepare('SELECT 7').pluck().get());
  assert.throws(() => db.prepare('SELECT here()').get(), isBusy);
  db.unsafeMode();
  assert.equal(db.prepare('SELECT here()').pluck().get(), 7);
  db.unsafeMode(false);
  assert.throws(() => db.prepare('SELECT here()').get(), isBusy);
  assert.equal(db.prepare('SELECT 1').pluck().get(), 1, 'it is not busy afterwards');
});

test('while an iterator is open rows can be read, and not changed', async (t) => {
  const db = await withRows(t);
  for (const row of db.prepare('SELECT a FROM t').iterate()) {
    assert.equal(db.prepare('SELECT ?').pluck().get(row.a), row.a);
    assert.equal(db.prepare('SELECT count(*) FROM t').pluck().all().length, 1);
    for (const [name, use] of Object.entries({ ...changes(db), ...always(db) })) assert.throws(use, isBusy, name);
  }
  for (const use of Object.values(changes(db))) use();
});

test('unsafeMode() lets rows be changed while an iterator is open', async (t) => {
  const db = await withRows(t);
  assert.equal(db.unsafeMode(), db);
  for (const { a } of db.prepare('SELECT a FROM t').iterate()) {
    for (const use of Object.values(changes(db))) use();
    for (const [name, use] of Object.entries(always(db))) assert.throws(use, isBusy, name);
    db.prepare('UPDATE t SET a = -a WHERE a = ?').run(a);
  }
  assert.deepEqual(db.prepare('SELECT a FROM t').pluck().all(), [-1, -2, -3]);
  db.unsafeMode(false);
  const iterator = db.prepare('SELECT a FROM t').iterate();
  assert.throws(() => db.exec('SELECT 1'), isBusy);
  iterator.return();
  db.exec('SELECT 1');
});

test('SQL cannot damage the database by itself, unless it is in unsafe mode', async (t) => {
  const db = await withRows(t);
  const damage = () => db.exec("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'nobody'; PRAGMA writable_schema = OFF");
  assert.throws(damage, /may not be modified/);
  db.unsafeMode();
  damage();
  db.unsafeMode(false);
  assert.throws(damage, /may not be modified/);
});

test('a client leaves although iterators are open', async (t) => {
  const { open, client } = await place(t);
  const db = open();
  const iterator = db.prepare('SELECT 1').iterate();
  iterator.next();
  assert.throws(() => db.close(), isBusy);
  client.close();
  assert.equal(db.open, false);
  assert.equal(db.close(), db);
});

test('a function can close, open and fail to open another database, and replace its contents', async (t) => {
  const { open, client } = await place(t);
  const db = open();
  const bytes = Uint8Array.from(open({ path: '/filled' }).exec('CREATE TABLE t(a); INSERT INTO t VALUES (7)').serialize());
  const uses = {
    close(other) { other.prepare('SELECT 1').get(); return other.close().open; },
    dispose(other) { other[Symbol.dispose](); return other.open; },
    open() { return open({ path: ':memory:' }).close().open; },
    openInVain() { return codeOf(() => open({ path: '/none', fileMustExist: true })); },
    deserialize(other) { other.deserialize(bytes); return other.prepare('SELECT a FROM t').pluck().get(); },
    itself() { return codeOf(() => db[Symbol.dispose]()); },
    client() { return codeOf(() => client.close()); },
  };
  db.function('use', (name) => String(uses[name](open({ path: ':memory:' }))));
  const given = Object.fromEntries(Object.keys(uses).map((name) => [name, db.prepare('SELECT use(?)').pluck().get(name)]));
  assert.deepEqual(given, {
    close: 'false', dispose: 'false', open: 'false', openInVain: 'SQLITE_CANTOPEN', deserialize: '7', itself: 'BUSY', client: 'BUSY',
  });
  db.table('one', { columns: ['a'], *rows() { try { yield [1]; } finally { seen.push(codeOf(() => db[Symbol.dispose]())); } } });
  const seen = [];
  const statement = db.prepare('SELECT a FROM one');
  statement.iterate().next();
  statement.finalize();
  db.prepare('SELECT a FROM one').get();
  db.unsafeMode();
  assert.equal(db.prepare('SELECT use(?)').pluck().get('itself'), 'BUSY', 'unsafe or not');
  assert.equal(codeOf(() => db.prepare('SELECT use(?)').pluck().get('client')), undefined);
  db.prepare('SELECT a FROM one').iterate().next();
  client.close();
  assert.deepEqual([...new Set(seen)], ['BUSY'], 'while one of its statements ends, too');
});

/** The code of what `run` throws, if it does. */
function codeOf(run) {
  try {
    run();
  } catch (error) {
    return error.code;
  }
  return undefined;
}
