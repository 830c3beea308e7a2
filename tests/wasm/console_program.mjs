// A program that logs to its console, for console_logger.test.mjs: a commit, a refusal and a recovery. The console of each stream has
// colours or not by what the stream is.
import { consoleLogger } from '../../wasm/dist/console.js';
import { createRuntime } from '../../wasm/dist/index.js';
import { start, SURROUNDINGS } from './thread.mjs';

// Nothing of the runtime keeps a program from ending.
setInterval(() => undefined, 1000);
const options = JSON.parse(process.argv[2] ?? '{}');
let tell;
const refused = new Promise((resolve) => (tell = resolve));
const logger = [consoleLogger(options), { level: 'warn', log: ({ event }) => event === 'lock.refused' && tell() }];
const runtime = await createRuntime('/100%s.sqlite', { name: 'main %c\u001b[2J', logger });
const db = runtime.client.open({ busyTimeout: 0 });
db.exec('CREATE TABLE t(v)');
const { worker, message } = start(runtime, 'victim', `${SURROUNDINGS}
  db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
  parentPort.postMessage('holds WRITE');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
`);
await message;
try {
  db.exec('INSERT INTO t VALUES (2)');
} catch {
  // That it is refused is what is to be logged.
}
// A number has a name for as long as its client is there.
await refused;
const recovered = new Promise((resolve) => runtime.onRecovery(resolve));
await worker.terminate();
await recovered;
runtime.close();
// What was logged is there, though nothing else is waited for.
process.exit(0);
