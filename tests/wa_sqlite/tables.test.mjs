// The diagnostics as SQL tables of a wa-sqlite connection: those of glasswal's own, one moment for a statement, and README's queries as they stand there.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { addDiagnosticTables, followStatements } from '../../wasm/dist/adapters/wa_sqlite.js';
import { readBlocks } from '../docs/markdown.mjs';
import { within } from '../tools/limit.mjs';
import { VERSIONS, loadWaSqlite, place } from './open.mjs';
import { thread } from './thread.mjs';

const LIMIT_MS = 40_000;
const acts = new URL('./acts.mjs', import.meta.url).href;

/** A place whose connection of wa-sqlite has the tables. */
async function placeWithTables(t, version) {
  const all = await place(t, { version });
  const { sqlite3, module } = all.side;
  followStatements(sqlite3, module);
  await addDiagnosticTables(sqlite3, module, all.wa.db);
  return all;
}

/** The queries of README, by the comments above them. */
async function queriesOfReadme() {
  const { text } = (await readBlocks()).find(({ rule }) => rule?.kind === 'queries');
  return new Map(text.split(/^-- /m).slice(1).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]));
}

/** The rows of a query with the names of their columns. */
async function ask({ sqlite3, db }, sql) {
  const rows = [];
  await sqlite3.exec(db, sql, (row, names) => rows.push(Object.fromEntries(names.map((name, i) => [name, row[i]]))));
  return rows;
}

for (const version of VERSIONS) {
  const on = (name, body) => test(`${version}: ${name}`, within(LIMIT_MS, body));

  on('every table of vfs/TABLES.md is there, with its columns and types, and says what the engine\'s own says', async (t) => {
    const { wa, db, client } = await placeWithTables(t, version);
    await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1)');
    const text = await readFile(new URL('../../vfs/TABLES.md', import.meta.url), 'utf8');
    const tables = [...text.matchAll(/^## (glasswal_\w+)/gm)].map(([, name]) => name);
    assert.ok(tables.length >= 12);
    for (const table of tables) {
      // Of a view SQLite says INT for what it calls INTEGER in a table.
      const columns = db.pragma(`table_info(${table})`).map(({ name, type }) => [name, type === 'INTEGER' ? 'INT' : type]);
      assert.deepEqual((await wa.rows(`PRAGMA table_info(${table})`)).map(([, name, type]) => [name, type]), columns, table);
      await wa.rows(`SELECT * FROM ${table}`);
    }
    for (const [table, columns] of Object.entries({ files: 'file, path, logical_size_bytes', locks: 'database, lock, held', clients: 'client, name, kind', region: 'id, capacity_bytes' })) {
      const known = db.pragma(`table_info(glasswal_${table})`).map(({ name }) => name);
      const present = columns.split(', ').filter((name) => known.includes(name)).join(', ');
      assert.deepEqual(await wa.rows(`SELECT ${present} FROM glasswal_${table}`), db.prepare(`SELECT ${present} FROM glasswal_${table}`).raw().all());
    }
    assert.deepEqual(await wa.rows("SELECT typeof(capacity_bytes), typeof(id) FROM glasswal_region"), [['integer', 'text']]);
    assert.equal(client.diagnostics().statements.some(({ text: sql }) => /TEMP VIEW|json_group_array/.test(sql)), false, 'making them is told to nobody');
  });

  on('others do not see them, and they can be made again', async (t) => {
    const { wa, openWa, side } = await placeWithTables(t, version);
    await addDiagnosticTables(side.sqlite3, side.module, wa.db);
    const other = await openWa();
    assert.deepEqual(await other.rows('SELECT count(*) FROM sqlite_schema'), [[0]]);
    await assert.rejects(other.rows('SELECT * FROM glasswal_clients'), /no such table/);
    await assert.rejects(wa.rows("SELECT glasswal_rows('t')"), /there is no table t: those that there are/);
  });

  on('all tables of a statement show one moment while others write', async (t) => {
    const { wa, runtime } = await placeWithTables(t, version);
    await wa.run('CREATE TABLE t(a)');
    const writer = await thread(t, runtime, acts, { side: 'glasswal', name: 'writer' });
    writer.start('insertForGood');
    await writer.heard();
    const sql = `
      SELECT d.commits, d.commits - (SELECT sum(commits) FROM glasswal_counters AS p WHERE p.file = d.file AND scope IN ('closed', 'connection')) AS missing,
        (SELECT commits FROM glasswal_counters WHERE scope = 'region') - d.commits AS elsewhere
      FROM glasswal_counters AS d JOIN glasswal_region JOIN glasswal_clients WHERE scope = 'database'`;
    const look = async () => {
      const rows = await wa.rows(sql);
      assert.equal(new Set(rows.map(String)).size, 1);
      return rows[0];
    };
    const [first] = await look();
    let last = first;
    for (let looks = 0; looks < 50 || last === first; looks++) {
      const [commits, missing, elsewhere] = await look();
      assert.deepEqual([missing, elsewhere], [0, 0]);
      last = commits;
    }
  });

  on("README's queries", async (t) => {
    const { wa, side: { sqlite3 }, runtime, db } = await placeWithTables(t, version);
    const queries = await queriesOfReadme();
    const run = (title) => ask({ sqlite3, db: wa.db }, queries.get(title));
    const rowsOf = async (title) => {
      for (;;) {
        const rows = await run(title);
        if (rows.length > 0) return rows;
      }
    };
    await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1)');
    const holder = await thread(t, runtime, acts, { side: 'wa', version, name: 'holder' });
    holder.start('writeForGood');
    await holder.heard();
    const waiter = await thread(t, runtime, acts, { side: 'glasswal', name: 'waiter' });
    waiter.start('insertForGood');
    await waiter.heard();
    const [blocked] = await rowsOf('who blocks whom');
    assert.deepEqual([blocked.client_name, blocked.lock, blocked.holder_client_name], ['waiter', 'WRITE', 'holder']);
    await wa.run('PRAGMA busy_timeout = 20');
    await assert.rejects(wa.rows('INSERT INTO t VALUES (2)'));
    const refused = await run('who was refused a lock, or waited for one (which is recorded from the level debug on)');
    assert.ok(refused.some(({ client_name: name, lock }) => name === 'wa-sqlite' && lock === 'WRITE'), JSON.stringify(refused));
    const idle = await rowsOf('who is idle in a transaction, for a second or longer');
    assert.deepEqual(idle.map(({ client_name: name, transaction_ms: ms }) => [name, ms >= 1000]), [['holder', true]]);
    const statements = await run('which statements cost most');
    assert.ok(statements.some(({ client_name: name, text }) => name === 'wa-sqlite' && text === 'INSERT INTO t VALUES (?)'), JSON.stringify(statements));
    assert.ok((await run('memory by client')).every(({ private_bytes: bytes }) => bytes > 0));
    await assert.rejects(run('memory by table'), /no such table: dbstat/);
    db.exec('BEGIN; SELECT * FROM t');
    assert.ok((await run('how large the log is, and who reads up to where')).some(({ reader }) => reader === 'native'));
    db.exec('COMMIT');
    const [held] = await run('what holds the checkpoint back');
    assert.equal(held.database, runtime.path);
    const [commits] = await run('how long a commit keeps others from writing');
    assert.ok(commits.timed > 0 && commits.p99_us >= commits.p50_us);
    await holder.worker.terminate();
    const [recovery] = await rowsOf('recent recoveries');
    assert.deepEqual([recovery.number, recovery.client_name, recovery.locks > 0], [1, 'holder', true]);
    assert.equal(queries.size, 10);
  });
}

test('what is given is checked', async (t) => {
  const { wa, side: { sqlite3, module } } = await place(t);
  const elsewhere = await loadWaSqlite();
  await assert.rejects(addDiagnosticTables(undefined, module, wa.db), { name: 'MisuseError', message: /was given undefined as the API/ });
  for (const [theirs, db] of [[elsewhere.module, wa.db], [module, 1], [null, wa.db]]) {
    await assert.rejects(addDiagnosticTables(sqlite3, theirs, db), { name: 'MisuseError', message: /a connection without a database of glasswal's/ });
  }
});
