// The inspector in pages that make it hard: a strict policy, nonsense in the storage, a window of the same name.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { openPage } from './browsers.mjs';
import { inEachDrawingBrowser } from './inspector.mjs';
import { ROOT } from './server.mjs';

const SHOTS = path.join(ROOT, 'build/shots');

/** A page below a prefix, with a runtime and an inspector over it. The policy of such a page lets nothing be evaluated in it. */
async function overlaid({ browser, origin, t }, prefix, options = { open: true }) {
  const page = await openPage(browser, { viewport: { width: 1280, height: 720 } });
  t.after(() => page.close());
  await page.goto(`${origin}${prefix}blank.html`);
  await page.evaluate(async ([given]) => {
    const [{ createRuntime }, { attachInspector }] = [await import('/glasswal/index.js'), await import('/glasswal/inspector/index.js')];
    globalThis.runtime = await createRuntime('/app.sqlite');
    globalThis.inspector = attachInspector(globalThis.runtime, given);
    await globalThis.inspector.ready;
  }, [options]);
  return page;
}

const geometry = (element) => {
  const { position, display } = getComputedStyle(element);
  const { left, width, height, bottom } = element.getBoundingClientRect();
  return { position, display, left, width, height, fromBottom: innerHeight - bottom };
};

inEachDrawingBrowser((it, browserName) => {
  it('a policy that allows only styles of the site leaves it its own', async (stand) => {
    const page = await overlaid(stand, '/no-styles/');
    const overlay = page.locator('.glasswal-overlay');
    const plain = await overlay.evaluate(geometry);
    assert.deepEqual({ ...plain, height: 0 }, { position: 'fixed', display: 'flex', left: 0, width: 1280, height: 0, fromBottom: 0 });
    assert.ok(plain.height >= 160 && plain.height <= 640, String(plain.height));
    assert.equal(await page.locator('.glasswal-inspector > canvas').evaluate((canvas) => getComputedStyle(canvas).position), 'absolute');
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    await mkdir(SHOTS, { recursive: true });
    await page.screenshot({ path: path.join(SHOTS, `strict-${browserName}.png`) });
  });

  it('under such a policy it has its style in a frame, in a pop-out and in a shadow root, too', async (stand) => {
    const page = await overlaid(stand, '/no-styles/', { target: 'iframe' });
    const inFrame = page.frameLocator('iframe.glasswal-frame').locator('.glasswal-inspector > canvas');
    assert.equal(await inFrame.evaluate((canvas) => getComputedStyle(canvas).position), 'absolute');
    const opening = page.context().waitForEvent('page');
    await page.evaluate(() => globalThis.inspector.moveTo('popup'));
    const popup = await opening;
    await popup.getByRole('tab', { name: 'Overview' }).waitFor();
    assert.equal(await popup.locator('.glasswal-inspector > canvas').evaluate((canvas) => getComputedStyle(canvas).position), 'absolute');
    await page.evaluate(async () => {
      const host = document.body.appendChild(document.createElement('div'));
      const target = document.createElement('div');
      target.style.cssText = 'width: 700px; height: 420px';
      host.attachShadow({ mode: 'open' }).append(target);
      globalThis.inspector.moveTo(target);
      await globalThis.inspector.ready;
    });
    assert.equal(await page.locator('.glasswal-inspector > canvas').evaluate((canvas) => getComputedStyle(canvas).position), 'absolute');
  });

  it('nonsense in the storage is passed over', async (stand) => {
    const page = await overlaid(stand, '/');
    const heightWith = (stored) => page.evaluate(async ([text]) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      globalThis.inspector.close();
      localStorage.setItem('glasswal-inspector', text);
      globalThis.inspector = attachInspector(globalThis.runtime, { open: true });
      await globalThis.inspector.ready;
      const { height, top } = document.querySelector('.glasswal-overlay').getBoundingClientRect();
      return top < 0 ? -1 : height;
    }, [stored]);
    const usual = await heightWith('{}');
    assert.equal(await heightWith('{"height":300}'), 300);
    assert.equal(await heightWith('{"height":1e300}'), 700);
    for (const text of ['{"height":-5}', '{"height":"1e9px"}', '{"height":null,"layout":7,"link":{},"theme":1}', '7', 'null', '[]', 'x',
      '{"height":1e999}', '{"height":{"valueOf":1}}']) {
      assert.equal(await heightWith(text), usual, text);
    }
  });

  it('a pop-out takes no window or frame of the page for its own', async (stand) => {
    const page = await overlaid(stand, '/');
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.name = 'glasswal-inspector';
      document.body.append(frame);
      frame.contentDocument.body.textContent = 'the application';
    });
    const opening = page.context().waitForEvent('page');
    await page.evaluate(() => globalThis.inspector.moveTo('popup'));
    const popup = await opening;
    await popup.getByRole('tab', { name: 'Overview' }).waitFor();
    assert.equal(await page.evaluate(() => document.querySelector('iframe').contentDocument.body.textContent), 'the application');
  });
});
