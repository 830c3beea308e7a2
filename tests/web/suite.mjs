// A suite that runs in each browser: one browser and one server a suite, a fresh page for each test that asks.
import { after, before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { BROWSERS, launch } from './browsers.mjs';
import { serve } from './server.mjs';
import { Stage } from './stage.mjs';

export const MOUNTS = {
  '/': 'tests/web/pages',
  '/glasswal/': 'wasm/dist',
  '/inspector/': 'web-ui/inspector',
  '/inspector/dist/': 'web-ui/dist/inspector',
};
const TEST_MS = 120_000;

/**
 * Declares the suite once for each browser. declare(it, browserName) calls it(title, async (stand) => ...) for each test, where
 * stand.stage(path, context) opens a page, stand.browser and stand.origin are there for tests with pages of their own, and
 * everything opened is closed when the test ends. `mounts` is what the server serves; the other options go to launch().
 */
export function inEachBrowser(declare, { mounts = MOUNTS, ...options } = {}) {
  for (const name of BROWSERS) {
    describe(name, () => {
      let browser;
      let server;
      before(async () => {
        server = await serve(mounts, { cached: true });
        browser = await launch(name, options);
      });
      after(async () => {
        await browser?.close();
        await server?.close();
      });

      declare((title, body, { limitMs = TEST_MS } = {}) => test(`${name}: ${title}`, within(limitMs, async (t) => {
        const stage = async (path, where = browser) => {
          const opened = await Stage.open(where, server.origin, path);
          t.after(() => opened.close());
          return opened;
        };
        await body({ stage, browser, origin: server.origin, name, t });
      })), name);
    });
  }
}
