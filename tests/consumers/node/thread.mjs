// A worker thread: asked by messages, answers likewise.
import { parentPort } from 'node:worker_threads';

import * as glasswal from 'glasswal';

import { newWork } from './work.js';

const work = newWork(glasswal);
parentPort.on('message', (message) => {
  work(message).then((value) => parentPort.postMessage({ value }),
    (error) => parentPort.postMessage({ error: `${error.name}: ${error.message}` }));
});
