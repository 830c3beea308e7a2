/** One instance of the module: its exports, and the memory that it shares with all others. */

import type { ModuleExports } from '../generated/exports.js';
import type { Views } from '../memory/views.js';
import type { Fate } from './fate.js';

/** What the API layer provides to the module: it is called for user functions, aggregates and hooks. */
export interface HostFunctions {
  call: (kind: number, id: number, context: number, argc: number, argv: number) => number;
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
