// A worker thread as play.js wants it.
import { Worker } from 'node:worker_threads';

/** A function that starts a thread of the script. */
export function threadStarter(script) {
  return () => {
    const worker = new Worker(script);
    const failed = new Promise((_, reject) => worker.once('error', reject));
    return {
      ask: (message) => {
        const answered = new Promise((resolve, reject) => {
          worker.once('message', ({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error))));
        });
        worker.postMessage(message);
        return Promise.race([answered, failed]);
      },
      terminate: () => worker.terminate(),
    };
  };
}
