// Looks for mistakes in all scripts with ESLint: node tests/lint/lint.mjs, from the top of the tree, when wasm/ts/generated is there.
// First it shows itself two mistakes that it must find, one of them of a kind that only types tell. The last line is `N passed, N failed`.
import { ESLint } from 'eslint';

const FOLDERS = ['wasm', 'web-ui', 'samples', 'tests'];
// In the place of a file that there is, and that nothing imports: the rules of types need the program that it is part of.
const MISTAKES = [
  ['@typescript-eslint/no-floating-promises', 'wasm/ts/vite.ts', 'async function later(): Promise<void> {}\nlater();\nexport {};\n'],
  ['eqeqeq', 'tests/lint/lint.mjs', "export const isEmpty = (text) => text == '';\n"],
];

const eslint = new ESLint({ overrideConfigFile: 'tests/lint/eslint.config.mjs' });
let failed = 0;

function tell(name, complaints) {
  if (complaints.length === 0) return console.log(`ok     ${name}`);
  failed++;
  console.log(`FAILED ${name}`);
  for (const complaint of complaints) console.log(`    ${complaint}`);
}

for (const [rule, filePath, code] of MISTAKES) {
  const [{ messages }] = await eslint.lintText(code, { filePath });
  tell(`a mistake is found by ${rule}`, messages.some(({ ruleId }) => ruleId === rule) ? [] : [`it found ${JSON.stringify(messages)}`]);
}
const results = await eslint.lintFiles(FOLDERS);
for (const folder of FOLDERS) {
  const own = results.filter(({ filePath }) => filePath.startsWith(`${process.cwd()}/${folder}/`));
  const complaints = own.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message, ruleId }) => `${filePath.slice(process.cwd().length + 1)}:${line} ${message} (${ruleId})`));
  tell(`${folder}: ${own.length} files`, own.length > 0 ? complaints : ['there was nothing to look at']);
}
console.log(`${MISTAKES.length + FOLDERS.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
