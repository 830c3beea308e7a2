// node sqlite.mjs SQLITE3_H OUTPUT: SQLite's constants for TypeScript, and the names of its result codes, from its own header.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const [headerPath, outputPath] = process.argv.slice(2);
const header = readFileSync(headerPath, 'utf8');

/** Every macro that is a whole number. */
const numbers = [...header.matchAll(/^#define (SQLITE_[A-Z0-9_]+)\s+\(?(-?\d+|0x[0-9a-fA-F]+)\)?\s*(?:\/\*.*)?$/gm)]
  .map(([, name, value]) => [name, Number(value)]);
const known = new Map(numbers);

// The primary codes are the first of the numbers, from SQLITE_OK on; ROW and DONE end them.
const primary = [];
for (const [name, value] of numbers.slice(numbers.findIndex(([each]) => each === 'SQLITE_OK'))) {
  if (name === 'SQLITE_ROW') break;
  primary[value] = name.slice('SQLITE_'.length);
}
// An extended code is (SQLITE_ERROR | (1<<8)). Those of the other three are no failures, and never what a call gives.
const noFailures = ['SQLITE_OK', 'SQLITE_NOTICE', 'SQLITE_WARNING'];
const extended = {};
for (const [, name, base, kind] of header.matchAll(/^#define (SQLITE_[A-Z0-9_]+)\s+\((SQLITE_[A-Z]+)\s*\|\s*\((\d+)<<8\)\)/gm)) {
  known.set(name, known.get(base) | (Number(kind) << 8));
  if (noFailures.includes(base)) continue;
  if (!name.startsWith(`${base}_`)) throw new Error(`${name} is not named after ${base}`);
  (extended[base.slice('SQLITE_'.length)] ??= [])[Number(kind) - 1] = name.slice(base.length + 1);
}
if (primary.length < 29 || Object.keys(extended).length < 9) throw new Error(`${headerPath} has not the result codes that were expected`);

const words = (names) => `'${Array.from(names, (name) => name ?? '-').join(' ')}'`;
const lines = [
  '// Made by wasm/generate/sqlite.mjs from sqlite3.h; not kept in the repository.',
  ...Array.from(known, ([name, value]) => `export const ${name} = ${value};`),
  "\n/** The primary codes in SQLite's order. */",
  `export const primaryCodes = ${words(primary)};`,
  '\n/** The extended codes: a primary one and its kinds from 1 on; a dash is a number that SQLite does not use. */',
  'export const extendedCodes: Readonly<Record<string, string>> = {',
  ...Object.entries(extended).map(([base, kinds]) => `  ${base}: ${words(kinds)},`),
  '};',
];
mkdirSync(dirname(outputPath), { recursive: true });
writeFileSync(outputPath, `${lines.join('\n')}\n`);
