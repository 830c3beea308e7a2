// The README's page and worker, as a reader pastes them: with every bundler, without one, under a policy, with the inspector.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { serveByTool } from '../consumers/serving.mjs';
import { tool } from '../consumers/workspace.mjs';
import { within } from '../tools/limit.mjs';
import { launch, openPage } from '../web/browsers.mjs';
import { headersOf, pasteApp, runShell } from './apps.mjs';

const LIMIT_MS = 90_000;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves a folder with exactly these headers, as the reader's own server would. */
async function serveWith(headers, folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://server');
    const file = path.join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (!existsSync(file)) return response.writeHead(404, headers).end();
    response.writeHead(200, { ...headers, 'Content-Type': TYPES[path.extname(file)] });
    return createReadStream(file).pipe(response);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

describe('the pages of the README', () => {
  let browser;
  before(async () => {
    browser = await launch('chromium');
  });
  after(() => browser.close());

  /** Opens the page, and waits until it shows the rows and nothing is amiss; resolves to the page. */
  async function shows(t, url, rows = 'alpha, beta') {
    const page = await openPage(browser);
    t.after(() => page.close());
    const trouble = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('console', (message) => {
      // The reader's page has no icon.
      if (['error', 'warning'].includes(message.type()) && !message.location().url.endsWith('/favicon.ico')) trouble.push(message.text());
    });
    await page.goto(url);
    try {
      await page.waitForFunction((wanted) => document.querySelector('#rows').textContent === wanted, rows, { timeout: 30_000 });
    } catch (error) {
      throw new Error(`${error.message}\n${trouble.join('\n')}`, { cause: error });
    }
    assert.deepEqual(trouble, []);
    return page;
  }

  async function served(t, server) {
    t.after(() => server.close());
    return server.origin;
  }

  const byVite = async (t, folder, ...args) => served(t, await serveByTool(tool('vite'), [...args, '--host', '127.0.0.1'], folder));

  test('Vite: development, build and preview', within(LIMIT_MS, async (t) => {
    const folder = await pasteApp('vite');
    await runShell('page', folder);
    await runShell('vite', folder);
    await shows(t, await byVite(t, folder));
    await shows(t, await byVite(t, folder, 'preview'));
  }));

  test("webpack's server", within(LIMIT_MS, async (t) => {
    const folder = await pasteApp('webpack');
    await shows(t, await served(t, await serveByTool(tool('webpack'), ['serve', '--mode', 'development', '--host', '127.0.0.1'], folder)));
  }));

  for (const app of ['webpack', 'esbuild']) {
    test(`${app}, with the headers of the README`, within(LIMIT_MS, async (t) => {
      const folder = await pasteApp(app);
      await runShell(app, folder);
      const origin = await served(t, await serveWith(await headersOf('page'), path.join(folder, 'dist')));
      await shows(t, `${origin}/`);
    }));
  }

  test('no bundler', within(LIMIT_MS, async (t) => {
    const origin = await served(t, await serveWith(await headersOf('page'), await pasteApp('plain')));
    await shows(t, `${origin}/`);
  }));

  test('under the content security policy of the README', within(LIMIT_MS, async (t) => {
    const folder = await pasteApp('webpack');
    await runShell('webpack', folder);
    const headers = await headersOf('page', 'csp');
    assert.equal(Object.keys(headers).length, 3);
    const origin = await served(t, await serveWith(headers, path.join(folder, 'dist')));
    await shows(t, `${origin}/`);
  }));

  test('a database behind promises', within(LIMIT_MS, async (t) => {
    await shows(t, await byVite(t, await pasteApp('remote')), 'gamma');
  }));

  test('wa-sqlite over glasswal: development, build and preview', within(LIMIT_MS, async (t) => {
    const folder = await pasteApp('wa_sqlite');
    await runShell('wa_sqlite', folder);
    await shows(t, await byVite(t, folder));
    await shows(t, await byVite(t, folder, 'preview'));
  }));

  test('the inspector is a line, and its keys', within(LIMIT_MS, async (t) => {
    const page = await shows(t, await byVite(t, await pasteApp('inspector')));
    const inspector = page.getByRole('region', { name: 'glasswal inspector', exact: true });
    assert.equal(await inspector.count(), 0);
    await page.keyboard.press('Control+Shift+G');
    await inspector.waitFor();
    await page.keyboard.press('Control+Shift+G');
    await inspector.waitFor({ state: 'hidden' });
  }));
});
