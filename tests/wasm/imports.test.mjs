// What glasswal.wasm asks of its surroundings, how large it is, and how many of its functions are short.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { functionBodies } from '../../wasm/binary.mjs';
import { measureSizes } from '../web/bench/sizes.mjs';

const ALLOWED = [
  '__indirect_function_table', '__memory_base', '__stack_pointer', '__table_base', 'glasswal_host_abort',
  'glasswal_host_call', 'glasswal_host_look', 'glasswal_host_now', 'glasswal_host_random', 'glasswal_host_timezone',
  'memory',
];
// 10 of them follow statements, 8 are the SQL tables of the diagnostics, 6 tell who changed which tables.
const MOST_KIB = 454;
const SHORT_BYTES = 50;
const LEAST_SHORT = 0.4;

test('the module imports the memory, its place in it, and six functions', async () => {
  const module = await WebAssembly.compile(await readFile('wasm/dist/glasswal.wasm'));
  const imports = WebAssembly.Module.imports(module);
  assert.deepEqual([...new Set(imports.map(({ module: from }) => from))], ['env']);
  assert.deepEqual(imports.map(({ name }) => name).sort(), ALLOWED);
});

test(`what a page loads has at most ${MOST_KIB} KiB when compressed`, (t) => {
  const size = measureSizes(['glasswal']).glasswal.total.brotli;
  t.diagnostic(`${(size / 1024).toFixed(1)} KiB`);
  assert.ok(size <= MOST_KIB * 1024, `${size} bytes`);
});

// V8 inlines what is called often, within a budget for each function that it compiles. The budget is the larger the more of the
// module's functions are shorter than these bytes: a share of a quarter gives the smallest one, a half the largest. An optimiser
// that inlines by itself spends the budget for code that is hardly ever run (wasm/CMakeLists.txt, at `apart`).
test(`at least ${LEAST_SHORT * 100} of a hundred functions are shorter than ${SHORT_BYTES} bytes`, async (t) => {
  const sizes = functionBodies(await readFile('wasm/dist/glasswal.wasm')).map(({ begin, end }) => end - begin);
  const share = sizes.filter((size) => size < SHORT_BYTES).length / sizes.length;
  t.diagnostic(`${(share * 100).toFixed(1)} of a hundred, of ${sizes.length}`);
  assert.ok(share >= LEAST_SHORT, `${share}`);
});
