// The page reads by itself; what it wants written goes to the worker.
import { createRuntime } from 'glasswal';

const runtime = await createRuntime('/notes.sqlite');
const db = runtime.client.open();
// Before there is anybody to contend with: a page's main thread may not wait for a lock.
db.exec('CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
const notes = db.prepare('SELECT text FROM note ORDER BY id').pluck();

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.postMessage({ runtime });
worker.onmessage = () => {
  const items = notes.all().map((text) => Object.assign(document.createElement('li'), { textContent: text }));
  document.querySelector('#notes').replaceChildren(...items);
};
document.querySelector('#form').onsubmit = (event) => {
  event.preventDefault();
  worker.postMessage({ text: document.querySelector('#text').value });
};
// Until here a click would have sent the form away.
document.querySelector('#form button').disabled = false;
