// What is the connection's, whichever of its databases it is asked of; and one transaction over databases of all kinds.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { SQLITE_BUSY, SQLITE_FULL, VERSIONS, checkSound, newRuntime, place } from './open.mjs';

const KIB = 1024;
const READWRITE_CREATE_URI = 2 | 4 | 64;
const READONLY = 1;
const counts = (...databases) => databases.map((db) => db.prepare('SELECT count(*) FROM t').pluck().get());
const BOTH = ['CREATE TABLE main.t(a)', 'CREATE TABLE second.t(a)'];
const SMALL_DATABASE = { initialDatabaseCapacityBytes: 64 * KIB, maxDatabaseCapacityBytes: 256 * KIB };

for (const version of VERSIONS) {
  const on = (name, body, options) => test(`${version}: ${name}`, within(20_000, async (t) => {
    const all = await place(t, { version, ...options });
    await all.wa.run("ATTACH '/second.sqlite' AS second", ...BOTH);
    await body({ ...all, second: all.openGlasswal('/second.sqlite'), t });
  }));

  on('busy_timeout is the connection\'s, also of what is attached later', async ({ wa, second, client }) => {
    await wa.run('PRAGMA busy_timeout=50');
    assert.equal(Number(await wa.value('PRAGMA second.busy_timeout')), 50);
    second.exec('BEGIN IMMEDIATE');
    assert.equal(await wa.failure('INSERT INTO second.t VALUES (1)'), SQLITE_BUSY);
    const third = client.open('/third.sqlite');
    third.exec('CREATE TABLE t(a); BEGIN IMMEDIATE');
    await wa.run("ATTACH '/third.sqlite' AS third");
    assert.equal(await wa.failure('INSERT INTO third.t VALUES (1)'), SQLITE_BUSY);
    await wa.run('PRAGMA third.busy_timeout=40');
    assert.equal(Number(await wa.value('PRAGMA busy_timeout')), 40);
    third.close();
    second.exec('COMMIT');
    await wa.run('INSERT INTO second.t VALUES (1)');
  });

  on('a checkpoint is of all databases, or of the one that it names', async ({ wa, client }) => {
    const logs = () => client.files().filter(({ path, sizeBytes }) => path.endsWith('-wal') && sizeBytes > 5000).length;
    const fill = ['INSERT INTO t VALUES (zeroblob(10000))', 'INSERT INTO second.t VALUES (zeroblob(10000))'];
    await wa.run(...fill);
    assert.equal(logs(), 2);
    assert.deepEqual(await wa.rows('PRAGMA wal_checkpoint(TRUNCATE)'), [[0, -1, -1]]);
    assert.equal(logs(), 0);
    await wa.run(...fill);
    await wa.run('PRAGMA second.wal_checkpoint(TRUNCATE)');
    assert.equal(logs(), 1);
  });

  on('a database in rollback mode, which one of glasswal\'s connections reads, is committed with the others or not at all', async (all) => {
    const { wa, db, second, openGlasswal } = all;
    await wa.run('DETACH second');
    await wa.close();
    second.close();
    assert.equal(db.pragma('journal_mode = DELETE', { simple: true }), 'delete');
    const again = await all.openWa();
    await again.run("ATTACH '/second.sqlite' AS second", 'PRAGMA busy_timeout=30');
    const attached = openGlasswal('/second.sqlite');
    for (const sql of ['INSERT INTO main.t VALUES (1); INSERT INTO second.t VALUES (1)', 'INSERT INTO second.t VALUES (1); INSERT INTO main.t VALUES (1)']) {
      const before = counts(db, attached);
      db.exec('BEGIN');
      assert.equal(counts(db)[0], before[0]);
      await again.run('BEGIN', sql);
      assert.equal(await again.failure('COMMIT'), SQLITE_BUSY);
      db.exec('COMMIT');
      await again.run('COMMIT');
      assert.deepEqual(counts(db, attached), before.map((count) => count + 1));
    }
    // One alone, too, keeps its transaction.
    db.exec('BEGIN');
    counts(db);
    await again.run('BEGIN', 'INSERT INTO t VALUES (2)');
    assert.equal(await again.failure('COMMIT'), SQLITE_BUSY);
    db.exec('COMMIT');
    await again.run('COMMIT');
    assert.deepEqual(counts(db, attached), [3, 2]);
    await checkSound(assert, again, db);
  });

  on('one statement waits for the locks of two databases, in either order', async ({ wa, db, second, vfs }) => {
    await wa.run('CREATE TEMP TRIGGER both AFTER INSERT ON main.t BEGIN INSERT INTO second.t VALUES (new.a); END');
    for (const order of [[db, second], [second, db]]) {
      const before = counts(db, second);
      for (const each of order) each.exec('BEGIN IMMEDIATE');
      const waiting = wa.failure('INSERT INTO t VALUES (1)');
      await new Promise((resolve) => setTimeout(resolve, 50));
      order[0].exec('COMMIT');
      await new Promise((resolve) => setTimeout(resolve, 50));
      order[1].exec('COMMIT');
      // In the same thread the second lock cannot be slept for: then there is a sentence.
      const code = await waiting;
      if (code !== undefined) {
        assert.equal(code, SQLITE_BUSY);
        assert.match(vfs.lastError.message, /has held WRITE/);
      }
      assert.deepEqual(counts(db, second), before.map((count) => count + (code === undefined ? 1 : 0)));
    }
    await wa.run('INSERT INTO t VALUES (2)');
  });

  on('page_size is of the connection\'s next VACUUM, of whichever database', async ({ wa, db, second }) => {
    db.close();
    second.close();
    await wa.run('INSERT INTO second.t VALUES (randomblob(50000))', 'PRAGMA main.page_size=8192', 'VACUUM second');
    assert.deepEqual([await wa.value('PRAGMA main.page_size'), await wa.value('PRAGMA second.page_size')], [4096, 8192]);
    await wa.run('VACUUM', 'VACUUM second');
    assert.deepEqual([await wa.value('PRAGMA main.page_size'), await wa.value('PRAGMA second.page_size')], [8192, 8192]);
    assert.deepEqual(await wa.rows('PRAGMA integrity_check'), [['ok']]);
  });

  on('a transaction that is exclusive is so alone, whatever size pages are to have later', async ({ wa, db, second, openGlasswal }) => {
    db.close();
    second.close();
    await wa.run('BEGIN EXCLUSIVE', 'COMMIT', 'PRAGMA page_size=8192', 'BEGIN');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 0);
    const reader = openGlasswal();
    reader.pragma('busy_timeout = 0');
    assert.deepEqual(counts(reader), [0]);
    await wa.run('COMMIT');
  });

  on('without a journal is what it is not told to be: it takes back what it is asked to', async ({ wa }) => {
    for (const modes of [['off'], ['off', 'wal'], ['off', 'delete', 'wal'], ['memory', 'wal']]) {
      for (const mode of modes) assert.equal(await wa.value(`PRAGMA journal_mode=${mode}`), mode);
      await wa.run('DELETE FROM t', 'DELETE FROM second.t', 'BEGIN', 'INSERT INTO t VALUES (1), (2)', 'INSERT INTO second.t VALUES (1), (2)', 'SAVEPOINT s',
        'DELETE FROM t', 'DELETE FROM second.t', 'ROLLBACK TO s', 'COMMIT');
      assert.deepEqual([await wa.value('SELECT count(*) FROM t'), await wa.value('SELECT count(*) FROM second.t')], [2, 2], modes.join());
    }
  });

  for (const full of ['main', 'second']) {
    on(`BEGIN EXCLUSIVE after PRAGMA page_size, and ${full} is full`, async ({ wa, db, second, openGlasswal }) => {
      const other = full === 'main' ? 'second' : 'main';
      db.close();
      second.close();
      await wa.run(`PRAGMA ${other}.page_size=8192`, 'PRAGMA cache_size=-20000', 'PRAGMA second.cache_size=-20000', 'BEGIN EXCLUSIVE',
        `INSERT INTO ${other}.t VALUES (1)`, `INSERT INTO ${full}.t VALUES (zeroblob(2000000))`);
      assert.equal(await wa.failure('COMMIT'), SQLITE_FULL);
      if (wa.sqlite3.get_autocommit(wa.db) === 0) await wa.run('ROLLBACK');
      const after = [openGlasswal(), openGlasswal('/second.sqlite')];
      assert.deepEqual(counts(...after), [0, 0]);
      // Others may have it open then: it is no VACUUM.
      await wa.run('BEGIN EXCLUSIVE', 'INSERT INTO main.t VALUES (1)', 'COMMIT');
      assert.deepEqual(counts(...after), [1, 0]);
      await wa.run('PRAGMA main.page_size=8192');
      assert.equal(await wa.failure('VACUUM'), SQLITE_BUSY);
      assert.match(wa.vfs.lastError.message, /only while no other connection has .* open/);
      await checkSound(assert, wa, after[0]);
    }, SMALL_DATABASE);
  }

  for (const mode of ['delete', 'memory', 'off']) {
    on(`databases of two runtimes, journal_mode=${mode}, one of which is full`, async ({ openWa, db, t, side }) => {
      const { module, sqlite3 } = side;
      const wa = await openWa(undefined, READWRITE_CREATE_URI);
      const elsewhere = newRuntime(t, SMALL_DATABASE);
      const { MemoryWriteAheadVFS } = await import('../../wasm/dist/adapters/wa_sqlite.js');
      const vfs = await MemoryWriteAheadVFS.create('elsewhere', module, elsewhere);
      sqlite3.vfs_register(vfs, false);
      await wa.run(`ATTACH 'file:${elsewhere.path}?vfs=elsewhere' AS far`, `PRAGMA journal_mode=${mode}`, `PRAGMA far.journal_mode=${mode}`,
        'PRAGMA far.cache_size=-20000', 'CREATE TABLE far.t(a)');
      await wa.run('BEGIN', 'INSERT INTO main.t VALUES (1)', 'INSERT INTO far.t VALUES (zeroblob(2000000))');
      assert.equal(await wa.failure('COMMIT'), SQLITE_FULL);
      if (sqlite3.get_autocommit(wa.db) === 0) await wa.run('ROLLBACK');
      assert.deepEqual(counts(db), [0]);
      assert.equal(await wa.value('SELECT count(*) FROM far.t'), 0);
      await wa.run('DETACH far');
    });
  }

  test(`${version}: a VACUUM for whose pages there is no room is SQLITE_FULL`, async (t) => {
    const { wa, db, vfs } = await place(t, { version, ...SMALL_DATABASE });
    db.close();
    await wa.run('PRAGMA page_size=512', ...Array.from({ length: 12 }, (_, i) => `CREATE TABLE t${i}(a)`), 'PRAGMA page_size=65536');
    assert.equal(await wa.failure('VACUUM'), SQLITE_FULL);
    assert.match(vfs.lastError.message, /capacity|full/i);
    assert.equal(await wa.value('PRAGMA page_size'), 512);
    await wa.run('INSERT INTO t0 VALUES (1)');
    assert.deepEqual(await wa.rows('PRAGMA integrity_check'), [['ok']]);
  });

  test(`${version}: a database is opened, and waited for, while another connection has it for itself`, within(20_000, async (t) => {
    const { wa, db, side, vfs } = await place(t, { version });
    await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1)');
    await wa.close();
    db.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    const late = await side.open();
    const waiting = late.value('SELECT count(*) FROM t');
    await new Promise((resolve) => setTimeout(resolve, 100));
    db.exec('COMMIT; PRAGMA user_version');
    assert.equal(await waiting, 1);
    assert.equal(vfs.lastError, null);
  }));

  test(`${version}: a connection that may only read does so in exclusive mode as well; a mode that there is not changes none`, async (t) => {
    const { wa, db, openWa } = await place(t, { version });
    await wa.run('CREATE TABLE t(a)');
    const readonly = await openWa(undefined, READONLY);
    await readonly.run('PRAGMA locking_mode=exclusive');
    assert.equal(await readonly.value('SELECT count(*) FROM t'), 0);
    db.exec('INSERT INTO t VALUES (1)');
    assert.equal(await readonly.value('SELECT count(*) FROM t'), 1);
    assert.equal(await wa.value('PRAGMA journal_mode=nonsense'), 'wal');
    assert.equal(await wa.value('PRAGMA journal_mode'), 'wal');
  });
}
