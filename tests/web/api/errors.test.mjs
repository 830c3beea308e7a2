// Errors say what happened, to what, and where.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SqliteError, database, place } from './open.mjs';

const failure = (run) => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
};

test('bad SQL is told with its place, in JavaScript\u2019s units', async (t) => {
  const db = await database(t);
  const error = failure(() => db.prepare("SELECT '\u{1F600} h\u00e9', nowhere"));
  assert.ok(error instanceof SqliteError && error instanceof Error);
  assert.equal(error.name, 'SqliteError');
  assert.equal(error.code, 'SQLITE_ERROR');
  assert.equal(error.sql.slice(error.offset), 'nowhere');
  assert.match(error.message, /no such column: nowhere/);
  const executed = failure(() => db.exec("CREATE TABLE t(a);\n-- \u00e9\u00e9\nSELECT 1; SELECT frm FROM t"));
  assert.equal(executed.sql.slice(executed.offset), 'frm FROM t');
  assert.equal(failure(() => db.exec('INSERT INTO t VALUES (1); DROP TABLE nowhere')).offset, undefined);
});

test('a constraint is told by its extended code and leaves the statement usable', async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a PRIMARY KEY, b NOT NULL, c CHECK (c > 0))');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?)');
  insert.run(1, 1, 1);
  const codeOf = (...values) => {
    const { code, extendedCode, primaryCode, sql } = failure(() => insert.run(...values));
    assert.equal(primaryCode, 'SQLITE_CONSTRAINT');
    assert.equal(extendedCode, code);
    assert.equal(sql, insert.source);
    return code;
  };
  assert.equal(codeOf(1, 1, 1), 'SQLITE_CONSTRAINT_PRIMARYKEY');
  assert.equal(codeOf(2, null, 1), 'SQLITE_CONSTRAINT_NOTNULL');
  assert.equal(codeOf(2, 1, -1), 'SQLITE_CONSTRAINT_CHECK');
  assert.equal(insert.run(2, 1, 1).changes, 1);
});

test('what there is no room for is told with the limit that was met', async (t) => {
  const { open } = await place(t, { initialDatabaseCapacityBytes: 65536, maxDatabaseCapacityBytes: 1024 * 1024 });
  const db = open();
  db.exec('CREATE TABLE t(a)');
  const full = failure(() => db.exec('INSERT INTO t VALUES (zeroblob(3000000))'));
  assert.equal(full.code, 'SQLITE_FULL');
  assert.match(full.message, /^database or disk is full: .* would need \d+ bytes, its maximum is 1048576: delete rows, or raise maxDatabaseCapacityBytes$/);
  const others = [];
  const last = failure(() => { for (;;) others.push(open()); });
  assert.equal(last.code, 'SQLITE_FULL');
  assert.match(last.message, /all 62 connections of the database are in use: close one first/);
  assert.equal(others.length, 61);
  others[0].close();
  open().exec('INSERT INTO t VALUES (1)');
  // A limit of SQLite's own: nothing that the VFS said before is told again.
  db.exec('PRAGMA max_page_count = 1');
  assert.equal(failure(() => db.exec('INSERT INTO t VALUES (zeroblob(100000))')).message, 'database or disk is full');
});

test('a refused lock says who holds it', async (t) => {
  const { open, holder } = await place(t);
  const [first, second] = [open(), open({ busyTimeout: 0 })];
  first.exec('CREATE TABLE t(a); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
  const error = failure(() => second.exec('INSERT INTO t VALUES (2)'));
  assert.equal(error.code, 'SQLITE_BUSY');
  assert.equal(error.lock.holder, holder);
  assert.equal(error.lock.lock, 'WRITE');
  for (const field of ['client', 'heldMs', 'silentMs', 'waitedMs']) assert.equal(typeof error.lock[field], 'number', field);
  assert.match(error.message, new RegExp(`^database is locked: \`${holder}\` has held WRITE`));
  first.exec('ROLLBACK');
  assert.equal(failure(() => second.exec('nonsense')).lock, undefined);
});

test('a write after somebody else has committed says that the snapshot is old', async (t) => {
  const { open } = await place(t);
  const [first, second] = [open(), open()];
  first.exec('CREATE TABLE t(a)');
  first.exec('BEGIN');
  first.prepare('SELECT * FROM t').all();
  second.exec('INSERT INTO t VALUES (1)');
  const error = failure(() => first.exec('INSERT INTO t VALUES (2)'));
  assert.equal(error.extendedCode, 'SQLITE_BUSY_SNAPSHOT');
  assert.match(error.message, /committed since: roll it back/);
  assert.equal(error.lock, undefined);
  first.exec('ROLLBACK; BEGIN IMMEDIATE; INSERT INTO t VALUES (2); COMMIT');
  assert.deepEqual(second.prepare('SELECT a FROM t').pluck().all(), [1, 2]);
});

test('a read-only connection refuses to write, and a file that must exist is asked for', async (t) => {
  const { open } = await place(t);
  open().exec('CREATE TABLE t(a)');
  const reader = open({ readonly: true });
  assert.equal(reader.readonly, true);
  assert.deepEqual(reader.prepare('SELECT * FROM t').all(), []);
  assert.equal(failure(() => reader.exec('INSERT INTO t VALUES (1)')).code, 'SQLITE_READONLY');
  const missing = failure(() => open({ fileMustExist: true, path: '/missing.sqlite' }));
  assert.equal(missing.code, 'SQLITE_CANTOPEN');
  assert.match(missing.message, /'\/missing.sqlite' cannot be opened/);
});

test('a database knows itself', async (t) => {
  const { open } = await place(t);
  const db = open({ path: '/named.sqlite' });
  assert.equal(db.name, '/named.sqlite');
  assert.equal(db.open, true);
  assert.equal(db.memory, false);
  assert.equal(db.readonly, false);
  assert.equal(db.busyTimeout, 5000);
});

test('using ends a statement and a database', async (t) => {
  const db = await database(t);
  const statement = db.prepare('SELECT 1');
  statement[Symbol.dispose]();
  assert.throws(() => statement.get(), /was finalized/);
  db[Symbol.dispose]();
  assert.equal(db.open, false);
});

test('a statement that fails half-way can be iterated again', async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a)');
  const select = db.prepare('SELECT abs(i) FROM (SELECT 1 AS i UNION ALL SELECT -9223372036854775808)').pluck();
  assert.equal(failure(() => select.all()).message, 'integer overflow');
  assert.equal(failure(() => [...select.iterate()]).message, 'integer overflow');
  assert.equal(select.busy, false);
  assert.equal(select.get(), 1);
});
