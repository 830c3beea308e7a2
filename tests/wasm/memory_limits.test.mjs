// Engines that give less memory than a WebAssembly memory can have.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { within } from '../tools/limit.mjs';
import { createRuntime } from '../../wasm/dist/index.js';

const GIB = 2 ** 30;
const FOUR_GIB = 4 * GIB - 65536;

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
