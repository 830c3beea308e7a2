// Drizzle in a browser: bundled by Vite, with its migrations as data, in two workers and the page.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { BROWSERS, launch, openPage } from './browsers.mjs';
import { ROOT, serve } from './server.mjs';

const DIST = path.join(ROOT, 'wasm/dist');

describe('glasswal/drizzle in a page and its workers', () => {
  const built = path.join(ROOT, 'build/drizzle_page');
  before(async () => {
    const { build } = await import('vite');
    const { default: glasswal } = await import('../../wasm/dist/vite.js');
    await build({
      root: path.join(ROOT, 'tests/web/drizzle_page'),
      configFile: false,
      logLevel: 'error',
      plugins: [glasswal()],
      resolve: { alias: [{ find: 'glasswal/drizzle', replacement: `${DIST}/adapters/drizzle.js` }, { find: 'glasswal', replacement: `${DIST}/index.js` }] },
      build: { outDir: built, emptyOutDir: true, target: 'es2022' },
    });
  });

  for (const name of BROWSERS) {
    test(`${name}: both migrate at once, sell in transactions, and the page reads the relations`, within(60_000, async (t) => {
      const server = await serve({ '/': built });
      t.after(() => server.close());
      const browser = await launch(name);
      t.after(() => browser.close());
      const page = await openPage(browser);
      await page.goto(server.origin);
      await page.waitForFunction(() => document.querySelector('#result').textContent !== '');
      assert.deepEqual(JSON.parse(await page.textContent('#result')),
        [{ name: 'Oak Street', stock: 6, sellers: ['Ada', 'Ada', 'Bob', 'Bob'], dated: true }]);
    }));
  }
});
