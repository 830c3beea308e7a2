/**
 * The attached runtime's region as the inspector may see it: ranges are copied out, and nothing is ever written, locked or
 * waited for.
 */
import { regionOffset } from '../generated/facts.js';

/** How much is copied word by word: enough for the tables of a region, whose fields belong together. */
export class RegionReader {
  readonly #memory: WebAssembly.Memory;
  #words: BigUint64Array;
  #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#words = new BigUint64Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** How many bytes of the region there is memory for. */
  size(): number {
    this.#renew();
    return Math.max(0, this.#bytes.byteLength - regionOffset);
  }

  /** Whoever made the memory grow: views that were made before do not reach as far. */
  #renew(): void {
    const { buffer } = this.#memory;
    if (buffer === this.#bytes.buffer) return;
    this.#words = new BigUint64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /**
   * Copies `size` bytes of the region from `offset` on to `at` in `memory`. Aligned 64-bit words are loaded whole, each
   * once and one after the other, as vfs/include/glasswal/observe.h wants it. False if not all of them are there.
   */
  copy(offset: number, size: number, memory: ArrayBufferLike, at: number): boolean {
    const from = regionOffset + offset;
    if (from + size > this.#bytes.byteLength) this.#renew();
    if (!(offset >= 0) || from + size > this.#bytes.byteLength) return false;
    if ((from | size | at) & 7) {
      const to = new Uint8Array(memory, at, size);
      for (let i = 0; i < size; i++) to[i] = Atomics.load(this.#bytes, from + i);
      return true;
    }
    const to = new BigUint64Array(memory, at, size >>> 3);
    const words = this.#words;
    const first = from / 8;
    for (let i = 0; i < to.length; i++) to[i] = Atomics.load(words, first + i);
    return true;
  }
}
