// A worker that creates a runtime, holds its WRITE lock, and hands the runtime to the page. Then it executes what it is sent;
// with ?blocked it waits for ever instead. It says how many workers it has started.
import { createRuntime } from '/glasswal/index.js';

let workers = 0;
globalThis.Worker = class extends Worker {
  constructor(...given) {
    ++workers;
    super(...given);
  }
};

const runtime = await createRuntime('/app.sqlite', { name: 'founder' });
const db = runtime.client.open();
db.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('committed'); BEGIN IMMEDIATE; INSERT INTO t VALUES ('lost')");
postMessage({ runtime });

onmessage = ({ data }) => {
  if (data === 'workers?') return postMessage(workers);
  try {
    db.exec(data);
    postMessage('done');
  } catch (error) {
    postMessage(error.message);
  }
};

if (location.search === '?blocked') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
