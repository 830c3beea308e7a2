// Runtimes: what they are made with, who can have them, what keeps them apart.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

const MIB = 2 ** 20;

/** One worker that makes a table with a row in it. */
async function withOneRow(stand, path) {
  const stage = await stand.stage();
  await stage.createRuntime(path);
  const writer = await stage.actor('writer');
  await writer.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('mine')");
  return { stage, writer };
}

inEachBrowser((it) => {
  it('promise 1: a runtime is a plain message to a worker, which finds the same database', async (stand) => {
    const { stage } = await withOneRow(stand, '/app.sqlite');
    const reader = await stage.actor('reader');
    assert.equal(await reader.one('SELECT v FROM t'), 'mine');
    const keys = await stage.inPage(({ runtimes }) => Object.keys(structuredClone(runtimes.get('runtime'))));
    assert.ok(keys.length > 0, 'a structured clone of a runtime holds what a client needs');
  });

  it('promise 8: where a header is missing, the error names it', async (stand) => {
    const cases = [
      ['/without-coep/', ['Cross-Origin-Embedder-Policy']],
      ['/without-coop/', ['Cross-Origin-Opener-Policy']],
      ['/plain/', ['Cross-Origin-Opener-Policy', 'Cross-Origin-Embedder-Policy']],
    ];
    for (const [prefix, names] of cases) {
      const stage = await stand.stage(`${prefix}stage.html`);
      await assert.rejects(stage.createRuntime(), (error) => {
        const named = ['Cross-Origin-Embedder-Policy', 'Cross-Origin-Opener-Policy'].filter((name) => error.message.includes(name));
        assert.deepEqual(named, [...names].sort(), prefix);
        return true;
      });
    }
  });

  it('a SharedWorker is told that it cannot have a runtime', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    for (const name of ['create', 'join']) {
      const said = await stage.inPage(async ({ runtimes }, attempt) => {
        const { port } = new SharedWorker('/shared_worker.js', { type: 'module', name: attempt });
        const answer = new Promise((resolve) => {
          port.onmessage = ({ data }) => resolve(data);
        });
        try {
          port.postMessage({ name: attempt, runtime: attempt === 'join' ? runtimes.get('runtime') : undefined });
        } catch (error) {
          return { code: 'not sent', message: error.name };
        }
        return answer;
      }, name);
      if (name === 'join' && said.code === 'not sent') continue;
      assert.equal(said.code, 'ENVIRONMENT', said.message);
      assert.match(said.message, /SharedWorker.*dedicated workers/);
    }
  });

  it('a client whose stack is used up is given up and recovered from; its worker can join again', async (stand) => {
    const { stage, writer } = await withOneRow(stand, '/app.sqlite');
    const deep = await stage.actor('deep');
    const said = await deep.run(({ db }) => {
      db.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('not committed')");
      const parts = Array.from({ length: 20_000 }, (_, i) => `c${i + 1}(x) AS (SELECT x FROM c${i})`);
      try {
        return db.prepare(`WITH c0(x) AS (SELECT 1), ${parts.join(', ')} SELECT x FROM c20000`).all().length;
      } catch ({ code, message }) {
        return `${code} ${message}`;
      }
    });
    assert.match(said, /^ABORTED .*stack.* is used up/);
    await stage.until(({ recoveries }) => recoveries.some(({ clientName }) => clientName === 'deep'));
    await writer.exec("INSERT INTO t VALUES ('also mine')");
    assert.deepEqual(await deep.run(async ({ glasswal, runtime }) => {
      const client = await glasswal.join(runtime, { name: 'again' });
      return client.open().prepare('SELECT v FROM t').pluck().all();
    }), ['mine', 'also mine']);
    assert.equal(await writer.one('PRAGMA integrity_check'), 'ok');
  });

  it('promise 13: after a reload the database is gone', async (stand) => {
    const { stage } = await withOneRow(stand, '/app.sqlite');
    await stage.page.reload();
    await stage.page.waitForFunction(() => globalThis.stage !== undefined);
    await stage.createRuntime('/app.sqlite');
    const reader = await stage.actor('reader');
    assert.equal(await reader.one('SELECT count(*) FROM sqlite_schema'), 0);
  });

  it('promise 16: the defaults are those that are documented', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const { region } = await stage.diagnostics();
    assert.deepEqual(
      Object.fromEntries(Object.entries(region.options).filter(([key]) => key !== 'eventCapacity')),
      {
        initialDatabaseCapacityBytes: 16 * MIB,
        maxDatabaseCapacityBytes: 1024 * MIB,
        initialWriteAheadCapacityBytes: 8 * MIB,
        maxWriteAheadCapacityBytes: 512 * MIB,
        fixedCapacity: false,
        staleMs: 30_000,
        onStale: 'report',
        statements: 'on',
        statementText: 'redacted',
        slowMs: 100,
        statementCapacity: 256,
        pageSize: 4096,
        walAutocheckpoint: 100,
      });
  });

  it('promise 17: a bad option is refused by its name', async (stand) => {
    const stage = await stand.stage();
    const bad = [
      { initialDatabaseCapacityBytes: 0 },
      { pageSize: 256 },
      { pageSize: 3000 },
      { walAutocheckpoint: -1 },
      { maxDatabaseCapacityBytes: -1 },
      { initialWriteAheadCapacityBytes: 1.5 },
      { maxWriteAheadCapacityBytes: Number.NaN },
      { maxDatabaseCapacityBytes: 2 ** 60 },
      { staleMs: 0 },
      { onStale: 'perhaps' },
      { statements: 'sometimes' },
      { slowMs: 0 },
      { statementCapacity: 1e6 },
      { wasm: [0, 97, 115, 109] },
      { initialDatabaseCapacityBytes: 64 * MIB, maxDatabaseCapacityBytes: 16 * MIB },
    ];
    for (const options of bad) {
      const name = Object.keys(options)[0];
      await assert.rejects(stage.createRuntime('/app.sqlite', options), new RegExp(name), JSON.stringify(options));
    }
  });

  it('fault W2: a checkpoint in one page does nothing to the other page with the same name', async (stand) => {
    const context = await stand.browser.newContext();
    stand.t.after(() => context.close());
    const twins = [];
    for (const mark of ['one', 'two']) {
      const stage = await stand.stage('/stage.html', context);
      await stage.createRuntime('/app.sqlite');
      const writer = await stage.actor('writer');
      await writer.exec(`CREATE TABLE t(v); INSERT INTO t SELECT '${mark}' FROM json_each('[1,2,3]')`);
      twins.push({ mark, stage, writer });
    }
    await twins[0].writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    for (const { mark, stage, writer } of twins) {
      assert.deepEqual(await writer.all('SELECT v, count(*) AS n FROM t GROUP BY v'), [{ v: mark, n: 3 }]);
      assert.equal(await writer.one('PRAGMA integrity_check'), 'ok');
      const { clients } = await stage.diagnostics();
      assert.equal(clients.filter(({ name }) => name === 'writer').length, 1, 'each runtime knows its own clients');
    }
  });

  it('two runtimes of one page with one name do not meet', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime('/app.sqlite', undefined, 'first');
    await stage.createRuntime('/app.sqlite', undefined, 'second');
    const first = await stage.actor('in-first', { runtime: 'first' });
    const second = await stage.actor('in-second', { runtime: 'second' });
    await first.exec('BEGIN IMMEDIATE; CREATE TABLE only_first(v)');
    await second.exec('BEGIN IMMEDIATE; CREATE TABLE only_second(v); COMMIT');
    await first.exec('COMMIT');
    assert.deepEqual(await first.all('SELECT name FROM sqlite_schema'), [{ name: 'only_first' }]);
    assert.deepEqual(await second.all('SELECT name FROM sqlite_schema'), [{ name: 'only_second' }]);
  });
});
