// The live demo, as somebody would use it: it loads, answers, is killed at, and says what was recovered.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { BROWSERS, launch, openPage } from './browsers.mjs';
import { DEMO_MOUNTS, QUICKSTART_MOUNTS } from './demo.mjs';
import { ROOT, serve } from './server.mjs';

/** The number that an element of the page shows. */
const numberIn = (page, selector) => page.textContent(selector).then((text) => Number(text.replaceAll(/[^\d.]/g, '')));

// Chromium loads all of them; Firefox, where that takes a minute, a sixth. `./dev test --all` has both load them all.
const CITIES = '/data/cities.json';
const FEW_CITIES = 'build/few-cities.json';

/** What the demo is served from, and how many cities that has. */
async function citiesFor(browserName) {
  const all = JSON.parse(await readFile(ROOT + DEMO_MOUNTS[CITIES], 'utf8'));
  if (browserName === 'chromium' || process.env.GLASSWAL_THOROUGH !== undefined) return { mounts: DEMO_MOUNTS, cities: all.length };
  const few = all.filter(({ name }, i) => i % 6 === 0 || name.startsWith('Buenos Aires'));
  await mkdir(`${ROOT}build`, { recursive: true });
  await writeFile(ROOT + FEW_CITIES, JSON.stringify(few));
  return { mounts: { ...DEMO_MOUNTS, [CITIES]: FEW_CITIES }, cities: few.length };
}

for (const name of BROWSERS) {
  describe(`demo in ${name}`, () => {
    let browser;
    let server;
    let cities;
    before(async () => {
      const source = await citiesFor(name);
      cities = source.cities;
      server = await serve(source.mounts, { cached: true });
      browser = await launch(name);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    async function open(t, path, options) {
      const page = await openPage(browser, { viewport: { width: 1280, height: 720 }, ...options });
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      t.after(() => page.close());
      await page.goto(server.origin + path);
      return { page, errors };
    }

    test(`${name}: all cities are loaded while the search box answers`, within(90_000, async (t) => {
      const { page, errors } = await open(t, '/?writers=2&readers=1');
      await page.waitForSelector('#results li');
      await page.fill('#query', 'buenos air');
      await page.waitForFunction(() => document.querySelector('#cities-of').textContent.includes('pass'));
      await page.fill('#query', 'buenos aires');
      await page.waitForFunction(() => document.querySelector('#results .name')?.textContent.startsWith('Buenos Aires'));
      assert.ok(await numberIn(page, '#checks') > 0, 'readers compared their snapshots with the promise');
      assert.equal(await numberIn(page, '#torn'), 0, 'and none was torn');
      assert.deepEqual(errors, []);
    }));

    test(`${name}: a killed writer is recovered from, and the others go on`, within(60_000, async (t) => {
      const { page, errors } = await open(t, '/?writers=3&readers=1');
      await page.waitForFunction(() => Number(document.querySelector('#cities').textContent.replaceAll(',', '')) > 2000);
      await page.click('#kill-writer');
      await page.waitForSelector('#recoveries li:not(.waiting)');
      // Whom the button finds writing may have committed by the time it dies: what it held then is chance.
      assert.match(await page.textContent('#recoveries li'), /writer-\d died .*Taken back: \d+ lock/);
      const atRecovery = await numberIn(page, '#cities');
      // A fast machine has loaded all of them by then, and the writers are at the next pass.
      await page.waitForFunction(([rows, all]) => {
        const now = Number(document.querySelector('#cities').textContent.replaceAll(',', ''));
        return now > rows || now === all;
      }, [atRecovery, cities]);
      assert.equal(await page.locator('#crew .writer').count(), 2);
      await page.click('[aria-label="One writer more"]');
      assert.equal(await page.locator('#crew .writer').count(), 3);
      assert.equal(await numberIn(page, '#torn'), 0);
      assert.deepEqual(errors, []);
    }));

    test(`${name}: the demo says what is missing where the page is not isolated`, within(60_000, async (t) => {
      const { page } = await open(t, '/without-coep/');
      await page.waitForSelector('#trouble:not([hidden])');
      assert.match(await page.textContent('#trouble-text'), /Cross-Origin-Embedder-Policy: require-corp/);
    }));

    test(`${name}: on a phone nothing is wider than the screen`, within(60_000, async (t) => {
      const { page } = await open(t, '/', { viewport: { width: 390, height: 844 } });
      await page.waitForSelector('#results li');
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    }));

    test(`${name}: the quickstart sample writes in one worker and reads in another`, within(60_000, async (t) => {
      const quickstart = await serve(QUICKSTART_MOUNTS);
      t.after(() => quickstart.close());
      const page = await openPage(browser);
      t.after(() => page.close());
      await page.goto(quickstart.origin);
      await page.waitForFunction(() => document.querySelector('#log').textContent.includes('reader'));
      assert.match(await page.textContent('#log'), /the reader sees: one memory many SQLites/);
    }));
  });
}
