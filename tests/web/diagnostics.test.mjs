// What can be known of a live runtime, from outside of every worker.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

inEachBrowser((it) => {
  it('promise 18: sizes, segments, lock owners, handles and recoveries, each by its name', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const writer = await stage.actor('ingest');
    await writer.exec('CREATE TABLE t(v); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const snapshot = await stage.diagnostics();

    const database = snapshot.files.find((file) => file.kind === 'database');
    assert.equal(database.path, '/app.sqlite');
    for (const name of ['logicalSizeBytes', 'maxCapacityBytes', 'segments', 'allocatedBytes', 'peakSegments',
      'reclaimedSegments', 'reclaimedBytes']) {
      assert.equal(typeof database[name], 'number', name);
    }
    assert.equal(database.lockState, 'reserved');
    assert.equal(database.lockOwner.clientName, 'ingest');
    assert.equal(snapshot.wals[0].writer.clientName, 'ingest');
    const write = snapshot.locks.find((lock) => lock.name === 'WRITE');
    assert.ok(write.exclusive && write.heldNs > 0, 'how long it has been held');
    const [client] = snapshot.clients.filter(({ name }) => name === 'ingest');
    assert.ok(client.heartbeat > 0, 'a heartbeat');

    for (const name of ['recoveries', 'recoveredHandles', 'recoveredLocks']) assert.equal(snapshot.region[name], 0, name);
    const before = snapshot.region.openHandleCount;
    await writer.run(({ db }) => db.exec('COMMIT').close());
    const after = await stage.diagnostics();
    assert.ok(after.region.openHandleCount < before, `${before} handles became ${after.region.openHandleCount}`);
    assert.equal(after.totals.commits, 2);
  });

  it('promise 18: looking changes nothing that is seen', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const writer = await stage.actor('ingest');
    await writer.exec('CREATE TABLE t(v)');
    const first = await stage.diagnostics();
    for (let i = 0; i < 50; i++) await stage.diagnostics();
    const last = await stage.diagnostics();
    assert.deepEqual(last.totals, first.totals);
    assert.deepEqual(last.region, first.region);
    assert.deepEqual(last.segmentRuns, first.segmentRuns);
  });

  it('promise 19: what happens is recorded as events, and given to a logger', async (stand) => {
    const stage = await stand.stage();
    await stage.inPage(async ({ glasswal, runtimes, keep }) => {
      keep.records = [];
      const logger = (record) => keep.records.push(record);
      runtimes.set('runtime', await glasswal.createRuntime('/app.sqlite', { logger }));
    });
    const writer = await stage.actor('ingest');
    await writer.exec('CREATE TABLE t(v); BEGIN IMMEDIATE');
    const refused = await stage.actor('refused', { open: { busyTimeout: 0 } });
    await assert.rejects(refused.exec('BEGIN IMMEDIATE'), { code: 'SQLITE_BUSY' });
    const kinds = await stage.inPage(({ runtimes }) => runtimes.get('runtime').events().events.map((event) => event.kind));
    for (const kind of ['client.joined', 'connection.opened', 'lock.refused']) {
      assert.ok(kinds.includes(kind), `${kind} is among ${kinds.join(', ')}`);
    }
    const record = await stage.inPage(async ({ keep }) => {
      const find = () => keep.records.find(({ event }) => event === 'lock.refused');
      while (find() === undefined) await new Promise((resolve) => setTimeout(resolve));
      return find();
    });
    assert.equal(typeof record.message, 'string');
    assert.ok(record.sequence > 0 && record.timeMs > 0, JSON.stringify(record));
  });

  it('fault W6: five seconds after a terminate nothing of the worker is left', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const survivor = await stage.actor('survivor');
    // It writes first: the handle of the log is opened with that.
    await survivor.exec('CREATE TABLE t(v)');
    await survivor.exec('INSERT INTO t VALUES (0)');
    const before = (await stage.diagnostics()).region;
    const victim = await stage.actor('victim');
    await victim.exec('INSERT INTO t VALUES (1); BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
    await victim.terminate();
    await survivor.exec('INSERT INTO t VALUES (3)');
    assert.deepEqual(await survivor.run(({ db }) => db.prepare('SELECT v FROM t').pluck().all()), [0, 1, 3]);
    await stage.until(({ region }) => region.recoveries === 1);
    const { region, recoveries, clients } = await stage.diagnostics();
    assert.equal(region.openHandleCount, before.openHandleCount);
    assert.equal(region.clientCount, before.clientCount);
    assert.ok(!clients.some(({ name }) => name === 'victim'));
    assert.equal(recoveries[0].clientName, 'victim');
    assert.ok(recoveries[0].heldLocks.some(({ name }) => name === 'WRITE'), 'the black box says what it held');
    assert.equal(await survivor.one('PRAGMA integrity_check'), 'ok');
  });
});
