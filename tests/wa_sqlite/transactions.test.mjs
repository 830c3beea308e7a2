// Transactions of wa-sqlite: what is rolled back, in whole or in part, and what of them glasswal's connections see.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SQLITE_BUSY, VERSIONS, checkSound, place } from './open.mjs';

const all = (db) => db.prepare('SELECT a FROM t ORDER BY a').pluck().all();
const rowsOf = async (wa) => (await wa.rows('SELECT a FROM t ORDER BY a')).flat();
const numbers = (n) => `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${n})`;
const HASH = 'SELECT count(*), sum(a), sum(length(b)), min(hex(b)), max(hex(b)) FROM t';

for (const version of VERSIONS) {
  const on = (name, body) => test(`${version}: ${name}`, async (t) => body(await place(t, { version }), t));

  on('what is rolled back nobody has seen', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a)', 'BEGIN', 'INSERT INTO t VALUES (1)', 'CREATE TABLE u(a)');
    assert.deepEqual(all(db), []);
    await wa.run('ROLLBACK');
    assert.deepEqual(await rowsOf(wa), []);
    assert.deepEqual(db.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['t']);
    await wa.run('BEGIN', 'INSERT INTO t VALUES (2)', 'COMMIT');
    assert.deepEqual(all(db), [2]);
    db.exec('BEGIN; INSERT INTO t VALUES (3)');
    assert.deepEqual(await rowsOf(wa), [2]);
    db.exec('ROLLBACK');
    assert.deepEqual(await rowsOf(wa), [2]);
  });

  on('savepoints', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a)', 'SAVEPOINT one', 'INSERT INTO t VALUES (1)', 'SAVEPOINT two', 'INSERT INTO t VALUES (2)', 'ROLLBACK TO two',
      'INSERT INTO t VALUES (3)', 'RELEASE two', 'SAVEPOINT three', 'DELETE FROM t', 'CREATE TABLE gone(a)', 'ROLLBACK TO three', 'ROLLBACK TO one', 'INSERT INTO t VALUES (4)');
    assert.deepEqual(await rowsOf(wa), [4]);
    assert.deepEqual(all(db), []);
    await wa.run('RELEASE one');
    assert.deepEqual(all(db), [4]);
    await checkSound(assert, wa, db);
  });

  on('a statement that fails in its middle takes back what it did, and the transaction goes on', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a PRIMARY KEY)', 'INSERT INTO t VALUES (5)', 'BEGIN', 'INSERT INTO t VALUES (1)');
    assert.equal(await wa.failure('INSERT INTO t VALUES (2), (3), (5), (6)'), 19);
    assert.equal(await wa.failure(`${numbers(3000)} INSERT INTO t SELECT 3005 - i FROM n`), 19);
    assert.deepEqual(await rowsOf(wa), [1, 5]);
    await wa.run('INSERT INTO t VALUES (7)', 'COMMIT');
    assert.equal(await wa.failure('INSERT INTO t VALUES (8), (1)'), 19);
    assert.deepEqual(all(db), [1, 5, 7]);
    await checkSound(assert, wa, db);
  });

  on('a transaction that has read writes if nobody has committed since', async ({ wa, db, vfs }) => {
    await wa.run('CREATE TABLE t(a)', 'BEGIN');
    assert.deepEqual(await rowsOf(wa), []);
    await wa.run('INSERT INTO t VALUES (1)', 'COMMIT', 'BEGIN');
    assert.deepEqual(await rowsOf(wa), [1]);
    db.exec('INSERT INTO t VALUES (2)');
    assert.deepEqual(await rowsOf(wa), [1]);
    assert.equal(await wa.failure('INSERT INTO t VALUES (3)'), SQLITE_BUSY);
    assert.match(vfs.lastError.message, /others have committed since this transaction began to read: roll it back, and begin again with BEGIN IMMEDIATE/);
    assert.deepEqual(await rowsOf(wa), [1], 'it still reads');
    await wa.run('COMMIT', 'INSERT INTO t VALUES (3)');
    assert.deepEqual(all(db), [1, 2, 3]);
  });

  on('a transaction that has read is told who writes', async ({ wa, db, vfs }) => {
    await wa.run('CREATE TABLE t(a)', 'BEGIN', 'SELECT * FROM t');
    db.exec('BEGIN IMMEDIATE');
    assert.equal(await wa.failure('INSERT INTO t VALUES (3)'), SQLITE_BUSY);
    assert.match(vfs.lastError.message, /`native` has held WRITE for/);
    db.exec('ROLLBACK');
    await wa.run('INSERT INTO t VALUES (3)', 'COMMIT');
    assert.deepEqual(all(db), [3]);
  });

  on('CREATE TABLE as the first statement, in a transaction that is rolled back and in one that is not', async ({ wa, db }) => {
    await wa.run('BEGIN', 'CREATE TABLE t(a)', 'ROLLBACK');
    assert.deepEqual(db.prepare('SELECT * FROM sqlite_schema').all(), []);
    await wa.run('BEGIN', 'CREATE TABLE t(a)', 'INSERT INTO t VALUES (1)', 'COMMIT');
    assert.deepEqual(all(db), [1]);
    await checkSound(assert, wa, db);
  });

  on('one that has found no database keeps others from making it, and makes it itself', async ({ wa, db }) => {
    await wa.run('BEGIN');
    assert.deepEqual(await wa.rows('SELECT * FROM sqlite_schema'), []);
    db.pragma('busy_timeout = 10');
    assert.throws(() => db.exec('CREATE TABLE t(a)'), { code: 'SQLITE_BUSY', message: /`wa-sqlite` has held SHARED/ });
    await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1)', 'COMMIT');
    db.exec('INSERT INTO t VALUES (2)');
    assert.deepEqual(await rowsOf(wa), [1, 2]);
    await checkSound(assert, wa, db);
  });

  on('one that has found an empty database is told when others have filled it since', async ({ wa, db }) => {
    db.exec('BEGIN IMMEDIATE; COMMIT');
    await wa.run('BEGIN');
    assert.deepEqual(await wa.rows('SELECT * FROM sqlite_schema'), []);
    db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1)');
    assert.deepEqual(await wa.rows('SELECT * FROM sqlite_schema'), []);
    assert.equal(await wa.failure('CREATE TABLE t(a)'), SQLITE_BUSY);
    await wa.run('ROLLBACK');
    assert.deepEqual(await rowsOf(wa), [1]);
    await wa.run('INSERT INTO t VALUES (2)');
    assert.deepEqual(all(db), [1, 2]);
    await checkSound(assert, wa, db);
  });

  for (const isNew of [true, false]) {
    on(`a transaction far larger than the cache, in a ${isNew ? 'new' : 'known'} database`, async ({ wa, db, openWa }) => {
      await wa.run('PRAGMA cache_size=10');
      if (!isNew) await wa.run('CREATE TABLE first(a)');
      await wa.run('BEGIN', 'CREATE TABLE t(a INTEGER PRIMARY KEY, b)', `${numbers(3000)} INSERT INTO t SELECT i, randomblob(400) FROM n`);
      const hash = await wa.rows(HASH);
      assert.equal(hash[0][0], 3000);
      assert.equal(await wa.value('SELECT count(DISTINCT b) FROM t'), 3000);
      assert.equal(await wa.value('PRAGMA integrity_check'), 'ok');
      await wa.run('COMMIT');
      assert.deepEqual(db.prepare(HASH).raw().all(), hash);
      assert.deepEqual(await wa.rows(HASH), hash);
      assert.deepEqual(await (await openWa()).rows(HASH), hash);
      await wa.run('BEGIN', 'UPDATE t SET b = randomblob(300)', 'CREATE INDEX i ON t(b)', 'DELETE FROM t WHERE a % 3', 'ROLLBACK');
      assert.deepEqual(await wa.rows(HASH), hash);
      assert.deepEqual(db.prepare(HASH).raw().all(), hash);
      await checkSound(assert, wa, db);
    });
  }

  on('savepoints within a transaction far larger than the cache', async ({ wa, db }) => {
    await wa.run('PRAGMA cache_size=10', 'CREATE TABLE t(a INTEGER PRIMARY KEY, b)', 'BEGIN', `${numbers(1000)} INSERT INTO t SELECT i, randomblob(400) FROM n`);
    const hash = await wa.rows(HASH);
    for (const change of ['DELETE FROM t WHERE a % 2', 'UPDATE t SET b = randomblob(700)', 'CREATE INDEX i ON t(b)', `${numbers(2000)} INSERT INTO t SELECT 1000 + i, randomblob(99) FROM n`]) {
      await wa.run('SAVEPOINT s', change, 'SAVEPOINT inner', 'DELETE FROM t', 'ROLLBACK TO inner');
      assert.equal(await wa.failure('INSERT INTO t SELECT a + 100000, b FROM t UNION ALL SELECT 1, 1 UNION ALL SELECT 2, 2'), 19);
      await wa.run('ROLLBACK TO s', 'RELEASE s');
      assert.deepEqual(await wa.rows(HASH), hash, change);
    }
    await wa.run('COMMIT');
    assert.deepEqual(db.prepare(HASH).raw().all(), hash);
    await checkSound(assert, wa, db);
  });

  on('a SELECT reads on while the transaction that it is in commits and is rolled back', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a)', `${numbers(500)} INSERT INTO t SELECT i FROM n`, 'CREATE TABLE u(a)');
    for (const end of ['COMMIT', 'ROLLBACK']) {
      const seen = [];
      await wa.run('BEGIN');
      for await (const statement of wa.sqlite3.statements(wa.db, 'SELECT a FROM t')) {
        while (await wa.sqlite3.step(statement) === 100) {
          seen.push(wa.sqlite3.column(statement, 0));
          if (seen.length === 10) await wa.run('INSERT INTO u VALUES (1)');
          if (seen.length === 20 && end === 'COMMIT') {
            await wa.run(end);
            db.exec('DELETE FROM t WHERE a = 400');
          }
        }
      }
      if (end === 'ROLLBACK') await wa.run(end);
      assert.equal(seen.length, end === 'COMMIT' ? 500 : 499);
      assert.equal(await wa.value('SELECT count(*) FROM t'), 499);
      assert.equal(db.prepare('SELECT count(*) FROM u').pluck().get(), 1);
    }
    await checkSound(assert, wa, db);
  });

  on('autocommit never fails because others have committed', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a INTEGER PRIMARY KEY, b)');
    for (let i = 0; i < 200; ++i) {
      db.exec(`INSERT INTO t VALUES (${2 * i}, 0)`);
      await wa.run(`INSERT INTO t SELECT max(a) + 1, 0 FROM t`, `UPDATE t SET b = b + 1 WHERE a = ${2 * i}`);
      assert.equal(db.prepare('SELECT count(*) FROM t WHERE b = 1').pluck().get(), i + 1);
    }
  });
}

// The third build runs where the engine can put a stack aside.
const builds = ['wa-sqlite-async', ...('Suspending' in WebAssembly ? ['wa-sqlite-jspi'] : [])];
for (const [version, build] of VERSIONS.flatMap((each) => builds.map((build) => [each, build]))) {
  test(`${version}, ${build}: transactions and what others see of them`, async (t) => {
    const { wa, db } = await place(t, { version, build });
    await wa.run('PRAGMA cache_size=10', 'CREATE TABLE t(a, b)', 'BEGIN', `${numbers(2000)} INSERT INTO t SELECT i, randomblob(100) FROM n`, 'SAVEPOINT s', 'DELETE FROM t', 'ROLLBACK TO s', 'COMMIT');
    assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 2000);
    db.exec('DELETE FROM t WHERE a > 5');
    assert.deepEqual(await rowsOf(wa), [1, 2, 3, 4, 5]);
    await wa.run('BEGIN', 'DELETE FROM t', 'ROLLBACK');
    assert.deepEqual(all(db), [1, 2, 3, 4, 5]);
    await checkSound(assert, wa, db);
  });
}
