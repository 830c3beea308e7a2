// The module that claims the block of an instance and frees it (wasm/block): what its code must do without, and what it does
// with a region that is none.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';

import { attached, faults, sectionName } from '../../wasm/block/attach.mjs';
import { createRuntime, join } from '../../wasm/dist/index.js';

const MIB = 1024 * 1024;
const SEGMENT = 65_536;
// Where the region begins, and how many bytes of it are its header.
const REGION = 65_536;
const HEADER = 512;
const SMALL = { capacityBytes: 32 * MIB, initialDatabaseCapacityBytes: MIB, initialWriteAheadCapacityBytes: MIB };

const wasm = (...sections) => Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat());
const MEMORY = [2, 16, 1, 3, ...Buffer.from('env'), 6, ...Buffer.from('memory'), 2, 3, 1, 1];
const FUNCTION = [[1, 4, 1, 0x60, 0, 0], [3, 2, 1, 0]];
const CODE = [10, 4, 1, 2, 0, 0x0b];
const [TYPES, DECLARATIONS] = FUNCTION;

describe('what needs memory of its own is refused', () => {
  for (const [what, module, fault] of [
    ['a stack', wasm(MEMORY, [6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b]), /a global: its code uses a stack/],
    ['data', wasm(MEMORY, [11, 7, 1, 0, 0x41, 0, 0x0b, 1, 0]), /It has data/],
    ['a start function', wasm(TYPES, MEMORY, DECLARATIONS, [8, 1, 0], CODE), /a start function/],
    ['another import', wasm(TYPES, [2, 7, 1, 1, 0x61, 1, 0x62, 0, 0]), /It imports a\.b/],
    ['a memory of its own', wasm([5, 3, 1, 0, 1]), /It imports nothing/],
  ]) {
    test(what, () => assert.match(faults(module).join(' '), fault));
  }

  test('and nothing else is', () => assert.deepEqual(faults(wasm(TYPES, MEMORY, DECLARATIONS, CODE)), []));
});

test('it travels within the module, however long it is', async () => {
  for (const size of [0, 100, 20_000]) {
    const block = new Uint8Array(size).fill(7);
    const module = new WebAssembly.Module(attached(wasm(MEMORY), block));
    const [section] = WebAssembly.Module.customSections(module, sectionName);
    assert.deepEqual(new Uint8Array(section), block);
  }
  const shipped = new WebAssembly.Module(await readFile('wasm/dist/glasswal.wasm'));
  const [section] = WebAssembly.Module.customSections(shipped, sectionName);
  assert.deepEqual(faults(new Uint8Array(section)), []);
});

/** The private segments of a runtime: how many there are, as its diagnostics count them. */
const privateSegments = (runtime) => runtime.diagnostics().clients.reduce((sum, { privateSegments: count }) => sum + count, 0);

test('a client that comes and goes leaves nothing', async (t) => {
  const runtime = await createRuntime('/block.sqlite', SMALL);
  t.after(() => runtime.close());
  const before = runtime.diagnostics().region;
  for (let i = 0; i < 40; i++) {
    const client = await join(runtime, { name: 'guest' });
    assert.ok(privateSegments(runtime) >= 32);
    client.close();
  }
  const after = runtime.diagnostics().region;
  assert.equal(after.freeSegments - before.freeSegments, after.committedSegments - before.committedSegments);
});

/** The module of the block, over a memory of its own with these bytes. */
async function blockOver(bytes, pages) {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(await readFile('wasm/dist/glasswal.wasm')), sectionName);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  new Uint8Array(memory.buffer).set(bytes);
  return { memory, block: new WebAssembly.Instance(new WebAssembly.Module(section), { env: { memory } }).exports };
}

test('memory that is no region is not written to', async () => {
  for (const pages of [1, 2, 40]) {
    const { block, memory } = await blockOver([], pages);
    assert.throws(() => block.claim(1, 1, 16), WebAssembly.RuntimeError);
    assert.throws(() => block.release(1, 1), WebAssembly.RuntimeError);
    assert.ok(new Uint8Array(memory.buffer).every((byte) => byte === 0));
  }
});

test('whatever the header says, a claim ends, and gives segments of the region or none', async (t) => {
  const runtime = await createRuntime('/damaged.sqlite', SMALL);
  t.after(() => runtime.close());
  const pages = runtime.memory.buffer.byteLength / SEGMENT;
  const whole = new Uint8Array(runtime.memory.buffer.byteLength);
  whole.set(new Uint8Array(runtime.memory.buffer));
  const { block, memory } = await blockOver(whole, pages);
  const first = block.first_segment(runtime.capacityBytes / SEGMENT, 4096);
  const words = new Uint32Array(memory.buffer, REGION, HEADER / 4);
  let traps = 0;
  for (let at = 0; at < words.length; ++at) {
    for (const value of [0, 1, 1 << 20, 2 ** 32 - 1]) {
      words[at] = value;
      try {
        const claimed = block.claim(1, 1, 2);
        assert.ok(claimed === 0 || (claimed >= first && claimed + 2 < pages), `${claimed}, with ${value} in word ${at}`);
        block.release(1, 1);
      } catch (error) {
        if (!(error instanceof WebAssembly.RuntimeError)) throw error;
        ++traps;
      }
      new Uint8Array(memory.buffer).set(whole);
    }
  }
  assert.ok(traps > 4, `${traps} traps`);
});
