// What a consumer writes for Node, without a page's types.
import { Worker } from 'node:worker_threads';

import { createRuntime } from 'glasswal';

const runtime = await createRuntime('/app.sqlite', { name: 'main' });
const worker = new Worker('worker.mjs');
worker.postMessage({ runtime });
runtime.watch(worker);
