// consoleLogger() in real consoles: the methods, styles and groups that a page's console gets, and what it costs those who have none.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { build } from 'esbuild';

import { ROOT } from './server.mjs';
import { inEachBrowser } from './suite.mjs';

inEachBrowser((it, browserName) => {
  it('a commit, a refusal and a recovery with its black box are lines and a group of the console', async (stand) => {
    const stage = await stand.stage();
    const said = [];
    stage.page.on('console', (message) => said.push({ type: message.type(), args: message.args(), text: message.text() }));
    await stage.inPage(async ({ glasswal, runtimes, keep }) => {
      const { consoleLogger } = await import('/glasswal/console.js');
      const refused = new Promise((resolve) => (keep.tell = resolve));
      keep.refused = refused;
      const logger = [consoleLogger(), { level: 'warn', log: ({ event }) => event === 'lock.refused' && keep.tell() }];
      runtimes.set('runtime', await glasswal.createRuntime('/app.sqlite', { logger }));
    });
    const victim = await stage.actor('100%s');
    await victim.exec('CREATE TABLE t(v); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const refused = await stage.actor('refused', { open: { busyTimeout: 0 } });
    await assert.rejects(refused.exec('BEGIN IMMEDIATE'), { code: 'SQLITE_BUSY' });
    await stage.inPage(({ keep }) => keep.refused);
    await stage.inPage(({ runtimes, keep }) => {
      keep.recovered = new Promise((resolve) => runtimes.get('runtime').onRecovery(() => resolve()));
    });
    await victim.terminate();
    await stage.inPage(({ keep }) => keep.recovered);
    await stage.inPage(({ runtimes }) => runtimes.get('runtime').close());

    const values = [];
    for (const { type, args } of said) values.push([type, ...await Promise.all(args.map((arg) => arg.jsonValue()))]);
    // Firefox hands over what it has formatted already; Chromium the format, and a style before and an empty one behind each piece.
    const textsOf = ([, ...rest]) => rest.filter((value) => typeof value === 'string' && !/^(%c.*|color: .*| ?)$/.test(value));
    const find = (event) => values.find((each) => textsOf(each)[1] === event);
    const commit = find('commit');
    assert.equal(commit[0], 'info');
    const [time, , subject, details] = textsOf(commit);
    assert.match(time, /^\d\d:\d\d:\d\d\.\d{3}$/);
    assert.equal(subject, '100%s /app.sqlite');
    assert.match(details, /^(transaction=\d+ )?frames=0 databasePages=0 change=0 held=/);
    assert.equal(commit.at(-1).details.clientName, '100%s', 'the record is there, to be unfolded');
    if (browserName === 'chromium') {
      const [, format, timeStyle, , none, style] = commit;
      assert.equal(format, '%c%s%c %c%s%c %c%s%c %c%s%c');
      assert.match(timeStyle, /^color: #\w+$/);
      assert.match(style, /background: #/);
      assert.equal(none, '');
    }
    const refusal = find('lock.refused');
    assert.equal(refusal[0], 'warning');
    assert.match(textsOf(refusal)[3], /^(transaction=\d+ )?lock=WRITE holderClient=100%s held=/);

    // A group that has a warning is open.
    const heading = values.findIndex((each) => /^(startGroup|group)$/.test(each[0]) && textsOf(each)[1] === 'recovery.done');
    assert.match(textsOf(values[heading])[2], /^recovery from 100%s: \d+ locks/);
    const end = values.findIndex(([type], i) => i > heading && type === 'endGroup');
    // Firefox does not tell of ends.
    const inside = values.slice(heading + 1, end < 0 ? undefined : end).flatMap(textsOf);
    for (const wanted of [/^a worker that had been silent for /, /^held WRITE of \/app\.sqlite \(exclusive\) for /, /^its last events: .*commit/, /^recovery\.began$/, /^recovery\.done$/]) {
      assert.ok(inside.some((value) => wanted.test(value)), `${wanted} in ${JSON.stringify(inside)}`);
    }
  });

  it(`what its filters keep out is not there, and no colours are no styles`, async (stand) => {
    const stage = await stand.stage();
    const texts = [];
    stage.page.on('console', (message) => texts.push(`${message.type()} ${message.text()}`));
    await stage.inPage(async ({ glasswal, runtimes }) => {
      const { consoleLogger } = await import('/glasswal/console.js');
      const logger = consoleLogger({ events: ['commit', 'client.*'], clients: 'ingest', colors: false });
      runtimes.set('runtime', await glasswal.createRuntime('/app.sqlite', { logger }));
    });
    const ingest = await stage.actor('ingest');
    const other = await stage.actor('other');
    await ingest.exec('CREATE TABLE t(v)');
    await other.exec('INSERT INTO t VALUES (1)');
    await stage.inPage(({ runtimes }) => runtimes.get('runtime').close());
    const shown = texts.map((text) => text.replace(/ [\d:.]{12} /, ' '));
    assert.match(shown[0], /^info (%s )?client\.joined ingest/);
    assert.match(shown[1], /^info (%s )?commit ingest \/app\.sqlite (transaction=\d+ )?frames=0/);
    assert.equal(shown.length, 2);
  });
});

/** What a bundle of a program consists of, without comments and spaces. */
async function bundled(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: path.join(ROOT, 'wasm/dist') }, bundle: true, write: false, minify: true, format: 'esm',
    external: ['node:*'], loader: { '.wasm': 'file' }, outdir: 'out', logLevel: 'silent',
  });
  return outputFiles.find(({ path: file }) => file.endsWith('.js')).text;
}

test('who does not ask for it has nothing of it', async () => {
  assert.doesNotMatch(await readFile(path.join(ROOT, 'wasm/dist/index.js'), 'utf8'), /groupCollapsed|black box cannot/);
  assert.doesNotMatch(await bundled("import { createRuntime } from './index.js'; createRuntime();"), /groupCollapsed/);
  assert.match(await bundled("import { createRuntime } from './index.js'; import { consoleLogger } from './console.js'; createRuntime('/a', { logger: consoleLogger() });"), /groupCollapsed/);
});
