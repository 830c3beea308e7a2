/**
 * Takes the relocations of the data out of the module's code: wasm-ld makes some fifteen bytes of code of each pointer in a table,
 * and a list of where they are needs one or two. Whoever instantiates the module goes through it (ts/engine/relocations.ts).
 *
 *   node relocations.mjs LINKED OUTPUT LIST
 *
 * The data itself holds each pointer as it is with both bases at zero, so that a base is all that is missing. Which one it is is
 * seen where the linker's code has run. Fails where it did anything else.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { Reader, functionBodies, leb128, sections } from './binary.mjs';

const FUNCTION = '__wasm_apply_data_relocs';
const MEMORY_BASE = 1 << 20;
const TABLE_BASE = 1 << 12;
const PAGES = 1 << 10;
const [NO_LOCALS, NOP, END] = [0x00, 0x01, 0x0b];

/** The index of a function in the section of names. */
function indexOf(bytes, name) {
  for (const { id, begin, end } of sections(bytes)) {
    const reader = new Reader(bytes, begin);
    if (id !== 0 || reader.text() !== 'name') continue;
    while (reader.at < end) {
      const kind = bytes[reader.at++];
      const size = reader.number();
      if (kind !== 1) {
        reader.at += size;
        continue;
      }
      for (let left = reader.number(); left > 0; left--) {
        const index = reader.number();
        if (reader.text() === name) return index;
      }
    }
  }
  throw new Error(`there is no function ${name}`);
}

/** `bytes` with a function that does nothing, and takes as much room. */
function silenced(bytes, index) {
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind === 'function').length;
  const { begin, end } = functionBodies(bytes)[index - imported];
  const silent = Uint8Array.from(bytes).fill(NOP, begin, end);
  silent[begin] = NO_LOCALS;
  silent[end - 1] = END;
  return silent;
}

/** The words of the memory in which `bytes` has been instantiated. */
function started(bytes) {
  const module = new WebAssembly.Module(bytes);
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: 1 << 16, shared: true });
  const given = {
    memory,
    __indirect_function_table: new WebAssembly.Table({ initial: 1 << 15, element: 'anyfunc' }),
    __stack_pointer: new WebAssembly.Global({ value: 'i32', mutable: true }, MEMORY_BASE),
    __memory_base: new WebAssembly.Global({ value: 'i32' }, MEMORY_BASE),
    __table_base: new WebAssembly.Global({ value: 'i32' }, TABLE_BASE),
  };
  const env = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, given[name] ?? (() => 0)]));
  // Older linkers have it called when the module is instantiated.
  new WebAssembly.Instance(module, { env }).exports[FUNCTION]?.();
  return new Uint32Array(memory.buffer);
}

/** For each pointer, how many words it is from the last one, doubled, and one more where it is of the table. */
export function listed(before, after) {
  const list = [];
  let last = MEMORY_BASE / 4;
  after.forEach((word, at) => {
    const base = (word - before[at]) >>> 0;
    if (base === 0) return;
    if (at < last || (base !== MEMORY_BASE && base !== TABLE_BASE)) throw new Error(`the word ${at} became ${word}, from ${before[at]}`);
    list.push(leb128((at - last) * 2 + (base === TABLE_BASE ? 1 : 0)));
    last = at;
  });
  return Buffer.concat(list);
}

if (process.argv[1]?.endsWith('relocations.mjs')) {
  const [input, output, list] = process.argv.slice(2);
  const linked = readFileSync(input);
  const silent = silenced(linked, indexOf(linked, FUNCTION));
  writeFileSync(list, listed(started(silent), started(linked)));
  writeFileSync(output, silent);
}
