// The service worker for hosts that send no headers: a page that is not isolated becomes so by one line.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { BROWSERS, launch, openPage } from './browsers.mjs';
import { serve } from './server.mjs';

describe('isolate.js', () => {
  let server;
  before(async () => {
    server = await serve({ '/': 'tests/web/pages', '/isolate.js': 'wasm/dist/isolate.js' });
  });
  after(() => server.close());

  for (const name of BROWSERS) {
    test(`${name}: a page of a server without headers becomes isolated, and stays so`, within(60_000, async (t) => {
      const browser = await launch(name);
      t.after(() => browser.close());
      const page = await openPage(browser);
      // A page is isolated before any of its scripts has run.
      const isolated = page.waitForFunction(() => globalThis.crossOriginIsolated && globalThis.workerIsIsolated !== undefined);
      await page.goto(`${server.origin}/plain/isolate.html`);
      await isolated;
      assert.equal(await page.evaluate(() => new SharedArrayBuffer(8).byteLength), 8);
      // A worker must be allowed in, too: its script comes through the service worker.
      assert.equal(await page.evaluate(() => globalThis.workerIsIsolated()), true);
      await page.reload();
      assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
    }));
  }
});
