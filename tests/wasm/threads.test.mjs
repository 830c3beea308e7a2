// Threads of Node that share a runtime and are ended: their exit is the proof of their death.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { createRuntime } from '../../wasm/dist/index.js';
import { recovery, start, SURROUNDINGS } from './thread.mjs';

const KILLS = 40;
const HOLDS_WRITE = `${SURROUNDINGS}
  db.exec("INSERT INTO t VALUES ('committed'); BEGIN IMMEDIATE; INSERT INTO t VALUES ('not committed')");
  parentPort.postMessage('holds WRITE');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
`;

test(`${KILLS} threads that end while they hold WRITE are recovered from`, within(120_000, async () => {
  const runtime = await createRuntime('/threads.sqlite');
  const db = runtime.client.open({ busyTimeout: 0 });
  db.exec('CREATE TABLE t(v)');
  for (let i = 1; i <= KILLS; i++) {
    const { worker, message } = start(runtime, `victim-${i}`, HOLDS_WRITE);
    assert.equal(await message, 'holds WRITE');
    assert.throws(() => db.exec("INSERT INTO t VALUES ('refused')"), ({ code, lock }) =>
      code === 'SQLITE_BUSY' && lock.holder === `victim-${i}` && lock.lock === 'WRITE');
    const recovered = recovery(runtime);
    await worker.terminate();
    assert.equal((await recovered).clientName, `victim-${i}`);
    db.exec("INSERT INTO t VALUES ('mine')");
    assert.deepEqual(db.prepare('SELECT v, count(*) AS n FROM t GROUP BY v ORDER BY v').all(),
      [{ v: 'committed', n: i }, { v: 'mine', n: i }]);
  }
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  assert.deepEqual(runtime.diagnostics().clients.map(({ name }) => name), ['main']);
  runtime.close();
}));

test('evict() ends a thread that holds a lock and waits for the proof', within(60_000, async () => {
  const runtime = await createRuntime('/evict.sqlite');
  const db = runtime.client.open({ busyTimeout: 0 });
  db.exec('CREATE TABLE t(v)');
  const { worker, message } = start(runtime, 'stubborn', HOLDS_WRITE);
  await message;
  const { slot } = runtime.diagnostics().clients.find(({ name }) => name === 'stubborn');
  await runtime.evict(slot, worker);
  db.exec("INSERT INTO t VALUES ('mine')");
  assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 2);
  await assert.rejects(runtime.evict(slot, worker), /not there any more/);
  runtime.close();
}));

test('an expression as deep as SQLite allows fits on the stack', async () => {
  const runtime = await createRuntime('/deep.sqlite');
  const db = runtime.client.open();
  const deep = `${'('.repeat(90)}${'1+'.repeat(900)}1${')'.repeat(90)}`;
  assert.equal(db.prepare(`SELECT ${deep}`).pluck().get(), 901);
  assert.throws(() => db.prepare(`SELECT ${'1+'.repeat(1500)}1`), /too large/);
  runtime.close();
});

const FOUNDS_AND_HOLDS_WRITE = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { createRuntime } = await import(workerData.package);
  const runtime = await createRuntime('/app.sqlite', { name: 'founder' });
  const db = runtime.client.open();
  db.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('committed'); BEGIN IMMEDIATE; INSERT INTO t VALUES ('not committed')");
  const { id, path, version, memory, module } = runtime;
  parentPort.postMessage({ id, path, version, memory, module });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
`;
const IS_LEFT = `${SURROUNDINGS}
  parentPort.postMessage('joined');
  const recovered = () => client.diagnostics().recoveries.some(({ clientName }) => clientName === 'founder');
  while (!recovered()) await new Promise((resolve) => setTimeout(resolve, 10));
  db.exec("INSERT INTO t VALUES ('next')");
  parentPort.postMessage(db.prepare('SELECT v FROM t').pluck().all());
`;

test('a thread that created the runtime ends with WRITE: whoever is left finds out, though none of them started it',
  { skip: process.platform !== 'linux' }, within(60_000, async () => {
    const founder = start({}, 'founder', FOUNDS_AND_HOLDS_WRITE);
    const runtime = await founder.message;
    const lefts = ['left', 'other'].map((name) => start(runtime, name, IS_LEFT));
    for (const { message } of lefts) assert.equal(await message, 'joined');
    const rows = lefts.map(({ worker }) => new Promise((resolve) => worker.once('message', resolve)));
    await founder.worker.terminate();
    for (const values of await Promise.all(rows)) assert.deepEqual(new Set(values), new Set(['committed', 'next']));
    for (const { worker } of lefts) await worker.terminate();
  }));

test('the only thread that is left recovers from the dead one that it waits for',
  { skip: process.platform !== 'linux' }, within(60_000, async () => {
    const runtime = await createRuntime('/alone.sqlite');
    const db = runtime.client.open({ busyTimeout: 30_000 });
    db.exec('CREATE TABLE t(v)');
    const { worker, message } = start(runtime, 'dead', HOLDS_WRITE);
    await message;
    // From here on this thread is inside the module, where no event of the other's exit arrives.
    const ended = worker.terminate();
    const began = performance.now();
    db.exec("INSERT INTO t VALUES ('next')");
    const waitedMs = performance.now() - began;
    assert.ok(waitedMs < 5000, `${waitedMs} ms`);
    assert.deepEqual(db.prepare('SELECT v FROM t').pluck().all(), ['committed', 'next']);
    assert.deepEqual(runtime.diagnostics().recoveries.map(({ clientName }) => clientName), ['dead']);
    await ended;
    runtime.close();
  }));

const GIVES_UP = `${SURROUNDINGS}
  db.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('not committed')");
  const parts = Array.from({ length: 20_000 }, (_, i) => 'c' + (i + 1) + '(x) AS (SELECT x FROM c' + i + ')');
  try {
    db.prepare('WITH c0(x) AS (SELECT 1), ' + parts.join(', ') + ' SELECT x FROM c20000').all();
  } catch ({ code }) {
    parentPort.postMessage(code);
  }
  setInterval(() => undefined, 1000);
`;

test('a client that is given up is recovered from at once, also if nobody needs what it held', within(60_000, async () => {
  const runtime = await createRuntime('/given_up.sqlite');
  const db = runtime.client.open({ busyTimeout: 0 });
  db.exec('CREATE TABLE t(v)');
  const recovered = recovery(runtime);
  const { worker, message } = start(runtime, 'deep', GIVES_UP);
  assert.equal(await message, 'ABORTED');
  assert.equal((await recovered).clientName, 'deep');
  db.exec("INSERT INTO t VALUES ('next')");
  assert.deepEqual(db.prepare('SELECT v FROM t').pluck().all(), ['next']);
  await worker.terminate();
  runtime.close();
}));
