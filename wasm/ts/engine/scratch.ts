/**
 * A block in the module's memory through which calls pass their parameters and get their rows.
 *
 * Its views are made once and stay right although the memory grows: growth of shared memory leaves old views alive
 * with their old length, and this block lies within it.
 */
import type { Engine } from './engine.js';
import { PARAMETER_BYTES } from '../generated/encoding.js';
import { outOfMemory } from '../memory/memory_limit.js';

/** How many parameters have a slot, the bytes for their texts and BLOBs, and the bytes of a batch of rows. */
const PARAMETERS = 256;
const PARAMETER_DATA_BYTES = 12 * 1024;
const BATCH_BYTES = 112 * 1024;

/** Bytes in the module's memory with the views that this thread reads and writes them by. */
export class Block {
  readonly address: number;
  readonly size: number;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;

  /** Views of `size` bytes (a multiple of 8) at `address` (likewise), which somebody else has allocated. */
  constructor(engine: Engine, address: number, size: number) {
    const buffer = engine.u8.buffer;
    this.address = address;
    this.size = size;
    this.u8 = new Uint8Array(buffer, address, size);
    this.i32 = new Int32Array(buffer, address, size / 4);
    this.u32 = new Uint32Array(buffer, address, size / 4);
    this.f64 = new Float64Array(buffer, address, size / 8);
    this.i64 = new BigInt64Array(buffer, address, size / 8);
  }
}

/** Takes at least `size` bytes, which SQLite or `free` gives back. */
export function allocate(engine: Engine, size: number, purpose: string): number {
  const address = size > 0x7fffff00 ? 0 : engine.exports.sqlite3_malloc(size) >>> 0;
  if (address !== 0) return address;
  throw outOfMemory(engine.views, size, purpose);
}

/** Gives back what `allocate` took. */
export function free(engine: Engine, address: number): void {
  engine.exports.sqlite3_free(address);
}

/** A block of its own for one result that is larger than the scratch. */
export function allocateBlock(engine: Engine, size: number, purpose: string): Block {
  const padded = Math.ceil(size / 8) * 8;
  return new Block(engine, allocate(engine, padded, purpose), padded);
}

/** What one call at a time uses: slots of parameters and their bytes, and a batch of rows. */
export class Scratch {
  readonly parameters: Block;
  readonly batch: Block;
  /** Where in `parameters` the slots end and the bytes begin. */
  readonly dataAt: number;
  /** The most parameters that have a slot here. */
  readonly parameterCount: number;

  constructor(engine: Engine) {
    const slots = PARAMETERS * PARAMETER_BYTES;
    const address = allocate(engine, slots + PARAMETER_DATA_BYTES + BATCH_BYTES, 'the parameters and rows of statements');
    this.parameters = new Block(engine, address, slots + PARAMETER_DATA_BYTES);
    this.batch = new Block(engine, address + this.parameters.size, BATCH_BYTES);
    this.dataAt = slots;
    this.parameterCount = PARAMETERS;
  }
}
