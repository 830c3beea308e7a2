// What people read of the options and the errors is what their tables say: the comments of glasswal::Options, and README.md.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../web/server.mjs';
import { regionOptions } from '../../wasm/dist/generated/options.js';

const textOf = (name) => readFile(path.join(ROOT, name), 'utf8');

/** The rows of GLASSWAL_OPTION_TABLE: member, name in a URI, name in JavaScript, sentence. */
async function optionRows() {
  const header = (await textOf('vfs/include/glasswal/option_names.h')).replaceAll(/\s*\\\n\s*/g, ' ');
  const rows = [...header.matchAll(/[XD]\(k\w+, (\w+), "(\w*)", "(\w+)",.*?"([^"]+\.)"\)/g)].map(([, ...row]) => row);
  assert.deepEqual(rows.map(([, , name]) => name), Object.keys(regionOptions));
  return rows;
}

/** The first two cells of a README's table: {name, usual}, where several options may share a row. */
function usualOf(table) {
  const found = new Map();
  for (const row of table.split('\n\n')[0].split('\n').slice(2)) {
    const [, names, usual] = row.split('|');
    const values = usual.trim().split(', ');
    [...names.matchAll(/`(\w+)`/g)].forEach(([, name], i, all) => found.set(name, all.length === values.length ? values[i] : usual.trim()));
  }
  return found;
}

/** A default as a README says it; as a number, if it is one. */
function valueOf(said) {
  const [, digits, unit] = /^([\d,]+)(?: (MiB|GiB))?$/.exec(said) ?? [];
  if (digits !== undefined) return Number(digits.replaceAll(',', '')) * ({ MiB: 2 ** 20, GiB: 2 ** 30 }[unit] ?? 1);
  return { false: false, true: true, derived: 0 }[said] ?? said.replaceAll(/[`']/g, '');
}

test("the comments of Options begin with the table's sentences", async () => {
  const header = (await textOf('vfs/include/glasswal/options.h')).replaceAll(/\n\s*\/\/\/ /g, ' ');
  for (const [member, , , sentence] of await optionRows()) {
    assert.match(header, new RegExp(` ${sentence.replaceAll('.', '\\.')}[^\\n]*\\n\\s*\\S+ ${member} = `), member);
  }
});

for (const [language, title, index] of [['JavaScript', '<!-- table RuntimeOptions -->\n', 2], ['C++', '\n### Options\n\n', 0]]) {
  test(`README.md has the options of ${language} with their defaults`, async () => {
    const usual = usualOf((await textOf('README.md')).split(title)[1]);
    for (const row of await optionRows()) {
      assert.ok(usual.has(row[index]), row[index]);
      assert.equal(valueOf(usual.get(row[index])), regionOptions[row[2]][0], row[index]);
    }
  });
}

test('README.md has the parameters of a URI', async () => {
  const said = /Without `region` it is private.*?can be given as parameters/s.exec(await textOf('README.md'))[0];
  const named = [...said.matchAll(/`(\w+)`/g)].map(([, name]) => name).filter((name) => name !== 'region');
  assert.deepEqual(named.sort(), (await optionRows()).map(([, uri]) => uri).filter((uri) => uri !== '').sort());
});
