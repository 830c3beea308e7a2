// Stacks that are used up: SQL can nest too deeply for the stack of a client, below which memory of others lies. The client
// is given up before it writes there; the others recover from it, and its thread can join again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { within } from '../tools/limit.mjs';
import { join } from '../../wasm/dist/index.js';
import { GlasswalError, place } from '../web/api/open.mjs';

/** Reads through `levels` common table expressions, each of which SQLite compiles within the last. */
const nested = (levels) => `WITH c0(x) AS (SELECT 1), ${
  Array.from({ length: levels }, (_, i) => `c${i + 1}(x) AS (SELECT x FROM c${i})`).join(', ')} SELECT x FROM c${levels}`;

const WAYS = {
  'a query in a query in a query': (db) => db.prepare(nested(5000)).get(),
  'such a query in a function': (db) => {
    db.function('deep', () => db.prepare(nested(5000)).get());
    return db.unsafeMode().prepare('SELECT deep()').get();
  },
};

for (const [way, nest] of Object.entries(WAYS)) {
  test(`${way}: the client is given up, and nobody else is harmed`, within(60_000, async (t) => {
    const { runtime, open } = await place(t);
    const db = open({ busyTimeout: 10_000 });
    db.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('committed')");

    const deep = await join(runtime, { name: 'deep' });
    const its = deep.open('/api.sqlite');
    its.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('not committed')");
    const givenUp = (error) => error instanceof GlasswalError && error.code === 'ABORTED' && /stack.* is used up.*join/s.test(error.message);
    assert.throws(() => nest(its), givenUp);
    assert.throws(() => its.exec('COMMIT'), givenUp, 'it is not called any more');
    assert.throws(() => deep.open(), givenUp);
    its.close();
    deep.close();

    db.exec("INSERT INTO t VALUES ('mine')");
    assert.deepEqual(db.prepare('SELECT v FROM t').pluck().all(), ['committed', 'mine']);
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    const { recoveries, clients } = runtime.diagnostics();
    assert.deepEqual(recoveries.map(({ clientName }) => clientName), ['deep']);
    assert.deepEqual(clients.map(({ name }) => name), ['tester']);

    const again = await join(runtime, { name: 'deep' });
    assert.equal(again.open('/api.sqlite').prepare('SELECT count(*) FROM t').pluck().get(), 2);
    again.close();
  }));
}

test('where JavaScript has stack enough, it is the stack in the shared memory that ends', within(60_000, async (t) => {
  const { runtime, open } = await place(t);
  const db = open({ busyTimeout: 10_000 });
  db.exec('CREATE TABLE t(v)');
  const { id, path, version, memory, module } = runtime;
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { join } = await import(workerData.package);
    const db = (await join(workerData.runtime, { name: 'deep' })).open();
    db.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('not committed')");
    const read = (sql) => {
      try {
        return db.prepare(sql).pluck().get();
      } catch ({ code, message }) {
        return { code, message };
      }
    };
    parentPort.postMessage(workerData.queries.map(read));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  `;
  const worker = new Worker(source, {
    eval: true,
    resourceLimits: { stackSizeMb: 64 },
    workerData: {
      runtime: { id, path, version, memory, module }, queries: [nested(1000), nested(20_000), 'SELECT 1'],
      package: new URL('../../wasm/dist/index.js', import.meta.url).href,
    },
  });
  const answers = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.equal(answers[0], 1);
  for (const { code, message } of answers.slice(1)) {
    assert.equal(code, 'ABORTED');
    assert.match(message, /its stack of 512 KiB is used up/);
  }
  // Its thread still lives: what it held is taken back because it will never run again.
  db.exec("INSERT INTO t VALUES ('mine')");
  assert.deepEqual(db.prepare('SELECT v FROM t').pluck().all(), ['mine']);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  await worker.terminate();
}));
