// What is given wrongly: a sentence that says what, and nothing changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  MemoryWriteAheadVFS, createMemoryWriteAheadSharedRuntime as create, getMemoryWriteAheadRuntimeDiagnostics as diagnostics, normalizeMemoryWriteAheadPathname,
} from '../../wasm/dist/adapters/wa_sqlite.js';
import { SQLITE_FULL, loadWaSqlite, place, waSqlite } from './open.mjs';

const SQLITE_CANTOPEN = 14;

test('options of the runtime', () => {
  assert.throws(() => create('/refused.sqlite', { staleMs: 5 }), { code: 'OPTION', message: /no option staleMs.*fileLockStaleMs/ });
  assert.throws(() => create('/refused.sqlite', { maxDatabaseCapacity: 5 }), { message: /did you mean maxDatabaseCapacityBytes/ });
  assert.throws(() => create('/refused.sqlite', 5), { code: 'MISUSE', message: /a number: give an object/ });
  for (const clientName of ['', 'x'.repeat(64), 5, null, 'a\0b']) {
    assert.throws(() => create('/refused.sqlite', { clientName }), { code: 'OPTION', message: /option clientName .* 1 to 63 bytes/ });
  }
  assert.equal(diagnostics('/refused.sqlite'), null);
  create('/null.sqlite', null);
  MemoryWriteAheadVFS.resetRuntime('/null.sqlite');
});

test('maxima below a segment are a segment, and a silence is a day at most', async () => {
  const options = { initialDatabaseCapacityBytes: 1, maxDatabaseCapacityBytes: 8192, initialWriteAheadCapacityBytes: 1, maxWriteAheadCapacityBytes: 8192, fileLockStaleMs: 2 ** 40 };
  const runtime = create('/tiny.sqlite', options);
  const { open } = await waSqlite(runtime);
  const wa = await open();
  await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1)');
  assert.equal(diagnostics('/tiny.sqlite').files[0].maxCapacityBytes, 8192);
  assert.equal(await wa.failure('INSERT INTO t VALUES (zeroblob(100000))'), SQLITE_FULL);
  await wa.close();
  MemoryWriteAheadVFS.resetRuntime('/tiny.sqlite');
});

test('what a VFS is made of', async (t) => {
  const { runtime } = await place(t);
  const { module } = await loadWaSqlite();
  const refused = (expected, ...given) => assert.rejects(MemoryWriteAheadVFS.create(...given), expected);
  await refused({ code: 'MISUSE', message: /name of a MemoryWriteAheadVFS is null/ }, null, module, runtime);
  await refused({ code: 'MISUSE', message: /name of .* a string: give a text/ }, '', module, runtime);
  await refused({ code: 'MISUSE', message: /module of .* is undefined: give what wa-sqlite's factory resolves to/ }, 'v', undefined, runtime);
  await refused({ code: 'MISUSE', message: /module of .* is a Promise/ }, 'v', Promise.resolve(module), runtime);
  await refused({ code: 'MISUSE', message: /runtime of .* is null/ }, 'v', module, null);
  await refused({ code: 'MISUSE', message: /runtime of .* an object: give what createMemoryWriteAheadSharedRuntime/ }, 'v', module, {});
  await refused({ code: 'MISUSE', message: /options of MemoryWriteAheadVFS are a number/ }, 'v', module, runtime, 5);
  await refused({ code: 'OPTION', message: /no option clientname: did you mean clientName/ }, 'v', module, runtime, { clientname: 'a' });
  await refused({ code: 'MISUSE', message: /logger of .* is null/ }, 'v', module, runtime, { logger: null });
  await refused({ code: 'OPTION', message: /clientName/ }, 'v', module, runtime, { clientName: 'x'.repeat(64) });
});

test('a runtime that cannot be entered takes the place of no other', async (t) => {
  const { runtime, wa, side } = await place(t);
  await wa.run('CREATE TABLE t(a)');
  await assert.rejects(MemoryWriteAheadVFS.create('other', side.module, { ...runtime, id: 'f'.repeat(32), version: '0.0.0' }), { code: 'VERSION' });
  assert.equal(diagnostics(runtime.path).openHandleCount, 2);
  assert.equal(create(runtime.path, runtime.capacities), runtime);
});

test('names of databases', async (t) => {
  const { wa, vfs, openWa, side } = await place(t);
  for (const name of ['//[', 'http://:x', 'file://a b/c']) {
    assert.throws(() => normalizeMemoryWriteAheadPathname(name), { message: /is no name of a database/ });
    vfs.lastError = null;
    await assert.rejects(side.open(name), (error) => error.code === SQLITE_CANTOPEN);
    assert.match(vfs.lastError.message, /is no name of a database: give a path/);
  }
  await assert.rejects(side.open(`/${'x'.repeat(600)}`), (error) => error.code === SQLITE_CANTOPEN);
  await wa.run('CREATE TABLE t(a)');
  assert.equal(await (await openWa()).value('SELECT count(*) FROM t'), 0);
});

test('a database that would be the log of another one', async (t) => {
  const { vfs, side } = await place(t);
  for (const name of ['/taken-wal', '/taken-journal']) {
    vfs.lastError = null;
    await assert.rejects(side.open(name), (error) => error.code === SQLITE_CANTOPEN);
    assert.match(vfs.lastError.message, /the log of another database would be called/);
  }
});

test('a VFS whose runtime was reset opens nothing', async (t) => {
  const { runtime, wa, client, vfs, side } = await place(t);
  await wa.run('CREATE TABLE t(a)');
  await wa.close();
  client.close();
  MemoryWriteAheadVFS.resetRuntime(runtime.path);
  assert.equal(diagnostics(runtime.path), null);
  vfs.lastError = null;
  await assert.rejects(side.open(), (error) => error.code === SQLITE_CANTOPEN);
  assert.match(vfs.lastError.message, /was reset: make a VFS of a new runtime/);
  const anew = create(runtime.path, runtime.capacities);
  assert.notEqual(anew.id, runtime.id);
  const { open } = await waSqlite(anew);
  const fresh = await open();
  assert.deepEqual(await fresh.rows('SELECT name FROM sqlite_schema'), []);
  await fresh.close();
});
