// Several loggers, each with its level; slow ones, and ones that throw.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRuntime } from '../../../wasm/dist/index.js';

const SMALL = { capacityBytes: 256 * 1024 * 1024, maxDatabaseCapacityBytes: 96 * 1024 * 1024, maxWriteAheadCapacityBytes: 96 * 1024 * 1024 };

/** A runtime of a client with a name that is meant to break logs, with a table `t`. */
async function runtimeWith(t, logger, options) {
  const runtime = await createRuntime('/a "b"\u2028.sqlite', { ...SMALL, name: 'in"gest\n\u001b[2J', logger, ...options });
  t.after(() => runtime.close());
  runtime.client.open().exec('CREATE TABLE t(a)');
  return runtime;
}

/** Something of each level: a commit, a wait, a refusal, a database that is full. */
function allLevels(runtime) {
  runtime.setEventLevel('trace');
  const [db, other] = [0, 50].map((busyTimeout) => runtime.client.open({ busyTimeout }));
  db.exec('BEGIN IMMEDIATE');
  assert.throws(() => other.exec('BEGIN IMMEDIATE'), { code: 'SQLITE_BUSY' });
  db.exec('INSERT INTO t VALUES (1); COMMIT');
  assert.throws(() => db.exec('INSERT INTO t VALUES (zeroblob(100 * 1024 * 1024))'), { code: 'SQLITE_FULL' });
}

const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'];
const collect = (level) => {
  const records = [];
  return { level, records, log: (record) => records.push(record) };
};

test('each logger gets what matters as much as its level, and the same records as the others', async (t) => {
  const everything = [];
  const targets = LEVELS.map(collect);
  const runtime = await runtimeWith(t, [...targets, (record) => everything.push(record)], { eventCapacity: 65_536 });
  allLevels(runtime);
  runtime.close();
  assert.equal(everything.find(({ event }) => event === 'events.lost'), undefined);
  assert.deepEqual([...new Set(everything.map(({ level }) => level))].sort(), [...LEVELS].sort(), 'something of each level happened');
  for (const [number, { records }] of targets.entries()) {
    assert.deepEqual(records, everything.filter(({ level }) => LEVELS.indexOf(level) <= number), LEVELS[number]);
    assert.ok(number === 0 || records.length > targets[number - 1].records.length);
  }
});

test('a single logger with a level gets the same as one of several', async (t) => {
  const [alone, all] = [collect('warn'), collect('trace')];
  for (const logger of [alone, [all]]) {
    const runtime = await runtimeWith(t, logger, { eventCapacity: 65_536, slowMs: 86_400_000 });
    allLevels(runtime);
    runtime.close();
  }
  const kinds = ({ records }) => records.map(({ level, event }) => `${level} ${event}`);
  assert.deepEqual(kinds(alone), kinds(all).filter((kind) => /^(warn|error) /.test(kind)));
  assert.ok(alone.records.length > 1);
});

test('what was lost is told to every logger, and it adds up', async (t) => {
  const everything = collect(undefined);
  const errors = collect('error');
  // Slower than the commits, which the same thread makes in between.
  const slow = { log: (record) => {
    everything.log(record);
    const until = performance.now() + 1;
    while (performance.now() < until);
  } };
  const runtime = await runtimeWith(t, [slow, errors], { eventCapacity: 64 });
  const insert = runtime.client.open().prepare('INSERT INTO t VALUES (1)');
  for (let i = 0; i < 3000; i++) {
    insert.run();
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const happened = runtime.events(0, 1000).events.at(-1).sequence;
  runtime.close();
  const losses = ({ records }) => records.filter(({ event }) => event === 'events.lost');
  const lost = losses(everything).reduce((sum, { details }) => sum + details.lost, 0);
  const logged = everything.records.length - losses(everything).length;
  assert.ok(losses(everything).length > 1);
  assert.ok(logged > 64, 'it was told in between, too');
  // Closing the databases and leaving are recorded after that count.
  const last = everything.records.at(-1);
  assert.equal(logged + lost, last.sequence);
  assert.ok(last.sequence >= happened);
  assert.equal(losses(everything).at(-1).details.totalLost, lost);
  assert.deepEqual(losses(errors), losses(everything));
  assert.deepEqual(errors.records.filter(({ event, level }) => event !== 'events.lost' && level !== 'error'), []);
});

/** Catches what goes to console.error while `body` runs. */
async function consoleErrors(t, body) {
  const said = t.mock.method(console, 'error', () => undefined);
  await body();
  said.mock.restore();
  return said.mock.calls.map(({ arguments: values }) => values);
}

test('a logger that throws is told everything, once it is told of, and nobody else notices', async (t) => {
  const other = collect(undefined);
  let asked = 0;
  const said = await consoleErrors(t, async () => {
    const rude = { log: () => { throw new Error(`no ${++asked}`); }, flush: () => { throw new Error('nor that'); } };
    const runtime = await runtimeWith(t, [rude, other]);
    runtime.close();
  });
  assert.equal(asked, other.records.length);
  assert.ok(asked > 3);
  assert.equal(said.length, 2);
  assert.match(said[0][0], /^glasswal: the logger threw\. It gets the next records all the same/);
  assert.equal(said[0][1].message, 'no 1');
  assert.match(said[1][0], new RegExp(`^glasswal: the logger threw ${asked + 1} times$`));
});

test('a promise that a logger rejects is no unhandled one', async (t) => {
  const said = await consoleErrors(t, async () => {
    const runtime = await runtimeWith(t, async () => { throw new Error('later'); });
    runtime.close();
    await new Promise((resolve) => setTimeout(resolve));
  });
  assert.equal(said[0][1].message, 'later');
  assert.equal(said.length, 1);
});

test('flush comes after what there was, and at the end', async (t) => {
  const calls = [];
  const runtime = await runtimeWith(t, { log: ({ event }) => calls.push(event), flush: () => calls.push('flush') });
  while (!calls.includes('flush')) await new Promise((resolve) => setTimeout(resolve));
  assert.ok(calls.indexOf('flush') > calls.indexOf('commit'));
  const before = calls.length;
  runtime.close();
  assert.ok(calls.length > before + 1);
  assert.equal(calls.at(-1), 'flush');
  assert.equal(calls.filter((call, i) => call === 'flush' && calls[i - 1] === 'flush').length, 0, 'nothing is flushed twice');
});

test('a record comes with the one who knows more', async (t) => {
  const snapshots = [];
  const runtime = await runtimeWith(t, ({ event }, source) => {
    if (event === 'commit') snapshots.push(source.diagnostics());
  });
  runtime.close();
  assert.equal(snapshots[0].clients[0].name, 'in"gest\n\u001b[2J');
});

test('what is no logger is refused by name', async () => {
  for (const [logger, message] of [
    ['console', /logger is a string, but must be a function that takes a record/],
    [[() => undefined, null], /logger is null/],
    [{}, /logger\.log is undefined/],
    [{ log() {}, level: 'warning' }, /logger\.level is "warning", but must be 'error' or 'warn'/],
    [{ log() {}, level: 'off' }, /logger\.level is "off"/],
    [{ log() {}, flush: 1 }, /logger\.flush is a number/],
  ]) {
    await assert.rejects(createRuntime('/x', { ...SMALL, logger }), { code: 'OPTION', message });
  }
});

test('without a logger nothing is read, and no timer is set', async (t) => {
  const timers = t.mock.method(globalThis, 'setTimeout');
  for (const logger of [undefined, []]) {
    const runtime = await runtimeWith(t, logger);
    runtime.close();
  }
  assert.deepEqual(timers.mock.calls.map(({ arguments: [, ms] }) => ms).filter((ms) => ms === 50), []);
});
