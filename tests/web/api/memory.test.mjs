// What the API takes in the module it gives back, and running out of it is an error like any other.
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { test } from 'node:test';
import { GlasswalError, place } from './open.mjs';

const outOfMemory = (run) => assert.throws(run, (error) => error instanceof GlasswalError && error.code === 'OUT_OF_MEMORY');

// Growing by nothing tells how large it is, also after the module itself has made it grow.
const bytesOf = (runtime) => runtime.memory.grow(0) * 65536;

/** Runs `work` until its memory is warm, and again: nothing may be taken the second time. */
const staysFlat = (runtime, work) => {
  work();
  const before = bytesOf(runtime);
  for (let i = 0; i < 5; i++) work();
  assert.equal(bytesOf(runtime), before);
};

test('statements, large values, iterators and functions leave nothing behind', async (t) => {
  const { open, runtime } = await place(t);
  const db = open();
  const large = new Uint8Array(100_000);
  db.function('large', () => large);
  staysFlat(runtime, () => {
    for (let i = 0; i < 300; i++) {
      const select = db.prepare('SELECT ? AS a, large() AS b');
      select.get(large);
      select.all('x'.repeat(50_000));
      const iterator = select.iterate(large);
      iterator.next();
      iterator.return();
      assert.throws(() => select.get(large, large, undefined));
      select.finalize();
    }
  });
});

test('databases that are closed leave nothing behind, whatever was open in them', async (t) => {
  const { open, runtime } = await place(t);
  staysFlat(runtime, () => {
    for (let i = 0; i < 100; i++) {
      const db = open();
      db.aggregate('count_of', { start: 0, step: (count) => count + 1 });
      const select = db.prepare('SELECT ?, count_of() FROM sqlite_schema');
      select.iterate('x'.repeat(20_000)).next();
      db[Symbol.dispose]();
    }
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Lets the collector run, and what it found be told. */
const settle = async () => {
  for (let i = 0; i < 3; i++) {
    collect();
    await sleep(10);
  }
};

test('an iterator keeps its statement although nobody else has it', async (t) => {
  const db = (await place(t)).open();
  const iterator = db.prepare('WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 100) SELECT i FROM c').pluck().iterate();
  assert.equal(iterator.next().value, 1);
  await settle();
  assert.equal([...iterator].length, 99);
});

test('a statement that nobody has any more is finalized', async (t) => {
  const { open, runtime } = await place(t);
  const db = open();
  const forget = () => {
    for (let i = 0; i < 2000; i++) db.prepare(`SELECT ${i}, '${'x'.repeat(1000)}'`);
  };
  forget();
  await settle();
  const before = bytesOf(runtime);
  for (let i = 0; i < 10; i++) {
    forget();
    await settle();
  }
  assert.equal(bytesOf(runtime), before);
});

test('what does not fit the memory is refused, and everything works on', async (t) => {
  const { open } = await place(t);
  const db = open();
  const echo = db.prepare('SELECT ? AS value').pluck();
  outOfMemory(() => echo.get(new Uint8Array(400_000_000)));
  const large = db.prepare('SELECT zeroblob(150000000) AS value').pluck();
  outOfMemory(() => large.get());
  assert.equal(large.busy, false);
  outOfMemory(() => large.all());
  assert.throws(() => db.prepare('SELECT zeroblob(900000000)').get(), (error) => error.code === 'SQLITE_NOMEM');
  assert.equal(echo.get('still here'), 'still here');
  db.exec('CREATE TABLE t(a)');
  assert.equal(db.prepare('INSERT INTO t VALUES (?)').run(1).changes, 1);
});
