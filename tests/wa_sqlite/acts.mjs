// What the workers of runtime.test.mjs and diagnostics.test.mjs do.

/** Adds a row and counts them. */
export async function add({ wa, db }) {
  const sql = 'CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES (1)';
  if (wa !== undefined) await wa.run(sql);
  else db.exec(sql);
  return wa !== undefined ? wa.value('SELECT count(*) FROM t') : db.prepare('SELECT count(*) FROM t').pluck().get();
}

/** For the worker that a test kills: it writes, and does not come to an end. */
export async function writeForGood({ wa: connection, say }) {
  await connection.run('BEGIN IMMEDIATE', 'INSERT INTO t VALUES (zeroblob(1000))');
  say('writing');
  await new Promise(() => setInterval(() => undefined, 1000));
}
