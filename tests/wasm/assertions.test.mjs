// What the library's own assertions say (vfs/port/assert.h) is in the program that tests it, and not in what is shipped.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const sentences = [];
for (const path of await readdir('vfs', { recursive: true })) {
  if (!/\.(cpp|h)$/.test(path) || path === 'port/assert.h') continue;
  const text = await readFile(`vfs/${path}`, 'utf8');
  for (const [, sentence] of text.matchAll(/GLASSWAL_ASSERT\([^;]*?"([^"]+)"\);/g)) sentences.push(sentence);
}

test('assertions: each rule of the library has a sentence of its own', () => {
  assert.ok(sentences.length >= 15, `only ${sentences.length}`);
  assert.deepEqual(sentences.filter((sentence) => !/^[a-zA-Z].* .*[^.]$/.test(sentence)), []);
});

for (const path of ['glasswal.wasm', 'inspector.wasm']) {
  test(`assertions: ${path} has none of their sentences`, async () => {
    const module = await readFile(`wasm/dist/${path}`, 'latin1');
    assert.deepEqual(sentences.filter((sentence) => module.includes(sentence)), []);
    assert.ok(!module.includes('this must not happen'));
  });
}

test('assertions: the program that tests the library has them', async () => {
  const module = await readFile('build/wasm/tests/wasm/engine_test.wasm', 'latin1');
  for (const sentence of ['a lock word has no bit for this slot', 'the directory changes under its lock only', 'this must not happen']) {
    assert.ok(module.includes(sentence), sentence);
  }
});
