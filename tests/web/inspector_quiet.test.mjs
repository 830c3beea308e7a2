// The inspector keeps quiet: it writes nothing, draws nothing while nothing happens, and is small. What a frame takes is
// measured by `./dev bench web`, on a machine that does nothing else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { test } from 'node:test';

import { Inspected, inEachDrawingBrowser, inspect } from './inspector.mjs';
import { ROOT } from './server.mjs';

const MOST_BROTLI_BYTES = 250_000;

/** A digest of all memory that the runtime has, as hexadecimal text. */
function digest({ runtimes }) {
  const { memory } = runtimes.get('runtime');
  const bytes = new Uint8Array(memory.buffer).slice();
  return crypto.subtle.digest('SHA-256', bytes)
    .then((hash) => [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
}

inEachDrawingBrowser((it) => {
  it('drawing every panel changes no byte of the memory', async ({ stage }) => {
    const opened = await stage();
    await opened.createRuntime();
    const worker = await opened.actor('worker');
    await worker.exec('CREATE TABLE rows(value); INSERT INTO rows VALUES (1)');
    const before = await opened.inPage(digest);
    const inspected = await Inspected.attach(opened);
    for (const tab of await inspected.root.getByRole('tab').all()) {
      // As a screen reader does it, which can press what has been scrolled out of sight, too.
      await tab.evaluate((element) => element.click());
      await inspected.settle(100);
    }
    await inspected.settle();
    assert.ok((await inspected.cost()).frames > 10);
    await inspected.call('capture');
    assert.equal(await opened.inPage(digest), before);
  });

  it('nothing is drawn while nothing happens', async ({ stage, t }) => {
    const inspected = await inspect(stage);
    await inspected.stage.actor('idle');
    await inspected.settle();
    const before = await inspected.cost();
    // Time has to pass here: that nothing happens in it is what is tested.
    await inspected.page.waitForTimeout(3000);
    const after = await inspected.cost();
    t.diagnostic(`${after.looks - before.looks} looks, ${after.frames - before.frames} frames in 3 s`);
    assert.equal(after.frames, before.frames);
    assert.ok(after.looks > before.looks, 'but it looked');
  });
});

test('the module and its scripts are small', async (t) => {
  const scripts = ['inspector', 'view', 'calls', 'host', 'surface', 'pointer', 'keyboard', 'mirror', 'glyphs', 'region', 'module',
    'place', 'style', 'settings', 'files', 'clipboard', 'hotkey', 'index'].map((name) => `inspector/${name}.js`);
  const brotli = async (...names) => {
    const files = await Promise.all(names.map((name) => readFile(`${ROOT}wasm/dist/${name}`)));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
    return brotliCompressSync(Buffer.concat(files), { params }).length;
  };
  const module = await brotli('inspector.wasm');
  // A bundler makes one file of them.
  const sum = module + await brotli('inspector_module.js', ...scripts);
  t.diagnostic(`brotli: ${module} bytes of module, ${sum} bytes with all scripts`);
  assert.ok(sum <= MOST_BROTLI_BYTES, `${sum} bytes`);
});
