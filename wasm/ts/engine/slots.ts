/** Values on their way into the module: each takes a slot of 16 bytes, and long ones bytes of their own. */
import type { Engine } from './engine.js';
import {
  TAG_BLOB,
  TAG_INT32,
  TAG_INT64,
  TAG_INTEGER,
  TAG_NULL,
  TAG_NUMBER,
  TAG_OWNED_BLOB,
  TAG_OWNED_TEXT,
  TAG_TEXT,
} from '../generated/encoding.js';
import { MisuseError, messageOf } from '../given/errors.js';
import { type Block, allocate, free } from './scratch.js';
import { encodeUtf8, writeUtf8 } from './text.js';

/** The bytes of a value that can be a BLOB, as an array of the engine's own, whatever the value says of itself. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    const isPlain = Object.getPrototypeOf(value) === Uint8Array.prototype && !Object.hasOwn(value, 'length');
    // Those that were moved away have no length.
    return isPlain && value.byteLength !== 0 ? (value as Uint8Array) : viewOf(() => new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  const isShared = typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer;
  return isShared || value instanceof ArrayBuffer ? viewOf(() => new Uint8Array(value)) : undefined;
}

/** An array over a buffer, which somebody may have been given meanwhile. */
function viewOf(make: () => Uint8Array): Uint8Array {
  try {
    return make();
  } catch (error) {
    throw new MisuseError('MISUSE', `The bytes are not there any more (${messageOf(error)}): give a copy to whoever takes their buffer.`);
  }
}

/** Whether `value` fits the 64 bits that an INTEGER has. */
export function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** Puts `bytes` where SQLite will free them. */
export function allocateBytes(engine: Engine, bytes: Uint8Array, purpose: string): number {
  const { length, buffer, byteOffset } = bytes;
  // Shared ones may have grown since.
  const view = viewOf(() => new Uint8Array(buffer, byteOffset, length));
  const address = allocate(engine, Math.max(length, 1), purpose);
  engine.u8.set(view, address);
  return address;
}

/** Whether SlotWriter.put takes `value`. */
export function isBindable(value: unknown): boolean {
  switch (typeof value) {
    case 'number':
    case 'string':
      return true;
    case 'bigint':
      return fitsInt64(value);
    default:
      return value === null || bytesOf(value) !== undefined;
  }
}

/** Encodes values into slots. */
export class SlotWriter {
  /** Addresses of the bytes that have a place of their own. */
  protected readonly owned: number[] = [];
  /** Whether a value lies outside of its slot. */
  protected borrows = false;
  /** Where the slots are, where texts and BLOBs go, and from which byte on there is room for them. */
  protected slots: Block;
  protected data: Block;
  protected dataAt = 0;

  /** Begins with slots and data in the same block. */
  constructor(
    protected readonly engine: Engine,
    block: Block,
  ) {
    this.slots = block;
    this.data = block;
  }

  /** Gives back what has a place of its own. */
  protected freeOwned(): void {
    for (const address of this.owned) free(this.engine, address);
    this.owned.length = 0;
  }

  /** Encodes one value; false if it is none that can be bound. */
  protected put(index: number, value: unknown): boolean {
    const { i32, f64 } = this.slots;
    const at = index * 4;
    switch (typeof value) {
      case 'number':
        if ((value | 0) === value) {
          i32[at] = TAG_INT32;
          i32[at + 2] = value;
        } else {
          i32[at] = Number.isSafeInteger(value) ? TAG_INTEGER : TAG_NUMBER;
          f64[index * 2 + 1] = value;
        }
        return true;
      case 'string':
        this.#putText(at, value);
        return true;
      case 'bigint':
        if (!fitsInt64(value)) return false;
        i32[at] = TAG_INT64;
        this.slots.i64[index * 2 + 1] = value;
        return true;
      case 'object':
        if (value === null) {
          i32[at] = TAG_NULL;
          return true;
        }
        return this.#putBytes(at, value);
      default:
        return false;
    }
  }

  #putText(at: number, text: string): void {
    const data = this.data;
    const start = this.dataAt;
    if (text.length * 3 > data.size - start) {
      this.#putOwned(at, TAG_OWNED_TEXT, encodeUtf8(text));
      return;
    }
    const end = writeUtf8(text, data.u8, start);
    this.#borrow(at, TAG_TEXT, start, end);
  }

  #putBytes(at: number, value: object): boolean {
    const bytes = bytesOf(value);
    if (bytes === undefined) return false;
    const start = this.dataAt;
    if (bytes.length > this.data.size - start) {
      this.#putOwned(at, TAG_OWNED_BLOB, bytes);
    } else {
      this.data.u8.set(bytes, start);
      this.#borrow(at, TAG_BLOB, start, start + bytes.length);
    }
    return true;
  }

  #borrow(at: number, tag: number, start: number, end: number): void {
    const { i32 } = this.slots;
    i32[at] = tag;
    i32[at + 1] = end - start;
    i32[at + 2] = this.data.address + start;
    this.dataAt = end;
    this.borrows = true;
  }

  /** What does not fit the scratch gets a place of its own, which SQLite frees. */
  #putOwned(at: number, tag: number, bytes: Uint8Array): void {
    const address = allocateBytes(this.engine, bytes, 'a value');
    this.owned.push(address);
    const { i32 } = this.slots;
    i32[at] = tag;
    i32[at + 1] = bytes.length;
    i32[at + 2] = address;
    // Unbinding it gives the memory back as soon as the statement is done.
    this.borrows = true;
  }
}
