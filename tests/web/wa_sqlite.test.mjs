// glasswal/wa-sqlite in the browsers: the listings of the README of memory-write-ahead-vfs as they stand there, and a page that is never
// blocked by what its workers do.
import assert from 'node:assert/strict';

import { inEachBrowserWithWa, PLACES, stageWa, waActor } from './wa_sqlite.mjs';

/** The first listing, with the module of a build. Runs in the page. */
const pageAlone = async (_, place, build) => {
  const { MEMORY_WRITE_AHEAD_VFS, MemoryWriteAheadVFS, createMemoryWriteAheadSharedRuntime } = await import('/glasswal/adapters/wa_sqlite.js');
  const SQLite = await import(`${place}src/sqlite-api.js`);
  const { default: SQLiteModuleFactory } = await import(`${place}dist/${build}.mjs`);
  const module = await SQLiteModuleFactory();
  const sqlite3 = SQLite.Factory(module);
  const runtime = createMemoryWriteAheadSharedRuntime('/app.sqlite');
  const vfs = await MemoryWriteAheadVFS.create(MEMORY_WRITE_AHEAD_VFS, module, runtime, {});
  sqlite3.vfs_register(vfs, true);
  const db = await sqlite3.open_v2('/app.sqlite', undefined, MEMORY_WRITE_AHEAD_VFS);
  const found = { mode: [], rows: [] };
  await sqlite3.exec(db, 'PRAGMA journal_mode=WAL', (row) => void found.mode.push(row[0]));
  await sqlite3.exec(db, 'CREATE TABLE rows (value TEXT NOT NULL)');
  await sqlite3.exec(db, "INSERT INTO rows VALUES ('hello')");
  await sqlite3.exec(db, 'SELECT value FROM rows', (row) => void found.rows.push(row[0]));
  await sqlite3.close(db);
  MemoryWriteAheadVFS.resetRuntime('/app.sqlite');
  return found;
};

/** The second one: wa_worker.js writes, the page reads. */
const pageAndWorker = async (_, place) => {
  const { MEMORY_WRITE_AHEAD_VFS, MemoryWriteAheadVFS, createMemoryWriteAheadSharedRuntime } = await import('/glasswal/adapters/wa_sqlite.js');
  const runtime = createMemoryWriteAheadSharedRuntime('/shared.sqlite');
  const worker = new Worker('/wa_worker.js', { type: 'module' });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ dbFilename: '/shared.sqlite', runtime, rows: ['one', 'two'], place });
  });
  const SQLite = await import(`${place}src/sqlite-api.js`);
  const { default: SQLiteModuleFactory } = await import(`${place}dist/wa-sqlite.mjs`);
  const module = await SQLiteModuleFactory();
  const sqlite3 = SQLite.Factory(module);
  const vfs = await MemoryWriteAheadVFS.create(MEMORY_WRITE_AHEAD_VFS, module, runtime, {});
  sqlite3.vfs_register(vfs, true);
  const db = await sqlite3.open_v2('/shared.sqlite', undefined, MEMORY_WRITE_AHEAD_VFS);
  const rows = [];
  await sqlite3.exec(db, 'SELECT value FROM rows ORDER BY rowid', (row) => void rows.push(row[0]));
  await sqlite3.close(db);
  return { answer, rows };
};

inEachBrowserWithWa((it) => {
  for (const [version, place] of Object.entries(PLACES)) {
    it(`wa-sqlite ${version}: both listings`, async (stand) => {
      const stage = await stand.stage();
      // JSPI is in WebAssembly where the engine has it: Chromium has.
      const hasJspi = await stage.inPage(() => 'Suspending' in WebAssembly);
      assert.ok(hasJspi || stand.name !== 'chromium');
      for (const build of ['wa-sqlite', 'wa-sqlite-async', ...(hasJspi ? ['wa-sqlite-jspi'] : [])]) {
        assert.deepEqual(await stage.inPage(pageAlone, place, build), { mode: ['wal'], rows: ['hello'] }, build);
      }
      assert.deepEqual(await stage.inPage(pageAndWorker, place), { answer: { ok: true }, rows: ['one', 'two'] });
    });
  }

  it('a write of the page waits for a worker without blocking the page', async (stand) => {
    const stage = await stageWa(stand);
    const holder = await waActor(stage, 'holder');
    await holder.exec('CREATE TABLE t(v); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    await stage.inPage(async ({ runtimes, keep }) => {
      const { Wa } = await import('/wa.js');
      keep.wa = await Wa.load(runtimes.get('runtime'));
      keep.db = await keep.wa.open({ busyTimeout: 30_000 });
      keep.isWritten = false;
      keep.write = keep.db.rows('INSERT INTO t VALUES (2)').then(() => void (keep.isWritten = true));
    });
    // How late each of the page's timers is, while nothing but this goes on and the lock is held.
    const longestMs = await stage.inPage(async () => {
      let longest = 0;
      for (let i = 0; i < 40; i++) {
        const started = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 5));
        longest = Math.max(longest, performance.now() - started - 5);
      }
      return longest;
    });
    stand.t.diagnostic(`a timer of 5 ms was at most ${longestMs.toFixed(1)} ms late`);
    assert.equal(await stage.inPage(({ keep }) => keep.isWritten), false, 'it waits');
    assert.ok(longestMs < 200, `the page stood still for ${longestMs} ms`);
    await holder.exec('COMMIT');
    await stage.inPage(({ keep }) => keep.write);
    assert.deepEqual(await holder.all('SELECT v FROM t ORDER BY v'), [[1], [2]]);
  });

  it('a connection that waits for another one of its module lets that one commit', async (stand) => {
    const stage = await stageWa(stand);
    const rows = await stage.inPage(async ({ runtimes }) => {
      const { Wa } = await import('/wa.js');
      const wa = await Wa.load(runtimes.get('runtime'));
      // Of three, so that one also waits for one that has waited.
      const all = [await wa.open(), await wa.open(), await wa.open()];
      await all[0].rows('CREATE TABLE t(v); BEGIN IMMEDIATE; INSERT INTO t VALUES (0)');
      const waiting = [1, 2].map((i) => all[i].rows(`BEGIN IMMEDIATE; INSERT INTO t VALUES (${i}); SELECT 1; COMMIT`));
      await new Promise((resolve) => setTimeout(resolve, 100));
      await all[0].rows('COMMIT');
      await Promise.all(waiting);
      return all[0].rows('SELECT v FROM t ORDER BY v');
    });
    assert.deepEqual(rows, [[0], [1], [2]]);
  }, { limitMs: 20_000 });

  it('with busy_timeout=0 it fails at once, and names who has the lock', async (stand) => {
    const stage = await stageWa(stand);
    const holder = await waActor(stage, 'holder');
    await holder.exec('CREATE TABLE t(v); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const { code, message, tookMs } = await stage.inPage(async ({ runtimes }) => {
      const { Wa } = await import('/wa.js');
      const wa = await Wa.load(runtimes.get('runtime'));
      const db = await wa.open({ busyTimeout: 0 });
      await db.rows('SELECT * FROM t');
      const started = performance.now();
      const error = await db.rows('INSERT INTO t VALUES (2)').then(() => undefined, (reason) => reason);
      return { code: error?.code, message: wa.vfs.lastError?.message, tookMs: performance.now() - started };
    });
    stand.t.diagnostic(`refused after ${tookMs.toFixed(1)} ms: ${message}`);
    assert.equal(code, 5);
    assert.match(message, /`holder` has held WRITE for \d+ ms/);
    assert.ok(tookMs < 100, `it took ${tookMs} ms`);
  });
});
