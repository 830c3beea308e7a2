// Locks: who waits, who is woken, who is named, and who keeps what it holds.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

async function withHolder(stand, options) {
  const stage = await stand.stage();
  await stage.createRuntime('/app.sqlite', options);
  const holder = await stage.actor('ingest');
  await holder.exec('CREATE TABLE t(v)');
  return { stage, holder };
}

const writeIsWaitedFor = ({ locks }) => locks.some(({ name, waiters }) => name === 'WRITE' && waiters.length > 0);

inEachBrowser((it) => {
  it('promise 6: a blocked writer waits in its lock and is woken by the release', async (stand) => {
    const { stage, holder } = await withHolder(stand);
    const blocked = await stage.actor('blocked');
    await holder.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const waiting = blocked.run(({ db }) => {
      db.exec('BEGIN IMMEDIATE');
      const wokenAt = performance.timeOrigin + performance.now();
      const rows = db.prepare('SELECT count(*) AS n FROM t').get().n;
      db.exec('COMMIT');
      return { wokenAt, rows };
    });
    await stage.until(writeIsWaitedFor);
    const releasedAt = await holder.run(({ db }) => {
      const before = performance.timeOrigin + performance.now();
      db.exec('COMMIT');
      return before;
    });
    const { wokenAt, rows } = await waiting;
    assert.equal(rows, 1, 'it sees what the holder committed');
    // A single wait lasts at most 250 ms: somebody who polled at its end would be about that late.
    assert.ok(wokenAt - releasedAt < 150, `woken ${wokenAt - releasedAt} ms after the release`);
  });

  it('a lock that is refused names its holder, in words and in fields', async (stand) => {
    const { stage, holder } = await withHolder(stand);
    const refused = await stage.actor('refused', { open: { busyTimeout: 200 } });
    await holder.exec('BEGIN IMMEDIATE');
    await assert.rejects(refused.exec('BEGIN IMMEDIATE'), (error) => {
      assert.equal(error.code, 'SQLITE_BUSY');
      assert.match(error.message, /`ingest` has held WRITE for \d+ ms .*you waited \d+ ms/);
      assert.equal(error.lock.holder, 'ingest');
      assert.equal(error.lock.lock, 'WRITE');
      assert.ok(error.lock.waitedMs >= 150, `it waited ${error.lock.waitedMs} ms`);
      return true;
    });
    await holder.exec('COMMIT');
    await refused.exec('BEGIN IMMEDIATE; COMMIT');
  });

  it('promise 7: the main thread may open, and a contended lock there fails at once', async (stand) => {
    const { stage, holder } = await withHolder(stand);
    await holder.exec('INSERT INTO t VALUES (1); BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
    const seen = await stage.inPage(async ({ glasswal, runtimes }) => {
      const waits = [];
      const wait = Atomics.wait;
      Atomics.wait = (...all) => {
        waits.push(all.length);
        return wait(...all);
      };
      const client = await glasswal.join(runtimes.get('runtime'), { name: 'page' });
      const db = client.open({ busyTimeout: 10_000 });
      const rows = db.prepare('SELECT v FROM t').pluck().all();
      const started = performance.now();
      let refusal;
      try {
        db.exec('BEGIN IMMEDIATE');
      } catch (error) {
        refusal = { code: error.code, holder: error.lock?.holder };
      }
      const elapsed = performance.now() - started;
      db.close();
      client.close();
      Atomics.wait = wait;
      return { rows, refusal, elapsed, waits: waits.length };
    });
    assert.deepEqual(seen.rows, [1]);
    assert.deepEqual(seen.refusal, { code: 'SQLITE_BUSY', holder: 'ingest' });
    assert.ok(seen.elapsed < 100, `refused after ${seen.elapsed} ms`);
    assert.equal(seen.waits, 0, 'Atomics.wait was never called on the main thread');
    await holder.exec('COMMIT');
  });

  it('SQL cannot make the main thread wait for a lock either', async (stand) => {
    const { stage, holder } = await withHolder(stand);
    // Where a database was never written to SQLite waits by itself, and not the VFS.
    await holder.run(({ client, keep }) => (keep.fresh = client.open('/fresh.sqlite')).exec('BEGIN EXCLUSIVE') && undefined);
    const seen = await stage.inPage(async ({ glasswal, runtimes }) => {
      const client = await glasswal.join(runtimes.get('runtime'), { name: 'page' });
      const sql = 'PRAGMA busy_timeout = 10000';
      const redefine = (db) => db.function('f', () => 1);
      const ways = {
        option: (db) => void (db.busyTimeout = 10_000),
        pragma: (db) => db.pragma('busy_timeout = 10000'),
        exec: (db) => db.exec(`SELECT 1; ${sql}; SELECT 2`),
        'exec that goes on': (db) => db.exec(`${sql}; BEGIN IMMEDIATE`),
        run: (db) => db.prepare(sql).run(),
        all: (db) => db.prepare(sql.toLowerCase()).all(),
        iterate: (db) => [...db.prepare(sql).iterate()],
        explain: (db) => db.explain(sql),
        // SQLite compiles a statement anew where a function that it may call is another one.
        anew: (db) => {
          redefine(db);
          const statement = db.prepare(sql);
          redefine(db);
          statement.all();
        },
      };
      const seen = {};
      for (const [way, set] of Object.entries(ways)) {
        for (const verbose of [undefined, () => {}]) {
          const db = client.open('/fresh.sqlite', { verbose });
          const started = performance.now();
          let code;
          try {
            set(db);
          } catch (error) {
            if (error.code !== 'SQLITE_BUSY') throw error;
          }
          try {
            db.exec('BEGIN IMMEDIATE');
          } catch (error) {
            code = error.code;
          }
          const quick = performance.now() - started < 1000;
          seen[`${way}${verbose ? ', verbose' : ''}`] = [db.busyTimeout, code, quick];
          db.close();
        }
      }
      client.close();
      return seen;
    });
    for (const [way, result] of Object.entries(seen)) assert.deepEqual(result, [0, 'SQLITE_BUSY', true], way);
  });

  it('a blocked main thread does not stop the workers', async (stand) => {
    const { stage, holder } = await withHolder(stand);
    const other = await stage.actor('other');
    const add = ({ db, signals }, forMs) => {
      const insert = db.prepare('INSERT INTO t VALUES (?)');
      Atomics.add(signals, 0, 1);
      const end = performance.now() + forMs;
      let commits = 0;
      for (; performance.now() < end; commits++) {
        insert.run(commits);
        Atomics.add(signals, 1, 1);
      }
      return commits;
    };
    const working = [holder.run(add, 1500), other.run(add, 1500)];
    // Both have begun; then the page turns in a loop, and counts what is committed meanwhile.
    const meanwhile = await stage.inPage(async ({ signals }) => {
      while (Atomics.load(signals, 0) < 2) await new Promise((resolve) => setTimeout(resolve));
      const before = Atomics.load(signals, 1);
      const end = performance.now() + 1000;
      while (performance.now() < end);
      return Atomics.load(signals, 1) - before;
    });
    assert.ok(meanwhile > 100, `${meanwhile} commits while the page was blocked`);
    const commits = await Promise.all(working);
    assert.equal(await other.one('SELECT count(*) FROM t'), commits[0] + commits[1]);
  });

  it('promise 15 and fault W5: a worker that pauses for longer than staleMs keeps its lock', async (stand) => {
    const { stage, holder } = await withHolder(stand, { staleMs: 300 });
    const waiter = await stage.actor('waiter', { open: { busyTimeout: 700 } });
    const pausing = holder.run(({ db, signals }) => {
      db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
      Atomics.store(signals, 0, 1);
      // Like a debugger's breakpoint: no timer and no heartbeat of any kind runs in this worker.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
      db.exec('INSERT INTO t VALUES (2); COMMIT');
    });
    await stage.inPage(async ({ signals }) => {
      while (Atomics.load(signals, 0) === 0) await new Promise((resolve) => setTimeout(resolve));
    });
    await assert.rejects(waiter.exec('INSERT INTO t VALUES (3)'), (error) => {
      assert.equal(error.code, 'SQLITE_BUSY');
      assert.equal(error.lock.holder, 'ingest');
      assert.ok(error.lock.silentMs >= 300, `silent for ${error.lock.silentMs} ms`);
      return true;
    });
    await pausing;
    await waiter.exec('INSERT INTO t VALUES (4)');
    assert.deepEqual(await waiter.run(({ db }) => db.prepare('SELECT v FROM t').pluck().all()), [1, 2, 4]);
    const { region } = await stage.diagnostics();
    assert.equal(region.recoveries, 0, 'nothing was taken from it');
    assert.ok(region.silentReports >= 1, 'but its silence was reported');
  });

  it('nobody waits for the lock that only says, of one that was robbed, that it lives', async (stand) => {
    const { holder } = await withHolder(stand);
    const name = await holder.run(async ({ glasswal, runtime }) => {
      const request = (...given) => LockManager.prototype.request.apply(navigator.locks, given);
      navigator.locks.request = (lock, ...rest) => (lock.includes(':witness:') ? new Promise(() => undefined) : request(lock, ...rest));
      const client = await glasswal.join(runtime, { name: 'second' });
      delete navigator.locks.request;
      client.close();
      return client.name;
    });
    assert.equal(name, 'second');
  });
});
