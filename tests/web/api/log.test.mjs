// What a logger gets: names instead of numbers, every event that was not overwritten, and how many were.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRuntime } from '../../../wasm/dist/index.js';

const SMALL = { capacityBytes: 256 * 1024 * 1024, maxDatabaseCapacityBytes: 96 * 1024 * 1024, maxWriteAheadCapacityBytes: 96 * 1024 * 1024 };

/** A runtime with a table `t`, all of whose records come into `records`. */
async function logged(t, options) {
  const records = [];
  const runtime = await createRuntime('/log.sqlite', { ...SMALL, name: 'ingest', logger: (record) => records.push(record), ...options });
  t.after(() => runtime.close());
  const db = runtime.client.open({ busyTimeout: 0 });
  db.exec('CREATE TABLE t(a)');
  return { runtime, db, records };
}

test('names stand where names are meant, in the text of all logs', async (t) => {
  const { runtime, db, records } = await logged(t);
  const other = runtime.client.open({ busyTimeout: 0 });
  db.exec('BEGIN IMMEDIATE');
  assert.throws(() => other.exec('BEGIN IMMEDIATE'), { code: 'SQLITE_BUSY' });
  db.exec('ROLLBACK');
  runtime.close();
  const { details, message, sequence } = records.find(({ event }) => event === 'lock.refused');
  assert.equal(details.lock, 'WRITE');
  assert.equal(details.clientName, 'ingest');
  assert.equal(details.path, '/log.sqlite');
  assert.equal(details.holderClient, 0);
  assert.equal(details.holderClientName, 'ingest');
  assert.ok(message.startsWith(`event=lock.refused sequence=${sequence} client=0 client_name=ingest `), message);
  assert.match(message, / path=\/log\.sqlite transaction=\d+ lock=WRITE holder_client=0 holder_client_name=ingest held_ns=\d+ waited_ns=\d+$/);
  assert.equal(records.find(({ event }) => event === 'file.created').details.kind, 'database');
});

test('the last look reads everything, however much there is', async (t) => {
  const { runtime, db, records } = await logged(t, { eventCapacity: 16_384 });
  const insert = db.prepare('INSERT INTO t VALUES (1)');
  for (let i = 0; i < 5000; i++) insert.run();
  runtime.close();
  assert.equal(records.filter(({ event }) => event === 'commit').length, 5001);
  const sequences = records.map(({ sequence }) => sequence);
  assert.deepEqual(sequences, sequences.map((_, i) => sequences[0] + i));
});

test('what was overwritten before it was read is told, in its place', async (t) => {
  const { runtime, db, records } = await logged(t, { eventCapacity: 64 });
  const insert = db.prepare('INSERT INTO t VALUES (1)');
  const readUpTo = async (sequence) => {
    while ((records.at(-1)?.sequence ?? 0) < sequence) await new Promise((resolve) => setTimeout(resolve));
  };
  const newest = () => runtime.events(0, 1000).events.at(-1).sequence;
  await readUpTo(newest());
  const before = records.at(-1).sequence;
  for (let i = 0; i < 1000; i++) insert.run();
  const end = newest();
  await readUpTo(end);
  const [loss, ...others] = records.filter(({ event }) => event === 'events.lost');
  assert.deepEqual(others, []);
  assert.equal(loss.level, 'warn');
  assert.equal(loss.sequence, before + 1);
  assert.equal(loss.details.lost, loss.details.totalLost);
  assert.equal(loss.message, `event=events.lost sequence=${before + 1} client=0 lost=${loss.details.lost} total_lost=${loss.details.lost}`);
  const after = records[records.indexOf(loss) + 1];
  assert.equal(after.sequence, before + 1 + loss.details.lost);
  assert.equal(records.length - 1 + loss.details.lost, end - records[0].sequence + 1, 'each was read or told as lost');
});

test('a logger may close the runtime that it logs', async (t) => {
  const seen = [];
  const runtime = await createRuntime('/log.sqlite', { ...SMALL, logger: ({ event, sequence }) => {
    seen.push(sequence);
    if (event === 'commit') runtime.close();
  } });
  t.after(() => runtime.close());
  runtime.client.open().exec('CREATE TABLE t(a)');
  while (!runtime.client.closed) await new Promise((resolve) => setTimeout(resolve));
  assert.equal(new Set(seen).size, seen.length, 'each is told once');
});

const heard = async (records) => {
  while (records.length === 0) await new Promise((resolve) => setTimeout(resolve));
};

test('what was overwritten before the first look is told, too', async (t) => {
  for (const ended of [(runtime) => runtime.close(), (_, records) => heard(records)]) {
    const { runtime, db, records } = await logged(t, { eventCapacity: 64 });
    const insert = db.prepare('INSERT INTO t VALUES (1)');
    for (let i = 0; i < 1000; i++) insert.run();
    await ended(runtime, records);
    const [loss, next] = records;
    assert.equal(loss.event, 'events.lost');
    assert.equal(loss.sequence, 1);
    assert.equal(loss.details.lost, next.sequence - 1);
    assert.ok(loss.details.lost > 900, String(loss.details.lost));
  }
});
