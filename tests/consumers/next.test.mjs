// Next's way from the packed package to a page in a browser. Its tool is large, and its build slow: only in `./dev test --all`.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { launch } from '../web/browsers.mjs';
import { run } from '../web/package.mjs';
import { serveByTool } from './serving.mjs';
import { EXPECTED, WORKERS } from './shared/play.js';
import { visit } from './visit.mjs';
import { freshApp } from './workspace.mjs';

const LIMIT_MS = 300_000;

// A test talks to nobody outside.
process.env.NEXT_TELEMETRY_DISABLED = '1';

for (const bundler of ['turbopack', 'webpack']) {
  test(`Next, ${bundler}`, within(LIMIT_MS, async (t) => {
    const folder = await freshApp('next/site', ['next/site']);
    const next = path.join(path.dirname(folder), 'node_modules/.bin/next');
    await run(next, ['build', `--${bundler}`], { cwd: folder });
    const server = await serveByTool(next, ['start', '--hostname', '127.0.0.1', '--port', '0'], folder);
    t.after(() => server.close());
    const browser = await launch('chromium');
    t.after(() => browser.close());
    const { outcome, workers, trouble } = await visit(browser, server.origin);
    assert.deepEqual(outcome, EXPECTED);
    assert.deepEqual(trouble, []);
    assert.equal(workers.length, WORKERS + 1, workers.join());
    const built = await readdir(path.join(folder, '.next/static'), { recursive: true });
    assert.deepEqual(built.filter((file) => file.includes('inspector')), []);
  }));
}
