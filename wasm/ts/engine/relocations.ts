/** The pointers in an instance's data, which are made when it is known where that lies. */
import { otherVersion } from '../given/errors.js';

/**
 * Adds to each pointer what it lacks: where the data begins, or where the functions do. The module carries the list of them, made by
 * wasm/relocations.mjs.
 */
export function relocate(module: WebAssembly.Module, memory: Int32Array, dataAt: number, tableBase: number): void {
  const [list] = WebAssembly.Module.customSections(module, 'glasswal_relocations');
  if (list === undefined) throw otherVersion('The module has lost its section glasswal_relocations');
  let at = dataAt / 4;
  let number = 0;
  let shift = 0;
  for (const byte of new Uint8Array(list)) {
    number |= (byte & 127) << shift;
    shift += 7;
    if (byte >= 128) continue;
    at += number >> 1;
    memory[at] = memory[at]! + ((number & 1) === 0 ? dataAt : tableBase);
    number = 0;
    shift = 0;
  }
}
