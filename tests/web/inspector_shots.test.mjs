// Pictures of every panel, for people to look at: web-ui/shots. What a program can see of them is tested: that
// each is drawn, that it is as sharp as the screen, and that nothing in it lies outside of it.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';

import { Inspected, inEachDrawingBrowser } from './inspector.mjs';
import { ROOT } from './server.mjs';
import { Stage } from './stage.mjs';

const SHOTS = `${ROOT}web-ui/shots`;

/** A runtime in which there is something to see: tables, a reader, a waiter, a death. */
async function populate(stage) {
  await stage.createRuntime('/cities.sqlite');
  const writer = await stage.actor('ingest');
  await writer.exec('CREATE TABLE cities(name TEXT, population INTEGER); CREATE INDEX by_name ON cities(name)');
  await writer.run(({ db }) => {
    const insert = db.prepare('INSERT INTO cities VALUES (?, ?)');
    for (let batch = 0; batch < 20; batch++) {
      db.transaction(() => {
        for (let i = 0; i < 400; i++) insert.run(`city ${batch * 400 + i}`, i * 997);
      }).immediate();
    }
  });
  const reader = await stage.actor('search');
  await reader.exec('BEGIN');
  await reader.one('SELECT count(*) FROM cities');
  const victim = await stage.actor('victim');
  await victim.exec("BEGIN IMMEDIATE; INSERT INTO cities VALUES ('nowhere', 0)");
  await victim.terminate();
  await stage.until((snapshot) => snapshot.recoveries.length > 0 && !snapshot.recoveries[0].running);
  await writer.exec("BEGIN IMMEDIATE; INSERT INTO cities VALUES ('here', 1)");
  const waiter = await stage.actor('importer', { open: { busyTimeout: 60_000 } });
  waiter.exec("INSERT INTO cities VALUES ('there', 2)").catch(() => undefined);
  await stage.until((snapshot) => snapshot.locks.some((lock) => lock.waiters.length > 0));
}

const DARK_AND_LIGHT = ['dark', 'light'];
// Each panel, each theme, each ratio and each browser is drawn; `./dev test --all` draws them in every combination. A Firefox
// without a graphics card takes four times as long for twice the ratio.
function variantsFor(browserName) {
  if (process.env.GLASSWAL_THOROUGH !== undefined) return [1, 2].map((ratio) => ({ ratio, themes: DARK_AND_LIGHT }));
  return [browserName === 'chromium' ? { ratio: 1, themes: DARK_AND_LIGHT } : { ratio: 2, themes: ['light'] }];
}

inEachDrawingBrowser((it, browserName) => {
  for (const { ratio, themes } of variantsFor(browserName)) {
    it(`every panel at pixel ratio ${ratio}, ${themes.join(' and ')}`, async ({ browser, origin, name, t }) => {
      await mkdir(SHOTS, { recursive: true });
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: ratio });
      t.after(() => context.close());
      const stage = await Stage.open(context, origin);
      await populate(stage);
      await stage.inPage(async ({ runtimes, keep }) => {
        const { attachInspector } = await import('/glasswal/inspector/index.js');
        document.body.style.margin = '0';
        const target = document.body.appendChild(document.createElement('div'));
        target.style.cssText = 'width: 100vw; height: 100vh';
        keep.inspector = attachInspector(runtimes.get('runtime'), { target, theme: 'dark' });
        await keep.inspector.ready;
      });
      const inspected = new Inspected(stage);
      const canvas = inspected.root.locator('canvas');
      assert.deepEqual(await canvas.evaluate((element) => [element.width, element.height]), [1280 * ratio, 720 * ratio]);
      assert.deepEqual(await canvas.boundingBox(), { x: 0, y: 0, width: 1280, height: 720 });
      for (const theme of themes) {
        await inspected.call('setTheme', theme);
        for (const tab of await inspected.root.getByRole('tab').all()) {
          const panel = await tab.getAttribute('aria-label');
          await inspected.show(panel);
          const readPages = inspected.button('Read the pages');
          if (panel === 'Page map' && await readPages.count() > 0) await readPages.click();
          // The lock is held and the seconds count on: that is drawn for ever, so one more frame is all to wait for.
          await inspected.page.waitForTimeout(300);
          const file = `${SHOTS}/${name}-${ratio}x-${theme}-${panel.toLowerCase().replaceAll(' ', '-')}.png`;
          const picture = await inspected.page.screenshot({ path: file });
          assert.ok(picture.length > 8000, `${file} is empty`);
        }
      }
    });
  }
});
