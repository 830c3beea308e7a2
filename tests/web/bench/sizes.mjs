// What a browser downloads for each package: its WebAssembly and the JavaScript that goes with it, as published.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

import { ROOT } from '../server.mjs';

const WA = 'node_modules/@journeyapps/wa-sqlite';

const DIST = 'wasm/dist/';

/** The scripts that these and what they import consist of, by their paths in the package. */
function withImports(scripts, found = new Set()) {
  for (const script of scripts) {
    if (found.has(script) || !existsSync(path.join(ROOT, DIST, script))) continue;
    found.add(script);
    const text = readFileSync(path.join(ROOT, DIST, script), 'utf8');
    const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)];
    withImports(imported.map(([, name]) => path.join(path.dirname(script), name)), found);
  }
  return found;
}

// What a page and its workers load: the package, and the worker that it starts by itself.
const engineScripts = () => withImports(['index.js', 'janitor_worker.js']);

function glasswalFiles() {
  const scripts = [...engineScripts()];
  return scripts.length === 0 ? [] : [...scripts, 'glasswal.wasm'].map((name) => DIST + name);
}

/** What comes on top when an inspector is opened. */
function inspectorFiles() {
  const already = engineScripts();
  const scripts = [...withImports(['inspector/index.js'])].filter((name) => !already.has(name));
  return scripts.length === 0 ? [] : [...scripts, 'inspector.wasm'].map((name) => DIST + name);
}

const FILES = {
  glasswal: glasswalFiles,
  'glasswal/inspector': inspectorFiles,
  'sql.js': () => ['sql-wasm-browser.js', 'sql-wasm-browser.wasm'].map((name) => `node_modules/sql.js/dist/${name}`),
  'wa-sqlite': () => [`${WA}/dist/wa-sqlite.mjs`, `${WA}/dist/wa-sqlite.wasm`, `${WA}/src/sqlite-api.js`,
    `${WA}/src/sqlite-constants.js`],
  'sqlite-wasm': () => ['index.mjs', 'sqlite3.wasm'].map((name) => `node_modules/@sqlite.org/sqlite-wasm/dist/${name}`),
};

function brotliBytes(bytes) {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
}

/** {package: {wasm: {raw, brotli}, js: {raw, brotli}, total: {raw, brotli}}} in bytes; a package not built is left out. */
export function measureSizes(names = Object.keys(FILES)) {
  const sizes = {};
  for (const name of names) {
    const entry = { wasm: { raw: 0, brotli: 0 }, js: { raw: 0, brotli: 0 }, total: { raw: 0, brotli: 0 } };
    for (const file of FILES[name]()) {
      const bytes = readFileSync(path.join(ROOT, file));
      const compressed = brotliBytes(bytes);
      for (const part of [file.endsWith('.wasm') ? entry.wasm : entry.js, entry.total]) {
        part.raw += bytes.length;
        part.brotli += compressed;
      }
    }
    if (entry.total.raw > 0) sizes[name] = entry;
  }
  return sizes;
}
