// run() is for every statement, explain() for what SQLite makes of it, and foreign keys are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { database, place } from './open.mjs';

test('run() tells the changes of what returns rows, too', async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a)');
  const insert = db.prepare('INSERT INTO t VALUES (?), (?), (?) RETURNING a');
  assert.deepEqual(insert.run(1, 2, 3), { changes: 3, lastInsertRowid: 3 });
  assert.deepEqual(db.prepare('UPDATE t SET a = a + 1 RETURNING a').run(), { changes: 3, lastInsertRowid: 3 });
  assert.deepEqual(db.prepare('SELECT a FROM t').run(), { changes: 0, lastInsertRowid: 3 });
  assert.deepEqual(db.prepare('PRAGMA journal_mode').run(), { changes: 0, lastInsertRowid: 3 });
  assert.deepEqual(db.prepare('EXPLAIN SELECT 1').run(), { changes: 0, lastInsertRowid: 3 });
  assert.deepEqual(db.prepare('SELECT a FROM t').pluck().all(), [2, 3, 4]);
});

test('run() reads no more than the first row, and leaves nothing open', async (t) => {
  const { open } = await place(t);
  const [db, other] = [open(), open({ busyTimeout: 0 })];
  let called = 0;
  db.function('count_calls', () => ++called);
  db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3)');
  const select = db.prepare('SELECT count_calls(), zeroblob(300000) FROM t');
  select.run();
  assert.equal(called, 1);
  assert.equal(select.busy, false);
  other.exec('DROP TABLE t');
});

test('explain() needs no values', async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a, b); CREATE INDEX i ON t(a)');
  assert.ok(db.explain('SELECT * FROM t WHERE a = ? AND b = @b').some((row) => row.opcode === 'OpenRead'));
  assert.match(db.explain('QUERY PLAN SELECT * FROM t WHERE a = ?')[0].detail, /USING INDEX i/);
  assert.throws(() => db.explain('nonsense'), { code: 'SQLITE_ERROR' });
});

test('foreign keys are kept, of every connection, and can be switched off', async (t) => {
  const { open } = await place(t);
  const db = open();
  db.exec('CREATE TABLE parent(id INTEGER PRIMARY KEY); CREATE TABLE child(parent REFERENCES parent)');
  for (const each of [db, open(), open({ path: ':memory:' })]) assert.equal(each.pragma('foreign_keys', { simple: true }), 1);
  assert.throws(() => db.exec('INSERT INTO child VALUES (1)'), { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
  db.pragma('foreign_keys = OFF');
  assert.equal(db.prepare('INSERT INTO child VALUES (1)').run().changes, 1);
});

test('BEGIN EXCLUSIVE locks readers out of a database that nobody has written to, and of one in WAL mode not', async (t) => {
  const { open } = await place(t);
  const [db, other] = [open(), open({ busyTimeout: 0 })];
  const read = () => other.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  db.transaction(() => assert.throws(read, { primaryCode: 'SQLITE_BUSY' })).exclusive();
  db.exec('CREATE TABLE t(a)');
  db.transaction(() => assert.equal(read(), 1)).exclusive();
});
