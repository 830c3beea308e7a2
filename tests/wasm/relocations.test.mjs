// The list of pointers that the build makes of the linker's relocations (wasm/relocations.mjs).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { Reader, functionBodies } from '../../wasm/binary.mjs';
import { relocationsName } from '../../wasm/block/attach.mjs';
import { listed } from '../../wasm/relocations.mjs';

const BASE = 1 << 20;
const TABLE = 1 << 12;

/** The words of a memory before and after `changes`, each [word behind the base, what is added]. */
function words(...changes) {
  const before = new Uint32Array(BASE / 4 + 1000).fill(7);
  const after = before.slice();
  for (const [at, added] of changes) after[BASE / 4 + at] += added;
  return [before, after];
}

test('each pointer is listed by how far it is from the last one, and by what it lacks', () => {
  assert.deepEqual([...listed(...words([0, BASE], [3, TABLE], [4, BASE], [104, TABLE]))], [0, 7, 2, 201, 1]);
  assert.deepEqual([...listed(...words())], []);
});

test('what is no relocation by a base ends the build', () => {
  assert.throws(() => listed(...words([5, BASE], [6, 8])), /became 15, from 7/);
  assert.throws(() => listed(...words([-1, BASE])), /became/);
});

test('the module has its pointers in the list, and not in its code', async () => {
  const bytes = await readFile('build/wasm/wasm/linked.wasm');
  const made = await readFile('build/wasm/wasm/relocating.wasm');
  const silent = functionBodies(bytes).filter(({ begin, end }) => bytes.subarray(begin + 1, end - 1).every((byte) => byte === 1) && end - begin > 1000);
  assert.equal(silent.length, 1, 'the function that relocated is empty');
  assert.equal(bytes.length, made.length);

  const shipped = await WebAssembly.compile(await readFile('wasm/dist/glasswal.wasm'));
  const [section] = WebAssembly.Module.customSections(shipped, relocationsName);
  const list = new Reader(new Uint8Array(section));
  const ofTheTable = [];
  while (list.at < list.bytes.length) ofTheTable.push(list.number() % 2);
  assert.ok(ofTheTable.length > 1000, `${ofTheTable.length} pointers`);
  assert.ok(ofTheTable.includes(0) && ofTheTable.includes(1));
});
