// Has TypeScript look at the scripts that are JavaScript for names, exports and arguments that are none: node
// tests/lint/check_js.mjs, from the top of the tree, when wasm/ts/generated is there. First it shows itself a mistake of each
// kind, which it must find, and code that it must let pass. The last line is `N passed, N failed`.
import ts from 'typescript';

const CONSUMERS = ['shared', 'node', 'plain', 'vitest', 'next/site'];
const FOLDERS = ['wasm', 'samples', 'tests'];

// The codes that are told, each with a mistake of its kind. The others are for programs that were written with types: they
// complain of every wrong argument that a test gives on purpose, and of each `unknown`.
const CODES = {
  // A name, a module or an export that is not there: the script does not even start, or fails where no test has come yet.
  1192: "import nothing from './lint.mjs';\nnothing();\n",
  2304: 'zzz();\n',
  2305: "export { nothing } from './lint.mjs';\n",
  2307: "export * from './gone.mjs';\n",
  2448: 'later();\nconst later = () => 1;\n',
  2552: 'const something = 5;\nconsole.log(somethin);\n',
  2614: "export { tseslint } from './eslint.config.mjs';\n",
  2663: 'export class Pair { first = 1; both() { return first; } }\n',
  2724: "import { createRuntim } from 'glasswal';\ncreateRuntim();\n",
  2882: "import './gone.mjs';\n",
  18004: 'export const pair = { zzz };\n',
  // A property that is not there: an assertion of it compares nothing but `undefined`.
  2339: "import { join } from '/glasswal/index.js';\njoin(undefined).zzz();\n",
  2551: 'Math.max(1).toFixd(2);\n',
  // An argument too many or too few: one of the two sides means something else.
  2554: "import { within } from '../tools/limit.mjs';\nwithin(1, 2, 3, 4);\n",
  2555: 'String.raw();\n',
  // A condition that has one outcome only: an assertion of it cannot fail, or cannot hold.
  2367: 'if (Math.max(1) === 5n) console.log();\n',
  2839: 'export const isNone = (some = {}) => some === {};\n',
  2871: 'console.log(null ?? 1);\n',
  2872: 'if (() => 1) console.log();\n',
  2873: 'if (void 0) console.log();\n',
  // What was to be let pass has gone, so the comment would hide the next mistake.
  2578: '// @ts-expect-error: there is nothing\nconsole.log();\n',
};

// What is right, although TypeScript alone would complain of it.
const FINE = {
  'an unknown value': 'export const part = /** @type {unknown} */ (5).zzz;\n',
  'what one of several types has': "import { createServer } from 'node:http';\nconsole.log(createServer().address().port);\n",
  'an element': "document.querySelector('#zzz').value = '';\n",
  'numbers of an unknown array': 'export const isSet = (flags) => Atomics.load(flags, 0) === 1;\n',
  'a package that is not there': "import zzz from 'zzz';\nimport { yyy } from './node_modules/zzz/index.js';\nzzz.zzz(yyy);\n",
};

// Of a worker's shared numbers no type tells that they are Int32Arrays, and the first declaration is that of bigints.
const CHANGES = ['add', 'and', 'exchange', 'or', 'store', 'sub', 'xor'];
const DECLARATIONS = `interface Atomics {
  ${CHANGES.map((name) => `${name}(n: Int32Array, i: number, value: number): number;`).join('\n  ')}
  load(n: Int32Array, i: number): number;
  compareExchange(n: Int32Array, i: number, expected: number, value: number): number;
}`;

const { options, fileNames } = ts.parseJsonConfigFileContent({
  compilerOptions: {
    target: 'ES2024', module: 'ESNext', moduleResolution: 'bundler', types: ['node', 'vite/client'],
    lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'WebWorker'],
    allowJs: true, checkJs: true, strict: false, noEmit: true, skipLibCheck: true, noUncheckedSideEffectImports: true,
    // What a classic script declares is not there in all others.
    moduleDetection: 'force',
    paths: {
      glasswal: ['./wasm/ts/index.ts'],
      'glasswal/*': ['./wasm/ts/*', './wasm/ts/adapters/*', './web-ui/service-worker/*'],
      // As the servers of tests and benches mount them.
      '/glasswal/*': ['./wasm/ts/*'],
      '/npm/*': ['./node_modules/*'],
      '/*': ['./tests/web/pages/*'],
    },
    // The first two are one, so that the sources stand for what is built of them. The consumers are laid over each other to run.
    rootDirs: ['wasm/ts', 'wasm/dist', ...CONSUMERS.map((name) => `tests/consumers/${name}`)],
  },
  include: FOLDERS.flatMap((folder) => [`${folder}/**/*.mjs`, `${folder}/**/*.js`]),
  exclude: ['**/node_modules', 'wasm/dist', 'wasm/build'],
}, ts.sys, process.cwd());

// These files are not there; they lie where what they import is found.
const made = new Map([[`${process.cwd()}/tests/lint/declarations.d.ts`, DECLARATIONS]]);
const madeName = (name) => `${process.cwd()}/tests/lint/made_${name.replaceAll(' ', '_')}.mjs`;
for (const [name, code] of Object.entries({ ...CODES, ...FINE })) made.set(madeName(name), code);

// What was built may be older than the sources, and what one stage alone installs is not always there. Neither is looked at, so
// that every tree of the same sources is told the same.
const isFromOutside = (file) => /\/(wasm\/dist|tests\/(clients|consumers|docs)\/node_modules)\//.test(file);

const host = ts.createCompilerHost(options);
host.fileExists = (file) => made.has(file) || (!isFromOutside(file) && ts.sys.fileExists(file));
host.readFile = (file) => made.get(file) ?? ts.sys.readFile(file);
const program = ts.createProgram([...made.keys(), ...fileNames], options, host);
const checker = program.getTypeChecker();

// `{}` and `never` are what TypeScript is left with where it cannot follow what JavaScript does.
const WIDE = ['unknown', '{}', 'never', 'Element'];

/** Whether the type of what is asked for a property is merely too wide to tell whether it has it. */
function isWide({ file, start, length }) {
  const innermost = (node) =>
    ts.forEachChild(node, (child) => (child.pos <= start && start < child.end ? innermost(child) : undefined)) ?? node;
  const node = innermost(file);
  let type;
  if (ts.isPropertyAccessExpression(node.parent)) type = checker.getTypeAtLocation(node.parent.expression);
  else if (ts.isBindingElement(node.parent)) type = checker.getTypeAtLocation(node.parent.parent);
  else return false;
  const name = file.text.slice(start, start + length);
  if (type.isUnion()) return type.types.some((one) => checker.getPropertyOfType(one, name) !== undefined);
  return WIDE.includes(checker.typeToString(type));
}

/** Whether a module would be in this tree: of packages, only our own is. */
function isOurs({ file, start, length }) {
  const specifier = file.text.slice(start + 1, start + length - 1);
  return /^(\.|\/|glasswal\b)/.test(specifier) && !specifier.includes('/node_modules/');
}

const EXCEPTIONS = { 2307: (found) => !isOurs(found), 2882: (found) => !isOurs(found), 2339: isWide };

const complaintsOf = (fileName) => program.getSemanticDiagnostics(program.getSourceFile(fileName))
  .filter((found) => found.code in CODES && !EXCEPTIONS[found.code]?.(found));

let passed = 0;
let failed = 0;

function tell(name, complaints) {
  if (complaints.length === 0) {
    passed++;
    return console.log(`ok     ${name}`);
  }
  failed++;
  console.log(`FAILED ${name}`);
  for (const complaint of complaints) console.log(`    ${complaint}`);
}

const lineOf = ({ file, start, code, messageText }) =>
  `${file.fileName.slice(process.cwd().length + 1)}:${file.getLineAndCharacterOfPosition(start).line + 1} ` +
  `${ts.flattenDiagnosticMessageText(messageText, ' ')} (${code})`;

for (const code of Object.keys(CODES)) {
  const found = complaintsOf(madeName(code));
  const isRight = found.length === 1 && found[0].code === Number(code);
  tell(`a mistake is found by ${code}`, isRight ? [] : [`it found ${JSON.stringify(found.map(lineOf))}`]);
}
for (const name of Object.keys(FINE)) tell(`${name} is let pass`, complaintsOf(madeName(name)).map(lineOf));
for (const folder of FOLDERS) {
  const own = fileNames.filter((name) => name.startsWith(`${process.cwd()}/${folder}/`));
  const complaints = own.flatMap(complaintsOf).map(lineOf);
  tell(`${folder}: ${own.length} files`, own.length > 0 ? complaints : ['there was nothing to look at']);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
