// A worker thread as play.js wants it: the script thread.* beside the program that runs.
import path from 'node:path';
import { Worker } from 'node:worker_threads';

const program = process.argv[1];
const script = path.join(path.dirname(program), `thread${path.extname(program)}`);

/** Starts a thread. */
export function startThread() {
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
}
