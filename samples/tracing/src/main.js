// The page: makes the runtime with two loggers, one for the console and one for the table below, and starts two workers that write. What
// happens is in the performance panel of the browser's tools as well, and in the trace that a button saves.
import { createRuntime } from 'glasswal';
import { consoleLogger } from 'glasswal/console';
import { traceRuntime } from 'glasswal/inspector';
import { startTimings } from 'glasswal/trace';

import { tableLogger } from './records.js';

const element = (id) => document.querySelector(`#${id}`);
const logger = [consoleLogger({ events: ['commit', 'client.*', 'lock.*', 'recovery.*'] }), tableLogger(element('records'), element('sums'))];
const runtime = await createRuntime('/tracing.sqlite', { logger });
// Sets the level at which transactions, statements and waits are recorded.
startTimings(runtime);
const db = runtime.client.open();
db.exec('CREATE TABLE stock(id INTEGER PRIMARY KEY, pieces INTEGER NOT NULL)');

/** Starts a worker; resolves when it is at work. */
function start(task, name) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name });
  return new Promise((resolve) => {
    worker.onmessage = () => resolve(worker);
    worker.postMessage({ runtime, task, name });
  });
}

let holder;
element('hold').onclick = async () => {
  element('hold').disabled = true;
  holder = await start('hold', 'holder');
  element('kill').disabled = false;
};
element('kill').onclick = () => {
  element('kill').disabled = true;
  holder.terminate();
};
element('save').onclick = async () => {
  const url = URL.createObjectURL(new Blob([await traceRuntime(runtime)], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href: url, download: 'tracing.trace.json' }).click();
  // The download has taken the blob when the page comes to its next task.
  setTimeout(() => URL.revokeObjectURL(url), 0);
};
runtime.onRecovery(() => (element('hold').disabled = false));

await Promise.all([start('write', 'writer-1'), start('write', 'writer-2')]);
// Until here there was nobody to be in the way of.
element('hold').disabled = false;
