// A database of another thread in real browsers: whoever asks hears when nobody will answer.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

const isRemote = { name: 'GlasswalError', code: 'REMOTE' };

inEachBrowser((it) => {
  /** A stage whose page has made `keep.start(text)`: a worker of that text, which has the package as `glasswal`. */
  const withWorkers = async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    await stage.inPage(({ keep }) => {
      keep.start = (text) => {
        const source = `import * as glasswal from '${location.origin}/glasswal/index.js';\n${text}`;
        return new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
      };
      keep.serving = `
        onmessage = async ({ data }) => {
          if (data.runtime === undefined) return;
          const client = await glasswal.join(data.runtime);
          const db = client.open();
          db.function('hang', () => { for (;;); });
          glasswal.serve(db, data.port ?? self);
          postMessage('serving');
        };`;
    });
    return stage;
  };

  it('a worker that is terminated rejects what waits for it, also in the middle of a statement', async (stand) => {
    const stage = await withWorkers(stand);
    const first = await stage.inPage(async ({ glasswal, runtimes, keep }) => {
      keep.worker = keep.start(keep.serving);
      // Asked before the worker has begun: it is held until somebody serves.
      keep.remote = glasswal.connect(keep.worker);
      keep.worker.postMessage({ runtime: runtimes.get('runtime') });
      return keep.remote.get('SELECT 1 AS one');
    });
    assert.deepEqual(first, { one: 1 });
    await assert.rejects(stage.inPage(async ({ keep }) => {
      const waiting = keep.remote.get('SELECT hang()');
      keep.worker.terminate();
      return waiting;
    }), isRemote);
    await assert.rejects(stage.inPage(({ keep }) => keep.remote.get('SELECT 1')), isRemote);
  });

  it('a port of a worker that is terminated does the same', async (stand) => {
    const stage = await withWorkers(stand);
    await assert.rejects(stage.inPage(async ({ glasswal, runtimes, keep }) => {
      const worker = keep.start(keep.serving);
      const { port1, port2 } = new MessageChannel();
      const remote = glasswal.connect(port1);
      worker.postMessage({ runtime: runtimes.get('runtime'), port: port2 }, [port2]);
      await remote.exec('CREATE TABLE t(a)');
      const waiting = remote.get('SELECT hang()');
      worker.terminate();
      return waiting;
    }), isRemote);
  });

  it('a worker that does not start rejects, with its error or without its script', async (stand) => {
    const stage = await withWorkers(stand);
    const failures = await stage.inPage(async ({ glasswal, keep }) => {
      const workers = [new Worker('/nowhere.js', { type: 'module' }), keep.start('throw new Error("no luck");')];
      const outcomes = await Promise.allSettled(workers.map((worker) => glasswal.connect(worker).get('SELECT 1')));
      return outcomes.map(({ reason }) => ({ code: reason?.code, message: reason?.message }));
    });
    assert.deepEqual(failures.map(({ code }) => code), ['REMOTE', 'REMOTE']);
    assert.match(failures[0].message, /its script could not be loaded/);
    assert.match(failures[1].message, /no luck/);
  });

  it('whoever lives is not taken for dead: it answers late, and after errors of its own', async (stand) => {
    const stage = await withWorkers(stand);
    const answer = await stage.inPage(async ({ glasswal, runtimes, keep }) => {
      const worker = keep.start(`${keep.serving}\naddEventListener('message', ({ data }) => { if (data === 'fail') throw new Error('mine'); });`);
      const remote = glasswal.connect(worker);
      worker.postMessage({ runtime: runtimes.get('runtime') });
      await remote.exec('CREATE TABLE t(a)');
      const failed = new Promise((resolve) => (worker.onerror = resolve));
      worker.postMessage('fail');
      await failed;
      const late = remote.get(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) AS n FROM n`);
      return late;
    });
    assert.deepEqual(answer, { n: 2_000_000 });
  });

  it('connections that are closed leave no lock behind', async (stand) => {
    const stage = await withWorkers(stand);
    const held = await stage.inPage(async ({ glasswal, runtimes }) => {
      const { port1, port2 } = new MessageChannel();
      const remote = glasswal.connect(port1);
      const stop = glasswal.serve(runtimes.get('runtime').client.open(), port2);
      await remote.get('SELECT 1');
      remote.close();
      stop();
      const lives = async () => (await navigator.locks.query()).held.filter(({ name }) => name.startsWith('glasswal:life:'));
      while ((await lives()).length > 0) await new Promise((resolve) => setTimeout(resolve));
      return (await lives()).length;
    });
    assert.equal(held, 0);
  });
});
