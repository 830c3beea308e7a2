// VACUUM to pages of another size: alone, in exclusive mode, and when the thread that does it is killed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { VERSIONS, checkSound, newRuntime, place } from './open.mjs';
import { thread } from './thread.mjs';

const acts = new URL('./acts.mjs', import.meta.url).href;
const KILLS = Number(process.env.GLASSWAL_KILLS ?? 12);
const SEED = Number(process.env.GLASSWAL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROWS = 200;

const filesOf = (client) => client.files().map(({ path }) => path);

for (const version of VERSIONS) {
  test(`${version}: in exclusive mode`, async (t) => {
    const { wa, db, openGlasswal } = await place(t, { version });
    db.close();
    await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (randomblob(50000))', 'PRAGMA locking_mode=exclusive', 'INSERT INTO t VALUES (2)');
    for (const size of [512, 65536, 4096]) {
      await wa.run(`PRAGMA page_size=${size}`, 'VACUUM');
      assert.equal(await wa.value('PRAGMA page_size'), size);
      await wa.run('UPDATE t SET a = randomblob(50000) WHERE rowid = 1');
      const reader = openGlasswal();
      reader.pragma('busy_timeout = 0');
      assert.equal(reader.pragma('page_size', { simple: true }), size);
      assert.equal(reader.pragma('journal_mode', { simple: true }), 'wal');
      assert.throws(() => reader.exec('INSERT INTO t VALUES (3)'), { code: 'SQLITE_BUSY' });
      await checkSound(assert, wa, reader);
      reader.close();
    }
    assert.equal(await wa.value('PRAGMA locking_mode'), 'exclusive');
  });

  test(`${version}: one of glasswal's connections in rollback mode stays in it`, async (t) => {
    const { wa, db, openGlasswal } = await place(t, { version });
    await wa.close();
    db.exec('PRAGMA journal_mode = delete; CREATE TABLE t(a); INSERT INTO t VALUES (1)');
    db.close();
    const { wa: other } = await place(t, { version });
    await other.close();
    const again = openGlasswal();
    assert.equal(again.pragma('journal_mode', { simple: true }), 'delete');
    assert.equal(again.prepare('SELECT a FROM t').pluck().get(), 1);
  });

  test(`${version}: an empty database, and one of a single page`, async (t) => {
    const { wa, db, openGlasswal } = await place(t, { version });
    db.close();
    await wa.run('PRAGMA user_version=7', 'PRAGMA page_size=1024', 'VACUUM');
    assert.deepEqual([await wa.value('PRAGMA page_size'), await wa.value('PRAGMA user_version')], [1024, 7]);
    const after = openGlasswal();
    assert.equal(after.pragma('journal_mode', { simple: true }), 'wal');
    assert.equal(after.pragma('user_version', { simple: true }), 7);
    after.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1)');
    assert.equal(await wa.value('SELECT a FROM t'), 1);
    await checkSound(assert, wa, after);
  });
}

test(`who dies in it leaves a database in WAL mode, as it was or as it was to be (GLASSWAL_SEED=${SEED}, ${KILLS} kills)`, within(120_000, async (t) => {
  let state = SEED;
  const random = (below) => (state = (Math.imul(state, 48271) >>> 0) % 0x7fffffff) % below;
  const runtime = newRuntime(t);
  const sizes = new Set();
  for (let i = 0; i < KILLS; ++i) {
    const doomed = await thread(t, runtime, acts, { side: 'wa', name: 'doomed' });
    assert.equal(await doomed.call('fillWide', ROWS), ROWS);
    const size = await doomed.call('pageSize');
    doomed.start('resizeForGood');
    // Every other one dies after some of them, in the next.
    for (let done = i % 2 * (1 + random(3)); done >= 0; --done) await doomed.heard();
    await new Promise((resolve) => setTimeout(resolve, random(60)));
    await doomed.worker.terminate();

    const { client, db } = await placeAfter(runtime);
    assert.equal(db.pragma('journal_mode', { simple: true }), 'wal', `after ${i} kills, from pages of ${size}`);
    sizes.add(db.pragma('page_size', { simple: true }));
    assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), ROWS);
    assert.deepEqual(db.prepare('PRAGMA integrity_check').pluck().all(), ['ok']);
    db.exec('UPDATE t SET a = a + 1 WHERE rowid = 1');
    assert.ok(filesOf(client).includes(`${runtime.path}-wal`), filesOf(client).join(', '));
    client.close();
  }
  assert.ok(sizes.size > 1, 'some of them came to an end');
}));

async function placeAfter(runtime) {
  const { join } = await import('../../wasm/dist/index.js');
  const client = await join(runtime, { name: 'after' });
  return { client, db: client.open() };
}
