// A worker with wa-sqlite that is going to be killed: it does one kind of work until then. What it commits and acknowledges is as in
// victim.js.
import { createMemoryWriteAheadSharedRuntime } from '/glasswal/adapters/wa_sqlite.js';
import { Wa } from './wa.js';

const BUSY_MS = 60_000;
const ENDLESS = 'WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c)';

let wa;
let db;
let work;

async function commitOne() {
  work.n += 1;
  await db.rows('INSERT INTO kept VALUES (?, ?, ?)', work.lane, work.epoch, work.n);
  Atomics.add(work.acked, work.lane, 1);
}

const modes = {
  /** Commits as fast as it can. */
  async write() {
    for (;;) await commitOne();
  },
  /** A statement without end, which reads. */
  async statement() {
    await commitOne();
    postMessage('at work');
    await db.rows(`${ENDLESS} SELECT count(*) FROM c, kept`);
  },
  /** One that writes, more than its cache has room for. */
  async spill() {
    await commitOne();
    postMessage('at work');
    await db.rows(`PRAGMA cache_size=10; ${ENDLESS} INSERT INTO kept SELECT ?, -1, i FROM c`, work.lane);
  },
  /** Waits for the lock most of the time: the other lanes and the survivors want it, too. */
  async wait() {
    postMessage('at work');
    for (;;) await db.rows('BEGIN IMMEDIATE; UPDATE scratch SET v = v + 1; COMMIT');
  },
  /** In the middle of a transaction that is never to be seen, asleep. */
  async hold() {
    await commitOne();
    await db.rows('BEGIN IMMEDIATE');
    for (let i = 0; i < 50; i++) await db.rows('INSERT INTO kept VALUES (?, -1, ?)', work.lane, i);
    postMessage('at work');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  /** Opens and closes. */
  async open() {
    for (;;) {
      const opened = await wa.open({ busyTimeout: BUSY_MS });
      await opened.rows('SELECT count(*) FROM scratch');
      await opened.close();
    }
  },
};

async function live(data) {
  work = { ...data, n: 0 };
  // The one that founds has a runtime of its own, which is posted before there is a region in it.
  if (work.mode === 'found') return postMessage({ founding: { ...createMemoryWriteAheadSharedRuntime(`/found-${work.epoch}.sqlite`) } });
  // Loading is part of what may be interrupted.
  if (work.mode === 'open') postMessage('at work');
  wa = await Wa.load(data.runtime, { version: data.version, clientName: `victim-${data.lane}` });
  db = await wa.open({ busyTimeout: BUSY_MS });
  return modes[work.mode]();
}

onmessage = ({ data }) => {
  live(data).catch((error) => postMessage({ failure: `${error.message}; ${wa?.vfs.lastError?.message}` }));
};
