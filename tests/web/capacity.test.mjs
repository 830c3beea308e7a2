// Growth and limits: one memory that grows in place, and SQLITE_FULL that passes.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

const MIB = 2 ** 20;

const SMALL = {
  initialDatabaseCapacityBytes: MIB,
  maxDatabaseCapacityBytes: 4 * MIB,
  initialWriteAheadCapacityBytes: MIB,
  maxWriteAheadCapacityBytes: 4 * MIB,
};

async function withBlobs(stand, options) {
  const stage = await stand.stage();
  await stage.createRuntime('/app.sqlite', options);
  const writer = await stage.actor('writer');
  await writer.exec('CREATE TABLE t(v BLOB)');
  return { stage, writer };
}

/** Adds blobs of 64 KiB, one transaction each, until one fails; what was acknowledged, and the error's code. */
const fill = ({ db }, most) => {
  const insert = db.prepare('INSERT INTO t VALUES (zeroblob(65536))');
  for (let done = 0; done < most; done++) {
    try {
      insert.run();
    } catch (error) {
      return { done, code: error.code };
    }
  }
  return { done: most, code: 'none' };
};

const fileOf = (snapshot, kind) => snapshot.files.find((file) => file.kind === kind);

inEachBrowser((it) => {
  it('promise 9: the memory grows in place, and everybody sees it at once', async (stand) => {
    const { stage, writer } = await withBlobs(stand, { ...SMALL, maxDatabaseCapacityBytes: 64 * MIB });
    const reader = await stage.actor('reader');
    assert.equal(await reader.one('SELECT count(*) FROM t'), 0);
    const before = (await stage.diagnostics()).region;
    assert.deepEqual(await writer.run(fill, 600), { done: 600, code: 'none' });
    assert.equal(await reader.one('SELECT sum(length(v)) FROM t'), 600 * 65_536);
    const { region } = await stage.diagnostics();
    assert.ok(region.grown > before.grown, 'memory was added');
    assert.ok(region.committedBytes > before.committedBytes);
    assert.equal(region.id, before.id);
  });

  it('promise 10: memory is handed out in segments, and never more of them than there are', async (stand) => {
    const { stage, writer } = await withBlobs(stand, SMALL);
    await writer.run(fill, 20);
    const snapshot = await stage.diagnostics();
    const { region } = snapshot;
    assert.equal(region.segmentBytes % 65_536, 0);
    assert.ok(region.committedSegments <= region.segmentCount);
    assert.equal(snapshot.segmentCounts.reduce((sum, count) => sum + count), region.committedSegments);
    for (const file of snapshot.files) assert.equal(file.allocatedBytes, file.segments * region.segmentBytes, file.path);
  });

  it('promise 11 and fault W11: wal_checkpoint(TRUNCATE) gives the log back, and it is counted', async (stand) => {
    const { stage, writer } = await withBlobs(stand, { ...SMALL, maxDatabaseCapacityBytes: 64 * MIB });
    await writer.exec('PRAGMA wal_autocheckpoint=0');
    await writer.run(fill, 40);
    const full = fileOf(await stage.diagnostics(), 'wal');
    assert.ok(full.logicalSizeBytes > 40 * 65_536);
    assert.deepEqual(await writer.all('PRAGMA wal_checkpoint(TRUNCATE)'), [{ busy: 0, log: 0, checkpointed: 0 }]);
    const snapshot = await stage.diagnostics();
    const empty = fileOf(snapshot, 'wal');
    assert.equal(empty.logicalSizeBytes, 0);
    assert.ok(empty.segments < full.segments, `${full.segments} segments became ${empty.segments}`);
    assert.ok(empty.reclaimedSegments > 0 && empty.reclaimedBytes > 0);
    assert.ok(snapshot.region.reclaimedSegments >= empty.reclaimedSegments);
    assert.equal(await writer.one('SELECT count(*) FROM t'), 40);
  });

  it('promise 12: with fixedCapacity everything is committed at the start and nothing is added', async (stand) => {
    const { stage, writer } = await withBlobs(stand, { ...SMALL, fixedCapacity: true });
    const before = (await stage.diagnostics()).region;
    assert.equal((await writer.run(fill, 200)).code, 'SQLITE_FULL');
    const { region } = await stage.diagnostics();
    assert.equal(region.options.fixedCapacity, true);
    assert.equal(region.grown, 0);
    assert.equal(region.committedBytes, before.committedBytes);
  });

  it('fault W3: a reader that stands still fills the log: SQLITE_FULL, and all is well once it is gone', async (stand) => {
    const { stage, writer } = await withBlobs(stand, { ...SMALL, maxDatabaseCapacityBytes: 64 * MIB });
    const reader = await stage.actor('reader');
    await reader.exec('BEGIN');
    assert.equal(await reader.one('SELECT count(*) FROM t'), 0);
    const { done, code } = await writer.run(fill, 500);
    assert.equal(code, 'SQLITE_FULL');
    assert.ok(done > 10, `${done} commits fitted`);
    assert.equal(await writer.one('SELECT count(*) FROM t'), done, 'the connection reads on');
    assert.equal(await reader.one('SELECT count(*) FROM t'), 0, 'and so does the snapshot');
    const { wals } = await stage.diagnostics();
    assert.equal(wals[0].oldestReader.holder.clientName, 'reader', 'the diagnostics say who holds it back');
    await reader.exec('COMMIT');
    await writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    assert.equal((await writer.run(fill, 10)).code, 'none');
    assert.equal(await reader.one('SELECT count(*) FROM t'), done + 10);
    assert.equal(await writer.one('PRAGMA integrity_check'), 'ok');
  });

  it('promise 17 and fault W4: a database never outgrows its limit, and works on when rows are deleted', async (stand) => {
    const { stage, writer } = await withBlobs(stand, SMALL);
    const { done, code } = await writer.run(fill, 500);
    assert.equal(code, 'SQLITE_FULL');
    assert.ok(done * 65_536 <= SMALL.maxDatabaseCapacityBytes, `${done} blobs were acknowledged`);
    assert.ok(done * 65_536 > SMALL.maxDatabaseCapacityBytes * 0.7, `${done} blobs fitted`);
    const [checkpoint] = await writer.all('PRAGMA wal_checkpoint(TRUNCATE)');
    assert.equal(checkpoint.busy, 0);
    const file = fileOf(await stage.diagnostics(), 'database');
    assert.ok(file.logicalSizeBytes <= SMALL.maxDatabaseCapacityBytes, `${file.logicalSizeBytes} bytes`);
    assert.equal(await writer.one('SELECT count(*) FROM t'), done);
    await writer.exec('DELETE FROM t WHERE rowid <= 20');
    assert.equal((await writer.run(fill, 10)).code, 'none');
    assert.equal(await writer.one('PRAGMA integrity_check'), 'ok');
  });

  it('fault W10: a database of more than 2 GiB', async (stand) => {
    const GIB = 1024 * MIB;
    const { stage, writer } = await withBlobs(stand, {
      maxDatabaseCapacityBytes: 2.5 * GIB, maxWriteAheadCapacityBytes: 256 * MIB,
    });
    const blobs = 140;
    await writer.run(({ db }, count) => {
      db.exec('PRAGMA cache_size=-2000');
      const insert = db.prepare('INSERT INTO t VALUES (zeroblob(16000000))');
      for (let i = 0; i < count; i++) insert.run();
      db.exec("INSERT INTO t VALUES ('the end'); PRAGMA wal_checkpoint(TRUNCATE)");
    }, blobs);
    const { logicalSizeBytes } = fileOf(await stage.diagnostics(), 'database');
    assert.ok(logicalSizeBytes > 2 * GIB, `${logicalSizeBytes} bytes`);
    const reader = await stage.actor('reader');
    assert.equal(await reader.one('SELECT v FROM t ORDER BY rowid DESC LIMIT 1'), 'the end');
    assert.equal(await reader.one('SELECT sum(length(v)) FROM t'), blobs * 16_000_000 + 7);
  });

  it('fault W10: 40 workers at once, and many connections in one of them', async (stand) => {
    const { stage, writer } = await withBlobs(stand);
    const names = Array.from({ length: 40 }, (_, i) => `one-of-40-${i}`);
    const crew = await Promise.all(names.map((name) => stage.actor(name, { open: { busyTimeout: 30_000 } })));
    await Promise.all(crew.map((actor) => actor.exec("INSERT INTO t VALUES ('here')")));
    assert.equal(await writer.one('SELECT count(*) FROM t'), 40);
    const counts = await writer.run(({ client, keep }) => {
      keep.more = Array.from({ length: 12 }, () => client.open());
      return keep.more.map((db) => db.prepare('SELECT count(*) FROM t').pluck().get());
    });
    assert.deepEqual(counts, Array(12).fill(40));
    const { clients, region } = await stage.diagnostics();
    assert.equal(clients.filter(({ name }) => name.startsWith('one-of-40')).length, 40);
    assert.equal(region.connectionCount, 53);
  });

  it('a runtime whose places are all taken says so, and takes the next client when one has left', async (stand) => {
    const { stage, writer } = await withBlobs(stand);
    const seen = await writer.run(async ({ glasswal, runtime }) => {
      const clients = [];
      let refusal;
      while (refusal === undefined && clients.length < 100) {
        try {
          clients.push(await glasswal.join(runtime, { name: `guest-${clients.length}` }));
        } catch (error) {
          refusal = error.message;
        }
      }
      clients.pop().close();
      const late = await glasswal.join(runtime, { name: 'late' });
      late.close();
      for (const client of clients) client.close();
      return { refusal, places: clients.length + 1 };
    });
    assert.match(seen.refusal, /client/i);
    assert.ok(seen.places >= 40, `${seen.places} places`);
    await stage.until(({ clients }) => !clients.some(({ name }) => name.startsWith('guest')));
  });
});
