// Databases and logs that may not become larger: SQLITE_FULL on either side, a sentence for it, and everything works on afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SQLITE_FULL, VERSIONS, checkSound, place } from './open.mjs';

const MIB = 1024 * 1024;
const LARGE = 64 * MIB;
const capped = (database, log) => ({
  initialDatabaseCapacityBytes: 65536, maxDatabaseCapacityBytes: database, initialWriteAheadCapacityBytes: 65536, maxWriteAheadCapacityBytes: log,
});
const FILL = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO t SELECT zeroblob(1000) FROM n';
const count = (db) => db.prepare('SELECT count(*) FROM t').pluck().get();

/** Fails with SQLITE_FULL, and both the VFS and its logger tell why. */
async function assertFull({ wa, vfs, errors }, sql) {
  errors.length = 0;
  vfs.lastError = null;
  assert.equal(await wa.failure(sql), SQLITE_FULL, vfs.lastError?.message);
  assert.match(vfs.lastError.message, /capacity exceeded/);
  assert.ok(errors.some((said) => said.includes('capacity exceeded')), errors.join('\n'));
}

for (const version of VERSIONS) {
  const on = (name, options, body) => test(`${version}: ${name}`, async (t) => {
    const errors = [];
    const logger = { error: (message, details) => errors.push(`${message} ${details?.error?.message}`) };
    await body({ errors, ...await place(t, { version, logger, ...options }) });
  });

  for (const [what, options] of [['database', capped(MIB, LARGE)], ['log', capped(LARGE, MIB)]]) {
    on(`a statement that makes the ${what} full is taken back`, options, async (all) => {
      const { wa, db } = all;
      await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1), (2)');
      await assertFull(all, FILL);
      assert.equal(await wa.value('SELECT count(*) FROM t'), 2);
      assert.equal(count(db), 2);
      await wa.run('INSERT INTO t VALUES (3)');
      db.exec('INSERT INTO t VALUES (4)');
      assert.equal(await wa.value('SELECT count(*) FROM t'), 4);
      await checkSound(assert, wa, db);
    });

    on(`a transaction that makes the ${what} full is rolled back`, options, async (all) => {
      const { wa, db } = all;
      await wa.run('PRAGMA cache_size=10', 'CREATE TABLE t(a)', 'INSERT INTO t VALUES (1), (2)', 'BEGIN', 'INSERT INTO t VALUES (3)');
      await assertFull(all, FILL);
      // SQLite has rolled it back itself, or leaves that to be done.
      if (wa.sqlite3.get_autocommit(wa.db) === 0) await wa.run('ROLLBACK');
      assert.equal(await wa.value('SELECT count(*) FROM t'), 2);
      await wa.run('BEGIN', 'INSERT INTO t VALUES (4)', 'COMMIT');
      db.exec('INSERT INTO t VALUES (5)');
      assert.equal(count(db), 4);
      await checkSound(assert, wa, db);
    });

    on(`a COMMIT that makes the ${what} full can be rolled back`, options, async (all) => {
      const { wa, db } = all;
      await wa.run('PRAGMA cache_size=-20000', 'PRAGMA cache_spill=0', 'CREATE TABLE t(a)', 'INSERT INTO t VALUES (1), (2)', 'BEGIN', FILL);
      await assertFull(all, 'COMMIT');
      if (wa.sqlite3.get_autocommit(wa.db) === 0) await wa.run('ROLLBACK');
      assert.equal(count(db), 2);
      assert.equal(await wa.value('SELECT count(*) FROM t'), 2);
      await wa.run('INSERT INTO t VALUES (3)');
      assert.equal(count(db), 3);
      await checkSound(assert, wa, db);
    });

    on(`an exclusive connection goes on after the ${what} was full`, options, async (all) => {
      const { wa, db } = all;
      await wa.run('PRAGMA locking_mode=exclusive', 'CREATE TABLE t(a)', 'INSERT INTO t VALUES (1), (2)');
      await assertFull(all, FILL);
      assert.equal(await wa.value('SELECT count(*) FROM t'), 2);
      await wa.run('INSERT INTO t VALUES (3)', 'PRAGMA locking_mode=normal', 'SELECT * FROM t');
      assert.equal(count(db), 3);
      db.exec('INSERT INTO t VALUES (4)');
      await wa.run('INSERT INTO t VALUES (5)');
      await checkSound(assert, wa, db);
    });
  }

  on('a database that is full takes rows again when some are gone', capped(MIB, LARGE), async (all) => {
    const { wa, db } = all;
    await wa.run('CREATE TABLE t(a)');
    let rows = 0;
    while (await wa.failure('INSERT INTO t VALUES (zeroblob(20000))') === undefined) ++rows;
    assert.ok(rows > 20 && rows < 53, `${rows} rows`);
    assert.throws(() => db.exec('INSERT INTO t VALUES (zeroblob(20000))'), { code: 'SQLITE_FULL' });
    assert.equal(await wa.value('SELECT count(*) FROM t'), rows);
    await wa.run('DELETE FROM t WHERE rowid % 2');
    for (let i = 0; i < 5; ++i) {
      await wa.run('INSERT INTO t VALUES (zeroblob(20000))');
      db.exec('INSERT INTO t VALUES (zeroblob(20000))');
    }
    await wa.run('DELETE FROM t', 'VACUUM');
    assert.equal(db.pragma('page_count', { simple: true }), 2);
    await checkSound(assert, wa, db);
  });

  on('a log that is full begins anew when nobody reads it any more', capped(LARGE, MIB), async (all) => {
    const { wa, db } = all;
    await wa.run('PRAGMA wal_autocheckpoint=0', 'CREATE TABLE t(a)');
    db.exec('BEGIN');
    assert.equal(count(db), 0);
    let rows = 0;
    while (await wa.failure('INSERT INTO t VALUES (zeroblob(20000))') === undefined) ++rows;
    assert.ok(rows > 10 && rows < 53, `${rows} rows`);
    await assertFull(all, 'INSERT INTO t VALUES (zeroblob(20000))');
    assert.deepEqual([count(db), await wa.value('SELECT count(*) FROM t')], [0, rows]);
    db.exec('COMMIT');
    assert.deepEqual([count(db), (await wa.rows('PRAGMA wal_checkpoint(TRUNCATE)'))[0][0]], [rows, 0]);
    await wa.run('INSERT INTO t VALUES (zeroblob(20000))');
    assert.equal(count(db), rows + 1);
    await checkSound(assert, wa, db);
  });
}
