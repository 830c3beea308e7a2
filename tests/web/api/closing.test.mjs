// Closing a database, or leaving the runtime, from within what is going on: refused, or found out before the module is called again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { place } from './open.mjs';

/** A database whose `verbose` does once what `within.act` says; what came of it is in `within.thrown`. */
async function told(t) {
  const { open, client, runtime } = await place(t);
  const within = { act: undefined, thrown: undefined };
  const db = open({ path: '/told.sqlite', verbose: () => {
    const { act } = within;
    if (act === undefined) return;
    within.act = undefined;
    within.thrown = undefined;
    try {
      act();
    } catch (error) {
      within.thrown = error;
    }
  } });
  db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)');
  return { db, client, runtime, within };
}

const runs = (db, select) => ({
  get: () => select.get(),
  run: () => select.run(),
  all: () => select.all(),
  iterate: () => [...select.iterate()],
  exec: () => db.exec('SELECT 1; SELECT 2'),
  pragma: () => db.pragma('user_version'),
  transaction: () => db.transaction(() => select.get())(),
});

test('verbose cannot end the database whose statement it is told of', async (t) => {
  const { db, client, runtime, within } = await told(t);
  const select = db.prepare('SELECT a FROM t');
  for (const unsafe of [false, true]) {
    db.unsafeMode(unsafe);
    for (const end of [() => db.close(), () => db[Symbol.dispose](), () => client.close(), () => runtime.close()]) {
      for (const [name, run] of Object.entries(runs(db, select))) {
        within.act = end;
        run();
        assert.equal(within.act, undefined, name);
        assert.equal(within.thrown?.code, 'BUSY', `${name}: ${end}, ${unsafe ? 'unsafe' : 'safe'}: ${within.thrown}`);
      }
    }
  }
  assert.equal(db.open && !client.closed, true);
  assert.deepEqual(select.pluck().all(), [1, 2]);
});

test('verbose cannot run or finalize the statement that it is told of, not even in unsafe mode', async (t) => {
  const { db, within } = await told(t);
  db.unsafeMode();
  const select = db.prepare('SELECT a FROM t').pluck();
  for (const act of [() => select.finalize(), () => select.run(), () => select.all()]) {
    within.act = act;
    assert.deepEqual(select.all(), [1, 2]);
    assert.equal(within.thrown?.code, 'BUSY', String(act));
  }
});

test('what a getter closes is not used any more', async (t) => {
  for (const leaves of [false, true]) {
    const { client, open } = await place(t);
    const other = open({ path: '/other.sqlite' });
    other.exec('CREATE TABLE t(a)');
    const bytes = other.serialize();
    const large = 'x'.repeat(50_000);
    const calls = {
      'values by name': (db, end) => db.prepare('SELECT @a, @b').get({ get a() { end(); return 1; }, b: large }),
      'values by place': (db, end) => db.prepare('SELECT ?, @b').get(large, { get b() { end(); return large; } }),
      table: (db, end) => db.table('g', { get columns() { end(); return ['a']; }, *rows() {} }),
      deserialize: (db, end) => db.deserialize(bytes, { get check() { end(); return true; } }),
      serialize: (db, end) => db.serialize({ get attached() { end(); return 'main'; } }),
      function: (db, end) => db.function('f', { get deterministic() { end(); return true; } }, () => 1),
      pragma: (db, end) => db.pragma('user_version', { get simple() { end(); return true; } }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const one = leaves ? await place(t) : { client, db: open() };
      const db = one.db ?? one.open();
      assert.throws(() => call(db, () => (leaves ? one.client.close() : db.close())), { code: 'CLOSED' }, name);
      assert.equal(db.open, false, name);
    }
  }
});

test('a getter among the options makes the client leave before anything is opened', async (t) => {
  const { client, runtime } = await place(t);
  const { client: second, runtime: also, open } = await place(t);
  assert.throws(() => client.open('/a', { get readonly() { client.close(); return false; } }), { code: 'CLOSED' });
  const source = open({ path: ':memory:' });
  source.exec('CREATE TABLE t(a)');
  const bytes = source.serialize();
  assert.throws(() => also.import(bytes, '/a', { get check() { second.close(); return true; } }), { code: 'CLOSED' });
  assert.equal(runtime.client.closed && second.closed, true);
});

test('what a generator opens and prepares when its scan ends by the closing is closed, too', async (t) => {
  const { client, open } = await place(t);
  const db = open();
  db.unsafeMode();
  let opened;
  db.table('g', { columns: ['a'], *rows() {
    try {
      for (;;) yield [1];
    } finally {
      opened = open({ path: '/late.sqlite' });
      opened.exec('CREATE TABLE t(a)');
      db.prepare('SELECT 1').get();
    }
  } });
  db.prepare('SELECT a FROM g').iterate().next();
  client.close();
  assert.equal(opened.open || db.open, false);
  assert.equal(client.closed, true);
});

test('a user function can import, export and replace other databases, and nothing of that stays open', async (t) => {
  const { runtime, client, open } = await place(t);
  const db = open();
  const other = open({ path: '/other.sqlite' });
  other.exec('CREATE TABLE t(a); INSERT INTO t VALUES (7)');
  const done = [];
  db.function('work', () => {
    const bytes = runtime.export('/other.sqlite');
    runtime.import(bytes, '/imported.sqlite');
    other.deserialize(bytes);
    for (const wrong of [new Uint8Array(5), bytes.slice(0, -1000)]) {
      assert.throws(() => runtime.import(wrong, '/refused.sqlite'), { code: 'NOT_A_DATABASE' });
    }
    assert.throws(() => client.open('/gone.sqlite', { fileMustExist: true }), { code: 'SQLITE_CANTOPEN' });
    done.push('all');
    return 1;
  });
  assert.equal(db.prepare('SELECT work()').pluck().get(), 1);
  assert.deepEqual(done, ['all']);
  assert.equal(open({ path: '/imported.sqlite' }).prepare('SELECT a FROM t').pluck().get(), 7);
  client.close();
  assert.equal(client.closed, true);
});
