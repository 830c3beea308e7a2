// The inspector in use: pause, filter, copy, keyboard, theme, hotkey, and what it says where something is wrong.
import assert from 'node:assert/strict';

import { Inspected, inEachDrawingBrowser, inspect } from './inspector.mjs';

inEachDrawingBrowser((it) => {
  it('while it is paused nothing new is shown, and then all of it', async ({ stage }) => {
    const inspected = await inspect(stage);
    const writer = await inspected.stage.actor('ingest');
    await writer.exec('CREATE TABLE rows(value)');
    await inspected.show('Lock matrix');
    await inspected.root.getByRole('row', { name: 'ingest', exact: true }).first().waitFor();
    await inspected.root.getByRole('checkbox', { name: 'Pause' }).click();
    await inspected.root.getByRole('checkbox', { name: 'Resume', checked: true }).waitFor();
    await writer.exec('BEGIN IMMEDIATE');
    await inspected.settle();
    const held = inspected.root.getByRole('cell', { name: /^ingest holds WRITE/ });
    assert.equal(await held.count(), 0);
    await inspected.root.getByRole('checkbox', { name: 'Resume' }).click();
    await held.waitFor();
  });

  it('events are filtered by what is typed, and copied', async ({ stage }) => {
    const inspected = await inspect(stage);
    const writer = await inspected.stage.actor('ingest');
    await writer.exec('CREATE TABLE rows(value); INSERT INTO rows VALUES (1)');
    await inspected.show('Events');
    const rows = inspected.root.getByRole('row');
    await inspected.root.getByRole('row', { name: /commit/ }).first().waitFor();
    await inspected.root.getByRole('row', { name: /client\.joined/ }).first().waitFor();
    const field = inspected.root.getByRole('searchbox', { name: 'filter events' });
    await field.fill('commit');
    await inspected.root.getByRole('row', { name: /client\.joined/ }).first().waitFor({ state: 'detached' });
    assert.ok(await rows.count() > 0);

    await inspected.button('Copy JSON').click();
    await inspected.settle();
    // What lies on the clipboard now is seen where it is pasted.
    await inspected.page.evaluate(() => {
      const area = document.body.appendChild(document.createElement('textarea'));
      area.id = 'pasted';
      area.focus();
    });
    await inspected.page.keyboard.press('Control+V');
    await inspected.page.waitForFunction(() => document.querySelector('#pasted').value.includes('commit'));

    // The same by mouse and keyboard, as the canvas gets it.
    await field.click();
    await inspected.page.keyboard.press('Control+A');
    await inspected.page.keyboard.type('joined');
    await inspected.root.getByRole('row', { name: /client\.joined/ }).first().waitFor();
    await inspected.root.getByRole('row', { name: /commit/ }).first().waitFor({ state: 'detached' });
  });

  it('the command palette goes where its words say', async ({ stage }) => {
    const inspected = await inspect(stage);
    await inspected.tab('Overview').click();
    await inspected.page.keyboard.press('Control+K');
    await inspected.root.getByRole('dialog', { name: 'Commands' }).waitFor();
    await inspected.page.keyboard.type('recoveries');
    await inspected.page.keyboard.press('Enter');
    await inspected.root.locator('[role=tab][aria-selected=true][aria-label=Recoveries]').waitFor();
    await inspected.page.keyboard.type('?');
    await inspected.root.getByRole('dialog', { name: 'Help' }).waitFor();
    await inspected.page.keyboard.press('Escape');
    await inspected.root.getByRole('dialog', { name: 'Help' }).waitFor({ state: 'detached' });
  });

  it('an element of the mirror works without a mouse, as a screen reader uses it', async ({ stage }) => {
    const inspected = await inspect(stage);
    await inspected.tab('Clients').waitFor();
    await inspected.tab('Clients').evaluate((element) => element.click());
    await inspected.root.locator('[role=tab][aria-selected=true][aria-label=Clients]').waitFor();
    await inspected.tab('WAL').focus();
    await inspected.page.keyboard.press('Enter');
    await inspected.root.locator('[role=tab][aria-selected=true][aria-label=WAL]').waitFor();
  });

  it('the hotkey shows and hides it; panel and theme are found again', async ({ stage }) => {
    const inspected = await inspect(stage, {});
    const overlay = inspected.page.getByRole('region', { name: 'glasswal inspector overlay' });
    assert.equal(await overlay.count(), 0, 'nothing is there before');
    await inspected.page.keyboard.press('Control+Shift+G');
    await inspected.show('Segment map');
    const wasLight = await inspected.root.evaluate((element) => element.classList.contains('light'));
    await inspected.button('Dark theme').or(inspected.button('Light theme')).click();
    // The theme changes with the next frame.
    await inspected.page.waitForFunction(([element, was]) => element.classList.contains('light') !== was,
      [await inspected.root.elementHandle(), wasLight]);
    await inspected.page.keyboard.press('Control+Shift+G');
    await overlay.waitFor({ state: 'hidden' });
    await inspected.page.keyboard.press('Control+Shift+G');
    await overlay.waitFor();
    await inspected.call('close');
    await Inspected.attach(inspected.stage);
    await inspected.root.locator('[role=tab][aria-selected=true][aria-label="Segment map"]').waitFor();
    assert.equal(await inspected.root.evaluate((element) => element.classList.contains('light')), !wasLight);
  });

  it('a lost WebGL context comes back with everything in it', async ({ stage }) => {
    const inspected = await inspect(stage);
    await inspected.settle();
    const before = await inspected.root.screenshot();
    await inspected.root.locator('canvas').evaluate(async (canvas) => {
      const extension = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
      const lost = new Promise((resolve) => canvas.addEventListener('webglcontextlost', resolve, { once: true }));
      const restored = new Promise((resolve) => canvas.addEventListener('webglcontextrestored', resolve, { once: true }));
      extension.loseContext();
      await lost;
      setTimeout(() => extension.restoreContext());
      await restored;
    });
    await inspected.settle();
    const after = await inspected.root.screenshot();
    // An empty canvas would be a far smaller picture.
    assert.ok(after.length > before.length * 0.8, `${after.length} bytes after ${before.length}`);
  });

  it('a runtime that is none, and one of another version, are refused in words', async ({ stage }) => {
    const opened = await stage();
    await opened.createRuntime();
    const said = (change) => opened.inPage(async ({ runtimes }, over) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      const { id, path, version, memory, module } = runtimes.get('runtime');
      try {
        attachInspector({ id, path, version, memory, module, ...over });
        return 'nothing';
      } catch (error) {
        return error.message;
      }
    }, change);
    assert.match(await said({ version: '9.9.9' }), /created by glasswal 9\.9\.9/);
    assert.match(await said({ memory: null }), /needs the runtime/);
  });

  it('a memory without a region is said to be none', async ({ stage }) => {
    const opened = await stage();
    await opened.createRuntime();
    await opened.inPage(async ({ runtimes, keep }) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      const { id, path, version, module } = runtimes.get('runtime');
      const memory = new WebAssembly.Memory({ initial: 32, maximum: 64, shared: true });
      crypto.getRandomValues(new Uint8Array(65536)).forEach((byte, i) => (new Uint8Array(memory.buffer)[65536 + i] = byte));
      keep.inspector = attachInspector({ id, path, version, memory, module }, { open: true });
      await keep.inspector.ready;
    });
    await new Inspected(opened).root.getByRole('status', { name: /nothing to show/i }).waitFor();
  });
});
