// runtime.evict() in the browsers: an end on purpose, and what is said where there was none.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

inEachBrowser((it) => {
  it('evict() ends a worker that holds a lock, and returns when it is recovered from', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const holder = await stage.actor('holder');
    await holder.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('committed'); BEGIN IMMEDIATE; INSERT INTO t VALUES ('lost')");
    const slot = await holder.run(({ client }) => client.slot);
    const { names, rows } = await stage.inPage(async ({ runtimes, actors }, number) => {
      const runtime = runtimes.get('runtime');
      await runtime.evict(number, actors.get('holder').worker);
      const db = runtime.client.open();
      db.exec("INSERT INTO t VALUES ('next')");
      return {
        names: runtime.diagnostics().clients.map(({ name }) => name),
        rows: db.prepare('SELECT v FROM t ORDER BY rowid').pluck().all(),
      };
    }, slot);
    assert.deepEqual(rows, ['committed', 'next']);
    assert.ok(!names.includes('holder'));
  });

  it('evict() of a client that does not end is refused, and the client goes on', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const living = await stage.actor('living');
    await living.exec('CREATE TABLE t(v)');
    const slot = await living.run(({ client }) => client.slot);
    await assert.rejects(
      stage.inPage(({ runtimes }, number) => runtimes.get('runtime').evict(number, () => undefined), slot),
      ({ code, message }) => code === 'NOT_DEAD' && /Web Lock is still held/.test(message));
    await living.exec("INSERT INTO t VALUES ('still here')");
  });
});
