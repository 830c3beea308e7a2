// The inspector keeps quiet: it writes nothing, draws nothing while nothing happens, and is small. What a frame takes is
// measured by `./dev bench web`, on a machine that does nothing else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { test } from 'node:test';

import { Inspected, inEachDrawingBrowser, inspect } from './inspector.mjs';
import { ROOT } from './server.mjs';

const MOST_BROTLI_BYTES = 262_000;

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

  it('copies out of the shared memory are the same with and without several memories in one module', async ({ stage }) => {
    const opened = await stage();
    const same = await opened.inPage(async () => {
      const { newScriptCopy, newWasmCopy } = await import('/glasswal/inspector/copy_words.js');
      const shared = new WebAssembly.Memory({ initial: 2, maximum: 4, shared: true });
      const own = new WebAssembly.Memory({ initial: 4 });
      const fill = (from) => new BigUint64Array(shared.buffer).forEach((_, i, words) => {
        if (i * 8 >= from) words[i] = BigInt(i + 1) * 0x9e3779b97f4a7c15n;
      });
      fill(0);
      const copies = [newWasmCopy(shared, own), newScriptCopy(shared, own)];
      const differences = [];
      const check = (from, words) => {
        copies.forEach((copy, i) => copy(from, 8 + i * 131072, words));
        const written = copies.map((_, i) => new BigUint64Array(own.buffer, 8 + i * 131072, words + 1));
        const wanted = new BigUint64Array(shared.buffer, from, words);
        for (const got of written) {
          if (got[words] !== 0n || wanted.some((word, k) => got[k] !== word)) differences.push([from, words]);
        }
      };
      for (const [from, words] of [[0, 0], [8, 1], [64, 100], [0, 16000]]) check(from, words);
      // The memory grows, and both see what is behind its old end.
      shared.grow(2);
      fill(131072);
      check(131072, 16000);
      return { differences, wasm: copies[0] !== undefined };
    });
    assert.deepEqual(same, { differences: [], wasm: true });
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
  const brotli = async (...names) => {
    const files = await Promise.all(names.map((name) => readFile(`${ROOT}wasm/dist/${name}`)));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
    return brotliCompressSync(Buffer.concat(files), { params }).length;
  };
  const module = await brotli('inspector.wasm');
  const sum = module + await brotli('inspector_module.js', 'inspector/index.js', 'inspector_file.js');
  t.diagnostic(`brotli: ${module} bytes of module, ${sum} bytes with all scripts`);
  assert.ok(sum <= MOST_BROTLI_BYTES, `${sum} bytes`);
});
