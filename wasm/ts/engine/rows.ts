/**
 * Reads rows out of a batch (wasm/module/encoding.h).
 *
 * All texts of a batch are decoded with one call, and each value is a part of that text. An engine may keep the whole
 * (up to 112 KiB) for as long as one long part of it is in use.
 */
import {
  AT_COLUMNS,
  AT_FLAGS,
  AT_ROWS,
  AT_TEXT_AT,
  AT_TEXT_UNITS,
  BATCH_ASCII,
  HEADER_BYTES,
  ROW_HEAD_BYTES,
  TAG_BAD_TEXT,
  TAG_BLOB,
  TAG_INT32,
  TAG_INT64,
  TAG_NUMBER,
  TAG_TEXT,
} from '../generated/encoding.js';
import type { Block } from './scratch.js';
import { decodeAscii, decodeSoundUtf8, decodeUtf8 } from './text.js';
import type { SqlValue } from './values.js';

/** What a row becomes: an object, an array, its first value, or an object of objects by table. */
export type RowMode = 'object' | 'raw' | 'pluck' | 'expand';

/** How the rows of a statement are built. */
export interface RowShape {
  readonly names: readonly string[];
  /** For 'expand': the table of each column, '$' for one that is computed. */
  readonly tables: readonly string[];
  /** Whether a name is one that an assignment would take for something else. */
  readonly hasProto: boolean;
}

/** Walks through the rows of a batch. */
export class BatchReader {
  #block!: Block;
  #text = '';
  #units = 0;
  #columns = 0;
  #left = 0;
  #at = 0;

  /** Starts at the first row of the batch that the module wrote into `block`, from which it takes `capacity` bytes. */
  open(block: Block, capacity: number = block.size): this {
    const { i32, u8 } = block;
    const textAt = block.u32[AT_TEXT_AT]!;
    const decode = (i32[AT_FLAGS]! & BATCH_ASCII) !== 0 ? decodeAscii : decodeSoundUtf8;
    this.#block = block;
    this.#text = textAt === capacity ? '' : decode(u8, textAt, capacity);
    this.#units = i32[AT_TEXT_UNITS]!;
    this.#columns = i32[AT_COLUMNS]!;
    this.#left = i32[AT_ROWS]!;
    this.#at = HEADER_BYTES / 8;
    return this;
  }

  /** How many rows are still to be read. */
  get left(): number {
    return this.#left;
  }

  /** The next row as `mode` wants it. */
  read(mode: RowMode, shape: RowShape): unknown {
    const columns = this.#columns;
    const tagAt = this.#at * 8 + ROW_HEAD_BYTES;
    const slotAt = this.#at + 1 + ((columns + 7) >> 3);
    let row: unknown;
    if (mode === 'object') {
      row = shape.hasProto ? this.#defined(tagAt, slotAt, shape) : this.#object(tagAt, slotAt, shape.names);
    } else if (mode === 'raw') {
      row = this.#array(tagAt, slotAt);
    } else if (mode === 'pluck') {
      row = this.#value(tagAt, slotAt);
    } else {
      row = this.#expanded(tagAt, slotAt, shape);
    }
    this.#at = this.#block.i32[this.#at * 2]!;
    this.#left--;
    return row;
  }

  #object(tagAt: number, slotAt: number, names: readonly string[]): Record<string, SqlValue> {
    const row: Record<string, SqlValue> = {};
    const columns = this.#columns;
    for (let i = 0; i < columns; i++) row[names[i]!] = this.#value(tagAt + i, slotAt + i);
    return row;
  }

  /** Like #object, but '__proto__' is a column like any other. */
  #defined(tagAt: number, slotAt: number, shape: RowShape): Record<string, SqlValue> {
    const row = {};
    for (let i = 0; i < this.#columns; i++) define(row, shape.names[i]!, this.#value(tagAt + i, slotAt + i));
    return row;
  }

  #array(tagAt: number, slotAt: number): SqlValue[] {
    const row: SqlValue[] = [];
    for (let i = 0; i < this.#columns; i++) row.push(this.#value(tagAt + i, slotAt + i));
    return row;
  }

  #expanded(tagAt: number, slotAt: number, shape: RowShape): Record<string, Record<string, SqlValue>> {
    const row: Record<string, Record<string, SqlValue>> = {};
    for (let i = 0; i < this.#columns; i++) {
      const table = shape.tables[i]!;
      if (!Object.hasOwn(row, table)) define(row, table, {});
      define(row[table]!, shape.names[i]!, this.#value(tagAt + i, slotAt + i));
    }
    return row;
  }

  #value(tagAt: number, slotAt: number): SqlValue {
    const { u8, i32, f64 } = this.#block;
    switch (u8[tagAt]) {
      case TAG_INT32:
        return i32[slotAt * 2]!;
      case TAG_TEXT: {
        const start = this.#units - i32[slotAt * 2]!;
        return this.#text.substring(start, start + i32[slotAt * 2 + 1]!);
      }
      case TAG_NUMBER:
        return f64[slotAt]!;
      case TAG_INT64:
        return this.#block.i64[slotAt]!;
      case TAG_BLOB: {
        const start = i32[slotAt * 2]!;
        return u8.slice(start, start + i32[slotAt * 2 + 1]!);
      }
      case TAG_BAD_TEXT: {
        const start = i32[slotAt * 2]!;
        return decodeUtf8(u8, start, start + i32[slotAt * 2 + 1]!);
      }
      default:
        return null;
    }
  }
}

function define(row: object, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
}
