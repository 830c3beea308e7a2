// The diagnostics as SQL tables in the package: on every connection, of one moment for each statement, and the queries of the
// README's "See through it" as it shows them, where one worker waits for another.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { readBlocks } from '../../docs/markdown.mjs';
import { within } from '../../tools/limit.mjs';
import { database, place } from './open.mjs';

const SOON_MS = 30_000;
const PACKAGE = new URL('../../../wasm/dist/index.js', import.meta.url).href;

/** The queries of the block `queries`, by the comments above them. */
async function queriesOfReadme() {
  const { text } = (await readBlocks()).find(({ rule }) => rule?.kind === 'queries');
  return new Map(text.split(/^-- /m).slice(1).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]));
}

/** A worker that joins as `name` and runs `text` with a connection `db`; `said()` waits for what it posts. */
function startWorker(t, runtime, name, text) {
  const source = `import { join } from ${JSON.stringify(PACKAGE)};
    import { parentPort, workerData } from 'node:worker_threads';
    const client = await join(workerData.runtime, { name: workerData.name });
    const db = client.open({ busyTimeout: 20_000 });
    ${text}`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: { runtime: { ...runtime }, name } });
  t.after(() => worker.terminate());
  return { worker, said: async () => (await once(worker, 'message'))[0] };
}

/** Asks again and again until there is a row. */
async function rowsOf(statement) {
  for (;;) {
    const rows = statement.all();
    if (rows.length > 0) return rows;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('every table of vfs/TABLES.md is there, with its columns', async (t) => {
  const db = await database(t);
  const text = await readFile(new URL('../../../vfs/TABLES.md', import.meta.url), 'utf8');
  const parts = text.split(/^## (?=glasswal_)/m).slice(1);
  assert.ok(parts.length >= 12);
  for (const part of parts) {
    const table = part.slice(0, part.indexOf('\n'));
    const columns = [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(db.pragma(`table_info(${table})`).map(({ name }) => name), columns, table);
    db.prepare(`SELECT * FROM ${table}`).all();
  }
});

test('a table is there for the first statement, in memory too, and only to be read', async (t) => {
  const { open, client } = await place(t);
  for (const db of [open(), client.open(':memory:'), open({ readonly: true })]) {
    assert.deepEqual(db.prepare('SELECT name FROM glasswal_clients WHERE state = \'live\' AND kind <> \'page\'').pluck().all().includes('tester'), true);
    assert.throws(() => db.exec("UPDATE glasswal_clients SET name = 'x'"), /table glasswal_clients may not be modified/);
    assert.throws(() => db.exec("SELECT * FROM glasswal_clients('other')"), /no database of glasswal's is open as "other": name main, or one that was attached/);
  }
});

test('the tables agree with the snapshot', async (t) => {
  const { runtime, open } = await place(t);
  const db = open();
  db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)');
  const { files, region, locks } = runtime.diagnostics();
  assert.deepEqual(db.prepare('SELECT path FROM glasswal_files').pluck().all(), files.map(({ path }) => path));
  assert.equal(db.prepare('SELECT id FROM glasswal_region').pluck().get(), region.id);
  assert.deepEqual(db.prepare('SELECT lock FROM glasswal_locks').pluck().all(), locks.map(({ name }) => name));
});

test('all tables of a statement show one moment while others write', within(SOON_MS, async (t) => {
  const { runtime, open } = await place(t);
  const db = open();
  db.exec('CREATE TABLE t(a)');
  const writer = startWorker(t, runtime, 'writer', "parentPort.postMessage('begins'); for (;;) db.exec('INSERT INTO t VALUES (1)');");
  await writer.said();
  const look = db.prepare(`
    SELECT d.commits, d.commits - (SELECT sum(commits) FROM glasswal_counters AS p WHERE p.file = d.file AND scope IN ('closed', 'connection')) AS missing,
      (SELECT commits FROM glasswal_counters WHERE scope = 'region') - d.commits AS elsewhere
    FROM glasswal_counters AS d JOIN glasswal_region WHERE scope = 'database'`);
  const first = look.get().commits;
  let last = first;
  for (let looks = 0; looks < 200 || last === first; looks++) {
    const { commits, missing, elsewhere } = look.get();
    assert.deepEqual([missing, elsewhere], [0, 0]);
    last = commits;
  }
}));

test("the README's queries: who blocks whom, idle transactions, the log and its readers", within(SOON_MS, async (t) => {
  const queries = await queriesOfReadme();
  assert.equal(queries.size, 10);
  const { runtime, open } = await place(t);
  const db = open();
  db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1)');
  const reader = startWorker(t, runtime, 'reader', "db.exec('BEGIN; SELECT * FROM t'); parentPort.postMessage('reads'); setInterval(() => 0, 1000);");
  await reader.said();
  db.exec('INSERT INTO t VALUES (zeroblob(20000)); PRAGMA wal_checkpoint');
  const holder = startWorker(t, runtime, 'holder', "db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (2)'); parentPort.postMessage('holds'); setInterval(() => 0, 1000);");
  await holder.said();
  const waiter = startWorker(t, runtime, 'waiter', "parentPort.postMessage('waits'); db.exec('INSERT INTO t VALUES (3)');");
  await waiter.said();
  const ask = (title) => db.prepare(queries.get(title).trim().replace(/;$/, ''));

  const [blocked] = await rowsOf(ask('who blocks whom'));
  assert.deepEqual([blocked.client_name, blocked.lock, blocked.holder_client_name, blocked.held_ms >= blocked.waited_ms], ['waiter', 'WRITE', 'holder', true]);
  const [held] = ask('what holds the checkpoint back').all();
  assert.deepEqual([held.database, held.frames_to_copy > 0, held.held_back_by], ['/api.sqlite', true, 'reader']);
  const readers = ask('how large the log is, and who reads up to where').all();
  assert.ok(readers.some(({ reader: name, frame, frames }) => name === 'reader' && frame < frames), JSON.stringify(readers));
  assert.ok(ask('memory by table').all().some(({ name, size_bytes: size }) => name === 't' && size > 20_000));
  const clients = ask('memory by client').all();
  assert.ok(clients.every(({ private_bytes: bytes }) => bytes > 0) && clients.some(({ name }) => name === 'waiter'), JSON.stringify(clients));
  const statements = ask('which statements cost most').all();
  assert.ok(statements.some(({ text, client_name: name }) => name === 'tester' && /^INSERT INTO t VALUES/.test(text)), JSON.stringify(statements));
  const [commits] = ask('how long a commit keeps others from writing').all();
  assert.ok(commits.timed > 0 && commits.p50_us > 0 && commits.p99_us >= commits.p50_us, JSON.stringify(commits));
  assert.throws(() => open({ busyTimeout: 1 }).exec('BEGIN IMMEDIATE'), { code: 'SQLITE_BUSY' });
  const refused = ask('who was refused a lock, or waited for one (which is recorded from the level debug on)').all();
  assert.ok(refused.some(({ client_name: name, lock }) => name === 'tester' && lock === 'WRITE'), JSON.stringify(refused));
  const idle = await rowsOf(ask('who is idle in a transaction, for a second or longer'));
  assert.ok(idle.every(({ client_name: name, transaction_ms: ms }) => ['holder', 'reader'].includes(name) && ms >= 1000), JSON.stringify(idle));

  await holder.worker.terminate();
  const [recovery] = await rowsOf(ask('recent recoveries'));
  assert.deepEqual([recovery.number, recovery.client_name, recovery.locks > 0, recovery.handles > 0], [1, 'holder', true, true]);
}));
