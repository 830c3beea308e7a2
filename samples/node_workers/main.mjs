// The main thread: makes the runtime, starts the workers, reads while they write.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { createRuntime } from 'glasswal';

const WORKERS = 4;
const ROWS = 50_000;

const runtime = await createRuntime('/numbers.sqlite');
const db = runtime.client.open();
db.exec('CREATE TABLE number(worker INTEGER NOT NULL, value INTEGER NOT NULL)');

const workers = Array.from({ length: WORKERS }, (_, id) =>
  new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { runtime, id, rows: ROWS } }));
const exits = Promise.all(workers.map((worker) => once(worker, 'exit')));

const count = db.prepare('SELECT count(*) FROM number').pluck();
for (const worker of workers) worker.on('message', (id) => console.log(`worker ${id} is half-way; ${count.get()} rows so far`));
await exits;

console.log(`${count.get()} rows by ${WORKERS} workers`);
runtime.close();
