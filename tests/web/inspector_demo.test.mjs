// The inspector beside the live demo, as its page docks it: writers at work, a death, the black box, and a look back.
import assert from 'node:assert/strict';

import { openPage } from './browsers.mjs';
import { DEMO_MOUNTS } from './demo.mjs';
import { Inspected, inEachDrawingBrowser } from './inspector.mjs';

inEachDrawingBrowser((it) => {
  it('the docked inspector shows who writes, a killed writer, and what it held', async ({ browser, origin, t }) => {
    const page = await openPage(browser, { viewport: { width: 1280, height: 720 } });
    t.after(() => page.close());
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${origin}/?writers=2&readers=1`);
    const inspected = new Inspected(undefined, page);
    const { root } = inspected;

    await inspected.show('Lock matrix');
    const held = (writer) => root.getByRole('cell', { name: new RegExp(`^${writer} holds WRITE`) }).first();
    for (const writer of ['writer-1', 'writer-2']) {
      await held(writer).waitFor();
      await held(writer).waitFor({ state: 'detached' });
    }

    await inspected.show('Recoveries');
    await page.click('#kill-writer');
    const death = root.getByRole('row', { name: /^writer-\d/ }).first();
    await death.waitFor();
    const victim = await death.getAttribute('aria-label');
    await death.click();
    await root.getByRole('heading', { name: `Black box of \`${victim}\``, exact: true }).waitFor();

    await inspected.show('Throughput');
    await root.getByRole('checkbox', { name: 'Pause' }).click();
    await root.getByRole('status', { name: 'paused', exact: true }).waitFor();
    await root.getByRole('checkbox', { name: 'Resume' }).click();
    await root.getByRole('status', { name: 'live', exact: true }).waitFor();
    assert.deepEqual(errors, []);
  });
}, { mounts: DEMO_MOUNTS });
