// The runtime as glasswal's: who makes its region, who comes into it, and the other builds of wa-sqlite on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { join } from '../../wasm/dist/index.js';
import { within } from '../tools/limit.mjs';
import { VERSIONS, newRuntime, place, waSqlite } from './open.mjs';
import { thread } from './thread.mjs';

const module = new URL('./acts.mjs', import.meta.url).href;
const SEED = Number(process.env.GLASSWAL_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** The script of a thread that creates a runtime, hands it over, and never comes back to its event loop. */
const HOARDER = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData).then(({ createMemoryWriteAheadSharedRuntime }) => {
    parentPort.postMessage({ ...createMemoryWriteAheadSharedRuntime('/hoarded.sqlite') });
    for (;;);
  });`;

test('a creator that never yields keeps nobody out', within(20_000, async (t) => {
  const worker = new Worker(HOARDER, { eval: true, workerData: new URL('../../wasm/dist/adapters/wa_sqlite.js', import.meta.url).href });
  t.after(() => worker.terminate());
  const runtime = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const [first, second] = await Promise.all(['wa', 'glasswal'].map((side) => thread(t, runtime, module, { side })));
  assert.equal(await first.call('add'), 1);
  assert.equal(await second.call('add'), 2);
}));

test(`founders that die keep nobody out (GLASSWAL_SEED=${SEED})`, within(60_000, async (t) => {
  let state = SEED;
  const random = (below) => (state = (Math.imul(state, 48271) >>> 0) % 0x7fffffff) % below;
  for (let round = 0; round < 6; ++round) {
    const runtime = { ...newRuntime(t) };
    const doomed = Array.from({ length: 3 }, () => thread(t, runtime, module, { side: 'wa' }));
    // A worker that is ended before it is ready answers nothing; that is what it is for.
    doomed.forEach((each) => each.then(({ worker }) => worker.terminate(), () => undefined));
    const living = ['wa', 'glasswal'].map((side) => thread(t, runtime, module, { side }));
    await new Promise((resolve) => setTimeout(resolve, random(60)));
    const [first, second] = await Promise.all(living);
    assert.ok((await first.call('add')) >= 1);
    assert.ok((await second.call('add')) >= 2);
  }
}));

for (const version of VERSIONS) {
  test(`${version}: join(), capture() and the snapshot know it`, async (t) => {
    const { runtime, client, wa } = await place(t, { version, clientName: 'the door' });
    await wa.run('CREATE TABLE t(a)');
    const kinds = client.diagnostics().clients.map(({ name, kind }) => [name, kind]);
    assert.deepEqual(kinds, [['the door', 'wa-sqlite'], ['native', 'worker']]);
    assert.equal(client.diagnostics().region.id, runtime.id);
    const bytes = await runtime.capture();
    assert.ok(bytes.length > 10_000);
    const again = await join({ ...runtime }, { name: 'second' });
    assert.equal(again.open().prepare('SELECT count(*) FROM t').pluck().get(), 0);
    again.close();
  });

  test(`${version}: the Asyncify build waits for a lock, too`, async (t) => {
    const runtime = newRuntime(t);
    const side = await waSqlite(runtime, { version, build: 'wa-sqlite-async' });
    const [first, second] = [await side.open(), await side.open()];
    await first.run('CREATE TABLE t(a)', 'BEGIN IMMEDIATE', 'INSERT INTO t VALUES (1)');
    const waiting = second.run('INSERT INTO t VALUES (2)');
    await first.run('COMMIT');
    await waiting;
    assert.deepEqual(await first.rows('SELECT a FROM t ORDER BY a'), [[1], [2]]);
    await first.close();
    await second.close();
  });
}

test('the name of a database may be a URI, with parameters', async (t) => {
  const { side, db, runtime } = await place(t);
  db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (7)');
  const connection = await side.open(`file:${runtime.path}?mode=rwc&cache=private`, 0x46);
  assert.deepEqual(await connection.rows('SELECT a FROM t'), [[7]]);
  await connection.run('PRAGMA cache_size=10', 'INSERT INTO t SELECT randomblob(4000) FROM (SELECT 1 UNION ALL SELECT 2)', 'BEGIN', 'DELETE FROM t', 'ROLLBACK');
  assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 3);
  await connection.close();
});
