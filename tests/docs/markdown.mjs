// The fenced blocks of a README, each with the rule that says what it is. The rule is an HTML comment right before the block,
// which no reader sees:
//
//   <!-- file APP/PATH -->     the file PATH of the app APP, whole
//   <!-- append APP/PATH -->   goes to the end of that file
//   <!-- import APP/PATH -->   takes the place of that file's import of glasswal
//   <!-- shell APP -->         lines for a shell, in the app's folder
//   <!-- headers APP -->       header lines of HTTP that the app is served with
//   <!-- sqlite3 -->           a session of SQLite's shell
//   <!-- python -->            a program for Debian's Python
//   <!-- queries -->           SQL, each query below a comment that names it
//   <!-- shown: REASON -->     not run, for that reason
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT } from '../web/server.mjs';

export const READMES = ['README.md', 'wasm/README.md'];

const RULE = /^<!-- (?:(file|append|import) (\w+)\/(\S+)|(shell|headers) (\w+)|(sqlite3|python|queries)|(shown): (.{10,})) -->$/;

function ruleOf(comment) {
  const found = RULE.exec(comment);
  if (found === null) return undefined;
  const [, placed, placedApp, file, run, runApp, program, shown, reason] = found;
  return { kind: placed ?? run ?? program ?? shown, app: placedApp ?? runApp, file, reason };
}

/** The blocks of a Markdown text: {language, text, line, comment, rule}; `rule` is undefined where there is none that is known. */
export function blocksOf(markdown) {
  const lines = markdown.split('\n');
  const blocks = [];
  for (let at = 0; at < lines.length; at++) {
    const opened = /^( *)```([^`\s]*)[^`]*$/.exec(lines[at]);
    if (opened === null) continue;
    const end = lines.findIndex((line, number) => number > at && line.trim() === '```');
    const comment = lines[at - 1]?.trim() ?? '';
    blocks.push({ language: opened[2], text: `${lines.slice(at + 1, end).join('\n')}\n`, line: at + 1, comment, rule: ruleOf(comment) });
    at = end;
  }
  return blocks;
}

/** The blocks of the README at `name`, relative to the repository. */
export async function readBlocks(name = 'README.md') {
  return blocksOf(await readFile(path.join(ROOT, name), 'utf8'));
}

/** The names in the first column of the table that follows `<!-- table NAME -->`. */
export function tableNames(markdown, name) {
  const table = markdown.split(`<!-- table ${name} -->\n`)[1];
  if (table === undefined) throw new Error(`no table is marked <!-- table ${name} -->`);
  const rows = table.split('\n\n')[0].split('\n').slice(2);
  return rows.flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)`/g)].map(([, option]) => option));
}
