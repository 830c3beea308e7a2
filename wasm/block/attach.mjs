/**
 * Puts the module of wasm/block and the list of relocations (../relocations.mjs) into glasswal.wasm, as custom sections: they go
 * wherever that goes, in one file.
 *
 *   node attach.mjs GLASSWAL BLOCK RELOCATIONS OUTPUT
 *
 * Fails if BLOCK needs anything of its own in the shared memory, where nothing is its own: data, a stack (a global that
 * points to it), a start function, or an import other than the memory.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { sections, withSection } from '../binary.mjs';

export const sectionName = 'glasswal_block';
export const relocationsName = 'glasswal_relocations';

const forbidden = new Map([[6, 'a global: its code uses a stack in memory'], [8, 'a start function'], [11, 'data'], [12, 'data']]);

/** What keeps `block` from running without memory of its own, in sentences. */
export function faults(block) {
  const has = [...sections(block)].filter(({ id }) => forbidden.has(id)).map(({ id }) => `It has ${forbidden.get(id)}.`);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(block)).map(({ module, name }) => `${module}.${name}`);
  return imports.join() === 'env.memory' ? has : [...has, `It imports ${imports.join(', ') || 'nothing'}, and should import env.memory.`];
}

/** `module` with `block` in it. */
export const attached = (module, block) => withSection(module, sectionName, block);

if (process.argv[1]?.endsWith('attach.mjs')) {
  const [module, block, relocations, output] = process.argv.slice(2);
  const found = faults(readFileSync(block));
  if (found.length === 0) {
    writeFileSync(output, withSection(attached(readFileSync(module), readFileSync(block)), relocationsName, readFileSync(relocations)));
  } else {
    console.error(`${block} cannot run before there is a stack: ${found.join(' ')}`);
    process.exitCode = 1;
  }
}
