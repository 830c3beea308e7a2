// Connections of one thread that want to write at once, of one VFS, of two, and beside glasswal's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { SQLITE_BUSY, VERSIONS, checkSound, place, waSqlite } from './open.mjs';

const count = (db) => db.prepare('SELECT count(*) FROM t').pluck().get();
const LIMIT_MS = 20_000;
const FILL = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT randomblob(200) FROM n';

for (const version of VERSIONS) {
  for (const build of ['wa-sqlite', 'wa-sqlite-async']) {
    const places = {
      'one VFS': async (all) => all.openWa(),
      'two VFSs of a module': async ({ side }) => (await side.addVfs('second')).open(),
      'two modules': async ({ runtime }) => (await waSqlite(runtime, { version, build })).open(),
    };
    for (const [where, openSecond] of Object.entries(places)) {
      const on = (name, body) => test(`${version}, ${build}, ${where}: ${name}`, within(LIMIT_MS, async (t) => {
        const all = await place(t, { version, build });
        const second = await openSecond(all);
        t.after(() => second.close().catch(() => undefined));
        await all.wa.run('CREATE TABLE t(a)');
        await body({ ...all, second });
      }));

      on('who may not wait for long is told who writes', async ({ wa, second, db }) => {
        await wa.run('BEGIN IMMEDIATE', 'INSERT INTO t VALUES (1)');
        await second.run('PRAGMA busy_timeout=100');
        assert.equal(await second.failure('INSERT INTO t VALUES (2)'), SQLITE_BUSY);
        assert.match(second.vfs.lastError.message, /`wa-sqlite` has held WRITE for \d+ ms.*; you waited \d\d+ ms/);
        await second.run('PRAGMA busy_timeout=0');
        assert.equal(await second.failure('BEGIN IMMEDIATE'), SQLITE_BUSY);
        assert.equal(await second.value('SELECT count(*) FROM t'), 0);
        await wa.run('COMMIT');
        await second.run('INSERT INTO t VALUES (2)');
        assert.equal(count(db), 2);
      });

      on('who may wait gets the lock when the other one commits', async ({ wa, second, db }) => {
        await wa.run('BEGIN IMMEDIATE', 'INSERT INTO t VALUES (1)');
        let isDone = false;
        const waiting = second.run('INSERT INTO t VALUES (2)').then(() => (isDone = true));
        // As long as these take the other one waits.
        for (let i = 0; i < 20; ++i) await wa.run('INSERT INTO t VALUES (1)');
        assert.equal(isDone, false);
        await wa.run('COMMIT');
        await waiting;
        assert.equal(count(db), 22);
      });

      on('statements that are begun at once are each done once', async ({ wa, second, db }) => {
        for (let i = 0; i < 30; ++i) {
          await wa.run('BEGIN IMMEDIATE');
          // They step in turns.
          await Promise.all([second.run('INSERT INTO t VALUES (1)'), wa.run('INSERT INTO t VALUES (2)', 'INSERT INTO t VALUES (2)').then(() => wa.run('COMMIT'))]);
        }
        assert.deepEqual(db.prepare('SELECT a, count(*) FROM t GROUP BY a').raw().all(), [[1, 30], [2, 60]]);
      });
    }
  }

  const on = (name, body) => test(`${version}: ${name}`, within(LIMIT_MS, async (t) => body(await place(t, { version }))));

  on('who waits for a connection of glasswal in the same thread lets it commit', async ({ wa, db, vfs }) => {
    await wa.run('CREATE TABLE t(a)');
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    await wa.run('PRAGMA busy_timeout=50');
    assert.equal(await wa.failure('INSERT INTO t VALUES (2)'), SQLITE_BUSY);
    assert.match(vfs.lastError.message, /`native` has held WRITE/);
    await wa.run('PRAGMA busy_timeout=-1');
    const waiting = wa.run('INSERT INTO t VALUES (2)');
    setImmediate(() => db.exec('COMMIT'));
    await waiting;
    assert.equal(count(db), 2);
  });

  on('a statement that has waited, and finds another schema then, keeps its lock for its second look', async ({ wa, db, openWa, vfs, client }) => {
    const second = await openWa();
    await wa.run('CREATE TABLE t(a)');
    assert.equal(await second.value('SELECT count(*) FROM t'), 0);
    await wa.run('BEGIN IMMEDIATE', 'CREATE TABLE u(a)');
    const waiting = second.failure('INSERT INTO t VALUES (2)');
    await wa.run('INSERT INTO t VALUES (1)');
    await wa.run('COMMIT');
    // It is granted the lock, gives it up for another look at the schema, and then wants it again.
    db.pragma('busy_timeout = 0');
    let looks = 0;
    vfs.log = (method) => {
      if (method !== 'xLock' || looks === 0) return void (looks += method === 'xUnlock');
      assert.throws(() => db.exec('BEGIN IMMEDIATE'), { code: 'SQLITE_BUSY' });
    };
    assert.equal(await waiting, undefined);
    vfs.log = null;
    assert.ok(looks > 0);
    assert.equal(count(db), 2);
    const held = client.diagnostics().locks.filter(({ name, holders }) => /^(WRITE|READ[1-9])/.test(name) && holders.length > 0);
    assert.deepEqual(held, []);
    await wa.run('INSERT INTO t VALUES (3)', 'BEGIN IMMEDIATE', 'COMMIT');
    await second.run('INSERT INTO t VALUES (4)');
    db.exec('INSERT INTO t VALUES (5)');
    assert.equal(count(db), 5);
  });

  for (const mode of ['delete', 'truncate', 'persist', 'memory']) {
    on(`the journals of two connections are not mixed up, journal_mode=${mode}`, async ({ wa, db, openWa }) => {
      const second = await openWa();
      await wa.run(`PRAGMA journal_mode=${mode}`, 'PRAGMA cache_size=10', 'CREATE TABLE t(a)', FILL);
      await second.run(`PRAGMA journal_mode=${mode}`, 'PRAGMA cache_size=10');
      for (let i = 0; i < 4; ++i) {
        await wa.run('BEGIN', FILL, 'SAVEPOINT s', 'DELETE FROM t');
        assert.equal(await second.value('SELECT count(*) FROM t'), 1000 + i);
        await wa.run('ROLLBACK TO s', 'ROLLBACK');
        await second.run('BEGIN', 'UPDATE t SET a = randomblob(100)', 'INSERT INTO t VALUES (1)');
        assert.equal(await wa.value('SELECT count(*) FROM t'), 1000 + i);
        await second.run('COMMIT', 'BEGIN', 'DELETE FROM t', 'ROLLBACK');
        assert.equal(await wa.value('SELECT count(*) FROM t'), 1001 + i);
      }
      await second.close();
      await checkSound(assert, wa, db);
    });
  }

  on('a connection that waits cannot be closed, and its wait ends in time', async ({ wa, db, openWa }) => {
    const second = await openWa();
    await wa.run('CREATE TABLE t(a)', 'BEGIN IMMEDIATE');
    await second.run('PRAGMA busy_timeout=200');
    const waiting = second.failure('INSERT INTO t VALUES (2)');
    const closed = await second.close().then(() => 'closed', ({ code }) => code);
    assert.equal(closed, SQLITE_BUSY, 'it has a statement');
    assert.equal(await waiting, SQLITE_BUSY);
    await wa.run('COMMIT', 'INSERT INTO t VALUES (1)');
    assert.equal(count(db), 1);
  });
}
