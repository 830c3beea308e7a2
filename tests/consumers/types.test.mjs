// The packed package's types, for strict consumers who check the libraries that they use; and what the tools for such things say.
import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { run, tarballPath } from '../web/package.mjs';
import { ROOT } from '../web/server.mjs';
import { freshApp, tool, toolFile } from './workspace.mjs';

const LIMIT_MS = 60_000;
const COMPILERS = { '5.4': toolFile('typescript-5.4', 'bin/tsc'), pinned: tool('tsc') };
const RESOLUTIONS = { bundler: 'ES2022', node16: 'node16', nodenext: 'nodenext' };

describe('types', () => {
  let folder;
  before(async () => {
    folder = await freshApp('types');
  });

  /** Compiles a file of the app, and `others`; resolves to what the compiler prints, and rejects with what it complains of. */
  async function compile(compiler, resolution, file, { lib = ['ES2022', 'DOM'], others = [], ...more } = {}) {
    const config = path.join(folder, `tsconfig.${compiler}-${resolution}-${file}.json`);
    const compilerOptions = { module: RESOLUTIONS[resolution], moduleResolution: resolution, lib, ...more };
    await writeFile(config, JSON.stringify({ extends: './tsconfig.json', compilerOptions, files: [file, ...others] }));
    return run(process.execPath, [COMPILERS[compiler], '--project', config]);
  }

  for (const compiler of Object.keys(COMPILERS)) {
    for (const resolution of Object.keys(RESOLUTIONS)) {
      test(`TypeScript ${compiler}, ${resolution}`, within(LIMIT_MS, () => compile(compiler, resolution, 'app.ts')));
    }
    test(`TypeScript ${compiler}: using`, within(LIMIT_MS, () =>
      compile(compiler, 'bundler', 'disposing.ts', { lib: ['ES2022', 'ESNext.Disposable', 'DOM'] })));
    test(`TypeScript ${compiler}: CommonJS`, within(LIMIT_MS, () => compile(compiler, 'nodenext', 'required.cts')));
    test(`TypeScript ${compiler}: Node, without a page's types`, within(LIMIT_MS, () =>
      compile(compiler, 'nodenext', 'thread.ts', { lib: ['ES2022'], types: ['node'] })));
    test(`TypeScript ${compiler}: the language alone, without types of any surroundings`, within(LIMIT_MS, () =>
      compile(compiler, 'bundler', 'alone.ts', { lib: ['ES2022'] })));
    test(`TypeScript ${compiler}: with wa-sqlite's types`, within(LIMIT_MS, async () => {
      await cp(path.join(ROOT, 'samples/wa_sqlite/src'), path.join(folder, 'sample'), { recursive: true });
      const others = ['main', 'sqlite-worker', 'alone', 'show'].map((name) => `sample/${name}.ts`);
      await compile(compiler, 'bundler', 'wa_sqlite.ts', { others });
    }));
    test(`TypeScript ${compiler}: without wa-sqlite`, within(LIMIT_MS, async () => {
      const read = await compile(compiler, 'bundler', 'without_wa_sqlite.ts', { listFiles: true });
      assert.match(read, /glasswal\/dist\/adapters\/wa_sqlite\.d\.ts/);
      assert.doesNotMatch(read, /journeyapps/);
    }));
  }

  // Vite's own types do not pass the check of libraries.
  test('the plugin', within(LIMIT_MS, () => compile('pinned', 'bundler', 'build.ts', { skipLibCheck: true })));

  test('publint has nothing to say', within(LIMIT_MS, async () => {
    const { publint } = await import(toolFile('publint', 'src/index-node.js'));
    const { messages } = await publint({ pkgDir: path.join(folder, 'node_modules/glasswal'), level: 'suggestion', strict: true });
    assert.deepEqual(messages, []);
  }));

  test('arethetypeswrong finds none that are', within(LIMIT_MS, async () => {
    // A package of modules alone: whoever requires it gets a module, which is meant.
    await run(tool('attw'), [await tarballPath(), '--profile', 'esm-only', '--no-color'], { cwd: folder });
  }));
});
