// Shows the rows with a client of glasswal's own, which is told of each commit, whoever's it is.
import { join } from 'glasswal';
import { createMemoryWriteAheadSharedRuntime } from 'glasswal/wa-sqlite';

// It is the one that this page has already, by its name.
const client = await join(createMemoryWriteAheadSharedRuntime('/app.sqlite'), { name: 'reader' });
const db = client.open();

function show() {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'rows'").get() === undefined) return;
  const values = db.prepare<string>('SELECT value FROM rows').pluck().all();
  const items = values.map((value) => Object.assign(document.createElement('li'), { textContent: value }));
  document.querySelector('#rows')!.replaceChildren(...items);
}

client.onCommit(show);
show();
