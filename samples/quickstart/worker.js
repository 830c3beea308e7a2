// A worker: joins the runtime and uses SQLite as if it were alone.
import { join } from '/glasswal/index.js';

const TASKS = {
  write(db) {
    db.exec('CREATE TABLE IF NOT EXISTS word(value TEXT NOT NULL)');
    const insert = db.prepare('INSERT INTO word VALUES (?)');
    db.transaction((words) => {
      for (const word of words) insert.run(word);
    }).immediate(['one', 'memory', 'many', 'SQLites']);
    return 'the writer has committed';
  },
  read: (db) => `the reader sees: ${db.prepare('SELECT value FROM word').pluck().all().join(' ')}`,
};

self.onmessage = async ({ data: { runtime, task } }) => {
  const client = await join(runtime, { name: task });
  const db = client.open({ busyTimeout: 2000 });
  self.postMessage(TASKS[task](db));
  db.close();
  client.close();
};
