// A browser's worker: it is asked by postMessage, and answers likewise.
import { newWork } from './work.js';

/** Answers every message of this worker. */
export function workInWorker(glasswal) {
  const work = newWork(glasswal);
  addEventListener('message', ({ data }) => {
    work(data).then((value) => postMessage({ value }), (error) => postMessage({ error: `${error.name}: ${error.message}` }));
  });
}
