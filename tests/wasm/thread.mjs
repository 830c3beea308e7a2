// A thread of Node that joins a runtime, for tests of what happens when it ends.
import { Worker } from 'node:worker_threads';

/** What the source of a thread begins with: `client` and `db` are there from then on. */
export const SURROUNDINGS = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { join } = await import(workerData.package);
  const client = await join(workerData.runtime, { name: workerData.name });
  const db = client.open({ busyTimeout: 20000 });
`;

/** Starts a thread from its source; `message` resolves to the first that it posts. */
export function start(runtime, name, source) {
  const { id, path, version, memory, module } = runtime;
  const workerData = { name, runtime: { id, path, version, memory, module },
    package: new URL('../../wasm/dist/index.js', import.meta.url).href };
  const worker = new Worker(source, { eval: true, workerData });
  const message = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { worker, message };
}

/** Resolves to the next recovery of the runtime. */
export async function recovery(runtime) {
  return new Promise((resolve) => {
    const end = runtime.onRecovery((recovered) => {
      end();
      resolve(recovered);
    });
  });
}
