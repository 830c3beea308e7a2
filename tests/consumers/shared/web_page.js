// A browser's page: it asks its workers by postMessage. Apart from the worker's part, for a bundler must not find the worker in itself.
import { play } from './play.js';

/** A worker as play.js wants it. */
function asked(worker) {
  return {
    ask: (message) => new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(`the worker failed: ${event.message ?? 'it could not be loaded'}`));
      worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.value) : reject(new Error(data.error)));
      worker.postMessage(message);
    }),
    terminate: () => worker.terminate(),
  };
}

/** Plays with three of worker.js. What came of it is `outcome`, a promise, for the test. */
export function playInPage(glasswal) {
  globalThis.outcome = play(glasswal, () => asked(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })));
}
