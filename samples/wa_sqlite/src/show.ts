// Shows the rows with a client of glasswal's own, which is told of each commit, whoever's it is.
import { join, SqliteError } from 'glasswal';
import { createMemoryWriteAheadSharedRuntime } from 'glasswal/wa-sqlite';

// The one that this page has already, by its name.
const client = await join(createMemoryWriteAheadSharedRuntime('/app.sqlite'), { name: 'reader' });
const db = client.open();

function values(): string[] {
  const isThere = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'rows'").pluck().get() === 1;
  return isThere ? db.prepare<{ value: string }>('SELECT value FROM rows').all().map(({ value }) => value) : [];
}

function show() {
  try {
    const items = values().map((value) => Object.assign(document.createElement('li'), { textContent: value }));
    document.querySelector('#rows')!.replaceChildren(...items);
  } catch (error) {
    // A page waits for no lock. Only while the database is made has anybody one that a reader needs, and then commits.
    if (!(error instanceof SqliteError && error.primaryCode === 'SQLITE_BUSY')) throw error;
  }
}

client.onCommit(show);
show();
