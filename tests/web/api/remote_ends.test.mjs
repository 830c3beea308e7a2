// A remote database whose other end is not there yet, or not any more.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';

import { within } from '../../tools/limit.mjs';
import { connect, database, place, serve } from './open.mjs';

const SOON_MS = 20_000;
const PACKAGE = new URL('../../../wasm/dist/index.js', import.meta.url).href;

const isRemote = (error) => error.name === 'GlasswalError' && error.code === 'REMOTE';

/** A worker that runs `text` as a module, with the package as `glasswal`. */
function startWorker(t, text, options) {
  const source = `import * as glasswal from ${JSON.stringify(PACKAGE)};\nimport { parentPort, workerData } from 'node:worker_threads';\n${text}`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), options);
  t.after(() => worker.terminate());
  return worker;
}

function channel(t) {
  const { port1, port2 } = new MessageChannel();
  t.after(() => {
    port1.close();
    port2.close();
  });
  return { port1, port2 };
}

const SERVING = `
  const client = await glasswal.join(workerData);
  const db = client.open();
  db.function('leave', () => process.exit());
  glasswal.serve(db, parentPort);`;

test('what waits for a worker that ends is rejected, and so is what comes', within(SOON_MS, async (t) => {
  const { runtime } = await place(t);
  const { id, path, version, memory, module } = runtime;
  const worker = startWorker(t, SERVING, { workerData: { id, path, version, memory, module } });
  const remote = connect(worker);
  assert.deepEqual(await remote.get('SELECT 1 AS one'), { one: 1 });
  await assert.rejects(remote.get('SELECT leave()'), isRemote);
  await assert.rejects(remote.get('SELECT 1'), isRemote);
  remote.close();
}));

test('a worker that fails to start, or has ended before, rejects', within(SOON_MS, async (t) => {
  const worker = startWorker(t, 'throw new Error("no luck");');
  worker.on('error', () => undefined);
  const remote = connect(worker);
  await assert.rejects(remote.get('SELECT 1'), isRemote);
  const late = connect(worker);
  await assert.rejects(late.get('SELECT 1'), isRemote);
  remote.close();
  late.close();
}));

test('a port whose other end is closed rejects', within(SOON_MS, async (t) => {
  const { port1, port2 } = channel(t);
  const remote = connect(port2);
  const waiting = remote.get('SELECT 1');
  port1.close();
  await assert.rejects(waiting, isRemote);
  await assert.rejects(remote.get('SELECT 1'), isRemote);
}));

test('requests are held until somebody serves, as they were when they were made', within(SOON_MS, async (t) => {
  const db = await database(t);
  const { port1, port2 } = channel(t);
  const remote = connect(port2);
  // Whatever comes before serve() is heard by others, and so lost to it.
  const heard = once(port1, 'message');
  const bytes = Uint8Array.of(1);
  const waiting = remote.get('SELECT ? AS bytes', bytes);
  bytes[0] = 2;
  await assert.rejects(remote.get('SELECT ?', () => 1), /could not be cloned/);
  await heard;
  t.after(serve(db, port1));
  assert.deepEqual(await waiting, { bytes: Uint8Array.of(1) });
  remote.close();
}));

test('who stops serving says so, and can serve again', within(SOON_MS, async (t) => {
  const db = await database(t);
  const { port1, port2 } = channel(t);
  const remote = connect(port2);
  const stop = serve(db, port1);
  assert.deepEqual(await remote.get('SELECT 1 AS one'), { one: 1 });
  assert.throws(() => serve(db, port1), (error) => error.code === 'MISUSE' && /served already/.test(error.message));
  const before = remote.get('SELECT 2 AS two');
  stop();
  await assert.rejects(before, isRemote);
  stop();
  await assert.rejects(remote.get('SELECT 1'), isRemote);
  const again = serve(db, port1);
  t.after(again);
  const answers = async () => remote.get('SELECT 3 AS three').catch(() => undefined);
  while ((await answers()) === undefined) await new Promise((resolve) => setImmediate(resolve));
  remote.close();
}));

test('several may ask through one port, and each gets its own answers', within(SOON_MS, async (t) => {
  const db = await database(t);
  const { port1, port2 } = channel(t);
  t.after(serve(db, port1));
  const remotes = Array.from({ length: 3 }, () => connect(port2));
  const answers = await Promise.all(remotes.map((remote, i) => remote.get(`SELECT ${i} AS own`)));
  assert.deepEqual(answers, [{ own: 0 }, { own: 1 }, { own: 2 }]);
  for (const remote of remotes) remote.close();
}));

test('an answer that cannot be posted is an error', within(SOON_MS, async (t) => {
  const db = await database(t);
  const { port1, port2 } = channel(t);
  let full = false;
  const postMessage = (message) => {
    if (full && message.result !== undefined) throw new RangeError('no memory for the message');
    port1.postMessage(message);
  };
  t.after(serve(db, { postMessage, on: (event, tell) => port1.on(event, tell), off: (event, tell) => port1.off(event, tell) }));
  const remote = connect(port2);
  assert.deepEqual(await remote.get('SELECT 1 AS one'), { one: 1 });
  full = true;
  await assert.rejects(remote.get('SELECT 1'), RangeError);
  remote.close();
}));

test('many runtimes, clients and connections in one thread make Node warn of nothing', within(SOON_MS, async (t) => {
  const warnings = [];
  const warned = (warning) => warnings.push(String(warning));
  process.on('warning', warned);
  t.after(() => process.off('warning', warned));
  const worker = startWorker(t, 'parentPort.on("message", () => undefined);');
  const { port2 } = channel(t);
  const places = await Promise.all(Array.from({ length: 12 }, () => place(t)));
  for (const { runtime } of places) runtime.watch(worker);
  for (const port of [worker, port2]) {
    for (let i = 0; i < 12; i++) {
      const remote = connect(port);
      t.after(() => remote.close());
    }
  }
  // Node warns in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, []);
  assert.equal(worker.listenerCount('message'), 1);
}));
