// The faults of memory-write-ahead-vfs by their numbers, through the door by which its users come: wa-sqlite. W1 is in
// wa_sqlite_commits.test.mjs.
import assert from 'node:assert/strict';

import { RemoteError } from './stage.mjs';
import { adapterDiagnostics, inEachBrowserWithWa, makeRuntime, stageWa, waActor } from './wa_sqlite.mjs';

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const MIB = 1024 * 1024;

const isCode = (code) => (error) => error instanceof RemoteError && error.code === code;

/** Rows of 4096 bytes until one is refused, at most `most`; how many there are, and the code and the reason of the refusal. */
const fill = async ({ db, wa }, most) => {
  for (let n = 0; n < most; n++) {
    try {
      await db.rows('INSERT INTO t VALUES (randomblob(4096))');
    } catch (error) {
      return { n, code: error.code, reason: wa.vfs.lastError?.message };
    }
  }
  return { n: most };
};

/** What the watcher in the page sees of a file. */
const fileOf = async (stage, path) => stage.inPage(({ keep }, wanted) => keep.watcher.diagnostics().files.find((file) => file.path === wanted), path);

inEachBrowserWithWa((it) => {
  it('fault W2: two pages have each their own database of one name', async (stand) => {
    const [here, there] = [await stageWa(stand), await stageWa(stand)];
    const [mine, yours] = [await waActor(here, 'mine'), await waActor(there, 'yours')];
    await mine.exec('CREATE TABLE t(v); INSERT INTO t VALUES (1); PRAGMA wal_checkpoint(TRUNCATE)');
    await yours.exec('CREATE TABLE u(v); INSERT INTO u VALUES (2); INSERT INTO u VALUES (3)');
    assert.deepEqual(await mine.all('PRAGMA wal_checkpoint(TRUNCATE)'), await yours.all('PRAGMA wal_checkpoint(TRUNCATE)'));
    assert.deepEqual(await mine.all('SELECT name FROM sqlite_schema'), [['t']]);
    assert.deepEqual(await yours.all('SELECT v FROM u; PRAGMA integrity_check'), [[2], [3], ['ok']]);
  });

  it('faults W3 to W6', async (stand) => {
    const stage = await stand.stage();

    await stand.t.test('fault W3: a log that a blocked worker has filled is SQLITE_FULL, and nothing once that goes on', async () => {
      await makeRuntime(stage, '/log.sqlite', { initialWriteAheadCapacityBytes: MIB, maxWriteAheadCapacityBytes: MIB });
      const writer = await waActor(stage, 'writer');
      const reader = await waActor(stage, 'reader');
      await writer.exec('CREATE TABLE t(v); INSERT INTO t VALUES (1)');
      await reader.exec('BEGIN; SELECT * FROM t');
      const blocked = reader.run(({ signals }) => Atomics.wait(signals, 0, 0));
      const { n, code, reason } = await writer.run(fill, 2000);
      assert.equal(code, SQLITE_FULL, `${n} rows, then: ${reason}`);
      assert.match(reason, /capacity exceeded/);
      assert.ok(n > 50, `${n}`);
      assert.equal(await writer.one('SELECT count(*) FROM t'), n + 1, 'it reads what it has');
      await stage.inPage(({ signals }) => {
        Atomics.store(signals, 0, 1);
        Atomics.notify(signals, 0);
      });
      await blocked;
      await reader.exec('COMMIT');
      assert.equal((await writer.run(fill, 500)).n, 500, 'it writes on');
      assert.deepEqual(await reader.all('SELECT count(*) FROM t; PRAGMA integrity_check'), [[n + 501], ['ok']]);
    });

    await stand.t.test('fault W4: a database does not outgrow its capacity, and says so at the commit that would', async () => {
      await makeRuntime(stage, '/full.sqlite', { initialDatabaseCapacityBytes: MIB, maxDatabaseCapacityBytes: MIB });
      const writer = await waActor(stage, 'writer');
      await writer.exec('CREATE TABLE t(v)');
      const { n, code, reason } = await writer.run(fill, 5000);
      assert.equal(code, SQLITE_FULL, reason);
      assert.match(reason, /capacity exceeded/);
      assert.ok(n > 100 && n * 4096 < MIB, `${n} rows`);
      const [[busy]] = await writer.all('PRAGMA wal_checkpoint(TRUNCATE)');
      assert.equal(busy, 0);
      assert.ok((await fileOf(stage, '/full.sqlite')).logicalSizeBytes <= MIB);
      await writer.exec('DELETE FROM t WHERE rowid <= 50');
      assert.equal((await writer.run(fill, 20)).n, 20, 'there is room again');
      assert.deepEqual(await writer.all('SELECT count(*) FROM t; PRAGMA integrity_check'), [[n - 30], ['ok']]);
    });

    await stand.t.test('fault W5: a worker that is busy for longer than fileLockStaleMs keeps its lock', async () => {
      await makeRuntime(stage, '/busy.sqlite', { fileLockStaleMs: 200 });
      const busy = await waActor(stage, 'busy');
      const other = await waActor(stage, 'other', { busyTimeout: 600 });
      await busy.exec('CREATE TABLE t(v)');
      await other.exec('SELECT * FROM t');
      const working = busy.run(async ({ db, signals }) => {
        await db.rows('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
        Atomics.store(signals, 1, 1);
        for (const until = performance.now() + 1500; performance.now() < until; );
        await db.rows('INSERT INTO t VALUES (2); COMMIT');
      });
      await stage.inPage(async ({ signals }) => {
        while (Atomics.load(signals, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      });
      await assert.rejects(other.exec('INSERT INTO t VALUES (3)'), isCode(SQLITE_BUSY));
      assert.match(await other.lastError(), /`busy` has held WRITE for \d+ ms \(silent for \d+ ms\), idle for \d+ ms since BEGIN IMMEDIATE; you waited \d+ ms/);
      await working;
      await other.exec('INSERT INTO t VALUES (4)');
      assert.deepEqual(await other.all('SELECT v FROM t ORDER BY v; PRAGMA integrity_check'), [[1], [2], [4], ['ok']]);
    });

    await stand.t.test('fault W6: of a dead worker nothing is left: no handle, no lease, no lock', async () => {
      await makeRuntime(stage, '/dead.sqlite');
      const dies = await waActor(stage, 'dies');
      const lives = await waActor(stage, 'lives', { busyTimeout: 20_000 });
      await dies.exec('CREATE TABLE t(v); INSERT INTO t VALUES (1); BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
      await dies.terminate();
      const started = performance.now();
      await lives.exec('INSERT INTO t VALUES (3)');
      stand.t.diagnostic(`the next commit came after ${Math.round(performance.now() - started)} ms`);
      await stage.until(({ clients }) => clients.every(({ name }) => name !== 'dies'));
      const { openHandleCount, activeOwnerLeaseCount, recoveredAbandonedHandleCount, files: [database] } = await adapterDiagnostics(stage, '/dead.sqlite');
      assert.deepEqual({ openHandleCount, activeOwnerLeaseCount }, { openHandleCount: 1, activeOwnerLeaseCount: 1 });
      assert.ok(recoveredAbandonedHandleCount > 0);
      assert.equal(database.lockState, 0);
      assert.equal(database.recoveredAbandonedLockCount, 1);
      assert.deepEqual(await lives.all('SELECT v FROM t ORDER BY v; PRAGMA integrity_check'), [[1], [3], ['ok']]);
    });
  });

  it('faults W7 to W11', async (stand) => {
    const stage = await stageWa(stand);
    const first = await waActor(stage, 'first');
    const second = await stage.actor('second');

    await stand.t.test('fault W8: CREATE TABLE may be the first statement after open', async () => {
      await first.exec('CREATE TABLE t(v)');
      await second.exec('CREATE TABLE u(v)');
      assert.deepEqual(await first.all('SELECT name FROM sqlite_schema ORDER BY name'), [['t'], ['u']]);
    });

    await stand.t.test('fault W7: BEGIN; SELECT; INSERT; COMMIT works', async () => {
      await first.exec('BEGIN; SELECT count(*) FROM t; INSERT INTO t VALUES (7); COMMIT');
      assert.deepEqual(await second.all('SELECT v FROM t'), [{ v: 7 }]);
    });

    await stand.t.test('fault W9: ATTACH, VACUUM INTO and the three columns of wal_checkpoint', async () => {
      await first.exec("ATTACH '/other.sqlite' AS other; CREATE TABLE other.o(v); INSERT INTO other.o SELECT v + 1 FROM t");
      await first.exec("VACUUM INTO '/copy.sqlite'; DETACH other");
      await second.exec("ATTACH '/other.sqlite' AS other; ATTACH '/copy.sqlite' AS copy");
      assert.deepEqual(await second.all('SELECT o.v AS o, t.v AS t FROM other.o, copy.t AS t'), [{ o: 8, t: 7 }]);
      await second.exec('DETACH other; DETACH copy');
      const names = await first.run(async ({ wa }) => {
        let columns;
        const db = await wa.sqlite3.open_v2('/app.sqlite');
        await wa.sqlite3.exec(db, 'PRAGMA wal_checkpoint', (_, given) => void (columns = given));
        await wa.sqlite3.close(db);
        return columns;
      });
      assert.deepEqual(names, ['busy', 'log', 'checkpointed']);
    });

    await stand.t.test('fault W10: 62 connections, each of which is one handle; the next one is told why not', async () => {
      const { counts, code, reason } = await first.run(async ({ wa }) => {
        const { getMemoryWriteAheadRuntimeDiagnostics } = await import('/glasswal/adapters/wa_sqlite.js');
        const count = () => getMemoryWriteAheadRuntimeDiagnostics('/app.sqlite').openHandleCount;
        const before = count();
        const opened = [];
        while (count() < 62) opened.push(await wa.open());
        for (const db of opened) await db.rows('INSERT INTO t VALUES (10)');
        const refused = await wa.open().then(() => undefined, (error) => error);
        const found = { code: refused?.code, reason: wa.vfs.lastError?.message };
        for (const db of opened) await db.close();
        return { counts: [before, opened.length, count()], ...found };
      });
      assert.deepEqual(counts, [2, 60, 2]);
      assert.equal(code, SQLITE_CANTOPEN);
      assert.match(reason, /all 62 connections of the database are in use/);
      assert.equal(await second.one('SELECT count(*) FROM t WHERE v = 10'), 60);
    });

    await stand.t.test('fault W11: wal_checkpoint(TRUNCATE) leaves a log of no size, and the memory is free', async () => {
      await first.exec('INSERT INTO u SELECT randomblob(4096) FROM (WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 2000) SELECT i FROM c)');
      const before = await fileOf(stage, '/app.sqlite-wal');
      assert.ok(before.logicalSizeBytes > 8 * MIB, `${before.logicalSizeBytes}`);
      const [[busy]] = await first.all('PRAGMA wal_checkpoint(TRUNCATE)');
      assert.equal(busy, 0);
      const after = await fileOf(stage, '/app.sqlite-wal');
      assert.equal(after.logicalSizeBytes, 0);
      assert.equal(after.allocatedBytes, 0);
      assert.ok(after.reclaimedBytes > 8 * MIB, `${after.reclaimedBytes}`);
    });
  });
});
