// wa-sqlite and glasswal write one database at once: what either commits the other sees, and all of them get their turn.
import assert from 'node:assert/strict';

import { adapterDiagnostics, inEachBrowserWithWa, stageWa, waActor } from './wa_sqlite.mjs';

const ROUNDS = Number(process.env.GLASSWAL_STALE_READS ?? 2000);
const SHARE_MS = 3000;

/** Of a worker with wa-sqlite: commits the odd numbers and reads the even ones, which come from the other side. */
const odd = async ({ db, signals }, rounds) => {
  const write = await db.prepare('UPDATE t SET v = ?');
  const read = await db.prepare('SELECT v FROM t');
  let stale = 0;
  for (let i = 1; i < 2 * rounds; i += 2) {
    await write(i);
    Atomics.store(signals, 0, i);
    Atomics.notify(signals, 0);
    // Nothing comes through the event loop, to which this loop never returns: what is read comes through the memory alone.
    while (Atomics.load(signals, 0) === i) Atomics.wait(signals, 0, i);
    if (await read() !== i + 1) stale++;
  }
  await write.finalize();
  await read.finalize();
  return stale;
};

/** The same of a worker with glasswal. */
const even = ({ db, signals }, rounds) => {
  const write = db.prepare('UPDATE t SET v = ?');
  const read = db.prepare('SELECT v FROM t').pluck();
  let stale = 0;
  for (let i = 1; i < 2 * rounds; i += 2) {
    while (Atomics.load(signals, 0) === i - 1) Atomics.wait(signals, 0, i - 1);
    if (read.get() !== i) stale++;
    write.run(i + 1);
    Atomics.store(signals, 0, i + 1);
    Atomics.notify(signals, 0);
  }
  return stale;
};

async function handles(stage) {
  const { openHandleCount, activeOwnerLeaseCount } = await adapterDiagnostics(stage, '/app.sqlite');
  return { openHandleCount, activeOwnerLeaseCount };
}

inEachBrowserWithWa((it) => {
  it(`fault W1: of ${ROUNDS.toLocaleString('en')} commits of each side none is missed by the other's next read`, async (stand) => {
    const stage = await stageWa(stand);
    const wa = await waActor(stage, 'wa');
    const native = await stage.actor('native');
    await wa.exec('CREATE TABLE t(v INTEGER); INSERT INTO t VALUES (0)');
    const started = performance.now();
    const [staleInNative, staleInWa] = await Promise.all([native.run(even, ROUNDS), wa.run(odd, ROUNDS)]);
    stand.t.diagnostic(`${((performance.now() - started) * 1000 / ROUNDS / 2).toFixed(0)} us for a commit and the other's read of it`);
    assert.deepEqual({ staleInNative, staleInWa }, { staleInNative: 0, staleInWa: 0 });
  }, { limitMs: 60_000 + ROUNDS * 5 });

  it('three workers insert 20 rows each at once, and leave no handle', async (stand) => {
    const stage = await stageWa(stand);
    const workers = await Promise.all(['a', 'b', 'c'].map((name) => waActor(stage, name)));
    await workers[0].exec('CREATE TABLE rows(worker TEXT, body TEXT)');
    const insert = async ({ db }, name) => {
      for (let i = 0; i < 20; i++) await db.rows('INSERT INTO rows VALUES (?, ?)', name, 'x'.repeat(4096));
    };
    await Promise.all(workers.map((worker) => worker.run(insert, worker.name)));
    for (const worker of workers) {
      assert.deepEqual(await worker.all('SELECT count(*), sum(length(body)), count(DISTINCT worker) FROM rows'), [[60, 60 * 4096, 3]]);
    }
    assert.deepEqual(await handles(stage), { openHandleCount: 3, activeOwnerLeaseCount: 3 });
    await Promise.all(workers.map((worker) => worker.run(({ db }) => db.close())));
    assert.deepEqual(await handles(stage), { openHandleCount: 0, activeOwnerLeaseCount: 0 });
  });

  it('writers share evenly', async (stand) => {
    const stage = await stageWa(stand);
    const workers = await Promise.all(['a', 'b', 'c'].map((name) => waActor(stage, name, { busyTimeout: 30_000 })));
    const native = await stage.actor('native', { open: { busyTimeout: 30_000 } });
    await native.exec('CREATE TABLE rows(worker TEXT, n INTEGER)');
    const insertOfWa = async ({ db }, name, ms) => {
      const insert = await db.prepare('INSERT INTO rows VALUES (?, ?)');
      let n = 0;
      let longestMs = 0;
      for (const until = performance.now() + ms; performance.now() < until; n++) {
        const started = performance.now();
        await insert(name, n);
        longestMs = Math.max(longestMs, performance.now() - started);
      }
      return { n, longestMs: Math.round(longestMs) };
    };
    const insertOfNative = ({ db }, ms) => {
      const insert = db.prepare("INSERT INTO rows VALUES ('native', ?)");
      let n = 0;
      let longestMs = 0;
      for (const until = performance.now() + ms; performance.now() < until; n++) {
        const started = performance.now();
        insert.run(n);
        longestMs = Math.max(longestMs, performance.now() - started);
      }
      return { n, longestMs: Math.round(longestMs) };
    };
    const shares = await Promise.all([
      ...workers.map((worker) => worker.run(insertOfWa, worker.name, SHARE_MS)), native.run(insertOfNative, SHARE_MS),
    ]);
    stand.t.diagnostic(`commits in ${SHARE_MS} ms, and the longest one: ${JSON.stringify(shares)} (wa-sqlite, wa-sqlite, wa-sqlite, glasswal)`);
    const counts = await native.all('SELECT worker, count(*) AS n FROM rows GROUP BY worker ORDER BY worker');
    assert.deepEqual(counts, [...workers, native].map(({ name }, i) => ({ worker: name, n: shares[i].n })));
    const ofWa = shares.slice(0, 3).map(({ n }) => n);
    assert.ok(Math.min(...ofWa) * 4 >= Math.max(...ofWa), `${ofWa}`);
  });
});
