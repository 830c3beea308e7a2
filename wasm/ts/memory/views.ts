/** Views of the memory that all instances of the module share: nothing else makes any. */

import { pageBytes } from '../generated/facts.js';

/**
 * Views of a shared memory that renew themselves when it has grown, whoever made it grow. They are views of a
 * SharedArrayBuffer: TextDecoder, Blob and crypto.getRandomValues refuse them, so copy first.
 */
export class Views {
  readonly memory: WebAssembly.Memory;
  #pages: () => number;
  #buffer: ArrayBufferLike;
  #u8!: Uint8Array;
  #i32!: Int32Array;
  #u32!: Uint32Array;
  #f64!: Float64Array;
  #i64!: BigInt64Array;
  #u64!: BigUint64Array;
  #view!: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#buffer = memory.buffer;
    this.#pages = () => this.memory.buffer.byteLength / pageBytes;
    this.#renew();
  }

  /** From now on asks the module how large the memory is, which knows of growth at once and costs less. */
  askModule(pages: () => number): void {
    this.#pages = pages;
  }

  #renew(): void {
    // Growing by nothing makes the engine look how large the memory has become.
    this.memory.grow(0);
    const buffer = this.memory.buffer;
    this.#buffer = buffer;
    this.#u8 = new Uint8Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.#i64 = new BigInt64Array(buffer);
    this.#u64 = new BigUint64Array(buffer);
    this.#view = new DataView(buffer);
  }

  #keepFresh(): void {
    if ((this.#pages() >>> 0) * pageBytes !== this.#buffer.byteLength) this.#renew();
  }

  get u8(): Uint8Array {
    this.#keepFresh();
    return this.#u8;
  }
  get i32(): Int32Array {
    this.#keepFresh();
    return this.#i32;
  }
  get u32(): Uint32Array {
    this.#keepFresh();
    return this.#u32;
  }
  get f64(): Float64Array {
    this.#keepFresh();
    return this.#f64;
  }
  get i64(): BigInt64Array {
    this.#keepFresh();
    return this.#i64;
  }
  get u64(): BigUint64Array {
    this.#keepFresh();
    return this.#u64;
  }
  get view(): DataView {
    this.#keepFresh();
    return this.#view;
  }
}
