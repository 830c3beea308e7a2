// A second client of a runtime, in a thread of its own, which runs what a test's module exports for it.
import { on, once } from 'node:events';
import { MessagePort, Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import { join } from '../../wasm/dist/index.js';

/**
 * Starts the thread; `call(name, ...values)` runs that function of `module` there, with the thread's Database before the values,
 * and resolves to what it returns. A function that needs to be watched while it runs may `say(message)`; `heard()` resolves to the
 * next of these.
 */
export async function otherClient(t, runtime, module) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { runtime, module } });
  t.after(() => worker.terminate());
  const messages = on(worker, 'message');
  const next = async (kind) => {
    const { value: [message] } = await messages.next();
    if (message.error !== undefined) throw message.error;
    if (message.kind !== kind) throw new Error(`The other client sent '${message.kind}' instead of '${kind}'.`);
    return message.value;
  };
  await next('ready');
  return {
    call(name, ...values) {
      worker.postMessage({ name, values }, values.filter((value) => value instanceof MessagePort));
      return next('result');
    },
    /** Starts a call whose messages are waited for first. */
    start(name, ...values) {
      worker.postMessage({ name, values });
    },
    heard: () => next('said'),
    result: () => next('result'),
  };
}

/** What `name` of `module`, which says that it is ready and waits for its argument to become 1, gives in four clients at once. */
export async function fourAtOnce(t, runtime, module, name) {
  const others = await Promise.all(Array.from({ length: 4 }, () => otherClient(t, runtime, module)));
  const start = new Int32Array(new SharedArrayBuffer(4));
  for (const other of others) other.start(name, start);
  await Promise.all(others.map((other) => other.heard()));
  Atomics.store(start, 0, 1);
  Atomics.notify(start, 0);
  return Promise.all(others.map((other) => other.result()));
}

if (!isMainThread && workerData?.module !== undefined) {
  const client = await join(workerData.runtime, { name: 'other' });
  const db = client.open();
  const functions = await import(workerData.module);
  const say = (value) => parentPort.postMessage({ kind: 'said', value });
  parentPort.postMessage({ kind: 'ready' });
  for (;;) {
    const [{ name, values }] = await once(parentPort, 'message');
    try {
      parentPort.postMessage({ kind: 'result', value: await functions[name]({ db, client, say }, ...values) });
    } catch (error) {
      parentPort.postMessage({ kind: 'result', error });
    }
  }
}
