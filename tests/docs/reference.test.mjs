// The API reference: it is made, leads everywhere, asks nobody else for anything, and fails where a public name is not documented.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { documentHeaders, documentTypeScript, entryPoints, FOLDER, makeReference } from './reference.mjs';

const LIMIT_MS = 120_000;

/** What a page leads to, or loads. */
function addresses(html) {
  return [...html.matchAll(/<(?:a|link|script|img|iframe)\b[^>]*?\s(?:href|src)="([^"]+)"/g)].map(([tag, address]) => ({ tag, address }));
}

describe('the API reference', () => {
  let pages;
  before(within(LIMIT_MS, async () => {
    await makeReference();
    const files = await readdir(FOLDER, { recursive: true });
    pages = await Promise.all(files.filter((name) => name.endsWith('.html')).map(async (name) => ({
      name, html: await readFile(path.join(FOLDER, name), 'utf8'),
    })));
  }));

  test('every page leads only to pages that are there', () => {
    assert.ok(pages.length > 100, `${pages.length} pages`);
    const lost = [];
    for (const { name, html } of pages) {
      for (const { address } of addresses(html)) {
        if (/^(https?|mailto|data|javascript):|^#/.test(address)) continue;
        const file = decodeURI(address.replace(/[?#].*$/, ''));
        if (!existsSync(path.join(FOLDER, path.dirname(name), file))) lost.push(`${name}: ${address}`);
      }
    }
    assert.deepEqual(lost, []);
  });

  test('no page loads anything from elsewhere', () => {
    const outside = pages.flatMap(({ name, html }) => addresses(html)
      .filter(({ tag, address }) => !tag.startsWith('<a') && /^(https?:)?\/\//.test(address)).map(({ address }) => `${name}: ${address}`));
    assert.deepEqual(outside, []);
  });

  test('the first page leads to both references, and they have what users call', () => {
    const text = (name) => pages.find((page) => page.name === name)?.html ?? '';
    assert.match(text('index.html'), /href="typescript\/index\.html"/);
    assert.match(text('index.html'), /href="cpp\/index\.html"/);
    const names = pages.map(({ name }) => name).join('\n');
    for (const wanted of [/functions\/.*createRuntime\.html/, /classes\/.*Database\.html/, /functions\/.*attachInspector\.html/,
      /classglasswal_1_1Runtime\.html/, /structglasswal_1_1Options\.html/]) {
      assert.match(names, wanted);
    }
  });

  test('whatever the package exports has an entry', async () => {
    for (const entry of await entryPoints()) assert.ok(existsSync(entry), `${entry} is no file`);
  });

  test('a name of TypeScript without a description is refused by name', within(LIMIT_MS, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'glasswal-docs-'));
    const entry = path.join(folder, 'index.ts');
    const tsconfig = path.join(folder, 'tsconfig.json');
    await writeFile(tsconfig, JSON.stringify({ compilerOptions: { target: 'ES2022', module: 'NodeNext', types: [] }, include: ['*.ts'] }));
    await writeFile(entry, '/** Described. */\nexport function told(): void {}\nexport function untold(): void {}\n');
    await assert.rejects(documentTypeScript([entry], path.join(folder, 'out'), tsconfig), /untold .*does not have any documentation/);
    await writeFile(entry, '/** Described. */\nexport function told(): void {}\n');
    await documentTypeScript([entry], path.join(folder, 'out'), tsconfig);
  }));

  test('a name of C++ without a description is refused by name, an enumerator too', within(LIMIT_MS, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'glasswal-docs-'));
    const headers = path.join(folder, 'glasswal');
    await mkdir(headers);
    const header = (text) => writeFile(path.join(headers, 'told.h'),
      `// Told.\n\n/// Described.\nnamespace glasswal {\n/// Described.\nenum class Told { kTold${text} };\n}\n`);
    const made = () => documentHeaders(headers, path.join(folder, 'out'), { mainPage: false });
    await header(',  // Described.\n  kUntold');
    await assert.rejects(made(), /not documented: kUntold/);
    await header('  // Described.\n};\nint Untold();\nenum class Other;\nstruct Last {');
    await assert.rejects(made(), /Untold.*is not documented/);
    await header('  // Described.\n');
    await made();
  }));
});
