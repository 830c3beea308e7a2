// Transactions: committed on return, rolled back on a throw, nested as savepoints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SqliteError, database, place } from './open.mjs';

const withTable = async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a UNIQUE)');
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  const all = () => db.prepare('SELECT a FROM t ORDER BY a').pluck().all();
  return { db, insert, all };
};

test('a transaction commits what its function did, and passes arguments, this and the result on', async (t) => {
  const { db, insert, all } = await withTable(t);
  const both = db.transaction(function (a, b) {
    assert.equal(db.inTransaction, true);
    insert.run(a);
    insert.run(b);
    return [this, a + b];
  });
  const self = {};
  assert.deepEqual(both.call(self, 1, 2), [self, 3]);
  assert.equal(db.inTransaction, false);
  assert.deepEqual(all(), [1, 2]);
  for (const variant of ['deferred', 'immediate', 'exclusive']) both[variant](variant, `${variant} too`);
  assert.equal(all().length, 8);
});

test('a throw rolls everything back and comes out as it was', async (t) => {
  const { db, insert, all } = await withTable(t);
  const thrown = new Error('mine');
  assert.throws(() => db.transaction(() => { insert.run(1); throw thrown; })(), (error) => error === thrown);
  assert.throws(() => db.transaction(() => { insert.run(1); insert.run(1); }).immediate(), SqliteError);
  assert.equal(db.inTransaction, false);
  assert.deepEqual(all(), []);
});

test('a nested transaction is a savepoint of the outer one', async (t) => {
  const { db, insert, all } = await withTable(t);
  const inner = db.transaction((value, fail) => {
    insert.run(value);
    if (fail) throw new Error('inner');
  });
  db.transaction(() => {
    inner(1, false);
    assert.throws(() => inner.immediate(2, true), /inner/);
    db.transaction(() => {
      inner(3, false);
      assert.throws(() => inner(4, true), /inner/);
    })();
  })();
  assert.deepEqual(all(), [1, 3]);
  assert.throws(() => db.transaction(() => { inner(5, false); throw new Error('outer'); })(), /outer/);
  assert.deepEqual(all(), [1, 3]);
});

test('a transaction inside BEGIN leaves that open', async (t) => {
  const { db, insert, all } = await withTable(t);
  db.exec('BEGIN');
  db.transaction(() => insert.run(1))();
  assert.equal(db.inTransaction, true);
  db.exec('ROLLBACK');
  assert.deepEqual(all(), []);
});

test('when SQLite has rolled back by itself, its error comes out', async (t) => {
  const { db, insert } = await withTable(t);
  insert.run(1);
  const failing = db.transaction(() => db.exec('INSERT OR ROLLBACK INTO t VALUES (1)'));
  assert.throws(failing, (error) => error.extendedCode === 'SQLITE_CONSTRAINT_UNIQUE');
  assert.equal(db.inTransaction, false);
  assert.throws(() => db.transaction(failing)(), (error) => error.extendedCode === 'SQLITE_CONSTRAINT_UNIQUE');
});

test('a function that returns a promise is refused and rolled back', async (t) => {
  const { db, insert, all } = await withTable(t);
  assert.throws(() => db.transaction(async () => insert.run(1))(), /returned a promise/);
  assert.deepEqual(all(), []);
  assert.throws(() => db.transaction('BEGIN'), TypeError);
});

test('immediate waits for the writer and is refused with SQLITE_BUSY', async (t) => {
  const { open } = await place(t);
  const [first, second] = [open(), open({ busyTimeout: 30 })];
  first.exec('CREATE TABLE t(a)');
  assert.equal(second.busyTimeout, 30);
  first.transaction(() => {
    first.exec('INSERT INTO t VALUES (1)');
    assert.throws(() => second.transaction(() => assert.fail('it began')).immediate(), (error) => error.code === 'SQLITE_BUSY');
  }).immediate();
  assert.equal(second.transaction(() => second.prepare('SELECT a FROM t').pluck().get()).immediate(), 1);
  second.busyTimeout = 0;
  assert.equal(second.busyTimeout, 0);
  assert.throws(() => { second.busyTimeout = -1; }, TypeError);
  assert.throws(() => { second.busyTimeout = 2 ** 31; }, RangeError);
  second.pragma('busy_timeout = 7');
  assert.equal(second.busyTimeout, 7);
  second.defaultSafeIntegers();
  assert.equal(second.busyTimeout, 7);
});

for (const mode of ['wal', 'delete']) {
  test(`whoever is refused has waited as long as busyTimeout says (journal_mode ${mode})`, async (t) => {
    const { open } = await place(t);
    const [first, second] = [open(), open({ busyTimeout: 300 })];
    first.pragma(`journal_mode=${mode}`);
    first.exec('CREATE TABLE t(a); BEGIN IMMEDIATE');
    const from = performance.now();
    assert.throws(() => second.exec('INSERT INTO t VALUES (1)'), (error) => error.code === 'SQLITE_BUSY');
    assert.ok(performance.now() - from >= 300, `it was refused after ${performance.now() - from} ms`);
    first.exec('COMMIT');
    second.exec('INSERT INTO t VALUES (1)');
  });
}

test('a database that has made a transaction makes others after it was closed, which fail when they are run', async (t) => {
  const { open } = await place(t);
  const never = open();
  never.close();
  assert.throws(() => never.transaction(() => 1), { code: 'CLOSED' });
  const db = open();
  db.transaction(() => 1);
  db.close();
  const run = db.transaction(() => 1);
  assert.throws(() => run(), { code: 'CLOSED' });
});

test('the first transaction cannot be made by a function that a statement waits for', async (t) => {
  const db = await database(t);
  db.function('make', () => typeof db.transaction(() => 1));
  const make = db.prepare('SELECT make()').pluck();
  assert.throws(() => make.get(), { code: 'BUSY' });
  db.transaction(() => 1);
  assert.equal(make.get(), 'function');
});

test('a generator is refused, for nothing of it would be done within the transaction', async (t) => {
  const db = await database(t);
  for (const generator of [function* () {}, async function* () {}]) {
    assert.throws(() => db.transaction(generator), (error) => error instanceof TypeError && /was given a generator/.test(error.message));
  }
});
