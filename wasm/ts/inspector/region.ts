/**
 * The attached runtime's region as the inspector may see it: ranges are copied out, and nothing is ever written, locked or
 * waited for.
 */
import { regionOffset } from '../generated/facts.js';
import { type CopyWords, newScriptCopy, newWasmCopy } from './copy_words.js';

export class RegionReader {
  readonly #memory: WebAssembly.Memory;
  readonly #own: WebAssembly.Memory;
  readonly #copyWords: CopyWords;

  /** Copies go from the runtime's `memory` to the inspector's `own`. */
  constructor(memory: WebAssembly.Memory, own: WebAssembly.Memory) {
    this.#memory = memory;
    this.#own = own;
    this.#copyWords = newWasmCopy(memory, own) ?? newScriptCopy(memory, own);
  }

  /** How many bytes of the region there is memory for. */
  size(): number {
    return Math.max(0, this.#memory.buffer.byteLength - regionOffset);
  }

  /** Copies `size` bytes of the region from `offset` on to `to` in the inspector's memory. False if not all of them are there. */
  copy(offset: number, size: number, to: number): boolean {
    const from = regionOffset + offset;
    if (!(offset >= 0) || from + size > this.#memory.buffer.byteLength) return false;
    if ((from | size | to) & 7) this.#copyBytes(from, size, to);
    else this.#copyWords(from, to, size / 8);
    return true;
  }

  #copyBytes(from: number, size: number, to: number): void {
    const read = new Uint8Array(this.#memory.buffer, from, size);
    const written = new Uint8Array(this.#own.buffer, to, size);
    for (let i = 0; i < size; i++) written[i] = Atomics.load(read, i);
  }
}
