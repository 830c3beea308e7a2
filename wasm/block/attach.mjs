/**
 * Puts the module of wasm/block into glasswal.wasm, as a custom section: it goes wherever that goes, in one file.
 *
 *   node attach.mjs GLASSWAL BLOCK OUTPUT
 *
 * Fails if BLOCK needs anything of its own in the shared memory, where nothing is its own: data, a stack (a global that
 * points to it), a start function, or an import other than the memory.
 */
import { readFileSync, writeFileSync } from 'node:fs';

export const sectionName = 'glasswal_block';

const forbidden = new Map([[6, 'a global: its code uses a stack in memory'], [8, 'a start function'], [11, 'data'], [12, 'data']]);

/** An unsigned number of WebAssembly's binary format. */
function leb128(number) {
  const bytes = [];
  for (; number >= 128; number >>>= 7) bytes.push((number & 127) | 128);
  return Uint8Array.of(...bytes, number);
}

/** The numbers of the sections of a module. */
function* sections(bytes) {
  for (let at = 8; at < bytes.length; ) {
    yield bytes[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      size |= (bytes[at] & 127) << shift;
      more = bytes[at++] >= 128;
    }
    at += size;
  }
}

/** What keeps `block` from running without memory of its own, in sentences. */
export function faults(block) {
  const has = [...sections(block)].filter((section) => forbidden.has(section)).map((section) => `It has ${forbidden.get(section)}.`);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(block)).map(({ module, name }) => `${module}.${name}`);
  return imports.join() === 'env.memory' ? has : [...has, `It imports ${imports.join(', ') || 'nothing'}, and should import env.memory.`];
}

/** `module` with `block` in it. */
export function attached(module, block) {
  const name = new TextEncoder().encode(sectionName);
  const content = [leb128(name.length), name, block];
  const size = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([module, Uint8Array.of(0), leb128(size), ...content]);
}

if (process.argv[1]?.endsWith('attach.mjs')) {
  const [module, block, output] = process.argv.slice(2);
  const found = faults(readFileSync(block));
  if (found.length === 0) {
    writeFileSync(output, attached(readFileSync(module), readFileSync(block)));
  } else {
    console.error(`${block} cannot run before there is a stack: ${found.join(' ')}`);
    process.exitCode = 1;
  }
}
