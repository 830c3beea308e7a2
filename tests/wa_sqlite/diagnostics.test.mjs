// The runtime of glasswal/wa-sqlite from outside: its options, its diagnostics in the shape of memory-write-ahead-vfs's, its reset.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as wa from '../../wasm/dist/adapters/wa_sqlite.js';
import { VERSIONS, place, waSqlite } from './open.mjs';
import { thread } from './thread.mjs';

const MIB = 1024 * 1024;
const { createMemoryWriteAheadSharedRuntime: create, getMemoryWriteAheadRuntimeDiagnostics: diagnostics } = wa;
const module = new URL('./acts.mjs', import.meta.url).href;

test('options are checked by name, and have their defaults', () => {
  const resolve = wa.resolveMemoryWriteAheadRuntimeOptions;
  assert.deepEqual(resolve(), {
    allowFixedCapacityFallback: false, initialDatabaseCapacityBytes: 16 * MIB, maxDatabaseCapacityBytes: 1024 * MIB,
    initialWriteAheadCapacityBytes: 8 * MIB, maxWriteAheadCapacityBytes: 512 * MIB, fileLockStaleMs: 30_000,
  });
  const refused = [
    [{ initialDatabaseCapacityBytes: 0 }, 'initialDatabaseCapacityBytes must be a positive integer; received 0'],
    [{ maxDatabaseCapacityBytes: 1.5 }, 'maxDatabaseCapacityBytes must be a positive integer; received 1.5'],
    [{ initialDatabaseCapacityBytes: 8192, maxDatabaseCapacityBytes: 4096 }, 'initialDatabaseCapacityBytes cannot exceed maxDatabaseCapacityBytes'],
    [{ initialWriteAheadCapacityBytes: 9, maxWriteAheadCapacityBytes: 8 }, 'initialWriteAheadCapacityBytes cannot exceed maxWriteAheadCapacityBytes'],
    [{ maxWriteAheadCapacityBytes: 2 ** 31 }, 'maxWriteAheadCapacityBytes cannot exceed 2147483647 bytes'],
    [{ fileLockStaleMs: NaN }, 'fileLockStaleMs must be a positive integer; received NaN'],
    [{ fileLockStaleMs: '5' }, 'fileLockStaleMs must be a positive integer; received 5'],
  ];
  for (const [options, message] of refused) assert.throws(() => resolve(options), { message });
});

test('a name is that of one runtime, whose options do not change', () => {
  const runtime = create('once.sqlite', { maxDatabaseCapacityBytes: 32 * MIB });
  assert.equal(runtime.dbFilename, '/once.sqlite');
  assert.equal(create('/once.sqlite', { maxDatabaseCapacityBytes: 32 * MIB }), runtime);
  assert.throws(() => create('/once.sqlite'), /MemoryWriteAhead runtime \/once\.sqlite already exists with different options/);
  assert.equal(diagnostics('/once.sqlite').openHandleCount, 0);
  wa.resetMemoryWriteAheadSharedRuntime('once.sqlite');
  assert.equal(diagnostics('/once.sqlite'), null);
  assert.equal(diagnostics('/never.sqlite'), null);
  assert.notEqual(create('/once.sqlite'), runtime);
  wa.MemoryWriteAheadVFS.resetRuntime('/once.sqlite');
});

for (const version of VERSIONS) {
  test(`${version}: diagnostics have every field, and count what there is`, async (t) => {
    const { runtime, client, wa: first, db, openWa } = await place(t, { version });
    const now = () => diagnostics(runtime.path);
    const { files: [empty], ...rest } = now();
    assert.deepEqual(Object.keys(rest).sort(), [
      'activeOwnerLeaseCount', 'capacities', 'dbFilename', 'openHandleCount', 'recoveredAbandonedHandleCount', 'segmentedSharedArrayBuffers',
    ]);
    assert.deepEqual(Object.keys(empty).sort(), [
      'allocatedCapacityBytes', 'capacityBytes', 'lockHeartbeatAgeMs', 'lockOwner', 'lockState', 'logicalSizeBytes', 'maxCapacityBytes',
      'pathname', 'reclaimedBytes', 'reclaimedSegmentCount', 'recoveredAbandonedLockCount', 'segmentCapacityBytes', 'segmentCount', 'totalSegmentCount',
    ]);
    assert.equal(now().openHandleCount, 2, 'one of each side');
    assert.equal(now().activeOwnerLeaseCount, 2);
    await first.run('PRAGMA wal_autocheckpoint=0', 'CREATE TABLE t(a)');
    await first.run('BEGIN IMMEDIATE', 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO t SELECT randomblob(4000) FROM n');
    const [locked] = now().files;
    const own = client.diagnostics().clients.find(({ kind }) => kind === 'wa-sqlite');
    assert.deepEqual([locked.lockState, locked.lockOwner], [own.slot + 1, own.slot + 1]);
    assert.equal(typeof locked.lockHeartbeatAgeMs, 'number');
    await first.run('COMMIT');
    const [, log, none] = now().files;
    assert.deepEqual(now().files.map(({ pathname }) => pathname), ['', '-wa0', '-wa1'].map((end) => runtime.path + end));
    assert.ok(log.logicalSizeBytes > 400_000 && log.segmentCount > 1 && log.allocatedCapacityBytes >= log.logicalSizeBytes, JSON.stringify(log));
    assert.equal(none.segmentCount, 0);
    assert.deepEqual(await first.rows('PRAGMA wal_checkpoint(TRUNCATE)'), [[0, -1, -1]]);
    const [database, after] = now().files;
    assert.equal(database.logicalSizeBytes, db.pragma('page_count', { simple: true }) * 4096);
    assert.ok(after.logicalSizeBytes < 8192 && after.segmentCount < log.segmentCount, JSON.stringify(after));
    assert.ok(after.reclaimedSegmentCount > 0 && after.reclaimedBytes === after.reclaimedSegmentCount * after.segmentCapacityBytes);
    assert.equal(database.lockState, 0);
    const other = await openWa();
    assert.equal(now().openHandleCount, 3);
    assert.equal(now().activeOwnerLeaseCount, 2, 'of the same thread');
    assert.throws(() => wa.MemoryWriteAheadVFS.resetRuntime(runtime.path), { message: 'Cannot reset MemoryWriteAheadVFS while 3 open handles remain' });
    await other.close();
  });

  test(`${version}: a killed worker's handle and lock are counted as recovered`, async (t) => {
    const { runtime, wa: first } = await place(t, { version });
    await first.run('CREATE TABLE t(a)');
    const dying = await thread(t, runtime, module, { side: 'wa', version, name: 'dying' });
    dying.start('writeForGood');
    await dying.heard();
    assert.equal(diagnostics(runtime.path).activeOwnerLeaseCount, 3);
    await dying.worker.terminate();
    // It waits for the lock that the dead one had, and takes it on the proof of that.
    await first.run('INSERT INTO t VALUES (1)');
    const { recoveredAbandonedHandleCount, openHandleCount, files: [database] } = diagnostics(runtime.path);
    assert.ok(recoveredAbandonedHandleCount >= 1);
    assert.equal(openHandleCount, 2);
    assert.ok(database.recoveredAbandonedLockCount >= 1);
    assert.deepEqual(await first.rows('SELECT a FROM t'), [[1]], 'and nothing of it is there');
  });
}

test('runtimes are apart from each other, and a reset empties only its own', async () => {
  const runtimes = ['/left.sqlite', '/right.sqlite'].map((name) => create(name));
  const sides = await Promise.all(runtimes.map((runtime) => waSqlite(runtime)));
  for (const [i, side] of sides.entries()) {
    const connection = await side.open();
    await connection.run('CREATE TABLE t(a)', `INSERT INTO t VALUES (${i})`);
    await connection.close();
  }
  wa.MemoryWriteAheadVFS.resetRuntime('/left.sqlite');
  assert.equal(diagnostics('/left.sqlite'), null);
  const right = await sides[1].open();
  assert.deepEqual(await right.rows('SELECT a FROM t'), [[1]]);
  await right.close();
  wa.MemoryWriteAheadVFS.resetRuntime();
  assert.equal(diagnostics('/right.sqlite'), null);
});
