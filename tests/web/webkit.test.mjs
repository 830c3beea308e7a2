// The package and the inspector in the third engine, WebKitGTK: that they work there at all. What is tested in depth in
// Chromium and Firefox is not tested again here.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { serve } from './server.mjs';
import { Stage } from './stage.mjs';
import { MOUNTS } from './suite.mjs';
import { launchWebKit } from './webkit.mjs';

const TEST_MS = 120_000;

/** How many colours a picture of the page has where the inspector draws; runs in the page. */
async function coloursOf(png) {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const { left, top, width, height } = document.querySelector('.glasswal-overlay canvas').getBoundingClientRect();
  const copy = new OffscreenCanvas(Math.floor(width), Math.floor(height)).getContext('2d');
  copy.drawImage(picture, -left, -top);
  return new Set(new Uint32Array(copy.getImageData(0, 0, copy.canvas.width, copy.canvas.height).data.buffer)).size;
}

describe('WebKitGTK', () => {
  let server;
  let browser;
  let stage;
  before(async () => {
    server = await serve(MOUNTS, { cached: true });
    browser = await launchWebKit();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  // Each test has the page anew.
  beforeEach(within(TEST_MS, async () => {
    stage = await Stage.stand(browser.page, server.origin);
    await stage.createRuntime();
  }, 'the page'));

  test('three workers share a runtime: each sees what the others commit', within(TEST_MS, async (t) => {
    t.diagnostic(`WebKitGTK ${browser.version}`);
    const workers = await Promise.all(['a', 'b', 'c'].map((name) => stage.actor(name)));
    await workers[0].exec('CREATE TABLE note(worker TEXT NOT NULL, number INTEGER NOT NULL)');
    await Promise.all(workers.map((worker) => worker.run(({ db, client }, rows) => {
      const insert = db.prepare('INSERT INTO note VALUES (?, ?)');
      for (let number = 0; number < rows; number++) insert.run(client.name, number);
    }, 500)));
    for (const worker of workers) {
      assert.deepEqual(await worker.all('SELECT worker, count(*) AS rows, sum(number) AS sum FROM note GROUP BY worker ORDER BY worker'),
        ['a', 'b', 'c'].map((name) => ({ worker: name, rows: 500, sum: 124_750 })));
    }
    const { totals } = await stage.diagnostics();
    assert.ok(totals.commits >= 1501, `${totals.commits} commits`);
    assert.equal(await workers[1].one('PRAGMA integrity_check'), 'ok');
  }));

  test('a worker that is terminated with the write lock is recovered from', within(TEST_MS, async () => {
    const [victim, other] = [await stage.actor('victim'), await stage.actor('other')];
    await victim.exec('CREATE TABLE note(text TEXT)');
    await victim.exec("BEGIN IMMEDIATE; INSERT INTO note VALUES ('never committed')");
    await victim.terminate();
    await other.run(({ db }) => {
      db.busyTimeout = 60_000;
      db.exec("INSERT INTO note VALUES ('by the other')");
    });
    assert.deepEqual(await other.all('SELECT text FROM note'), [{ text: 'by the other' }]);
    const [recovery] = (await stage.diagnostics()).recoveries;
    assert.equal(recovery.clientName, 'victim');
    assert.ok(recovery.heldLocks.some(({ name }) => name === 'WRITE'), JSON.stringify(recovery.heldLocks));
  }));

  test('the inspector attaches and draws', within(TEST_MS, async () => {
    const worker = await stage.actor('worker');
    await worker.exec('CREATE TABLE note(text TEXT)');
    await stage.inPage(async ({ runtimes, keep }) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      keep.inspector = attachInspector(runtimes.get('runtime'), { open: true });
      await keep.inspector.ready;
    });
    const colours = await browser.page.evaluate(coloursOf, (await browser.page.screenshot()).toString('base64'));
    // Text in several colours on several backgrounds, with smoothed edges.
    assert.ok(colours > 50, `the inspector has drawn in ${colours} colours`);
    assert.match(await stage.inPage(() => document.querySelector('.glasswal-overlay').textContent), /\/app\.sqlite/);
  }));
});
