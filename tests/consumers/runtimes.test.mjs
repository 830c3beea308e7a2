// The packed package in everything that runs JavaScript outside of a browser.
import assert from 'node:assert/strict';
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { run } from '../web/package.mjs';
import { EXPECTED } from './shared/play.js';
import { freshApp, tool } from './workspace.mjs';

const LIMIT_MS = 60_000;

describe('runtimes', () => {
  let folder;
  before(async () => {
    folder = await freshApp('node');
    await run('npm', ['run', 'build'], { cwd: folder });
  });

  const printed = (program, args, cwd = folder) => run(program, args, { cwd });

  /** The program prints that it and its three worker threads did what they should, and nothing else. */
  async function plays(program, args, cwd = folder) {
    assert.deepEqual(JSON.parse(await printed(program, args, cwd)), EXPECTED);
  }

  test('Node', within(LIMIT_MS, () => plays(process.execPath, ['main.mjs'])));
  test('Node, a bundle of modules', within(LIMIT_MS, () => plays(process.execPath, ['esm/main.mjs'])));
  test('Node, a bundle in CommonJS', within(LIMIT_MS, () => plays(process.execPath, ['cjs/main.cjs'])));
  test('Node, required', within(LIMIT_MS, async () => {
    assert.equal(await printed(process.execPath, ['required.cjs']), 'required\n');
  }));
  test('Node, a capture', within(LIMIT_MS, async () => {
    assert.equal(await printed(process.execPath, ['capture.mjs']), 'glwalcap\n');
  }));
  test('Bun', within(LIMIT_MS, () => plays(tool('bun'), ['main.mjs'])));
  test('Deno', within(LIMIT_MS, () => plays(tool('deno'), ['run', '--allow-all', 'main.mjs'])));
  test("Bun, the web's workers", within(LIMIT_MS, () => plays(tool('bun'), ['web_main.mjs'])));
  test("Deno, the web's workers", within(LIMIT_MS, () => plays(tool('deno'), ['run', '--allow-all', 'web_main.mjs'])));
  test('Deno, with no more permissions than it needs', within(LIMIT_MS, () =>
    plays(tool('deno'), ['run', '--allow-read', 'main.mjs'])));

  test('a bundle that lies elsewhere than the package says so, and works with the file beside it', within(LIMIT_MS, async (t) => {
    const elsewhere = path.join(tmpdir(), `glasswal-consumer-${process.pid}`);
    t.after(() => rm(elsewhere, { recursive: true, force: true }));
    for (const kind of ['cjs', 'esm']) {
      const at = path.join(elsewhere, kind);
      await mkdir(at, { recursive: true });
      await cp(path.join(folder, kind), at, { recursive: true });
      const program = path.join(at, kind === 'cjs' ? 'main.cjs' : 'main.mjs');
      await assert.rejects(printed(process.execPath, [program], at), /GlasswalError.*glasswal\.wasm/);
      await cp(path.join(folder, 'node_modules/glasswal/dist/glasswal.wasm'), path.join(at, 'glasswal.wasm'));
      await plays(process.execPath, [program], at);
    }
  }));
});

test('vitest, with and without a page', within(LIMIT_MS, async () => {
  const folder = await freshApp('vitest', ['node', 'vitest']);
  const { testResults, numPassedTests } = JSON.parse(await run(tool('vitest'), ['run', '--reporter=json'], { cwd: folder }));
  assert.deepEqual(testResults.flatMap(({ message }) => message).filter((message) => message !== ''), []);
  assert.equal(numPassedTests, 4);
}));
