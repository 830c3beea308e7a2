// What wa-sqlite and glasswal see of each other's commits: everything, at once, and nothing of it in a snapshot taken before.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { VERSIONS, checkSound, newRuntime, place, waSqlite } from './open.mjs';
import { thread } from './thread.mjs';

const MODULE = new URL('seen_worker.mjs', import.meta.url).href;
const ROUNDS = 3000;

for (const version of VERSIONS) {
  test(`${version}: the quickstart`, async (t) => {
    const { wa, db } = await place(t, { version });
    assert.equal(await wa.value('PRAGMA journal_mode=WAL'), 'wal');
    await wa.run('CREATE TABLE rows (value TEXT NOT NULL)', "INSERT INTO rows VALUES ('hello')");
    assert.deepEqual(db.prepare('SELECT * FROM rows').all(), [{ value: 'hello' }]);
    db.exec("INSERT INTO rows VALUES ('from glasswal')");
    assert.deepEqual(await wa.rows('SELECT * FROM rows'), [['hello'], ['from glasswal']]);
    await checkSound(assert, wa, db);
  });

  test(`${version}: rows, schema and versions go both ways`, async (t) => {
    const { wa, db } = await place(t, { version });
    await wa.run('CREATE TABLE t(a, b)', 'PRAGMA user_version=7', 'PRAGMA application_id=8');
    assert.deepEqual([db.pragma('user_version', { simple: true }), db.pragma('application_id', { simple: true })], [7, 8]);
    const insert = db.prepare('INSERT INTO t(a, b) VALUES (?, ?)');
    insert.run(1, 'one');
    db.pragma('user_version = 9');
    assert.equal(await wa.value('PRAGMA user_version'), 9);
    for (let i = 0; i < 10; ++i) {
      db.exec(`ALTER TABLE t ADD COLUMN g${i}; CREATE INDEX gi${i} ON t(g${i})`);
      await wa.run(`UPDATE t SET g${i} = ${i}`, `ALTER TABLE t ADD COLUMN w${i} DEFAULT 3`, `CREATE VIEW v${i} AS SELECT g${i} FROM t`);
      assert.equal(db.prepare(`SELECT w${i} + (SELECT * FROM v${i}) FROM t`).pluck().get(), 3 + i);
    }
    db.exec('DROP VIEW v1; DROP INDEX gi1');
    assert.equal(await wa.value("SELECT count(*) FROM sqlite_schema WHERE name IN ('v1', 'gi1')"), 0);
    await wa.run('DROP TABLE t');
    assert.throws(() => insert.run(2, 'two'), /no such table: t/);
    await checkSound(assert, wa, db);
  });

  test(`${version}: a snapshot stays while others commit and checkpoint`, async (t) => {
    const { wa, db, openWa, openGlasswal } = await place(t, { version });
    const [otherWa, otherDb] = [await openWa(), openGlasswal()];
    await wa.run('CREATE TABLE t(a, b)', 'INSERT INTO t VALUES (0, zeroblob(9000))', 'BEGIN', 'SELECT count(*) FROM t');
    db.exec('BEGIN');
    const seen = async () => [await wa.value('SELECT count(*) FROM t'), db.prepare('SELECT count(*) FROM t').pluck().get(), await otherWa.value('SELECT count(*) FROM t')];
    assert.deepEqual(await seen(), [1, 1, 1]);
    for (let i = 1; i <= 20; ++i) {
      if (i % 2) await otherWa.run(`INSERT INTO t SELECT ${i}, zeroblob(30000) FROM t`);
      else otherDb.exec(`INSERT INTO t SELECT ${i}, b FROM t LIMIT 3; DELETE FROM t WHERE a <> 0; INSERT INTO t VALUES (1, 2)`);
      if (i % 4 === 0) await otherWa.run('PRAGMA wal_checkpoint');
      if (i % 4 === 1) otherDb.pragma('wal_checkpoint(PASSIVE)');
      assert.deepEqual((await seen()).slice(0, 2), [1, 1]);
    }
    const rows = await otherWa.value('SELECT count(*) FROM t');
    await wa.run('COMMIT');
    db.exec('COMMIT');
    assert.deepEqual(await seen(), [rows, rows, rows]);
    assert.equal((await wa.rows('PRAGMA wal_checkpoint(TRUNCATE)'))[0][0], 0);
    assert.deepEqual(await seen(), [rows, rows, rows]);
    await checkSound(assert, wa, db);
  });

  for (const [from, to] of [['wa', 'glasswal'], ['glasswal', 'wa'], ['wa', 'wa']]) {
    test(`${version}: of ${ROUNDS} commits by ${from} the very next read by ${to} sees each`, within(60_000, async (t) => {
      const runtime = newRuntime(t);
      const { open } = await waSqlite(runtime, { version });
      const wa = await open();
      await wa.run('CREATE TABLE t(count, filler)', 'INSERT INTO t VALUES (0, zeroblob(6000))');
      await wa.close();
      const [writer, reader] = await Promise.all([thread(t, runtime, MODULE, { side: from, version, name: 'writer' }), thread(t, runtime, MODULE, { side: to, version, name: 'reader' })]);
      const shared = new Int32Array(new SharedArrayBuffer(8));
      const [, { stale, reads }] = await Promise.all([writer.call('commit', shared, ROUNDS), reader.call('follow', shared, ROUNDS)]);
      assert.deepEqual({ stale, reads }, { stale: 0, reads: ROUNDS });
    }));
  }
}
