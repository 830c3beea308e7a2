// Engines that give less memory than a WebAssembly memory can have.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { within } from '../tools/limit.mjs';
import { createRuntime } from '../../wasm/dist/index.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const FOUR_GIB = 4 * GIB - 65536;
const LITTLE = { initialDatabaseCapacityBytes: 65536, initialWriteAheadCapacityBytes: 65536 };

/** Lets this engine refuse shared memories that may become larger than `mostBytes`, as engines of small devices do. */
function refuseAbove(t, mostBytes) {
  const { Memory } = WebAssembly;
  t.after(() => {
    WebAssembly.Memory = Memory;
  });
  WebAssembly.Memory = class extends Memory {
    constructor(shape) {
      if (shape.maximum * 65536 > mostBytes) throw new RangeError('could not allocate memory');
      super(shape);
    }
  };
}

test('an engine that refuses 4 GiB gives less, which the runtime says and keeps to', within(60_000, async (t) => {
  refuseAbove(t, GIB / 4);
  const runtime = await createRuntime('/less.sqlite', { capacityBytes: FOUR_GIB });
  t.after(() => runtime.close());
  assert.ok(runtime.capacityBytes <= GIB / 4 && runtime.capacityBytes > GIB / 16, `${runtime.capacityBytes} bytes`);
  assert.equal(runtime.diagnostics().region.capacityBytes, runtime.capacityBytes);
  const db = runtime.client.open();
  db.exec('CREATE TABLE t(v)');
  const insert = db.prepare('INSERT INTO t VALUES (zeroblob(1000000))');
  const fill = () => {
    for (;;) insert.run();
  };
  assert.throws(fill, ({ code }) => code === 'SQLITE_FULL');
  const rows = db.prepare('SELECT count(*) FROM t').pluck().get();
  assert.ok(rows > 20, `${rows} rows`);
  db.exec('DELETE FROM t; PRAGMA wal_checkpoint(TRUNCATE); VACUUM');
  insert.run();
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
}));

test('a process without address space for any shared memory is told so', within(60_000, async () => {
  const source = `
    const { createRuntime } = await import(${JSON.stringify(new URL('../../wasm/dist/index.js', import.meta.url).href)});
    await createRuntime('/none.sqlite').catch(({ code, message }) => console.log(code, message));
  `;
  const limited = `ulimit -v 6000000; exec "$0" --input-type=module -e "$1"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', limited, process.execPath, source]);
  assert.match(stdout, /^ENVIRONMENT The engine gives no shared memory of \d+ bytes nor of \d+: .*Lower capacityBytes/);
}));

test('what there is no room for is told with the limit that was met', async (t) => {
  const runtime = await createRuntime('/small.sqlite', { capacityBytes: 32 * MIB, ...LITTLE });
  t.after(() => runtime.close());
  const db = runtime.client.open();
  const huge = 'zeroblob(100000000)';
  const limit = /: of the runtime's capacityBytes, 33554432, no 1\d{8} are left in one piece: create it with more, or close what/;
  for (const run of [() => db.prepare(`SELECT ${huge}`).get(), () => db.exec(`CREATE TABLE t AS SELECT ${huge} AS v`)]) {
    assert.throws(run, (error) => error.code === 'SQLITE_NOMEM' && /^out of memory: /.test(error.message) && limit.test(error.message));
  }
  const bytes = new Uint8Array(100_000_000);
  db.function('f', () => bytes);
  for (const run of [() => db.prepare('SELECT ?').get(bytes), () => db.prepare('SELECT f()').get()]) {
    assert.throws(run, (error) => error.code === 'OUT_OF_MEMORY' && limit.test(error.message));
  }
  assert.equal(db.prepare('SELECT 1').pluck().get(), 1, 'it works on');
});

test('a capacity that is too small names itself, and what else there is to lower', async (t) => {
  const refused = async (options) => {
    let least = 0;
    await assert.rejects(createRuntime('/none.sqlite', options), ({ code, message }) => {
      const found = new RegExp(`^The option capacityBytes is ${options.capacityBytes}, but must be (\\d+) at least: raise it, or lower initialDatabase`).exec(message);
      least = Number(found?.[1]);
      return code === 'OPTION' && found !== null;
    });
    return least;
  };
  for (const options of [{ capacityBytes: 100 }, { capacityBytes: 24 * MIB }, { capacityBytes: MIB, ...LITTLE }]) {
    const least = await refused(options);
    // It is the least indeed: with it there is a runtime, and with a byte less there is none.
    assert.equal(await refused({ ...options, capacityBytes: least - 1 }), least);
    const runtime = await createRuntime('/least.sqlite', { ...options, capacityBytes: least });
    t.after(() => runtime.close());
  }
});

test('a database that cannot be serialized for want of memory is there all the same', async (t) => {
  const runtime = await createRuntime('/full.sqlite', { capacityBytes: 32 * MIB, ...LITTLE });
  t.after(() => runtime.close());
  const db = runtime.client.open();
  db.exec('CREATE TABLE t(v); INSERT INTO t VALUES (zeroblob(12000000))');
  const other = runtime.client.open('/other.sqlite');
  other.exec('CREATE TABLE t(v)');
  const fill = other.prepare('INSERT INTO t VALUES (zeroblob(100000))');
  assert.throws(() => { for (;;) fill.run(); }, ({ code }) => ['SQLITE_FULL', 'SQLITE_NOMEM'].includes(code));
  assert.throws(() => db.serialize(), { code: 'OUT_OF_MEMORY', message: /no memory for the copy of 'main': of the runtime's capacityBytes, 33554432, no 1\d{7} are left/ });
  assert.throws(() => db.serialize({ attached: 'nobody' }), { code: 'NOT_FOUND' });
});
