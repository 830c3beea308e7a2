// What a browser downloads for each package: its WebAssembly and the JavaScript that goes with it, as published.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

import { ROOT } from '../server.mjs';

const WA = 'node_modules/@journeyapps/wa-sqlite';

/** glasswal's own: every script of the package that a page or worker imports, with or without the inspector's. */
function glasswalFiles(inspector) {
  const dist = path.join(ROOT, 'wasm/dist');
  if (!existsSync(dist)) return [];
  const names = readdirSync(dist, { recursive: true }).map(String);
  // The Vite plugin runs in the build and not in the page, and the adapters are for those who have what they adapt to.
  return names.filter((name) => /\.(js|wasm)$/.test(name) && !/^(vite|adapters)/.test(name) && name.startsWith('inspector') === inspector)
    .map((name) => `wasm/dist/${name}`);
}

const FILES = {
  glasswal: () => glasswalFiles(false),
  'glasswal/inspector': () => glasswalFiles(true),
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
