// The package's scripts as they are published.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { test } from 'node:test';

const dist = (name) => readFile(new URL(`../../../wasm/dist/${name}`, import.meta.url), 'utf8');

test('index.js waits for no other script: a page fetches glasswal.wasm right after it', async () => {
  const waits = /(?:^|[;}\n])\s*(?:import\b(?!\()|export\b[^;]*\bfrom\b)[^;]*/.exec(await dist('index.js'));
  assert.equal(waits?.[0], undefined);
});

for (const [script, source, text] of [
  ['index.js', 'runtime.ts', 'async function createRuntime('],
  ['janitor_worker.js', 'janitor_worker.ts', 'async function keepJanitor('],
  ['inspector/index.js', 'inspector/index.ts', 'function openInspector('],
]) {
  test(`the source map of ${script} leads to ${source}`, async () => {
    const lines = (await dist(script)).split('\n');
    const line = lines.findIndex((each) => each.includes(text));
    const column = lines[line].indexOf(text);
    assert.equal(lines.at(-2), `//# sourceMappingURL=${script.replace(/.*\//, '')}.map`);
    const entry = new SourceMap(JSON.parse(await dist(`${script}.map`))).findEntry(line, column);
    assert.ok(entry.originalSource.endsWith(`/ts/${source}`), entry.originalSource);
    assert.equal(entry.generatedColumn, column);
    const original = (await readFile(new URL(`../../../wasm/ts/${source}`, import.meta.url), 'utf8')).split('\n');
    assert.ok(original[entry.originalLine].includes(text), original[entry.originalLine]);
  });
}
