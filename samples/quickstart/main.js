// The page: makes the runtime, and gives it to each worker as a plain message.
import { createRuntime } from '/glasswal/index.js';

const log = document.querySelector('#log');
const runtime = await createRuntime('/app.sqlite');

/** Starts a worker with a task; resolves with what it answers. */
function work(task) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage({ runtime, task });
  });
}

log.append(`${await work('write')}\n`);
log.append(`${await work('read')}\n`);
