// One scenario in a page and its workers, whose numbers are known, and every outlet that tells of it: diagnostics() and events(), the
// tables in SQL, and a capture that the command line of another machine opens. (tests/inspector/outlets_test.cpp has the native ones.)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { inEachBrowser } from './suite.mjs';

const GLASSWAL = 'build/native/bin/glasswal';
const SLOW_MS = 1000; // No other statement takes as long, on a busy machine either.
const INSERTS = 50;
const SELECTS = 20;
const REFUSALS = 3;
const SLOW = 2;
const ENDLESS = 'WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c';

const COUNTERS = ['commits', 'writeTransactions', 'busy', 'lockWaits', 'slowStatements', 'interrupts', 'cancels'];
const EVENTS = ['lock.refused', 'lock.waited', 'statement.slow', 'statement.interrupted', 'recovery.done'];
const COUNTS = ['runs', 'rows', 'errors', 'slow'];

const EXPECTED = {
  commits: INSERTS + 2, // That of the table, and the one that had waited.
  // That of who was killed, the one that had waited, and the rebuilding of the wal-index; but the table came before there was a log.
  writeTransactions: INSERTS + 3,
  busy: REFUSALS,
  lockWaits: 1,
  slowStatements: SLOW,
  interrupts: 1,
  cancels: 1,
  recoveries: 1,
  'locks of holder': 3, // SHARED of the database, the mark of its snapshot, WRITE.
  'lock.refused': REFUSALS,
  'lock.waited': 1,
  'statement.slow': SLOW,
  'statement.interrupted': 1,
  'recovery.done': 1,
  'runs of CREATE TABLE t(x)': 1,
  'runs of INSERT INTO t VALUES (?)': INSERTS + 2, // One by who was killed.
  'runs of SELECT count(*) FROM t': SELECTS,
  'rows of SELECT count(*) FROM t': SELECTS,
  'runs of BEGIN IMMEDIATE': REFUSALS + 1,
  'errors of BEGIN IMMEDIATE': REFUSALS,
  'runs of SELECT pause_ms(?)': SLOW,
  'rows of SELECT pause_ms(?)': SLOW,
  'slow of SELECT pause_ms(?)': SLOW,
  [`runs of ${ENDLESS.replaceAll('1', '?')}`]: 1,
  [`errors of ${ENDLESS.replaceAll('1', '?')}`]: 1,
};

/** How often what happened, without what is 0; of all connections together. There are no durations. */
function factsOf({ totals, recoveries, statements, events }) {
  const facts = {};
  const add = (name, count) => {
    if (count !== 0) facts[name] = (facts[name] ?? 0) + count;
  };
  for (const name of COUNTERS) add(name, totals[name]);
  for (const { clientName, locks } of recoveries) {
    add('recoveries', 1);
    add(`locks of ${clientName}`, locks);
  }
  for (const statement of statements) {
    // A look is one, too.
    if (!statement.text.includes('glasswal_')) for (const name of COUNTS) add(`${name} of ${statement.text}`, statement[name]);
  }
  for (const { kind } of events) if (EVENTS.includes(kind)) add(kind, 1);
  return facts;
}

/** What the package says, by its structures and by its tables, and a capture of that moment. */
async function look({ runtimes, keep }, counters) {
  const runtime = runtimes.get('runtime');
  const snapshot = runtime.diagnostics();
  const batch = runtime.events(0, 10_000);
  const bytes = await runtime.capture();
  keep.own ??= runtime.client.open();
  const all = (sql) => keep.own.prepare(sql).all();
  const inSql = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const tables = {
    totals: all(`SELECT ${counters.map((name) => `${inSql(name)} AS ${name}`)} FROM glasswal_counters WHERE scope = 'region'`)[0],
    recoveries: all('SELECT client_name AS clientName, locks FROM glasswal_recoveries'),
    statements: all('SELECT text, runs, rows, errors, slow FROM glasswal_statements'),
    events: all('SELECT kind FROM glasswal_events'),
  };
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { snapshot, batch, tables, capture: btoa(text) };
}

/** Runs the command line; each line of what it says is JSON. */
function glasswal(...words) {
  const said = execFileSync(GLASSWAL, [...words, '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return said.trimEnd().split('\n').map((line) => JSON.parse(line));
}

/** Without durations and times, which grow while nothing happens. */
function withoutTimes(value) {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.endsWith('Ns')).map(([name, each]) => [name, withoutTimes(each)]));
}

inEachBrowser((it) => {
  async function play(stage) {
    await stage.createRuntime('/app.sqlite', { slowMs: SLOW_MS, eventCapacity: 4096 });
    await stage.inPage(({ runtimes }) => runtimes.get('runtime').setEventLevel('debug'));
    const ingest = await stage.actor('ingest', { open: { busyTimeout: 0 } });
    await ingest.run(({ db }, inserts, selects) => {
      db.exec('CREATE TABLE t(x)');
      for (let i = 0; i < inserts; ++i) db.exec(`INSERT INTO t VALUES (${i})`);
      for (let i = 0; i < selects; ++i) db.prepare('SELECT count(*) FROM t').all();
    }, INSERTS, SELECTS);

    // Others are refused by one that has WRITE, and one waits for it until that is ended.
    const holder = await stage.actor('holder');
    await holder.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('held')");
    for (let i = 0; i < REFUSALS; ++i) await assert.rejects(ingest.exec('BEGIN IMMEDIATE'), { code: 'SQLITE_BUSY' });
    const waiter = await stage.actor('waiter', { open: { busyTimeout: 60_000 } });
    const waiting = waiter.exec("INSERT INTO t VALUES ('waited')");
    await stage.until(({ locks }) => locks.some(({ name, waiters }) => name === 'WRITE' && waiters.length > 0));
    await holder.terminate();
    await waiting;

    await ingest.run(({ db }, ms, times) => {
      const never = new Int32Array(new SharedArrayBuffer(4));
      db.function('pause_ms', (length) => void Atomics.wait(never, 0, 0, length));
      for (let i = 0; i < times; ++i) db.exec(`SELECT pause_ms(${ms})`);
    }, SLOW_MS + 100, SLOW);

    const running = assert.rejects(ingest.exec(ENDLESS), { code: 'SQLITE_INTERRUPT' });
    await stage.until(({ connections }) => connections.some(({ statement }) => statement?.running && statement.text.startsWith('WITH')));
    await stage.inPage(({ runtimes }) => {
      const runtime = runtimes.get('runtime');
      runtime.cancel(runtime.diagnostics().connections.find(({ statement }) => statement?.text.startsWith('WITH')));
    });
    await running;
  }

  it('diagnostics, events, tables, and the command line with a capture tell the same numbers', async (stand) => {
    const stage = await stand.stage();
    await play(stage);
    const { snapshot, batch, tables, capture } = await stage.inPage(look, COUNTERS);
    assert.equal(batch.lost, 0, 'the ring holds them all');
    assert.deepEqual(factsOf({ ...snapshot, events: batch.events }), EXPECTED);
    assert.deepEqual(factsOf(tables), EXPECTED);

    const folder = mkdtempSync(join(tmpdir(), 'outlets-'));
    stand.t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'page.glasswal');
    writeFileSync(file, Buffer.from(capture, 'base64'));
    const [decoded] = glasswal('statements', file, '--all');
    const events = glasswal('events', file);
    assert.deepEqual(factsOf({ ...decoded, events }), EXPECTED);

    // Not only the numbers of the scenario: C++ of 64 bits says of the bytes what the page said of the memory.
    assert.deepEqual(withoutTimes(decoded), withoutTimes(snapshot));
    assert.deepEqual(events, batch.events);
  });
});
