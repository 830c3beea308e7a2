// The service worker for hosts that send no headers, where the way to a page is not the plain one.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { BROWSERS, launch, openPage } from './browsers.mjs';
import { ROOT } from './server.mjs';

// Each load of the page leaves a mark of what it came to.
const PAGE = `<!doctype html><meta charset="utf-8"><title>ways</title>
<script src="/isolate.js"></script>
<script type="module">
  import { createRuntime } from '/glasswal/index.js';
  const mark = (text) => (sessionStorage.marks = [sessionStorage.marks ?? [], text].flat().join());
  createRuntime().then(() => mark('created'), (error) => mark('rejected: ' + error.message));
  fetch('/begun');
</script>`;

const TEXTS = {
  '/page.html': ['text/html', PAGE],
  '/deep/worker.js': ['text/javascript', "import { part } from './part.js'; postMessage(part);"],
  '/deep/part.js': ['text/javascript', "export const part = 'the part beside it';"],
  '/odd.html': ['text/html', 'odd, but there'],
};
const MOVED = { '/moved.js': '/deep/worker.js', '/moved.html': '/page.html' };

/** Resolves when a page has called createRuntime(): only then it gets its service worker. */
let begun;
let begins;

async function answer({ url, headers }, response) {
  if (url === '/begun') begins();
  if (headers['service-worker'] === 'script') await begun;
  if (MOVED[url] !== undefined) return response.writeHead(302, { Location: MOVED[url] }).end();
  const [type, text] = TEXTS[url] ?? await file(url) ?? [];
  if (text === undefined) return response.writeHead(404).end();
  return response.writeHead(url === '/odd.html' ? 999 : 200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text);
}

/** A file of the package. */
async function file(url) {
  const name = url === '/isolate.js' ? 'isolate.js' : /^\/glasswal\/([\w./]+)$/.exec(url)?.[1];
  if (name === undefined) return undefined;
  return [name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript', await readFile(path.join(ROOT, 'wasm/dist', name))];
}

describe('isolate.js, by other ways', () => {
  let server;
  let origin;
  before(async () => {
    server = createServer((request, response) => void answer(request, response).catch((error) => response.destroy(error)));
    await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
    origin = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  for (const name of BROWSERS) {
    const inPage = (title, body) => test(`${name}: ${title}`, within(60_000, async (t) => {
      begun = new Promise((resolve) => (begins = resolve));
      const browser = await launch(name);
      t.after(() => browser.close());
      const page = await openPage(browser);
      const isolated = page.waitForFunction(() => globalThis.crossOriginIsolated && sessionStorage.marks?.endsWith('created'));
      await page.goto(`${origin}/page.html`);
      await isolated;
      await body(page);
    }));

    inPage('the first load ends in the reload, and shows no error before it', async (page) => {
      assert.equal(await page.evaluate(() => sessionStorage.marks), 'created');
    });

    inPage('a worker behind a redirect finds what lies beside it', async (page) => {
      const part = await page.evaluate(() => new Promise((resolve, reject) => {
        const worker = new Worker('/moved.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = () => reject(new Error('the worker did not start'));
      }));
      assert.equal(part, 'the part beside it');
      await page.goto(`${origin}/moved.html`);
      assert.equal(await page.evaluate(() => location.pathname), '/page.html');
      assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
    });

    inPage('an answer of a status that cannot be rebuilt is shown as it came', async (page) => {
      await page.goto(`${origin}/odd.html`);
      assert.equal(await page.evaluate(() => document.body.textContent), 'odd, but there');
    });

    // Only Chromium's protocol can load a page past its service worker.
    if (name === 'chromium') {
      inPage('a hard reload is followed by one soft reload', async (page) => {
        const session = await page.context().newCDPSession(page);
        await page.evaluate(() => (globalThis.isBefore = true));
        const loads = [];
        page.on('load', () => loads.push(page.url()));
        await session.send('Page.reload', { ignoreCache: true });
        await page.waitForFunction(() => globalThis.isBefore === undefined && globalThis.crossOriginIsolated);
        await page.waitForFunction(() => document.readyState === 'complete');
        assert.equal(await page.evaluate(() => history.state), null, 'no mark is left');
        assert.ok(loads.length <= 2, `${loads.length} loads`);
      });
    }
  }
});
