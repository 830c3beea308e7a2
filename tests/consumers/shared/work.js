// What a worker of play.js does: one message, one answer.

/** Makes the worker's function: it takes a message and resolves to the answer. */
export function newWork({ join }) {
  let db;
  let number;
  const insert = () => db.prepare('INSERT INTO played(worker) VALUES (?)').run(number);
  return async (message) => {
    if (message.runtime !== undefined) {
      number = message.number;
      const client = await join(message.runtime, { name: `worker ${number}` });
      db = client.open({ busyTimeout: 20_000 });
      db.exec('CREATE TABLE IF NOT EXISTS played(id INTEGER PRIMARY KEY, worker INTEGER NOT NULL)');
    }
    for (let rows = message.write ?? 0; rows > 0; rows--) insert();
    if (message.hold) {
      db.exec('BEGIN IMMEDIATE');
      insert();
    }
    return message.read ? db.prepare('SELECT worker, count(*) FROM played GROUP BY worker ORDER BY worker').raw().all() : 'done';
  };
}
