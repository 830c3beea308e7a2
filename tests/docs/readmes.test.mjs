// What the two READMEs show is run: here, that each block has a rule and each rule somebody who follows it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';

import { ROOT } from '../web/server.mjs';
import { blocksOf, READMES, readBlocks, tableNames } from './markdown.mjs';

/** Which test runs the blocks of an app, or of a kind without one. */
const RUNNERS = {
  'pages.test.mjs': ['page', 'vite', 'webpack', 'esbuild', 'plain', 'csp', 'remote', 'inspector', 'wa_sqlite'],
  '../web/api/tables.test.mjs': ['queries'],
  'programs.test.mjs': ['node', 'mappers', 'vitest', 'cpp', 'c', 'sqlite3', 'python'],
};
const LANGUAGES = { html: 'html', js: 'js', mjs: 'js', cpp: 'cpp', c: 'c', py: 'python', txt: 'cmake' };

const markdownOf = (name) => readFile(path.join(ROOT, name), 'utf8');

for (const name of READMES) {
  describe(name, () => {
    test('every block has a rule', async () => {
      const without = (await readBlocks(name)).filter(({ rule }) => rule === undefined);
      assert.deepEqual(without.map(({ line, comment }) => `${name}:${line}: ${comment || 'nothing before the block'}`), []);
    });

    test('every rule is followed by a test that names its app', async () => {
      for (const { line, rule } of await readBlocks(name)) {
        if (rule.kind === 'shown') continue;
        const runner = Object.keys(RUNNERS).find((file) => RUNNERS[file].includes(rule.app ?? rule.kind));
        assert.ok(runner, `${name}:${line}: nobody runs ${rule.app ?? rule.kind}`);
        const test = await readFile(path.join(import.meta.dirname, runner), 'utf8');
        assert.ok(test.includes(`'${rule.app ?? rule.kind}'`), `${runner} does not name ${rule.app ?? rule.kind}`);
      }
    });

    test('a block is in the language of its file', async () => {
      for (const { line, language, rule } of await readBlocks(name)) {
        if (rule.file !== undefined) assert.equal(language, LANGUAGES[rule.file.split('.').at(-1)], `${name}:${line}`);
      }
    });

    test('its links lead to what is there', async () => {
      const markdown = await markdownOf(name);
      const anchors = new Set([...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')));
      for (const [, to] of markdown.matchAll(/\]\(([^)]+)\)/g)) {
        if (/^https?:/.test(to)) continue;
        if (to.startsWith('#')) assert.ok(anchors.has(to.slice(1)), `${name} has no ${to}`);
        else assert.ok(existsSync(path.join(ROOT, path.dirname(name), to)), `${name} links to ${to}`);
      }
    });
  });
}

test("the package's README shows nothing that the repository's does not", async () => {
  const known = new Map((await readBlocks()).map((block) => [block.comment, block.text]));
  for (const { comment, text, line } of await readBlocks('wasm/README.md')) assert.equal(text, known.get(comment), `wasm/README.md:${line}`);
});

for (const options of ['RuntimeOptions', 'OpenOptions']) {
  test(`the table of ${options} has what the type has`, async () => {
    const types = await Promise.all(['life/options', 'api/open', 'generated/options'].map((file) => markdownOf(`wasm/ts/${file}.ts`)));
    const membersOf = (type) => {
      const [, base, own] = new RegExp(`export interface ${type}(?: extends (\\w+))? \\{(.*?)\\n\\}`, 's').exec(types.join('\n'));
      return own + (base === undefined ? '' : membersOf(base));
    };
    const members = membersOf(options);
    const names = [...members.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, member]) => member);
    assert.ok(names.length > 3);
    assert.deepEqual(tableNames(await markdownOf('README.md'), options).sort(), names.sort());
  });
}

test('a block without a rule, or with one that is unknown, is found', () => {
  const blocks = blocksOf('text\n\n```js\na();\n```\n\n<!-- run me -->\n```js\nb();\n```\n\n<!-- file page/a.js -->\n```js\nc();\n```\n<!-- shown: no -->\n```\nd\n```\n');
  assert.deepEqual(blocks.map(({ rule, text, line }) => [rule?.kind, text, line]),
    [[undefined, 'a();\n', 3], [undefined, 'b();\n', 8], ['file', 'c();\n', 13], [undefined, 'd\n', 17]]);
});
