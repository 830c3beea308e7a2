// Makes the API reference from the sources: TypeDoc's of the package and Doxygen's of the C++ headers, and a page that leads
// to both. Each public name must be documented: what is not makes this fail, with its name.
//
// As a program: node tests/docs/reference.mjs makes build/docs. It needs wasm/ts/generated, which the build of the package makes.
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { run } from '../web/package.mjs';
import { ROOT } from '../web/server.mjs';

const HERE = import.meta.dirname;
const TYPEDOC = path.join(HERE, 'node_modules/typedoc/bin/typedoc');

export const FOLDER = path.join(ROOT, 'build/docs');

/** The sources of what can be imported: package.json's exports, as far as they have names to document. */
export async function entryPoints() {
  const { exports } = JSON.parse(await readFile(path.join(ROOT, 'wasm/package.json'), 'utf8'));
  const entries = [];
  for (const [name, { types }] of Object.entries(exports)) {
    if (types === undefined) continue;
    // Imported for what they do: the script of the service worker, and the janitor's worker.
    if (/\/(isolate|janitor_worker)$/.test(name)) continue;
    entries.push(path.join(ROOT, 'wasm', types.replace(/^\.\/dist\//, 'ts/').replace(/\.d\.ts$/, '.ts')));
  }
  return entries;
}

/** TypeDoc's pages of the entry points; rejects with all of its warnings. */
export async function documentTypeScript(entries, out, tsconfig, ...more) {
  const options = ['--options', path.join(HERE, 'typedoc.json'), '--tsconfig', tsconfig, '--out', out, ...more];
  await run(process.execPath, [TYPEDOC, ...options, ...entries]);
}

/** Runs Doxygen with a configuration that is not a file. */
function doxygen(configuration) {
  const child = spawn('doxygen', ['-'], { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  child.stdin.end(configuration);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`doxygen ended with ${code}:\n${output}`))));
  });
}

/** The enumerators without a description, of which Doxygen says nothing. */
async function undocumentedEnumerators(xml) {
  const found = [];
  for (const file of (await readdir(xml)).filter((name) => name.endsWith('.xml'))) {
    const text = await readFile(path.join(xml, file), 'utf8');
    for (const [value] of text.matchAll(/<enumvalue .*?<\/enumvalue>/gs)) {
      if (!value.includes('<para>')) found.push(/<name>(.*?)<\/name>/.exec(value)[1]);
    }
  }
  return [...new Set(found)];
}

/** Doxygen's pages of the headers in `input`, in out/cpp, with a page to begin with; rejects with all of its warnings. */
export async function documentHeaders(input, out, { mainPage = true } = {}) {
  await mkdir(out, { recursive: true });
  const configuration = await readFile(path.join(HERE, 'Doxyfile'), 'utf8');
  const pages = mainPage ? 'INPUT += tests/docs/cpp.md\nUSE_MDFILE_AS_MAINPAGE = tests/docs/cpp.md\n' : '';
  await doxygen(`${configuration}\nINPUT = "${input}"\n${pages}OUTPUT_DIRECTORY = "${out}"\n`);
  const xml = path.join(out, 'cpp-xml');
  const silent = await undocumentedEnumerators(xml);
  await rm(xml, { recursive: true });
  if (silent.length > 0) throw new Error(`enumerators are not documented: ${silent.join(', ')}`);
}

/** A README without its heading: the page that it becomes has one. */
async function withoutHeading(file) {
  return (await readFile(file, 'utf8')).replace(/^# .*\n/, '');
}

/** Makes everything anew; resolves to the page to begin with. */
export async function makeReference() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const start = path.join(FOLDER, 'start.md');
  await writeFile(start, await withoutHeading(path.join(ROOT, 'wasm/README.md')));
  // NAMES lists those of Limits, whose comment says where they are described.
  await documentTypeScript(await entryPoints(), path.join(FOLDER, 'typescript'), path.join(ROOT, 'wasm/tsconfig.json'),
    '--readme', start, '--intentionallyNotExported', 'NAMES');
  await rm(start);
  await documentHeaders('vfs/include/glasswal', FOLDER);
  const { version } = JSON.parse(await readFile(path.join(ROOT, 'wasm/package.json'), 'utf8'));
  const page = await readFile(path.join(HERE, 'index.html'), 'utf8');
  await writeFile(path.join(FOLDER, 'index.html'), page.replaceAll('VERSION', version));
  await copyFile(path.join(ROOT, 'vfs/diag/snapshot.schema.json'), path.join(FOLDER, 'snapshot.schema.json'));
  return path.join(FOLDER, 'index.html');
}

if (process.argv[1] === import.meta.filename) console.log(path.relative(ROOT, await makeReference()));
