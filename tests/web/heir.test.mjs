// Who looks after the dead when whoever did so is gone: any client inherits that.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

/** Starts the worker that creates the runtime and holds WRITE; keep.ask(sql) has it execute something. */
async function startFounder(stage, page = '/founder.js') {
  await stage.inPage(async ({ runtimes, keep }, page) => {
    keep.founder = new Worker(new URL(page, location.href), { type: 'module' });
    const answer = () => new Promise((resolve, reject) => {
      keep.founder.onmessage = ({ data }) => resolve(data);
      keep.founder.onerror = ({ message }) => reject(new Error(message));
    });
    keep.ask = (sql) => {
      keep.founder.postMessage(sql);
      return answer();
    };
    const { runtime } = await answer();
    runtimes.set('runtime', runtime);
  }, page);
}

/** Waits until `actor` sees that somebody is blocked. */
async function somebodyWaits(actor) {
  await actor.run(async ({ client }) => {
    const isWaiting = () => client.diagnostics().connections.some(({ waiting }) => waiting !== null);
    while (!isWaiting()) await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

/** Waits until `actor` sees that there is a janitor. */
async function janitorWatches(actor) {
  await actor.run(async ({ client }) => {
    const isWatched = () => client.diagnostics().clients.some(({ name }) => name === 'janitor');
    while (!isWatched()) await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

/** Waits until `actor` sees that somebody is the first heir. */
async function somebodyIsHeir(actor) {
  await actor.run(async () => {
    const isHeir = async () => (await navigator.locks.query()).held.some(({ name, mode }) => /:heir:1$/.test(name) && mode === 'exclusive');
    while (!(await isHeir())) await new Promise((resolve) => setTimeout(resolve, 5));
  });
}

inEachBrowser((it, browserName) => {
  it('whoever created the runtime is its heir before anybody else knows of it', async (stand) => {
    const stage = await stand.stage();
    const locks = await stage.inPage(async () => {
      const { createRuntime } = await import('/glasswal/index.js');
      const runtime = await createRuntime();
      const { held } = await navigator.locks.query();
      runtime.close();
      return held.filter(({ name }) => name.endsWith(':heir:1')).map(({ mode }) => mode);
    });
    assert.deepEqual(locks, ['exclusive']);
  });

  it('a worker that created the runtime starts a janitor, but in Firefox, where that can freeze it for good', async (stand) => {
    const stage = await stand.stage();
    await startFounder(stage);
    const other = await stage.actor('other');
    await somebodyIsHeir(other);
    assert.equal(await stage.inPage(({ keep }) => keep.ask('workers?')), browserName === 'firefox' ? 0 : 1);
  });

  it('a worker that created the runtime dies with WRITE: whoever is left recovers and goes on', async (stand) => {
    const stage = await stand.stage();
    await startFounder(stage);
    const left = await stage.actor('left', { open: { busyTimeout: 0 } });
    const other = await stage.actor('other', { open: { busyTimeout: 0 } });
    await assert.rejects(left.exec("INSERT INTO t VALUES ('too early')"), /founder/);
    await stage.inPage(({ keep }) => keep.founder.terminate());
    // Nobody asks for it and nobody waits for a lock: the heir does it by itself.
    await left.run(async ({ client }) => {
      const recovered = () => client.diagnostics().recoveries.some(({ clientName }) => clientName === 'founder');
      while (!recovered()) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await other.exec("INSERT INTO t VALUES ('next')");
    assert.deepEqual(await left.all('SELECT v FROM t'), [{ v: 'committed' }, { v: 'next' }]);
  });

  it('a dead heir is recovered from although the next one is blocked waiting for it', async (stand) => {
    const stage = await stand.stage();
    await startFounder(stage);
    // It is the first that waits for the heir's lock, so it would have it if only one could.
    const blocked = await stage.actor('blocked', { open: { busyTimeout: 10_000 } });
    const idle = await stage.actor('idle');
    const inserted = blocked.exec("INSERT INTO t VALUES ('next')");
    await somebodyWaits(idle);
    await stage.inPage(({ keep }) => keep.founder.terminate());
    await inserted;
    assert.deepEqual(await idle.all('SELECT v FROM t'), [{ v: 'committed' }, { v: 'next' }]);
  });

  it('a new heir is blocked before it has recovered from the last one: others help out', async (stand) => {
    const stage = await stand.stage();
    await startFounder(stage);
    const called = await stage.actor('called');
    const idle = await stage.actor('idle');
    // It waits for what the dead heir held from the moment on at which it is the heir.
    await called.run(({ db, signals, keep }) => {
      const request = navigator.locks.request.bind(navigator.locks);
      navigator.locks.request = (name, options, granted) => request(name, options, (lock) => {
        const result = granted(lock);
        if (!name.endsWith(':heir:2') || lock?.mode !== 'exclusive') return result;
        Atomics.store(signals, 0, 1);
        Atomics.notify(signals, 0);
        try {
          db.exec("INSERT INTO t VALUES ('next')");
          keep.said = 'done';
        } catch (error) {
          keep.said = error.message;
        }
        return result;
      });
    });
    // The other one hears of the death only then.
    const heard = idle.run(({ signals }) => {
      Atomics.store(signals, 1, 1);
      Atomics.wait(signals, 0, 0);
    });
    await stage.inPage(async ({ signals, keep }) => {
      while (Atomics.load(signals, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      keep.founder.terminate();
    });
    await heard;
    const said = await called.run(async ({ keep }) => {
      while (keep.said === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      return keep.said;
    });
    assert.equal(said, 'done');
  });

  it('the first heir is blocked before it has a janitor: others help out for as long as it has none', async (stand) => {
    const stage = await stand.stage();
    // The creator comes to nothing any more, so whoever joins first is the heir.
    await startFounder(stage, '/founder.js?blocked');
    const blocked = await stage.actor('blocked', { open: { busyTimeout: 10_000 } });
    await somebodyIsHeir(blocked);
    const inserted = blocked.exec("INSERT INTO t VALUES ('next')");
    const idle = await stage.actor('idle');
    await somebodyWaits(idle);
    await stage.inPage(({ keep }) => keep.founder.terminate());
    await inserted;
    assert.deepEqual(await idle.all('SELECT v FROM t'), [{ v: 'committed' }, { v: 'next' }]);
  });

  it('a worker that created the runtime is soon blocked: whom it waits for is recovered from', async (stand) => {
    const stage = await stand.stage();
    await startFounder(stage);
    const doomed = await stage.actor('doomed');
    // Where it may have no janitor's worker, whoever else is there watches.
    if (browserName === 'firefox') await stage.actor('idle');
    else await janitorWatches(doomed);
    assert.equal(await stage.inPage(({ keep }) => keep.ask('COMMIT')), 'done');
    await doomed.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('also lost')");
    await stage.inPage(({ keep }) => void (keep.answer = keep.ask("INSERT INTO t VALUES ('next')")));
    await somebodyWaits(doomed);
    await doomed.terminate();
    assert.equal(await stage.inPage(({ keep }) => keep.answer), 'done');
  });

  it('the page that created the runtime closes it: a worker that dies later is recovered from', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const left = await stage.actor('left', { open: { busyTimeout: 0 } });
    const doomed = await stage.actor('doomed');
    await stage.inPage(({ runtimes }) => runtimes.get('runtime').close());
    await doomed.exec("CREATE TABLE t(v); BEGIN IMMEDIATE; INSERT INTO t VALUES ('lost')");
    await doomed.terminate();
    await left.run(async ({ client }) => {
      const recovered = () => client.diagnostics().recoveries.some(({ clientName }) => clientName === 'doomed');
      while (!recovered()) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await left.exec("INSERT INTO t VALUES ('next')");
    assert.deepEqual(await left.all('SELECT v FROM t'), [{ v: 'next' }]);
  });

  it('heirs that die one after the other leave the next one to it', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const last = await stage.actor('last', { open: { busyTimeout: 0 } });
    const heirs = [];
    for (let i = 0; i < 3; ++i) heirs.push(await stage.actor(`heir-${i}`));
    await stage.inPage(({ runtimes }) => runtimes.get('runtime').close());
    for (const heir of heirs) await heir.exec('CREATE TABLE IF NOT EXISTS t(v)');
    await heirs.at(-1).exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('lost')");
    for (const heir of heirs) await heir.terminate();
    await last.run(async ({ client }) => {
      const dead = () => client.diagnostics().clients.filter(({ name }) => name.startsWith('heir-'));
      while (dead().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await last.exec("INSERT INTO t VALUES ('next')");
  });

  it('a client whose Web Lock is stolen is lost and says so at its next call', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const robbed = await stage.actor('robbed');
    await robbed.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('committed')");
    const slot = await robbed.run(({ client }) => client.slot);
    await stage.inPage(({ runtimes, keep }) => {
      keep.told = [];
      runtimes.get('runtime').onRecovery(({ clientName, cause }) => keep.told.push({ clientName, cause }));
    });
    await stage.inPage(async ({ runtimes }, number) => {
      const name = `glasswal:${runtimes.get('runtime').id}:client:${number}`;
      await navigator.locks.request(name, { steal: true }, () => undefined);
    }, slot);
    await stage.until(({ recoveries }) => recoveries.some(({ clientName }) => clientName === 'robbed'));
    await assert.rejects(robbed.exec("INSERT INTO t VALUES ('not any more')"), ({ code, message }) => {
      assert.equal(code, 'ABORTED');
      assert.match(message, /Web Lock.*steal/);
      return true;
    });
    const other = await stage.actor('other');
    assert.deepEqual(await other.all('SELECT v FROM t'), [{ v: 'committed' }]);
    // The page tells the one whose lock was stolen from the one that is really dead.
    await other.terminate();
    const told = () => stage.inPage(({ keep }) => keep.told);
    while ((await told()).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(await told(), [{ clientName: 'robbed', cause: 'stolen' }, { clientName: 'other', cause: 'ended' }]);
  });

  it('onRecovery tells of a recovery by whoever waited for the dead client, without the janitor', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const robbed = await stage.actor('robbed');
    await robbed.exec('CREATE TABLE t(v); BEGIN IMMEDIATE');
    const slot = await robbed.run(({ client }) => client.slot);
    const waiting = await stage.actor('waiting', { open: { busyTimeout: 60_000 } });
    const inserted = waiting.exec("INSERT INTO t VALUES ('next')");
    await stage.until(({ connections }) => connections.some((one) => one.waiting !== null));
    // While the page has the lock of the slot, the janitor has no proof: only who waits can see that it was given up.
    await stage.inPage(async ({ runtimes, keep }, number) => {
      const runtime = runtimes.get('runtime');
      keep.told = new Promise((told) => runtime.onRecovery(told));
      const stolen = Promise.withResolvers();
      const name = `glasswal:${runtime.id}:client:${number}`;
      navigator.locks.request(name, { steal: true }, () => {
        stolen.resolve();
        return new Promise((release) => (keep.release = release));
      });
      await stolen.promise;
    }, slot);
    await inserted;
    const { clientName, running, recoverer, cause } = await stage.inPage(({ keep }) => keep.told);
    assert.deepEqual({ clientName, running, cause }, { clientName: 'robbed', running: false, cause: 'stolen' });
    assert.equal(recoverer, await waiting.run(({ client }) => client.slot));
    await stage.inPage(({ keep }) => keep.release());
  });

  it('a janitor whose Web Lock is stolen begins anew, and so does the heir', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const left = await stage.actor('left', { open: { busyTimeout: 0 } });
    await left.exec('CREATE TABLE t(v)');
    await stage.until(({ clients }) => clients.some(({ name }) => name === 'janitor'));
    const robbed = await stage.inPage(async ({ runtimes, keep }) => {
      keep.uncaught = [];
      addEventListener('unhandledrejection', ({ reason }) => keep.uncaught.push(String(reason)));
      const runtime = runtimes.get('runtime');
      const { slot, generation } = runtime.diagnostics().clients.find(({ name }) => name === 'janitor');
      for (const lock of ['heir:1', `client:${slot}`]) {
        await navigator.locks.request(`glasswal:${runtime.id}:${lock}`, { steal: true }, () => undefined);
      }
      return { slot, generation };
    });
    // The new one recovers from the old one.
    await stage.until(({ recoveries }, { slot, generation }) =>
      recoveries.some(({ client, clientGeneration }) => client === slot && clientGeneration === generation), robbed);
    const doomed = await stage.actor('doomed');
    await doomed.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('lost')");
    await doomed.terminate();
    await stage.until(({ recoveries }) => recoveries.some(({ clientName }) => clientName === 'doomed'));
    await left.exec("INSERT INTO t VALUES ('next')");
    assert.deepEqual(await left.all('SELECT v FROM t'), [{ v: 'next' }]);
    assert.deepEqual(await stage.inPage(({ keep }) => keep.uncaught), []);
  });

  it('listeners that throw starve neither the others nor themselves', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const writer = await stage.actor('writer');
    await stage.inPage(({ runtimes, keep }) => {
      keep.heard = [];
      keep.reported = 0;
      addEventListener('error', (event) => {
        keep.reported++;
        event.preventDefault();
      });
      const runtime = runtimes.get('runtime');
      runtime.onCommit(() => {
        keep.heard.push('commit');
        throw new Error('of the application');
      });
      runtime.onRecovery(() => {
        throw new Error('of the application');
      });
      runtime.onRecovery(() => keep.heard.push('recovery'));
    });
    const count = (what) => stage.inPage(({ keep }, kind) => keep.heard.filter((each) => each === kind).length, what);
    for (let i = 1; i <= 3; ++i) {
      await writer.exec('CREATE TABLE IF NOT EXISTS t(v); INSERT INTO t VALUES (1)');
      const before = await count('commit');
      while ((await count('commit')) < Math.max(before, i)) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await writer.terminate();
    while ((await count('recovery')) < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok((await stage.inPage(({ keep }) => keep.reported)) >= 2, 'what they threw is reported');
  });
});
