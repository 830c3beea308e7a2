// What glasswal.wasm asks of its surroundings, and how large it is.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { measureSizes } from '../web/bench/sizes.mjs';

const ALLOWED = [
  '__indirect_function_table', '__memory_base', '__stack_pointer', '__table_base', 'glasswal_host_abort',
  'glasswal_host_call', 'glasswal_host_look', 'glasswal_host_now', 'glasswal_host_random', 'glasswal_host_timezone',
  'memory',
];
const MOST_KIB = 445;

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
