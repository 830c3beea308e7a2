// Every bundler's way from the packed package to a page in a browser.
import assert from 'node:assert/strict';
import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { launch } from '../web/browsers.mjs';
import { run } from '../web/package.mjs';
import { serve } from '../web/server.mjs';
import { serveByTool } from './serving.mjs';
import { EXPECTED, WORKERS } from './shared/play.js';
import { visit } from './visit.mjs';
import { freshApp, tool } from './workspace.mjs';

const LIMIT_MS = 60_000;

describe('bundlers', () => {
  let browser;
  before(async () => {
    browser = await launch('chromium');
  });
  after(() => browser.close());

  /** The page plays, with its three workers and the janitor's, and nothing is amiss. */
  async function plays(url) {
    const { outcome, workers, trouble } = await visit(browser, url);
    assert.deepEqual(outcome, EXPECTED);
    assert.deepEqual(trouble, []);
    assert.equal(workers.length, WORKERS + 1, workers.join());
    assert.equal(workers.filter((script) => script.includes('janitor')).length, 1, workers.join());
  }

  async function inspects(url) {
    const { outcome, trouble } = await visit(browser, url);
    assert.equal(outcome, 'glwalcap');
    assert.deepEqual(trouble, []);
  }

  /** A bundle without the inspector has none of its files, and its scripts name none. */
  async function holdsNoInspector(dist) {
    const files = (await readdir(dist, { recursive: true })).filter((file) => file.includes('.'));
    assert.deepEqual(files.filter((file) => /inspect/.test(file)), []);
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      assert.ok(!(await readFile(path.join(dist, file), 'utf8')).includes('inspector.wasm'), `${file} names inspector.wasm`);
    }
  }

  async function isServed(t, server) {
    t.after(() => server.close());
    return server.origin;
  }

  for (const name of ['vite', 'vite_plain']) {
    describe(name, () => {
      let folder;
      before(async () => {
        folder = await freshApp(name);
      });

      test(`${name}, development`, within(LIMIT_MS, async (t) => {
        const server = await serveByTool(tool('vite'), ['--host', '127.0.0.1'], folder, { DEBUG: 'vite:deps' });
        const origin = await isServed(t, server);
        try {
          await plays(`${origin}/index.html`);
          await inspects(`${origin}/inspect.html`);
        } catch (error) {
          // Whether the bundler has found, bundled and reloaded is the first thing that one would ask.
          error.message += `\nVite printed:\n${server.printed()}`;
          throw error;
        }
      }));

      test(`${name}, build and preview`, within(LIMIT_MS, async (t) => {
        await run('npm', ['run', 'build'], { cwd: folder });
        const origin = await isServed(t, await serveByTool(tool('vite'), ['preview', '--host', '127.0.0.1'], folder));
        await plays(`${origin}/index.html`);
        if (name === 'vite') await inspects(`${origin}/inspect.html`);
        else await holdsNoInspector(path.join(folder, 'dist'));
      }));
    });
  }

  for (const name of ['webpack', 'rollup', 'esbuild']) {
    test(name, within(LIMIT_MS, async (t) => {
      const folder = await freshApp(name);
      await run('npm', ['run', 'build'], { cwd: folder });
      await cp(path.join(folder, 'index.html'), path.join(folder, 'dist/index.html'));
      await cp(path.join(folder, 'inspect.html'), path.join(folder, 'dist-inspector/inspect.html'));
      const origin = await isServed(t, await serve({ '/': folder }));
      await plays(`${origin}/dist/`);
      await holdsNoInspector(path.join(folder, 'dist'));
      await inspects(`${origin}/dist-inspector/inspect.html`);
      if (name !== 'esbuild') return;
      // A bundle that is no module does not know its address: the files are looked for beside the page.
      await cp(path.join(folder, 'classic.html'), path.join(folder, 'dist-classic/index.html'));
      await inspects(`${origin}/dist-classic/`);
    }));
  }

  test('no bundler', within(LIMIT_MS, async (t) => {
    const origin = await isServed(t, await serve({ '/': await freshApp('plain') }));
    await plays(`${origin}/index.html`);
    await plays(`${origin}/no_map.html`);
    await inspects(`${origin}/inspect.html`);
  }));
});
