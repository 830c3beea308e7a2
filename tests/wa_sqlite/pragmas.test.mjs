// PRAGMAs of a connection of wa-sqlite, and what glasswal's connections see of what they do.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SQLITE_BUSY, VERSIONS, checkSound, place } from './open.mjs';

const count = (db) => db.prepare('SELECT count(*) FROM t').pluck().get();

for (const version of VERSIONS) {
  const on = (name, body, options) => test(`${version}: ${name}`, async (t) => body(await place(t, { version, ...options }), t));

  for (const mode of ['delete', 'truncate', 'persist', 'memory', 'off', 'wal']) {
    on(`journal_mode=${mode}`, async ({ wa, db, openWa }) => {
      assert.equal(await wa.value('PRAGMA journal_mode'), 'wal');
      assert.equal(await wa.value(`PRAGMA journal_mode=${mode}`), mode);
      assert.equal(await wa.value('PRAGMA journal_mode'), mode);
      assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
      await wa.run('PRAGMA cache_size=10', 'CREATE TABLE t(a, b)', 'INSERT INTO t VALUES (1, 1)');
      assert.equal(count(db), 1);
      const fill = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, randomblob(100) FROM n';
      for (let i = 0; i < 3; ++i) {
        await wa.run('BEGIN', fill);
        assert.equal(await wa.value('SELECT count(*) FROM t'), 2001 + i);
        assert.equal(count(db), 1 + i, 'nothing is seen of what is not committed');
        await wa.run('ROLLBACK');
        assert.equal(count(db), 1 + i);
        assert.equal(await wa.value('SELECT count(*) FROM t'), 1 + i);
        await wa.run('BEGIN', 'INSERT INTO t VALUES (2, 2)', 'ROLLBACK', 'BEGIN', 'INSERT INTO t VALUES (3, 3)', 'COMMIT');
        assert.equal(count(db), 2 + i);
      }
      await wa.run('BEGIN', fill, 'COMMIT', 'DELETE FROM t WHERE a = 5');
      db.exec('INSERT INTO t VALUES (4, 4)');
      assert.equal(await wa.value('SELECT count(*) FROM t'), 2003 + 1 - (await wa.value('SELECT count(*) FROM t WHERE a = 5')));
      await checkSound(assert, wa, db);
      await checkSound(assert, await openWa(), db);
    });
  }

  on('synchronous is taken in each of its grades', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a)');
    for (const grade of [0, 1, 2, 3]) {
      await wa.run(`PRAGMA synchronous=${grade}`, 'INSERT INTO t VALUES (1)', 'BEGIN', 'INSERT INTO t VALUES (2)', 'ROLLBACK');
      assert.equal(await wa.value('PRAGMA synchronous'), grade);
      assert.equal(count(db), grade + 1);
    }
  });

  for (const size of [512, 1024, 2048, 8192, 16384, 32768, 65536]) {
    on(`a new database with pages of ${size} bytes`, async ({ wa, db, openWa, openGlasswal }) => {
      await wa.run(`PRAGMA page_size=${size}`, 'CREATE TABLE t(a)', 'INSERT INTO t SELECT randomblob(200000) FROM (VALUES (1), (2))');
      assert.equal(await wa.value('PRAGMA page_size'), size);
      assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 2);
      assert.equal(db.pragma('page_size', { simple: true }), size);
      db.exec('INSERT INTO t VALUES (randomblob(300000))');
      assert.equal(await wa.value('SELECT sum(length(a)) FROM t'), 700_000);
      const other = await openWa();
      assert.equal(await other.value('PRAGMA page_size'), size);
      await wa.run('PRAGMA page_size=4096');
      assert.equal(await wa.failure('VACUUM'), SQLITE_BUSY);
      assert.match(wa.vfs.lastError.message, /only while no other connection has .* open.*PRAGMA page_size = /);
      await wa.run(`PRAGMA page_size=${size}`, 'VACUUM', 'PRAGMA page_size=4096');
      assert.equal(await wa.value('PRAGMA page_size'), size);
      await checkSound(assert, other, db);
      await other.close();
      db.close();
      await wa.run('VACUUM');
      assert.equal(await wa.value('PRAGMA page_size'), 4096);
      await wa.run('INSERT INTO t VALUES (zeroblob(100000))');
      await wa.run(`PRAGMA page_size=${size}`, "VACUUM INTO '/into.sqlite'");
      const into = await openWa('/into.sqlite');
      assert.equal(await into.value('PRAGMA page_size'), size);
      for (const connection of [wa, into]) {
        assert.equal(await connection.value('SELECT sum(length(a)) FROM t'), 800_000);
        await checkSound(assert, connection, openGlasswal(connection === into ? '/into.sqlite' : undefined));
      }
    });
  }

  for (const [mode, number] of [['full', 1], ['incremental', 2]]) {
    on(`auto_vacuum=${mode}`, async ({ wa, db }) => {
      await wa.run(`PRAGMA auto_vacuum=${mode}`, 'CREATE TABLE t(a)');
      assert.equal(db.pragma('auto_vacuum', { simple: true }), number);
      await wa.run('WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO t SELECT randomblob(5000) FROM n');
      const full = db.pragma('page_count', { simple: true });
      await wa.run('DELETE FROM t WHERE rowid % 2 = 0');
      if (number === 2) await wa.run('PRAGMA incremental_vacuum');
      const rest = db.pragma('page_count', { simple: true });
      assert.ok(rest < full * 0.7, `${rest} pages of ${full}`);
      assert.equal(db.pragma('freelist_count', { simple: true }), 0);
      assert.equal(await wa.value('PRAGMA page_count'), rest);
      db.exec('DELETE FROM t WHERE rowid % 3 = 0');
      await wa.run('INSERT INTO t VALUES (randomblob(20000))');
      await checkSound(assert, wa, db);
    });
  }

  for (const encoding of ['UTF-16le', 'UTF-16be']) {
    on(`encoding=${encoding}`, async ({ wa, openGlasswal }) => {
      await wa.run(`PRAGMA encoding='${encoding}'`, 'CREATE TABLE t(a)', "INSERT INTO t VALUES ('grün 😀')");
      const db = openGlasswal();
      assert.equal(db.pragma('encoding', { simple: true }), encoding);
      assert.equal(db.prepare('SELECT a FROM t').pluck().get(), 'grün 😀');
      db.exec("UPDATE t SET a = a || '!'");
      assert.equal(await wa.value('SELECT a FROM t'), 'grün 😀!');
    });
  }

  on('VACUUM makes the database smaller for both', async ({ wa, db }) => {
    await wa.run('CREATE TABLE t(a)', 'INSERT INTO t SELECT zeroblob(9000) FROM (VALUES (1), (2), (3), (4), (5), (6), (7))', 'DELETE FROM t WHERE rowid > 2');
    const before = db.pragma('page_count', { simple: true });
    await wa.run('VACUUM');
    const after = db.pragma('page_count', { simple: true });
    assert.ok(after < before, `${after} of ${before}`);
    assert.equal(await wa.value('PRAGMA page_count'), after);
    db.exec('INSERT INTO t VALUES (zeroblob(50000)); DELETE FROM t; VACUUM');
    assert.equal(await wa.value('PRAGMA page_count'), 2);
    await checkSound(assert, wa, db);
  });

  on('VACUUM INTO makes another database', async ({ wa, db, openWa, openGlasswal }) => {
    await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1), (2)', "VACUUM INTO '/copy.sqlite'");
    db.exec('DELETE FROM t');
    assert.deepEqual(openGlasswal('/copy.sqlite').prepare('SELECT a FROM t').pluck().all(), [1, 2]);
    assert.deepEqual(await (await openWa('/copy.sqlite')).rows('SELECT a FROM t'), [[1], [2]]);
  });

  for (const mode of ['delete', 'persist', 'memory']) {
    on(`one transaction over two databases, journal_mode=${mode}`, async ({ wa, db, openGlasswal }) => {
      await wa.run("ATTACH '/second.sqlite' AS second", `PRAGMA main.journal_mode=${mode}`, `PRAGMA second.journal_mode=${mode}`,
        'CREATE TABLE t(a)', 'CREATE TABLE second.t(a)');
      const second = openGlasswal('/second.sqlite');
      for (let i = 1; i <= 5; ++i) {
        await wa.run('BEGIN', 'INSERT INTO t VALUES (1)', 'INSERT INTO second.t VALUES (1)', 'COMMIT', 'BEGIN', 'INSERT INTO t VALUES (1)',
          'INSERT INTO second.t VALUES (1)', 'ROLLBACK');
        assert.deepEqual([count(db), count(second)], [i, i]);
      }
      second.exec('INSERT INTO t VALUES (2)');
      assert.equal(await wa.value('SELECT count(*) FROM second.t'), 6);
      second.exec('BEGIN IMMEDIATE');
      await wa.run('PRAGMA second.busy_timeout=50', 'BEGIN', 'INSERT INTO t VALUES (1)');
      assert.equal(await wa.failure('INSERT INTO second.t VALUES (1)'), SQLITE_BUSY);
      await wa.run('ROLLBACK');
      second.exec('COMMIT');
      await checkSound(assert, wa, db);
      await wa.run('DETACH second');
    });
  }

  on('temporary tables are of one connection alone, however large', async ({ wa, db, openWa }) => {
    await wa.run('PRAGMA temp_store=file', 'CREATE TABLE t(a)', 'PRAGMA temp.cache_size=10', 'CREATE TEMP TABLE own(a, b)',
      'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO own SELECT i, randomblob(500) FROM n',
      'BEGIN', 'DELETE FROM own WHERE a % 2', 'ROLLBACK');
    assert.equal(await wa.value('SELECT count(DISTINCT b) FROM own'), 3000);
    assert.equal(await (await openWa()).value('SELECT count(*) FROM sqlite_temp_schema'), 0);
    assert.deepEqual(db.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['t']);
  });

  on('wal_checkpoint in all modes gives three columns, and one where it is kept from it', async ({ wa, db, vfs, client, runtime }) => {
    await wa.run('CREATE TABLE t(a)');
    const log = () => client.diagnostics().files.find(({ path }) => path === `${runtime.path}-wal`).logicalSizeBytes;
    for (const mode of ['', '(PASSIVE)', '(FULL)', '(RESTART)', '(TRUNCATE)', '=truncate']) {
      await wa.run('INSERT INTO t VALUES (1)');
      assert.ok(log() > 0);
      const [row] = await wa.rows(`PRAGMA wal_checkpoint${mode}`);
      assert.deepEqual([row.length, row[0]], [3, 0], mode);
    }
    assert.equal(log(), 0);
    await wa.run('INSERT INTO t VALUES (1)');
    db.exec('BEGIN');
    assert.equal(count(db), 7);
    await wa.run('INSERT INTO t VALUES (1)', 'PRAGMA busy_timeout=20');
    assert.deepEqual(await wa.rows('PRAGMA wal_checkpoint(TRUNCATE)'), [['1']], 'somebody reads what is older');
    assert.match(vfs.lastError.message, /`native`/);
    db.exec('COMMIT');
    assert.equal((await wa.rows('PRAGMA wal_checkpoint(TRUNCATE)'))[0][0], 0);
  });

  on('wal_autocheckpoint', async ({ wa, client, runtime }) => {
    const checkpoints = () => client.diagnostics().databases.find(({ path }) => path === runtime.path).totals.checkpoints;
    await wa.run('PRAGMA wal_autocheckpoint=0', 'CREATE TABLE t(a)');
    const before = checkpoints();
    await wa.run('INSERT INTO t VALUES (zeroblob(5000000))');
    assert.equal(checkpoints(), before);
    await wa.run('PRAGMA wal_autocheckpoint=10', 'INSERT INTO t VALUES (1)');
    assert.equal(checkpoints(), before + 1);
    await wa.run('INSERT INTO t VALUES (1)', 'INSERT INTO t VALUES (zeroblob(50000))');
    assert.equal(checkpoints(), before + 2);
  });

  on('what is only told back', async ({ wa }) => {
    assert.equal(await wa.value('PRAGMA busy_timeout'), '-1');
    assert.equal(await wa.value('PRAGMA busy_timeout=123'), '123');
    assert.equal(await wa.value('PRAGMA busy_timeout'), '123');
    assert.equal(await wa.value('PRAGMA lazy_lock'), 'readwrite');
    for (const lock of ['none', 'read', 'write', 'readwrite']) {
      assert.equal(await wa.value(`PRAGMA lazy_lock=${lock}`), lock);
      assert.equal(await wa.value('PRAGMA lazy_lock'), lock);
    }
    assert.equal(await wa.failure('PRAGMA lazy_lock=sometimes'), 1);
    assert.equal(await wa.value('PRAGMA backstop_interval'), '30000');
    await wa.run('PRAGMA backstop_interval=77');
    assert.equal(await wa.value('PRAGMA backstop_interval'), '77');
    assert.equal(await wa.value('PRAGMA journal_size_limit=10000'), 10000);
    await wa.run('PRAGMA journal_mode=persist', 'CREATE TABLE t(a)', 'INSERT INTO t VALUES (zeroblob(100000))');
    assert.equal(await wa.value('PRAGMA journal_size_limit'), 10000);
  });

  on('vfs_trace', async ({ wa, vfs }) => {
    assert.equal(vfs.log, null);
    await wa.run('PRAGMA vfs_trace=1');
    assert.equal(typeof vfs.log, 'function');
    await wa.run('PRAGMA vfs_trace=0');
    assert.equal(vfs.log, null);
    const said = [];
    vfs.log = (...what) => said.push(what[0]);
    await wa.run('CREATE TABLE t(a)', 'SELECT * FROM t');
    for (const method of ['xRead', 'xWrite', 'xLock', 'xUnlock', 'xFileControl']) assert.ok(said.includes(method), method);
  });
}
