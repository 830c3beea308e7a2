// A worker with a connection of either side, which runs what a test's module exports for it.
import { on, once } from 'node:events';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import { join } from '../../wasm/dist/index.js';
import { waSqlite } from './open.mjs';

/**
 * Starts the worker; `call(name, ...values)` runs that function of `module` there, with its connections before the values, and
 * resolves to what it returns. `side` is 'wa' or 'glasswal', `version` that of wa-sqlite.
 */
export async function thread(t, runtime, module, { side, version, name = side }) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { runtime: { ...runtime }, module, side, version, name } });
  t.after(() => worker.terminate());
  const messages = on(worker, 'message');
  const next = async (kind) => {
    const { value: [message] } = await messages.next();
    if (message.error !== undefined) throw message.error;
    if (message.kind !== kind) throw new Error(`The worker sent '${message.kind}' instead of '${kind}'.`);
    return message.value;
  };
  await next('ready');
  return {
    worker,
    call(name, ...values) {
      worker.postMessage({ name, values });
      return next('result');
    },
    /** Starts a call that says something before it ends. */
    start(name, ...values) {
      worker.postMessage({ name, values });
    },
    heard: () => next('said'),
    result: () => next('result'),
  };
}

/** The connection of the side that this worker has. */
async function connect({ runtime, side, version, name }) {
  if (side === 'wa') {
    const { open, vfs, module, sqlite3 } = await waSqlite(runtime, { version, clientName: name });
    return { runtime, vfs, open, side: { module, sqlite3 }, wa: await open() };
  }
  const client = await join(runtime, { name });
  return { runtime, client, db: client.open() };
}

if (!isMainThread && workerData?.module !== undefined) {
  const connections = await connect(workerData);
  const functions = await import(workerData.module);
  connections.say = (value) => parentPort.postMessage({ kind: 'said', value });
  parentPort.postMessage({ kind: 'ready' });
  for (;;) {
    const [{ name, values }] = await once(parentPort, 'message');
    try {
      parentPort.postMessage({ kind: 'result', value: await functions[name](connections, ...values) });
    } catch (error) {
      parentPort.postMessage({ kind: 'result', error });
    }
  }
}
