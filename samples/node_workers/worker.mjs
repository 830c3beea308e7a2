// A worker thread: joins the runtime and commits its rows, one transaction each.
import { parentPort, workerData } from 'node:worker_threads';

import { join } from 'glasswal';

const { runtime, id, rows } = workerData;
const client = await join(runtime, { name: `worker ${id}` });
const db = client.open({ busyTimeout: 10_000 });
const insert = db.prepare('INSERT INTO number VALUES (?, ?)');
for (let value = 0; value < rows; value++) {
  insert.run(id, value);
  if (value === rows / 2) parentPort.postMessage(id);
}
db.close();
client.close();
