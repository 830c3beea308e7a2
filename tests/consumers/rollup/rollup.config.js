// Rollup bundles what `input` names. The janitor's worker and the WebAssembly get the names that the package looks for beside its scripts.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { nodeResolve } from '@rollup/plugin-node-resolve';

const wasm = (...names) => ({
  name: 'wasm',
  async generateBundle() {
    for (const fileName of names) {
      this.emitFile({ type: 'asset', fileName, source: await readFile(fileURLToPath(import.meta.resolve(`glasswal/${fileName}`))) });
    }
  },
});

export default [
  {
    input: { page: 'page.js', worker: 'worker.js', janitor_worker: 'glasswal/janitor_worker' },
    output: { dir: 'dist' },
    plugins: [nodeResolve(), wasm('glasswal.wasm')],
  },
  {
    input: { inspect: 'inspect.js', janitor_worker: 'glasswal/janitor_worker' },
    output: { dir: 'dist-inspector' },
    plugins: [nodeResolve(), wasm('glasswal.wasm', 'inspector.wasm')],
  },
];
