// What the workers of statements.test.mjs, runtime.test.mjs and diagnostics.test.mjs do.
import { followStatements } from '../../wasm/dist/adapters/wa_sqlite.js';

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

/** A table of so many rows, for a VACUUM that takes some time; how many there are. */
export async function fillWide({ wa }, rows) {
  await wa.run('CREATE TABLE IF NOT EXISTS t(a, b)');
  const there = await wa.value('SELECT count(*) FROM t');
  await wa.run(`WITH RECURSIVE n(i) AS (VALUES (${there + 1}) UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO t SELECT i, randomblob(20000) FROM n WHERE i <= ${rows}`);
  return wa.value('SELECT count(*) FROM t');
}

export const pageSize = ({ wa }) => wa.value('PRAGMA page_size');

/** For the worker that a test kills: VACUUM to one size of pages after another. */
export async function resizeForGood({ wa, say }) {
  for (let i = 0; ; ++i) {
    say(i);
    await wa.run(`PRAGMA page_size=${1024 << i % 5}`, 'VACUUM');
  }
}

/** Takes so many more places of the runtime. */
export async function takePlaces({ runtime }, count) {
  const { join } = await import('../../wasm/dist/index.js');
  const clients = [];
  try {
    while (clients.length < count) clients.push(await join(runtime, { name: `place ${clients.length}` }));
  } catch (error) {
    if (error.code !== 'FULL') throw error;
  }
  return clients.length;
}

/** Computes until somebody ends it; what that came to, and whether it was told who that was. */
export async function countForGood({ wa, vfs, side }, isTold, isInTransaction) {
  if (isTold) followStatements(side.sqlite3, side.module);
  if (isInTransaction) await wa.run('BEGIN', 'SELECT count(*) FROM t');
  const code = await wa.failure('WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n');
  if (isInTransaction) await wa.run('ROLLBACK');
  return { code, isNamed: vfs.lastError?.message.includes('`native`') === true };
}

/** Of a worker with glasswal: inserts, and does not come to an end. */
export function insertForGood({ db, say }) {
  db.pragma('busy_timeout = 30000');
  say('begins');
  for (;;) db.exec('INSERT INTO t VALUES (1)');
}
