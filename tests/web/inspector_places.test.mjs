// Where an inspector can be: over the page, in a frame, in a window, in an element, and as a page of its own with captures.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { openPage } from './browsers.mjs';
import { Inspected, inEachDrawingBrowser, inspect } from './inspector.mjs';
import { ROOT } from './server.mjs';

/** The bytes of a capture of the stage's runtime, as Base64. */
async function captured(inspected, options = {}) {
  return inspected.stage.inPage(async ({ keep, runtimes }, given) => {
    const bytes = await keep.inspector.capture(given);
    // The runtime makes the same without an inspector, but for what that saw.
    const own = await runtimes.get('runtime').capture(given);
    if (!(own.length < bytes.length)) throw new Error(`${own.length} bytes and ${bytes.length}`);
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  }, options);
}

/** Drops a file on the inspector of a page. */
function drop(root, base64, name) {
  return root.evaluate((element, [text, title]) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], title));
    element.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  }, [base64, name]);
}

inEachDrawingBrowser((it) => {
  it('it pops out into a window that shares the memory, and ends with it', async ({ stage }) => {
    const inspected = await inspect(stage);
    await inspected.show('Clients');
    const opening = inspected.page.context().waitForEvent('page');
    await inspected.page.getByRole('button', { name: 'Pop out' }).click();
    const popup = await opening;
    const out = new Inspected(inspected.stage, popup);
    await out.tab('Clients').waitFor();
    await inspected.stage.actor('newcomer');
    await out.root.getByRole('row', { name: 'newcomer', exact: true }).waitFor();
    assert.equal(await inspected.root.count(), 0, 'it has left the page');
    await popup.close();
    await inspected.page.keyboard.press('Control+Shift+G');
    await inspected.tab('Clients').waitFor();
  });

  it('it refuses what it does not know, and stays as it was', async ({ stage }) => {
    const inspected = await inspect(stage);
    const said = await inspected.stage.inPage(async ({ runtimes, keep }) => {
      const { attachInspector, captureRuntime } = await import('/glasswal/inspector/index.js');
      const runtime = runtimes.get('runtime');
      const { inspector } = keep;
      const heard = [];
      const attempt = async (call) => heard.push(await Promise.resolve().then(call).then(() => 'nothing', ({ name, code, message }) => `${name} ${code} ${message}`));
      for (const options of [{ Target: 'overlay' }, { target: 'Overlay' }, { theme: 'x' }, { panel: 5 }, { open: 'yes' }, { hotkey: 5 }, { onShow: 5 }, 5]) {
        await attempt(() => attachInspector(runtime, options));
      }
      await attempt(() => inspector.moveTo('x'));
      await attempt(() => inspector.go(5));
      await attempt(() => inspector.attach({}));
      await attempt(() => inspector.openCapture('x'));
      await attempt(() => inspector.capture({ content: true }));
      await attempt(() => captureRuntime({}));
      // @ts-expect-error: nothing is one of the wrong values.
      await attempt(() => captureRuntime());
      attachInspector(runtime, null).close();
      return heard;
    });
    assert.deepEqual(said.filter((line) => !/^MisuseError (OPTION|MISUSE) /.test(line)), []);
    assert.match(said[0], /no option Target: did you mean target\?/);
    assert.match(said[1], /target is "Overlay": give 'overlay', 'iframe', 'popup' or an element/);
    await inspected.stage.inPage(({ keep }) => keep.inspector.cost());
    await inspected.show('Clients');
    const after = await inspected.stage.inPage(async ({ keep: { inspector } }) => {
      inspector.close();
      const codes = [];
      for (const call of [() => inspector.show(), () => inspector.moveTo('iframe'), () => inspector.go('locks')]) {
        codes.push(await Promise.resolve().then(call).then(() => 'nothing', ({ code }) => code));
      }
      return [inspector.shown, ...codes];
    });
    assert.deepEqual(after, [false, 'CLOSED', 'CLOSED', 'CLOSED']);
  });

  it('it lives in a frame, and in an element of the page', async ({ stage }) => {
    const inspected = await inspect(stage, { target: 'iframe' });
    await inspected.page.frameLocator('iframe.glasswal-frame').getByRole('tab', { name: 'Overview' }).waitFor();
    await inspected.call('close');
    assert.equal(await inspected.page.locator('iframe').count(), 0);
    await inspected.stage.inPage(async ({ runtimes, keep }) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      const target = document.body.appendChild(document.createElement('div'));
      target.style.cssText = 'width: 700px; height: 420px';
      keep.inspector = attachInspector(runtimes.get('runtime'), { target, panel: 'wal' });
      await keep.inspector.ready;
    });
    await inspected.root.locator('[role=tab][aria-selected=true][aria-label=WAL]').waitFor();
  });

  it('a capture opens in the page of the inspector, which says what is wrong with another file', async ({ stage, browser, origin }) => {
    const inspected = await inspect(stage);
    const worker = await inspected.stage.actor('ingest');
    await worker.exec("CREATE TABLE rows(value); INSERT INTO rows VALUES ('not in a capture of the metadata')");
    const bytes = await captured(inspected);
    assert.equal(atob(bytes).includes('not in a capture'), false);
    assert.equal(atob(await captured(inspected, { contents: true })).includes('not in a capture'), true);

    const page = await openPage(browser);
    await page.goto(`${origin}/inspector/#panel=clients`);
    const viewer = new Inspected(inspected.stage, page);
    await viewer.root.getByRole('status', { name: 'Nothing is attached' }).waitFor();
    await drop(viewer.root, bytes, 'saved.glasswal');
    await viewer.root.getByRole('row', { name: 'ingest', exact: true }).waitFor();
    await viewer.tab('WAL').click();
    await page.waitForFunction(() => location.hash.includes('panel=wal'));
    await drop(viewer.root, btoa('this is no capture'), 'letter.txt');
    await viewer.root.getByRole('status', { name: /nothing to show/i }).waitFor();
    await page.close();
  });

  it('a capture has the plots of what the inspector saw, or of the seconds that it is told to record', async ({ stage, browser, origin }) => {
    const inspected = await inspect(stage);
    const worker = await inspected.stage.actor('ingest');
    await worker.exec('CREATE TABLE rows(value)');
    await inspected.show('Throughput');
    const plot = (root) => root.getByRole('img', { name: /^Transactions, commits [1-9]/ });
    const working = worker.run(({ db, signals }) => {
      const insert = db.prepare('INSERT INTO rows VALUES (1)');
      while (Atomics.load(signals, 0) === 0) insert.run();
    });
    await plot(inspected.root).waitFor();
    const bytes = await captured(inspected);
    const recorded = await inspected.stage.inPage(async ({ runtimes }) => {
      const own = await runtimes.get('runtime').capture({ seconds: 1 });
      return btoa(Array.from(own, (byte) => String.fromCharCode(byte)).join(''));
    });
    await inspected.stage.inPage(({ signals }) => Atomics.store(signals, 0, 1));
    await working;

    const page = await openPage(browser);
    await page.goto(`${origin}/inspector/#panel=throughput`);
    const viewer = new Inspected(inspected.stage, page);
    for (const [file, title] of [[bytes, 'seen.glasswal'], [recorded, 'recorded.glasswal']]) {
      await viewer.root.getByRole('status', { name: /^(Nothing is attached|There is nothing to show)$/ }).waitFor();
      await drop(viewer.root, file, title);
      await plot(viewer.root).waitFor();
      await viewer.root.getByRole('slider', { name: 'moment' }).waitFor();
      await viewer.root.getByRole('status', { name: 'capture', exact: true }).waitFor();
      await drop(viewer.root, btoa('this is no capture'), 'letter.txt');
    }
    await page.close();
  });

  it('a capture of a page opens in the native inspector', async ({ stage, name, t }) => {
    const inspected = await inspect(stage);
    const worker = await inspected.stage.actor('ingest');
    await worker.exec("CREATE TABLE rows(value); INSERT INTO rows VALUES (1); BEGIN IMMEDIATE");
    const folder = await mkdtemp(path.join(tmpdir(), 'glasswal-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = path.join(folder, `${name}.glasswal`);
    await writeFile(file, Buffer.from(await captured(inspected), 'base64'));
    const { stdout } = await promisify(execFile)(`${ROOT}build/native/glasswal-inspector`, [file, '--json'], { maxBuffer: 1 << 26 });
    const snapshot = JSON.parse(stdout);
    const live = await inspected.stage.diagnostics();
    assert.equal(snapshot.region.id, live.region.id);
    assert.deepEqual(snapshot.clients.map((client) => client.name), live.clients.map((client) => client.name));
    const write = snapshot.locks.find((lock) => lock.name === 'WRITE' && lock.holders.length > 0);
    assert.equal(write.holders[0].clientName, 'ingest');
  });

  it('a framed page is handed a live runtime', async ({ stage }) => {
    const opened = await stage();
    await opened.createRuntime();
    await opened.actor('ingest');
    await opened.inPage(async ({ runtimes }) => {
      const frame = document.createElement('iframe');
      frame.src = '/inspector/#panel=clients';
      frame.style.cssText = 'width: 1000px; height: 600px';
      const ready = new Promise((resolve) => addEventListener('message', ({ data }) => data?.glasswal === 'inspector ready' && resolve()));
      document.body.append(frame);
      await ready;
      const { id, path, version, memory, module } = runtimes.get('runtime');
      frame.contentWindow.postMessage({ glasswal: 'inspect', runtime: { id, path, version, memory, module } }, location.origin);
    });
    await opened.page.frameLocator('iframe').getByRole('row', { name: 'ingest', exact: true }).waitFor();
  });
});
