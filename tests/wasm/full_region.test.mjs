// A region that is full: whoever works in it is told so, and goes on when there is room again. Nobody is given up.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { within } from '../tools/limit.mjs';
import { createRuntime } from '../../wasm/dist/index.js';

const MIB = 1024 * 1024;

/** What a worker does when it is told to; its answer is 'fine' or what it was refused with. */
const SOURCE = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { join } = await import(workerData.package);
  const client = await join(workerData.runtime, { name: workerData.name });
  const db = client.open();
  const opened = [];
  const acts = {
    insert: () => db.prepare('INSERT INTO t VALUES (zeroblob(?))').run(200 + Math.floor(Math.random() * 3000)),
    fill: () => {
      for (;;) db.prepare('INSERT INTO filling VALUES (zeroblob(100000))').run();
    },
    'fill up': () => {
      for (;;) db.prepare('INSERT INTO filling VALUES (zeroblob(100))').run();
    },
    read: () => db.prepare('SELECT count(*), sum(length(v)) FROM t').get(),
    sort: () => db.prepare('SELECT v FROM (SELECT v FROM filling LIMIT 300) ORDER BY v DESC, random()').all().length,
    open: () => {
      const path = '/' + workerData.name + '-' + opened.length;
      opened.push({ path, other: client.open(path) });
      opened.at(-1).other.exec('CREATE TABLE o(v)');
    },
    close: () => {
      const last = opened.pop();
      if (last === undefined) return;
      last.other.close();
      client.remove(last.path);
    },
    files: () => client.files(),
    error: () => db.exec('SELECT * FROM missing'),
    snapshot: () => client.diagnostics(),
    events: () => client.events(0, 1000),
    begin: () => db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1); ROLLBACK'),
    empty: () => db.exec('DELETE FROM filling'),
    vacuum: () => db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)'),
    check: () => db.pragma('integrity_check', { simple: true }),
  };
  parentPort.on('message', (act) => {
    try {
      const value = acts[act]();
      parentPort.postMessage(act === 'check' ? value : 'fine');
    } catch ({ code, message }) {
      parentPort.postMessage(code === undefined ? message : code + ': ' + message);
    }
  });
  parentPort.postMessage('joined');
`;

async function start(t, runtime, name) {
  const { id, path, version, memory, module } = runtime;
  const workerData = { name, runtime: { id, path, version, memory, module },
    package: new URL('../../wasm/dist/index.js', import.meta.url).href };
  const worker = new Worker(SOURCE, { eval: true, workerData });
  t.after(() => worker.terminate());
  const answer = async () => (await once(worker, 'message'))[0];
  assert.equal(await answer(), 'joined');
  return (act) => {
    const answered = answer();
    worker.postMessage(act);
    return answered;
  };
}

const REFUSED = /^(SQLITE_FULL|SQLITE_NOMEM|SQLITE_IOERR_NOMEM|SQLITE_IOERR|SQLITE_BUSY|SQLITE_CANTOPEN|FULL|OUT_OF_MEMORY): /;
const ACTS = ['insert', 'fill up', 'read', 'sort', 'open', 'open', 'close', 'error', 'snapshot', 'events', 'files', 'begin'];

test('a region that one worker fills: all others are refused with errors, and work on when there is room again',
  within(240_000, async (t) => {
    const seed = Number(process.env.GLASSWAL_SEED ?? Date.now() % 1e9);
    console.log(`# seed ${seed}`);
    let state = seed;
    const random = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const runtime = await createRuntime('/full.sqlite', {
      capacityBytes: 32 * MIB, initialDatabaseCapacityBytes: MIB, initialWriteAheadCapacityBytes: MIB,
      maxDatabaseCapacityBytes: 32 * MIB, maxWriteAheadCapacityBytes: 32 * MIB,
    });
    t.after(() => runtime.close());
    runtime.client.open().exec('CREATE TABLE t(v); CREATE TABLE filling(v)');
    const recoveries = [];
    runtime.onRecovery(({ clientName }) => recoveries.push(clientName));

    const workers = [];
    for (const name of ['filler', 'one', 'two', 'three']) workers.push({ name, act: await start(t, runtime, name) });
    const [filler, ...others] = workers;
    const allCan = async (...acts) => {
      for (const { name, act } of workers) {
        for (const what of acts) {
          const wanted = what === 'error' ? 'SQLITE_ERROR: no such table: missing' : 'fine';
          assert.equal(await act(what), wanted, `${name}, ${what}`);
        }
      }
    };
    const refusals = new Map();
    for (let round = 0; round < 5; ++round) {
      assert.match(await filler.act('fill'), /^SQLITE_FULL: /);
      assert.match(await filler.act('fill up'), REFUSED);
      for (let i = 0; i < 120; ++i) {
        const { name, act } = others[random(others.length)];
        const what = ACTS[random(ACTS.length)];
        const answer = await act(what);
        if (answer === 'fine') continue;
        if (what === 'error') assert.match(answer, /^SQLITE_ERROR: no such table|NOMEM|OUT_OF_MEMORY/, `${name}, ${what}`);
        else assert.match(answer, REFUSED, `${name}, ${what}`);
        const key = `${what}: ${answer.split(':')[0]}`;
        refusals.set(key, (refusals.get(key) ?? 0) + 1);
      }
      assert.equal(await filler.act('empty'), 'fine');
      // What was deleted is room for rows; VACUUM gives it back to all.
      await allCan('insert', 'read', 'begin', 'error');
      assert.equal(await filler.act('vacuum'), 'fine');
      await allCan('insert', 'read', 'begin', 'open', 'close', 'sort', 'snapshot', 'events', 'files');
    }
    console.log(`# ${[...refusals].map(([what, count]) => `${what} ${count}`).join(', ')}`);
    assert.equal(await filler.act('check'), 'ok');
    assert.deepEqual(runtime.diagnostics().recoveries, []);
    assert.deepEqual(recoveries, []);
    assert.ok([...refusals.keys()].length > 2, 'the region was full');
  }));
