// Workers that are killed while others wait for what they have: its lock, or its place in the runtime.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { MemoryWriteAheadVFS, getMemoryWriteAheadRuntimeDiagnostics as diagnostics } from '../../wasm/dist/adapters/wa_sqlite.js';
import { within } from '../tools/limit.mjs';
import { VERSIONS, checkSound, place } from './open.mjs';
import { thread } from './thread.mjs';

const acts = new URL('./acts.mjs', import.meta.url).href;
const LIMIT_MS = 30_000;

for (const version of VERSIONS) {
  test(`${version}: a worker dies with the lock that two others wait for, whom nothing else wakes`, within(LIMIT_MS, async (t) => {
    const { runtime, wa, db, openWa } = await place(t, { version });
    await wa.run('CREATE TABLE t(a)');
    const second = await openWa();
    for (let i = 1; i <= 3; ++i) {
      const dying = await thread(t, runtime, acts, { side: 'wa', version, name: `dying ${i}` });
      dying.start('writeForGood');
      await dying.heard();
      const waiting = [wa.run('INSERT INTO t VALUES (1)'), second.run('INSERT INTO t VALUES (2)')];
      const exit = once(dying.worker, 'exit');
      await Promise.all([dying.worker.terminate(), exit]);
      const dead = performance.now();
      await Promise.all(waiting);
      assert.ok(performance.now() - dead < 5000, 'it does not take fileLockStaleMs');
      assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 2 * i);
    }
    assert.ok(diagnostics(runtime.path).files[0].recoveredAbandonedLockCount >= 3);
    await checkSound(assert, wa, db);
  }));

  test(`${version}: the places of the dead are free again when there are no others`, within(LIMIT_MS, async (t) => {
    const { runtime, wa, db } = await place(t, { version });
    await wa.run('CREATE TABLE t(a)');
    const many = await thread(t, runtime, acts, { side: 'wa', version, name: 'many' });
    assert.ok((await many.call('takePlaces', 100)) > 50);
    await assert.rejects(thread(t, runtime, acts, { side: 'wa', version, name: 'too late' }), { code: 'FULL' });
    await many.worker.terminate();
    const next = await thread(t, runtime, acts, { side: 'wa', version, name: 'next' });
    assert.equal(await next.call('add'), 1);
    assert.equal(diagnostics(runtime.path).activeOwnerLeaseCount, 3);
    await checkSound(assert, wa, db);
  }));

  test(`${version}: connections are opened one after the other, and the last takes the database with it at a reset`, async (t) => {
    const { runtime, wa, client, side } = await place(t, { version });
    await wa.run('CREATE TABLE t(a)');
    await wa.close();
    for (let i = 1; i <= 5; ++i) {
      const again = await side.open();
      await again.run(`INSERT INTO t VALUES (${i})`);
      assert.equal(await again.value('SELECT count(*) FROM t'), i);
      await again.close();
    }
    client.close();
    assert.equal(diagnostics(runtime.path).openHandleCount, 0);
    MemoryWriteAheadVFS.resetRuntime(runtime.path);
    assert.equal(diagnostics(runtime.path), null);
  });
}
