// Ending what another worker runs, in real browsers: the statement ends, the worker goes on.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

const ENDLESS = 'WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c';

inEachBrowser((it) => {
  /** A stage whose page has a worker that serves the runtime's database, and `keep.running(text)`, which waits until it runs that. */
  const withWorker = async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    await stage.inPage(async ({ glasswal, runtimes, keep }) => {
      const source = `
        import { join, serve } from '${location.origin}/glasswal/index.js';
        onmessage = async ({ data: { runtime } }) => {
          if (runtime === undefined) return;
          const client = await join(runtime, { name: 'ingest' });
          const db = client.open();
          db.exec('CREATE TABLE IF NOT EXISTS t(x)');
          serve(db, self);
        };`;
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
      keep.runtime = runtimes.get('runtime');
      worker.postMessage({ runtime: keep.runtime });
      keep.remote = glasswal.connect(worker);
      await keep.remote.get('SELECT 1');
      keep.running = async (text) => {
        for (;;) {
          const found = keep.runtime.diagnostics().connections.find(({ statement }) => statement?.running && statement.text.startsWith(text));
          if (found !== undefined) return found;
          await new Promise((next) => setTimeout(next, 1));
        }
      };
    });
    return stage;
  };

  it('an endless computation ends within 50 ms, by the name of who cancelled it', async (stand) => {
    const stage = await withWorker(stand);
    const seen = await stage.inPage(async ({ keep }, endless) => {
      const times = [];
      for (let round = 0; round < 5; ++round) {
        const waiting = keep.remote.all(endless).catch((error) => error);
        const connection = await keep.running('WITH RECURSIVE');
        const began = performance.now();
        if (round === 0) keep.runtime.cancel({ slot: connection.client, generation: connection.clientGeneration });
        else if (round === 1) keep.runtime.cancel(connection.client);
        else keep.runtime.cancel(connection);
        keep.error = await waiting;
        times.push(performance.now() - began);
      }
      const { code, message } = keep.error;
      const after = await keep.remote.get('SELECT 2 AS two');
      const { totals } = keep.runtime.diagnostics();
      return { times, code, message, after, totals };
    }, ENDLESS);
    assert.equal(seen.code, 'SQLITE_INTERRUPT');
    assert.match(seen.message, /^interrupted: `page` cancelled the statement after \d+ ms$/);
    assert.deepEqual(seen.after, { two: 2 });
    assert.equal(seen.totals.cancels, 5);
    assert.equal(seen.totals.interrupts, 5);
    assert.ok(seen.times.toSorted((a, b) => a - b)[2] < 50, `${seen.times} ms`);
  });

  it('a wait for a lock ends as well, and what runs nothing is not found', async (stand) => {
    const stage = await withWorker(stand);
    const seen = await stage.inPage(async ({ keep }) => {
      const own = keep.runtime.client.open();
      own.exec('BEGIN IMMEDIATE');
      await keep.remote.exec('PRAGMA busy_timeout = 60000');
      const waiting = keep.remote.run('INSERT INTO t VALUES (1)').catch((error) => error);
      const connection = await keep.running('INSERT INTO t');
      const began = performance.now();
      keep.runtime.cancel(connection);
      const { code } = await waiting;
      const tookMs = performance.now() - began;
      own.exec('COMMIT');
      let missed;
      try {
        keep.runtime.cancel(connection);
      } catch (error) {
        missed = { name: error.name, code: error.code };
      }
      return { code, tookMs, missed, rows: own.prepare('SELECT count(*) FROM t').pluck().get() };
    });
    assert.equal(seen.code, 'SQLITE_INTERRUPT');
    assert.ok(seen.tookMs < 1000, `${seen.tookMs} ms`);
    assert.deepEqual(seen.missed, { name: 'GlasswalError', code: 'NOT_FOUND' });
    assert.equal(seen.rows, 0);
  });

  it('a signal ends a call of a remote database, one that runs and one that waits for its turn', async (stand) => {
    const stage = await withWorker(stand);
    const seen = await stage.inPage(async ({ keep }, endless) => {
      const first = new AbortController();
      const second = new AbortController();
      const third = new AbortController();
      const running = keep.remote.all(endless, first.signal).catch((error) => error.message);
      const queued = keep.remote.run('INSERT INTO t VALUES (2)', second.signal).catch((error) => error.message);
      const many = keep.remote.exec(`INSERT INTO t VALUES (3); ${endless}; ${endless}`, third.signal).catch((error) => error.message);
      await keep.running('WITH RECURSIVE');
      second.abort(new Error('not any more'));
      const refused = await queued;
      first.abort(new Error('enough'));
      const ended = await running;
      await keep.running('WITH RECURSIVE');
      third.abort();
      const all = await many;
      let atOnce;
      try {
        await keep.remote.get('SELECT 1', AbortSignal.abort(new Error('before')));
      } catch (error) {
        atOnce = error.message;
      }
      const unused = new AbortController();
      const rows = await keep.remote.all('SELECT x FROM t WHERE x > ?', 0, unused.signal);
      unused.abort();
      return { refused, ended, all, atOnce, rows };
    }, ENDLESS);
    assert.equal(seen.refused, 'not any more');
    assert.equal(seen.ended, 'enough');
    assert.match(seen.all, /abort/i);
    assert.equal(seen.atOnce, 'before');
    assert.deepEqual(seen.rows, [{ x: 3 }]);
  });

  it('a refusal says which statement has the lock, without its literals', async (stand) => {
    const stage = await withWorker(stand);
    const seen = await stage.inPage(async ({ keep }) => {
      await keep.remote.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('secret')");
      const own = keep.runtime.client.open();
      let refused;
      try {
        own.exec('INSERT INTO t VALUES (1)');
      } catch ({ message, lock }) {
        refused = { message, lock };
      }
      await keep.remote.exec('ROLLBACK');
      const { statements, connections } = keep.runtime.diagnostics();
      return { refused, texts: statements.map(({ text }) => text), open: connections.map(({ openStatements }) => openStatements) };
    });
    assert.match(seen.refused.message, /`ingest` has held WRITE for \d+ ms.*idle for \d+ ms since INSERT INTO t VALUES \(\?\)/);
    assert.equal(seen.refused.lock.statement, 'INSERT INTO t VALUES (?)');
    assert.equal(seen.refused.lock.running, false);
    assert.ok(seen.texts.includes('INSERT INTO t VALUES (?)'));
    assert.ok(!JSON.stringify(seen).includes('secret'));
    assert.ok(seen.open.some((count) => count >= 1), 'the statements that are kept for the port are open');
  });
});
