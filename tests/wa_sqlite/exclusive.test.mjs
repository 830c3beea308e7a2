// PRAGMA locking_mode=exclusive: others read, nobody else writes, and the log does not grow for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { SQLITE_BUSY, SQLITE_FULL, VERSIONS, checkSound, place } from './open.mjs';

const count = (db) => db.prepare('SELECT count(*) FROM t').pluck().get();
const LIMIT_MS = 20_000;
const FILL = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT randomblob(200) FROM n';

/** Does not wait: whoever does not would get any lock that is free for a moment. */
function refuses(db) {
  db.pragma('busy_timeout = 0');
  assert.throws(() => db.exec('INSERT INTO t VALUES (2)'), { code: 'SQLITE_BUSY', message: /`wa-sqlite` has held WRITE/ });
}

for (const version of VERSIONS) {
  const on = (name, body, options) => test(`${version}: ${name}`, within(LIMIT_MS, async (t) => body(await place(t, { version, ...options }))));

  on('an exclusive connection is read beside, and nobody else writes', async ({ wa, db, openWa, vfs }) => {
    const second = await openWa();
    await second.run('PRAGMA busy_timeout=30');
    db.pragma('busy_timeout = 30');
    await wa.run('CREATE TABLE t(a)', 'PRAGMA locking_mode=exclusive', 'INSERT INTO t VALUES (0)');
    for (let i = 1; i <= 5; ++i) {
      await wa.run('INSERT INTO t VALUES (1)', 'BEGIN', 'DELETE FROM t', 'ROLLBACK', 'PRAGMA cache_size=10', 'BEGIN', FILL, 'ROLLBACK');
      assert.deepEqual([count(db), await second.value('SELECT count(*) FROM t'), await wa.value('SELECT count(*) FROM t')], [1 + i, 1 + i, 1 + i]);
      assert.throws(() => db.exec('INSERT INTO t VALUES (2)'), { code: 'SQLITE_BUSY', message: /`wa-sqlite` has held WRITE/ });
      assert.equal(await second.failure('INSERT INTO t VALUES (2)'), SQLITE_BUSY);
      assert.match(vfs.lastError.message, /`wa-sqlite` has held WRITE/);
      db.pragma('wal_checkpoint(PASSIVE)');
    }
    assert.equal(await wa.value('PRAGMA locking_mode=normal'), 'normal');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 6);
    db.exec('INSERT INTO t VALUES (2)');
    await second.run('INSERT INTO t VALUES (2)');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 8);
    await wa.run('INSERT INTO t VALUES (2)');
    assert.equal(count(db), 9);
    await checkSound(assert, wa, db);
  });

  on('it says which mode it is in, and is in it with the next lock', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a)');
    assert.deepEqual(await wa.rows('PRAGMA locking_mode'), [['normal']]);
    assert.deepEqual(await wa.rows('PRAGMA locking_mode=EXCLUSIVE'), [['exclusive']]);
    assert.deepEqual(await wa.rows('PRAGMA main.locking_mode'), [['exclusive']]);
    assert.deepEqual(await wa.rows('PRAGMA locking_mode=nonsense'), [['exclusive']]);
    db.exec('INSERT INTO t VALUES (1)');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 1);
    refuses(db);
    assert.deepEqual(await wa.rows('PRAGMA locking_mode=normal'), [['normal']]);
    await wa.value('SELECT count(*) FROM t');
    db.exec('INSERT INTO t VALUES (1)');
  });

  on('an attached database is exclusive by its own name alone', async ({ wa, db, openGlasswal }) => {
    await wa.run("ATTACH '/second.sqlite' AS second", 'CREATE TABLE t(a)', 'CREATE TABLE second.t(a)', 'PRAGMA locking_mode=exclusive');
    const second = openGlasswal('/second.sqlite');
    await wa.run('INSERT INTO t VALUES (1)', 'INSERT INTO second.t VALUES (1)', 'BEGIN', 'INSERT INTO t VALUES (1)', 'INSERT INTO second.t VALUES (1)', 'COMMIT');
    refuses(db);
    second.exec('INSERT INTO t VALUES (3)');
    assert.deepEqual([count(db), count(second), await wa.value('SELECT count(*) FROM second.t')], [2, 3, 3]);
    await wa.run('PRAGMA main.locking_mode=normal', 'PRAGMA second.locking_mode=exclusive', 'INSERT INTO second.t VALUES (1)');
    refuses(second);
    await wa.run('INSERT INTO t VALUES (1)');
    db.exec('INSERT INTO t VALUES (1)');
    assert.deepEqual([count(db), count(second)], [4, 4]);
  });

  on('its log begins anew again and again, and nobody comes in between', async ({ wa, db, client, vfs }) => {
    await wa.run('CREATE TABLE t(a)', 'PRAGMA wal_autocheckpoint=50', 'PRAGMA locking_mode=exclusive', 'INSERT INTO t VALUES (0)');
    vfs.log = (method) => method === 'xUnlock' && refuses(db);
    let most = 0;
    for (let i = 0; i < 500; ++i) {
      await wa.run('INSERT INTO t VALUES (randomblob(4000))');
      most = Math.max(most, client.files().find(({ path }) => path.endsWith('-wal')).sizeBytes);
    }
    vfs.log = null;
    refuses(db);
    assert.ok(most < 120 * 4120, `${most} bytes of log`);
    assert.ok(client.diagnostics().wals[0].backfilledFrames > 0 || client.diagnostics().wals[0].frames < 60);
    await wa.run('PRAGMA wal_checkpoint');
    refuses(db);
    assert.equal(count(db), 501);
    await checkSound(assert, wa, db);
  });

  on('what is rolled back, fails or is full in it leaves it what it was', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a UNIQUE)', 'PRAGMA locking_mode=exclusive', 'INSERT INTO t VALUES (0)');
    for (let i = 1; i <= 5; ++i) {
      await wa.run('BEGIN', `INSERT INTO t VALUES (${i})`, 'ROLLBACK');
      refuses(db);
      assert.notEqual(await wa.failure('INSERT INTO t VALUES (100), (101), (0)'), undefined);
      refuses(db);
      assert.equal(await wa.failure('INSERT INTO t VALUES (zeroblob(3000000))'), SQLITE_FULL);
      // A failure of the engine ends all of it; the next lock is kept again.
      await wa.run(`INSERT INTO t VALUES (${i})`);
      refuses(db);
      assert.deepEqual([count(db), await wa.value('SELECT count(*) FROM t')], [i + 1, i + 1]);
    }
    await wa.run('PRAGMA locking_mode=normal', 'SELECT 1 FROM t');
    db.exec('INSERT INTO t VALUES (1000)');
    await checkSound(assert, wa, db);
  }, { initialDatabaseCapacityBytes: 65536, maxDatabaseCapacityBytes: 1024 * 1024 });

  on('whoever wants to be exclusive waits for who writes', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a)', 'PRAGMA busy_timeout=30', 'PRAGMA locking_mode=exclusive');
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    assert.equal(await wa.failure('SELECT count(*) FROM t'), SQLITE_BUSY);
    db.exec('COMMIT');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 1);
    refuses(db);
  });
}
