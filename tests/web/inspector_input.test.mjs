// What comes into the inspector other than by mouse and keys: fingers, an input method, chosen files.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';

import { inEachDrawingBrowser, inspect } from './inspector.mjs';
import { ROOT } from './server.mjs';

// Within the rows of the events.
const TOP = 520;
const FILES = `${ROOT}build/web-files`;

/** Where the middle of an element is, in the page. */
async function middleOf(element) {
  const { x, y, width, height } = await element.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}

inEachDrawingBrowser((it, browserName) => {
  it('a chosen file is opened as a capture', async ({ stage, name }) => {
    const inspected = await inspect(stage);
    const writer = await inspected.stage.actor('who-was-captured');
    await writer.exec('CREATE TABLE rows(value)');
    const url = await inspected.stage.inPage(async ({ keep }) => {
      const reader = new FileReader();
      reader.readAsDataURL(new Blob([await keep.inspector.capture()]));
      await new Promise((done) => (reader.onload = done));
      return reader.result;
    });
    await writer.terminate();
    await inspected.stage.until(({ clients }) => !clients.some(({ name: client }) => client === 'who-was-captured'));
    await mkdir(FILES, { recursive: true });
    const file = `${FILES}/${name}.glasswal`;
    await writeFile(file, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
    await inspected.show('Clients');
    const captured = inspected.root.getByRole('row', { name: 'who-was-captured', exact: true });
    await captured.waitFor({ state: 'detached' });
    const choosing = inspected.page.waitForEvent('filechooser');
    await inspected.button('Open a capture').click();
    await (await choosing).setFiles(file);
    await captured.waitFor();
  });

  // Only the protocol of Chromium can play an input method and fingers.
  if (browserName !== 'chromium') return;

  it('a finger presses', async ({ stage, browser, t }) => {
    const context = await browser.newContext({ hasTouch: true });
    t.after(() => context.close());
    const inspected = await inspect((path) => stage(path, context));
    await inspected.tab('Clients').waitFor();
    const { x, y } = await middleOf(inspected.tab('Clients'));
    await inspected.page.touchscreen.tap(x, y);
    await inspected.root.locator('[role=tab][aria-selected=true][aria-label=Clients]').waitFor();
  });

  it('an input method composes text, which arrives when it is done', async ({ stage }) => {
    const inspected = await inspect(stage);
    await inspected.show('Events');
    const field = inspected.root.getByRole('searchbox', { name: 'filter events' });
    const { x, y } = await middleOf(field);
    await inspected.page.mouse.click(x, y);
    await inspected.settle(200);
    const protocol = await inspected.page.context().newCDPSession(inspected.page);
    await protocol.send('Input.imeSetComposition', { text: '\u307f\u305a', selectionStart: 2, selectionEnd: 2 });
    await inspected.settle(200);
    assert.equal(await field.inputValue(), '', 'what is not chosen yet is not text');
    await protocol.send('Input.insertText', { text: '\u6c34' });
    await inspected.page.waitForFunction((element) => element.value === '\u6c34', await field.elementHandle());
  });

  it('a finger that moves scrolls', async ({ stage, browser, t }) => {
    const context = await browser.newContext({ hasTouch: true });
    t.after(() => context.close());
    const inspected = await inspect((path) => stage(path, context));
    const writer = await inspected.stage.actor('ingest');
    await writer.run(({ db }) => {
      db.exec('CREATE TABLE rows(value)');
      for (let i = 0; i < 70; i++) db.exec('INSERT INTO rows VALUES (1)');
    });
    await inspected.show('Events');
    // The first row is always there, since the others are laid out by its height; the second is the first that is seen.
    const number = async () => Number(await inspected.root.getByRole('row').nth(1).getByRole('cell').first().getAttribute('aria-label'));
    await inspected.root.getByRole('row', { name: /commit/ }).first().waitFor();
    await inspected.settle();
    assert.ok(await number() > 35, 'it follows the newest');
    const protocol = await inspected.page.context().newCDPSession(inspected.page);
    const touch = (type, y) => protocol.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: 600, y }] });
    for (let swipe = 0; swipe < 60 && await number() > 3; swipe++) {
      await touch('touchStart', TOP);
      for (let y = TOP + 20; y <= TOP + 160; y += 20) await touch('touchMove', y);
      await touch('touchEnd');
      await inspected.settle(100);
    }
    assert.ok(await number() <= 3, 'the finger has pulled the oldest down');
  });
});
