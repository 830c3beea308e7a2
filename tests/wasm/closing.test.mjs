// What goes on after a client has left or was lost: its timers, listeners and the ends of threads that it watched.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { createRuntime } from '../../wasm/dist/index.js';
import { recovery, start, SURROUNDINGS } from './thread.mjs';

const IDLE = `${SURROUNDINGS}
  parentPort.postMessage('joined');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
`;
const TOO_DEEP = (() => {
  const parts = Array.from({ length: 20_000 }, (_, i) => `c${i + 1}(x) AS (SELECT x FROM c${i})`);
  return `WITH c0(x) AS (SELECT 1), ${parts.join(', ')} SELECT x FROM c20000`;
})();

async function startIdle(runtime, name) {
  const { worker, message } = start(runtime, name, IDLE);
  await message;
  return worker;
}

test('a runtime that was closed calls nothing in the memory that its client has given back', within(120_000, async () => {
  const runtime = await createRuntime('/closing.sqlite');
  runtime.client.open().exec('CREATE TABLE t(v)');
  const others = [];
  for (let i = 0; i < 10; i++) others.push(await startIdle(runtime, `other-${i}`));
  runtime.close();
  // It joins in the place of the creator, in the same memory, and would notice anybody else in it.
  const { worker, message } = start(runtime, 'newcomer', `${SURROUNDINGS}
    const told = new Promise((resolve) => parentPort.once('message', resolve));
    let over = false;
    told.then(() => (over = true));
    parentPort.postMessage(client.slot);
    const insert = db.prepare('INSERT INTO t VALUES (?)');
    const sum = db.prepare('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000) SELECT sum(x) FROM c').pluck();
    const wrong = [];
    while (!over && wrong.length === 0) {
      insert.run('x'.repeat(100));
      const got = sum.get();
      if (got !== 2001000) wrong.push(String(got));
      await new Promise((resolve) => setImmediate(resolve));
    }
    parentPort.postMessage({ wrong, integrity: db.pragma('integrity_check', { simple: true }) });
  `);
  assert.equal(await message, 0);
  for (const other of others) await other.terminate();
  const said = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  worker.postMessage('over');
  assert.deepEqual(await said, { wrong: [], integrity: 'ok' });
  await worker.terminate();
}));

test('a logger of a client that is given up logs no more, and closing is possible', within(60_000, async () => {
  const records = [];
  const runtime = await createRuntime('/closing.sqlite', { logger: (record) => records.push(record) });
  assert.throws(() => runtime.client.open().prepare(TOO_DEEP).all(), ({ code }) => code === 'ABORTED');
  const uncaught = [];
  const notice = (error) => uncaught.push(error);
  process.on('uncaughtException', notice);
  // A timer that is set now is due after the one of the logger.
  await new Promise((resolve) => setTimeout(resolve, 200));
  runtime.close();
  assert.equal(runtime.client.closed, true);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('uncaughtException', notice);
  assert.deepEqual(uncaught, []);
}));

test('a listener of onRecovery that subscribes anew in its call hears of each recovery once', within(60_000, async () => {
  const runtime = await createRuntime('/closing.sqlite');
  const heard = [];
  const again = () => {
    const end = runtime.onRecovery(({ clientName }) => {
      end();
      heard.push(clientName);
      if (heard.length < 10) again();
    });
  };
  again();
  for (const name of ['first', 'second']) {
    const worker = await startIdle(runtime, name);
    const recovered = recovery(runtime);
    await worker.terminate();
    await recovered;
  }
  assert.deepEqual(heard, ['first', 'second']);
  runtime.close();
}));

test('the same function subscribed twice to onRecovery is called twice, and each subscription ends by itself', within(60_000, async () => {
  const runtime = await createRuntime('/closing.sqlite');
  const heard = [];
  const listener = ({ clientName }) => heard.push(clientName);
  const ends = [runtime.onRecovery(listener), runtime.onRecovery(listener)];
  for (const name of ['first', 'second']) {
    const worker = await startIdle(runtime, name);
    const recovered = recovery(runtime);
    await worker.terminate();
    await recovered;
    ends.pop()();
  }
  assert.deepEqual(heard, ['first', 'first', 'second']);
  runtime.close();
}));

test('evict() is refused when it is called for nothing, and when its runtime is closed before the proof', within(60_000, async () => {
  const runtime = await createRuntime('/closing.sqlite');
  const worker = await startIdle(runtime, 'idle');
  await assert.rejects(runtime.evict(null, worker), { code: 'MISUSE', message: /evict\(\) was given null/ });
  await assert.rejects(runtime.evict(1, undefined), TypeError);
  const evicting = runtime.evict(1, () => undefined);
  runtime.close();
  await assert.rejects(evicting, ({ code }) => code === 'CLOSED');
  await worker.terminate();
}));

test('remove() takes a path, and no log away from its database', within(60_000, async () => {
  const runtime = await createRuntime('/closing.sqlite');
  const db = runtime.client.open();
  db.exec('CREATE TABLE t(v); INSERT INTO t VALUES (1)');
  for (const path of [undefined, null, 5, {}, '/closing.sqlite\0junk']) assert.throws(() => runtime.client.remove(path), TypeError);
  assert.throws(() => runtime.client.remove('/closing.sqlite-wal'), ({ code, message }) =>
    code === 'OPTION' && message.includes('remove /closing.sqlite instead'));
  runtime.close();
}));
