// The page: it never waits for a lock, since it asks a worker, with the same Kysely.
import { connect, createRuntime } from 'glasswal';

import { kyselyOver, migrate } from './database.js';

const runtime = await createRuntime('/notes.sqlite');
const server = new Worker(new URL('./server.js', import.meta.url), { type: 'module' });
const counter = new Worker(new URL('./counter.js', import.meta.url), { type: 'module' });
server.postMessage({ runtime });
counter.postMessage({ runtime });

// What is asked before the worker serves waits until it does.
const db = kyselyOver(connect(server));
await migrate(db);

async function show() {
  const notes = await db.selectFrom('note').leftJoin('count', 'count.note_id', 'note.id').select(['text', 'words']).orderBy('note.id').execute();
  document.querySelector('#notes').replaceChildren(...notes.map(({ text, words }) =>
    Object.assign(document.createElement('li'), { textContent: words === null ? text : `${text} (${words} word${words === 1 ? '' : 's'})` })));
}

async function add(text) {
  const { id } = await db.insertInto('note').values({ text }).returning('id').executeTakeFirstOrThrow();
  return `note ${id} is written`;
}

// Whoever has committed: this page, through its worker, or the one that counts.
runtime.onCommit(show);
document.querySelector('#form').onsubmit = async (event) => {
  event.preventDefault();
  document.querySelector('#message').value = await add(document.querySelector('#text').value).catch((error) => error.message);
};
// Until here a click would have sent the form away.
document.querySelector('#form button').disabled = false;
