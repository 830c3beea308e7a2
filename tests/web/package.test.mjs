// The npm package as somebody else gets it: packed, installed into fresh folders, bundled by Vite, run.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { BROWSERS, launch, openPage } from './browsers.mjs';
import { copyPackage, installSample, packPackage, run } from './package.mjs';
import { ROOT, serve } from './server.mjs';

const VITE = path.join(ROOT, 'node_modules/vite/bin/vite.js');
const READ_TRACE = path.join(ROOT, 'tests/diag/read_trace.py');

/** What the samples do for their user: a note goes to a worker and comes back through the database, here when it `shows` that. */
async function addNote(page, url, shows = '') {
  await page.goto(url);
  await page.fill('#text', 'from a packed package');
  await page.click('button');
  const note = page.locator('#notes li', { hasText: shows });
  await note.waitFor();
  return note.textContent();
}

describe('the packed package', () => {
  let tarball;
  before(async () => {
    tarball = await packPackage();
  });

  test('it holds what it should, and nothing else', async () => {
    const files = (await run('tar', ['-tzf', tarball])).trim().split('\n').map((name) => name.replace(/^package\//, ''));
    for (const name of ['package.json', 'README.md', 'LICENSE', 'THIRD_PARTY_NOTICES', 'dist/index.js', 'dist/index.d.ts',
      'dist/glasswal.wasm', 'dist/vite.js', 'dist/isolate.js']) {
      assert.ok(files.includes(name), `${name} is missing`);
    }
    const known = /^(package\.json|README\.md|LICENSE|THIRD_PARTY_NOTICES|(dist|ts)\/.*\.(js|ts|map|wasm))$/;
    const strange = files.filter((name) => !known.test(name));
    assert.deepEqual(strange, []);
  });

  test('samples/node_workers runs with it', within(60_000, async () => {
    const folder = await installSample('node_workers', tarball);
    assert.match(await run(process.execPath, ['main.mjs'], { cwd: folder }), /200000 rows by 4 workers/);
  }));

  test('samples/drizzle_app runs with it, and sells each piece once', within(60_000, async () => {
    const folder = await installSample('drizzle_app', tarball);
    const output = await run(process.execPath, ['main.mjs'], { cwd: folder });
    assert.match(output, /900 of 900 pieces sold by 3 sellers, none twice/);
    const refused = [...output.matchAll(/had to send (\d+) customers away/g)].map(([, count]) => Number(count));
    assert.equal(refused.reduce((sum, count) => sum + count, 0), 300);
  }));

  describe('samples/kysely_app', () => {
    let folder;
    before(async () => {
      folder = await installSample('kysely_app', tarball);
      await run(process.execPath, [VITE, 'build'], { cwd: folder });
    });

    for (const name of BROWSERS) {
      test(`${name}: the page asks one worker, and another one counts what was committed`, within(60_000, async (t) => {
        const server = await serve({ '/': path.join(folder, 'dist') });
        t.after(() => server.close());
        const browser = await launch(name);
        t.after(() => browser.close());
        const page = await openPage(browser);
        assert.equal(await addNote(page, server.origin, 'words)'), 'from a packed package (4 words)');
        // The same once more is refused, in SQLite's words.
        await page.click('button');
        await page.waitForFunction(() => /UNIQUE constraint failed: note\.text/.test(document.querySelector('#message').value));
      }));
    }

    test('Vite\'s development server runs it, too', within(60_000, async (t) => {
      const { createServer } = await import('vite');
      const vite = await createServer({ root: folder, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
      t.after(() => vite.close());
      await vite.listen();
      const browser = await launch(BROWSERS[0]);
      t.after(() => browser.close());
      const page = await openPage(browser);
      assert.equal(await addNote(page, `http://127.0.0.1:${vite.httpServer.address().port}`, 'words)'), 'from a packed package (4 words)');
    }));
  });

  describe('samples/tracing', () => {
    let folder;
    before(async () => {
      folder = await installSample('tracing', tarball);
      await run(process.execPath, [VITE, 'build'], { cwd: folder });
    });

    /** Presses the button that saves, and puts what was saved into the file. */
    async function saveTrace(page, browserName, file) {
      if (browserName === 'chromium') {
        const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
        assert.equal(saved.suggestedFilename(), 'tracing.trace.json');
        return saved.saveAs(file);
      }
      // Firefox tells its driver nothing of downloads: what the page gives it is taken on the way.
      const given = page.evaluate(() => new Promise((resolve) => {
        const create = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          resolve(blob.text());
          return create.call(URL, blob);
        };
      }));
      await page.click('#save');
      await writeFile(file, await given);
    }

    /** The page logs what happens when the lock's holder is killed, in its table and in the console; GLASSWAL_SHOT saves a picture. */
    async function logs(t, browserName, url) {
      const browser = await launch(browserName);
      t.after(() => browser.close());
      const page = await openPage(browser);
      const said = [];
      page.on('console', (message) => said.push({ type: message.type(), text: message.text() }));
      page.on('pageerror', (error) => said.push({ type: 'pageerror', text: String(error) }));
      const row = (event, text) => page.locator('#records tr', { has: page.locator(`td:nth-child(3):text-is("${event}")`), hasText: text }).first();
      await page.goto(url);
      await row('commit', 'client_name=writer-1').waitFor();
      await page.click('#hold');
      await row('lock.refused', 'holder_client_name=holder').waitFor();
      await page.click('#kill');
      await row('recovery.done', 'dead_client_name=holder').waitFor();
      await page.waitForFunction(() => /^\d+ events, 0 lost$/.test(document.querySelector('#sums').value));
      if (process.env.GLASSWAL_SHOT) await page.screenshot({ path: `${process.env.GLASSWAL_SHOT}-${browserName}.png` });
      const file = path.join(folder, `${browserName}.trace.json`);
      await saveTrace(page, browserName, file);
      const told = JSON.parse(await run('python3', [READ_TRACE, file]));
      assert.ok(told.processes.some((each) => each.startsWith('writer-1 (')), String(told.processes));
      assert.ok(told.flows.length > 0 && told.instants['recovery.done'] === 1, JSON.stringify(told));
      for (const [type, text] of [['info', 'commit'], ['warning', 'lock.refused'], ['warning', 'held WRITE of /tracing.sqlite (exclusive)']]) {
        assert.ok(said.some((each) => each.type === type && each.text.includes(text)), `${type} ${text}`);
      }
      assert.ok(said.some(({ type, text }) => /^(startGroup|group)$/.test(type) && text.includes('recovery from holder')));
      assert.deepEqual(said.filter(({ type }) => type === 'pageerror'), []);
    }

    for (const name of BROWSERS) {
      test(`${name}: the page shows what it logs, and so does the console`, within(60_000, async (t) => {
        const server = await serve({ '/': path.join(folder, 'dist') });
        t.after(() => server.close());
        await logs(t, name, server.origin);
      }));
    }
  });

  describe('samples/wa_sqlite', () => {
    let folder;
    before(async () => {
      folder = await installSample('wa_sqlite', tarball);
      await copyPackage('@journeyapps/wa-sqlite', folder);
      await run(process.execPath, [VITE, 'build'], { cwd: folder });
    });

    /** Both pages show what wa-sqlite has written, read by glasswal, and nothing is amiss. */
    async function shows(t, browserName, url) {
      const browser = await launch(browserName);
      t.after(() => browser.close());
      for (const [name, rows] of [['index', ['alpha', 'beta']], ['alone', ['hello']]]) {
        const page = await openPage(browser);
        const trouble = [];
        page.on('pageerror', (error) => trouble.push(String(error)));
        await page.goto(`${url}/${name}.html`);
        await page.locator('#rows li').nth(rows.length - 1).waitFor();
        assert.deepEqual(await page.locator('#rows li').allTextContents(), rows);
        assert.deepEqual(trouble, []);
      }
    }

    for (const name of BROWSERS) {
      test(`${name}: stock wa-sqlite writes, in a worker and in the page, and glasswal reads`, within(60_000, async (t) => {
        const server = await serve({ '/': path.join(folder, 'dist') });
        t.after(() => server.close());
        await shows(t, name, server.origin);
      }));
    }

    test('Vite\'s development server runs it, too', within(60_000, async (t) => {
      const { createServer } = await import('vite');
      const vite = await createServer({ root: folder, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
      t.after(() => vite.close());
      await vite.listen();
      await shows(t, BROWSERS[0], `http://127.0.0.1:${vite.httpServer.address().port}`);
    }));
  });

  describe('samples/vite_app', () => {
    let folder;
    before(async () => {
      folder = await installSample('vite_app', tarball);
      await run(process.execPath, [VITE, 'build'], { cwd: folder });
      const config = await readFile(path.join(folder, 'vite.config.js'), 'utf8');
      await writeFile(path.join(folder, 'static.config.js'), config.replace('glasswal()', 'glasswal({ serviceWorker: true })'));
      await run(process.execPath,
        [VITE, 'build', '--config', 'static.config.js', '--base', '/plain/', '--outDir', 'dist-static'], { cwd: folder });
    });

    for (const name of BROWSERS) {
      test(`${name}: built by Vite it works`, within(60_000, async (t) => {
        const server = await serve({ '/': path.join(folder, 'dist') });
        t.after(() => server.close());
        const browser = await launch(name);
        t.after(() => browser.close());
        assert.equal(await addNote(await openPage(browser), server.origin), 'from a packed package');
      }));

      test(`${name}: built with the service worker it also works on a host that sends no headers`, within(60_000, async (t) => {
        const server = await serve({ '/': path.join(folder, 'dist-static') });
        t.after(() => server.close());
        const browser = await launch(name);
        t.after(() => browser.close());
        const page = await openPage(browser);
        const isolated = page.waitForFunction(() => globalThis.crossOriginIsolated === true);
        await page.goto(`${server.origin}/plain/`);
        await isolated;
        assert.equal(await addNote(page, `${server.origin}/plain/`), 'from a packed package');
      }));

      test(`${name}: Vite's development server isolates it, and it works`, within(60_000, async (t) => {
        const { createServer } = await import('vite');
        const vite = await createServer({ root: folder, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
        t.after(() => vite.close());
        await vite.listen();
        const browser = await launch(name);
        t.after(() => browser.close());
        const page = await openPage(browser);
        assert.equal(await addNote(page, `http://127.0.0.1:${vite.httpServer.address().port}`), 'from a packed package');
        assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
      }));
    }
  });
});
