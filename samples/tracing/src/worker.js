// A worker: commits row by row, or holds the lock that the others want. The first message says which, and the runtime.
import { join } from 'glasswal';

const tasks = {
  /** Commits as long as it lives; what it is refused is for the log. */
  write(db) {
    const insert = db.prepare('INSERT INTO stock(pieces) VALUES (1)');
    setInterval(() => {
      try {
        insert.run();
      } catch (error) {
        if (error.code !== 'SQLITE_BUSY') throw error;
      }
    }, 200);
  },
  /** Takes the lock, and keeps it. */
  hold(db) {
    db.exec('BEGIN IMMEDIATE; UPDATE stock SET pieces = pieces + 1');
  },
};

self.onmessage = async ({ data: { runtime, task, name } }) => {
  const client = await join(runtime, { name });
  tasks[task](client.open({ busyTimeout: 100 }));
  self.postMessage('at work');
};
