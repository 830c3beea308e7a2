// Where a browser refuses what glasswal needs, the error names what was refused and how to have it.
import assert from 'node:assert/strict';

import { openPage } from './browsers.mjs';
import { serve } from './server.mjs';
import { inEachBrowser } from './suite.mjs';

/** What createRuntime comes to in a page or a frame whose address is below `prefix`. */
function attempt(frame, options = {}) {
  return frame.evaluate(async (given) => {
    const base = location.pathname.replace(/[^/]*$/, '');
    const glasswal = await import(`${base}glasswal/index.js`);
    try {
      const runtime = await glasswal.createRuntime('/app.sqlite', given);
      runtime.close();
      return {};
    } catch ({ name, code, message }) {
      return { name, code, message };
    }
  }, options);
}

inEachBrowser((it, browserName) => {
  const opened = async ({ browser, origin, t }, path) => {
    const page = await openPage(browser);
    t.after(() => page.close());
    await page.goto(origin + path);
    return page;
  };

  /** A frame of `origin` in an isolated page, with these attributes. */
  const framed = async (stand, origin, attributes) => {
    const page = await opened(stand, '/blank.html');
    const src = `${origin}/framed/blank.html`;
    await page.evaluate(([html]) => {
      document.body.innerHTML = html;
      return new Promise((resolve) => (document.querySelector('iframe').onload = resolve));
    }, [`<iframe src="${src}" ${attributes}></iframe>`]);
    return page.frames()[1];
  };

  it('a policy without wasm-unsafe-eval is named', async (stand) => {
    const page = await opened(stand, '/no-wasm/blank.html');
    const { name, code, message } = await attempt(page);
    assert.equal(name, 'GlasswalError');
    assert.equal(code, 'ENVIRONMENT');
    assert.match(message, /Content-Security-Policy of this page forbids WebAssembly.*'wasm-unsafe-eval'/);
    assert.doesNotMatch(message, /beside the package/);
  });

  it('a policy of the worker alone is named where the worker joins', async (stand) => {
    const page = await opened(stand, '/blank.html');
    const outcome = await page.evaluate(async () => {
      const glasswal = await import('/glasswal/index.js');
      const runtime = await glasswal.createRuntime();
      const worker = new Worker('/no-wasm/joiner.js', { type: 'module' });
      const answer = new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = () => reject(new Error('the worker did not start'));
      });
      worker.postMessage({ runtime });
      return answer;
    });
    // Chromium lets it use a module that was compiled elsewhere; Firefox does not even let it arrive.
    assert.equal(outcome.code, { chromium: 'joined', firefox: 'messageerror' }[browserName], outcome.message);
  });

  it('a policy that forbids the janitor its worker keeps nobody from being recovered from', async (stand) => {
    const stage = await stand.stage('/no-workers/stage.html');
    await stage.createRuntime();
    // Whoever is to die lives in a frame, for there are no workers.
    await stage.inPage(async ({ runtimes }) => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      await new Promise((resolve) => {
        frame.onload = resolve;
        frame.src = 'frame.html';
      });
      const joined = new Promise((resolve) => (globalThis.onmessage = resolve));
      const { id, path, version, memory, module } = runtimes.get('runtime');
      frame.contentWindow.postMessage({ runtime: { id, path, version, memory, module } });
      await joined;
    });
    assert.deepEqual((await stage.diagnostics()).clients.map(({ name }) => name), ['page', 'framed']);
    await stage.inPage(() => document.querySelector('iframe').remove());
    await stage.until(({ region }) => region.recoveries === 1);
  });

  it('a page that came instead of the module is told by what it is', async (stand) => {
    const page = await opened(stand, '/blank.html');
    const { code, message } = await attempt(page, { wasm: '/blank.html' });
    assert.equal(code, 'ENVIRONMENT');
    assert.match(message, /is no WebAssembly but text\/html; charset=utf-8, and begins with "<!doctype html>/);
  });

  it('a frame of another origin that the page around it does not permit is told of `allow`', async (stand) => {
    const other = await serve({ '/': 'tests/web/pages', '/glasswal/': 'wasm/dist' });
    stand.t.after(() => other.close());
    const { code, message } = await attempt(await framed(stand, other.origin, ''));
    // Firefox needs no permission for it.
    if (browserName === 'chromium') {
      assert.equal(code, 'ENVIRONMENT');
      assert.match(message, /This frame is not cross-origin isolated.*<iframe allow="cross-origin-isolated">/);
      assert.doesNotMatch(message, /came without/);
    }
    assert.deepEqual(await attempt(await framed(stand, other.origin, 'allow="cross-origin-isolated"')), {}, 'and that helps');
  });

  // The browsers of the tests block what other sites would keep in frames, as a user may.
  for (const [title, attributes] of [['of another site', ''], ['without an origin', 'sandbox="allow-scripts"']]) {
    it(`Web Locks that are refused in a frame ${title} are told as that`, async (stand) => {
      const origin = stand.origin.replace('127.0.0.1', 'localhost');
      const frame = await framed(stand, origin, `${attributes} allow="cross-origin-isolated *"`);
      const { name, code, message } = await attempt(frame);
      assert.equal(name, 'GlasswalError');
      assert.equal(code, 'ENVIRONMENT');
      assert.match(message, /refuses Web Locks here.*allow-same-origin/);
    });
  }

  it('a sandboxed frame, which is not shown its own headers, is not told that it has none', async (stand) => {
    const { code, message } = await attempt(await framed(stand, stand.origin, 'sandbox="allow-scripts"'));
    // Firefox needs no permission, and refuses the locks.
    assert.equal(code, 'ENVIRONMENT');
    assert.doesNotMatch(message, /came without/);
    if (browserName === 'chromium') assert.match(message, /It needs `Cross-Origin-Opener-Policy.*<iframe allow="cross-origin-isolated">/);
  });

  it('a policy that forbids the page to fetch the module is thought of', async (stand) => {
    const { code, message } = await attempt(await opened(stand, '/no-connect/blank.html'));
    assert.equal(code, 'ENVIRONMENT');
    assert.match(message, /glasswal\.wasm could not be loaded .*connect-src/);
  });

  it('a headers-only page without isolation still names the header that is missing', async (stand) => {
    const page = await opened(stand, '/without-coep/blank.html');
    const { message } = await attempt(page);
    assert.match(message, /It came without `Cross-Origin-Embedder-Policy: require-corp`/);
  });
});

