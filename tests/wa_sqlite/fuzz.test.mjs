// Random transactions of two connections of wa-sqlite and two of glasswal, each in a worker of its own, on one database.
//
// GLASSWAL_FUZZ_SECONDS is for the whole file, GLASSWAL_SEED repeats what each worker picks (not how they meet).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';

import { within } from '../tools/limit.mjs';
import { SCHEMA, checkInvariants, random, sideOf } from './fuzz_worker.mjs';
import { checkSound, place } from './open.mjs';
import { thread } from './thread.mjs';

const SECONDS = Number(process.env.GLASSWAL_FUZZ_SECONDS ?? 20);
const SEED = Number(process.env.GLASSWAL_SEED ?? (Date.now() % 1e9));
const MODULE = new URL('fuzz_worker.mjs', import.meta.url).href;
const KINDS = [{ side: 'wa', version: '2.0.6' }, { side: 'glasswal' }, { side: 'wa', version: '1.7.0' }, { side: 'glasswal' }];
const JOURNAL_MODES = ['delete', 'truncate', 'persist', 'memory', 'wal'];
const MIB = 1024 * 1024;
const EVERYTHING = ['accounts', 'counters', 'items', 'totals', 'sqlite_schema'].map((table) => `SELECT '${table}', * FROM ${table}`);

/** A campaign on a new database; `during` goes on beside it. */
async function campaign(t, { options = {}, pageSize = 4096, mayFill = false, kills = false, ms }) {
  const { runtime, wa, db } = await place(t, { ...options, clientName: 'main' });
  await wa.run(`PRAGMA page_size = ${pageSize}`, SCHEMA, 'INSERT INTO counters VALUES (0, 0), (1, 0), (2, 0), (3, 0)');
  const pick = random(SEED);
  const state = new Int32Array(new SharedArrayBuffer(4));
  const acknowledged = new Int32Array(new SharedArrayBuffer(4 * KINDS.length));
  const start = async (writer) => {
    const worker = await thread(t, runtime, MODULE, { ...KINDS[writer], name: `writer ${writer}` });
    worker.start('work', { seed: pick(2 ** 31), writer, state, acknowledged, journalMode: JOURNAL_MODES[pick(JOURNAL_MODES.length)], mayFill });
    await worker.heard();
    return { ...worker, done: worker.result() };
  };
  const workers = await Promise.all(KINDS.map((_, writer) => start(writer)));
  const work = (async () => {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      if (kills) await kill(workers, pick, start);
      await compare(wa, db, acknowledged, mayFill);
    }
    Atomics.store(state, 0, 1);
    const did = await Promise.all(workers.map(({ done }) => done));
    t.diagnostic(`${JSON.stringify(did)}, ${[...acknowledged]} commits`);
  })();
  await Promise.race([work, failureOf(workers)]);
  await checkInvariants(sideOf({ wa }), acknowledged);
  assert.deepEqual((await wa.rows('SELECT commits FROM counters ORDER BY writer')).flat(), [...acknowledged]);
  await checkSound(assert, wa, db);
}

/** Rejects with what a worker fails with, at once. */
function failureOf(workers) {
  return new Promise((_, reject) => { for (const { done } of workers) done.catch(reject); });
}

/** Ends one worker at a moment that nobody knows, and starts another in its place. */
async function kill(workers, pick, start) {
  const writer = pick(workers.length);
  await after(pick(200));
  const { worker, done } = workers[writer];
  done.catch(() => undefined);
  const exit = once(worker, 'exit');
  await worker.terminate();
  await exit;
  workers[writer] = await start(writer);
  workers[writer].done.catch(() => undefined);
}

/** While nobody can write both SQLites read the same. */
async function compare(wa, db, acknowledged, mayFill) {
  const before = [...acknowledged];
  await wa.run('BEGIN IMMEDIATE');
  for (const sql of EVERYTHING) {
    const [theirs, ours] = [await wa.rows(sql), db.prepare(sql).raw().all()];
    assert.deepEqual(ours.map((row) => row.map(plain)), theirs.map((row) => row.map(plain)));
  }
  await checkInvariants(sideOf({ wa }), before);
  await checkInvariants(sideOf({ db }), before);
  await wa.run('ROLLBACK');
  if (mayFill) await wa.failure('PRAGMA wal_checkpoint(TRUNCATE)');
  await after(20);
}

/** A value of either side. */
const plain = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value);

const SMALL = {
  initialDatabaseCapacityBytes: 65536, maxDatabaseCapacityBytes: MIB / 4, initialWriteAheadCapacityBytes: 65536, maxWriteAheadCapacityBytes: MIB / 2,
};
const CAMPAIGNS = {
  'everybody writes': { share: 0.35 },
  'small pages': { share: 0.15, pageSize: 512 },
  'databases and logs become full': { share: 0.2, mayFill: true, options: SMALL },
  'workers are killed': { share: 0.3, kills: true },
};

for (const [name, { share, ...options }] of Object.entries(CAMPAIGNS)) {
  const ms = share * SECONDS * 1000;
  test(name, within(ms * 4 + 60_000, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    try {
      await campaign(t, { ...options, ms });
    } catch (error) {
      throw new Error(`GLASSWAL_SEED=${SEED}: ${error.message}`, { cause: error });
    }
  }));
}
