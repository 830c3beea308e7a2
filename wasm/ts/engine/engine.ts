/** One instance of the module: its exports and views of the memory that it shares with all others. */

import type { Fate } from './fate.js';

/** The exports of the module. Pointers and sizes come back signed: take them `>>> 0`. */
export type ModuleExports = Record<string, (...args: never[]) => unknown> & {
  readonly glasswal_memory_pages: () => number;
  readonly glasswal_text: () => number;
  readonly glasswal_text_bytes: () => number;
  readonly glasswal_malloc: (sizeBytes: number) => number;
  readonly glasswal_free: (pointer: number) => void;
};

/** What the API layer provides to the module: it is called for user functions, aggregates and hooks. */
export interface HostFunctions {
  call: (kind: number, id: number, context: number, argc: number, argv: number) => number;
}

const pageBytes = 65536;

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

/** One instance of the module. Always take the views afresh after a call into it: `engine.u8`. */
export class Engine {
  readonly exports: ModuleExports;
  readonly views: Views;
  readonly table: WebAssembly.Table;
  readonly host: HostFunctions;
  readonly fate: Fate;
  /** False on a page's main thread, which must not sleep. */
  readonly mayWait: boolean;

  constructor(parts: {
    exports: ModuleExports;
    views: Views;
    table: WebAssembly.Table;
    host: HostFunctions;
    fate: Fate;
    mayWait: boolean;
  }) {
    this.exports = parts.exports;
    this.views = parts.views;
    this.table = parts.table;
    this.host = parts.host;
    this.fate = parts.fate;
    this.mayWait = parts.mayWait;
  }

  get u8(): Uint8Array {
    return this.views.u8;
  }
  get i32(): Int32Array {
    return this.views.i32;
  }
  get u32(): Uint32Array {
    return this.views.u32;
  }
  get f64(): Float64Array {
    return this.views.f64;
  }
  get i64(): BigInt64Array {
    return this.views.i64;
  }
  get view(): DataView {
    return this.views.view;
  }

  /** The text that the last call gave: a failure's message or a JSON result. */
  text(): string {
    const begin = this.exports.glasswal_text() >>> 0;
    const size = this.exports.glasswal_text_bytes() >>> 0;
    return new TextDecoder().decode(this.u8.slice(begin, begin + size));
  }
}
