// What is in the tarball, whoever packs it.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { run, tarballPath } from '../web/package.mjs';
import { ROOT } from '../web/server.mjs';
import { freshApp, tool } from './workspace.mjs';

// A mark of each work that its binary holds, and what must then be said of it. Roboto is the native window's alone.
const OTHERS = [
  ['glasswal.wasm', 'SQLite format 3', /blessing/],
  ['inspector.wasm', 'ProggyClean.ttf', /2004, 2005 Tristan Grimmer[\s\S]+?Permission is hereby granted/],
  ['inspector.wasm', 'Dear ImGui', /Omar Cornut[\s\S]+?Permission is hereby granted/],
  ['inspector.wasm', 'Dear ImGui', /Sean Barrett[\s\S]+?Permission is hereby granted/],
  ['inspector.wasm', 'Dear ImGui', /Victor Zverovich[\s\S]+?Permission is hereby granted/],
  ['inspector.wasm', 'Dear ImGui', /Gabi Melman[\s\S]+?Permission is hereby granted/],
  ['inspector_module.js', 'createInspectorModule', /The Emscripten Authors[\s\S]+?Permission is hereby granted/],
  ['inspector.wasm', '-+   0X0x', /Rich Felker[\s\S]+?Permission is hereby granted/],
];

describe('tarball', () => {
  let at;
  let files;
  const read = (name, encoding = 'utf8') => readFile(path.join(at, 'package', name), encoding);
  before(async () => {
    at = await mkdtemp(path.join(tmpdir(), 'glasswal-tarball-'));
    await run('tar', ['-xzf', await tarballPath(), '-C', at]);
    const entries = await readdir(path.join(at, 'package'), { recursive: true, withFileTypes: true });
    files = entries.filter((entry) => entry.isFile())
      .map((entry) => path.relative(path.join(at, 'package'), path.join(entry.parentPath, entry.name)));
  });
  after(() => rm(at, { recursive: true, force: true }));

  test('it has our licence', async () => {
    assert.equal(await read('LICENSE'), await readFile(path.join(ROOT, 'LICENSE'), 'utf8'));
  });

  test('it has the notices of all whose work is in its binaries, and of nobody else', async () => {
    const notices = await read('THIRD_PARTY_NOTICES');
    for (const [file, mark, notice] of OTHERS) {
      const isThere = (await read(`dist/${file}`, 'latin1')).includes(mark);
      assert.ok(isThere, `${file} does not hold ${mark}`);
      assert.match(notices, notice);
    }
    assert.doesNotMatch(notices, /Roboto/);
  });

  test('it says where it comes from', async () => {
    const { homepage, repository, bugs } = JSON.parse(await read('package.json'));
    for (const address of [homepage, repository?.url, bugs]) assert.match(String(address), /^(git\+)?https:\/\/github\.com\/glasswal\//);
  });

  test('every entry is a file of it', async () => {
    const { exports } = JSON.parse(await read('package.json'));
    const targets = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)));
    const missing = targets.filter((target) => !target.includes('*') && !files.includes(target.replace('./', '')));
    assert.deepEqual(missing, []);
  });

  test('its source maps lead to sources in it', async () => {
    for (const file of files.filter((name) => name.endsWith('.map'))) {
      const { sources } = JSON.parse(await read(file));
      for (const source of sources) {
        const found = path.join(path.dirname(file), source);
        assert.ok(files.includes(found), `${file} names ${found}`);
      }
    }
  });

  test('what is imported for its effect stays in a bundle', async () => {
    const folder = await freshApp('effect', ['effect']);
    const bundle = await run(tool('esbuild'), ['effect.js', '--bundle'], { cwd: folder });
    assert.match(bundle, /serviceWorker/);
  });

  test('the VFS of wa-sqlite is bundled without wa-sqlite', async () => {
    const folder = await freshApp('effect', ['effect']);
    const bundle = await run(tool('esbuild'), ['node_modules/glasswal/dist/adapters/wa_sqlite.js', '--bundle', '--format=esm'], { cwd: folder });
    // esbuild names the file above what it takes from it.
    assert.match(bundle, /^\/\/ node_modules\/glasswal\/dist\/adapters\/wa_sqlite\.js$/m);
    assert.doesNotMatch(bundle, /journeyapps/);
  });
});
