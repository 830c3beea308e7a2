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
import type { Bytes } from '../given/bytes.js';
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
  /** A row that only keeps the engine's own idea of such rows alive; see `wideRow`. */
  readonly template?: object | undefined;
}

/** The shape of rows with these columns. */
export function rowShape(names: readonly string[], tables: readonly string[]): RowShape {
  return { names, tables, hasProto: names.includes('__proto__'), template: names.length > MOST_ASSIGNED ? wideRow(names) : undefined };
}

/** As many properties V8 lets assignments by computed names add before it makes a dictionary of the object, which is 3 times slower. */
const MOST_ASSIGNED = 16;

/**
 * A row with all columns. Defined properties have no such limit, and assignments then follow the way that these have gone, as long as
 * somebody has what they led to. Each is given two kinds of values, so that it can hold any.
 */
function wideRow(names: readonly string[]): object {
  const row: Record<string, unknown> = {};
  for (const name of names) {
    define(row, name, null);
    define(row, name, 0);
  }
  return row;
}

/** Adds the rows of the batch that the module wrote into `block` to `rows`. */
export function readRows(block: Block, mode: RowMode, shape: RowShape, rows: unknown[]): void {
  const { i32 } = block;
  const text = textOf(block);
  let at = HEADER_BYTES / 8;
  for (let left = i32[AT_ROWS]!; left > 0; left--) {
    rows.push(rowAt(block, text, at, mode, shape));
    at = i32[at * 2]!;
  }
}

/** The first row of a batch. */
export function firstRow(block: Block, mode: RowMode, shape: RowShape): unknown {
  return rowAt(block, textOf(block), HEADER_BYTES / 8, mode, shape);
}

/** The values of the one row of a batch. */
export function rowValues(block: Block): SqlValue[] {
  return arrayAt(block, textOf(block), HEADER_BYTES + ROW_HEAD_BYTES, slotsAt(block, HEADER_BYTES / 8));
}

/** All texts of a batch, the last one first. */
function textOf({ u8, u32, i32, size }: Block): string {
  const from = u32[AT_TEXT_AT]!;
  if (from === size) return '';
  return (i32[AT_FLAGS]! & BATCH_ASCII) !== 0 ? decodeAscii(u8, from, size) : decodeSoundUtf8(u8, from, size);
}

/** Where the slots of the row begin that is at `at`, in units of 8 bytes. */
function slotsAt({ i32 }: Block, at: number): number {
  return at + 1 + ((i32[AT_COLUMNS]! + 7) >> 3);
}

// What a row is made of is handed on and kept nowhere: to put a young text into an old object costs as much as to read a value.
function rowAt(block: Block, text: string, at: number, mode: RowMode, shape: RowShape): unknown {
  const tagAt = at * 8 + ROW_HEAD_BYTES;
  const slotAt = slotsAt(block, at);
  if (mode === 'object') return shape.hasProto ? definedAt(block, text, tagAt, slotAt, shape) : objectAt(block, text, tagAt, slotAt, shape.names);
  if (mode === 'raw') return arrayAt(block, text, tagAt, slotAt);
  if (mode === 'pluck') return valueAt(block, text, tagAt, slotAt);
  return expandedAt(block, text, tagAt, slotAt, shape);
}

/**
 * Each of the first columns has a line of its own: an engine keeps by each line what the last names there were, and knows them again
 * where a statement, or a few of them, return many rows (Firefox: 3 times as fast as one line for all columns).
 */
function objectAt(block: Block, text: string, tagAt: number, slotAt: number, names: readonly string[]): Record<string, SqlValue> {
  const row: Record<string, SqlValue> = {};
  const count = block.i32[AT_COLUMNS]!;
  row[names[0]!] = valueAt(block, text, tagAt + 0, slotAt + 0);
  if (count === 1) return row;
  row[names[1]!] = valueAt(block, text, tagAt + 1, slotAt + 1);
  if (count === 2) return row;
  row[names[2]!] = valueAt(block, text, tagAt + 2, slotAt + 2);
  if (count === 3) return row;
  row[names[3]!] = valueAt(block, text, tagAt + 3, slotAt + 3);
  if (count === 4) return row;
  row[names[4]!] = valueAt(block, text, tagAt + 4, slotAt + 4);
  if (count === 5) return row;
  row[names[5]!] = valueAt(block, text, tagAt + 5, slotAt + 5);
  if (count === 6) return row;
  row[names[6]!] = valueAt(block, text, tagAt + 6, slotAt + 6);
  if (count === 7) return row;
  row[names[7]!] = valueAt(block, text, tagAt + 7, slotAt + 7);
  if (count === 8) return row;
  row[names[8]!] = valueAt(block, text, tagAt + 8, slotAt + 8);
  if (count === 9) return row;
  row[names[9]!] = valueAt(block, text, tagAt + 9, slotAt + 9);
  if (count === 10) return row;
  row[names[10]!] = valueAt(block, text, tagAt + 10, slotAt + 10);
  if (count === 11) return row;
  row[names[11]!] = valueAt(block, text, tagAt + 11, slotAt + 11);
  if (count === 12) return row;
  row[names[12]!] = valueAt(block, text, tagAt + 12, slotAt + 12);
  if (count === 13) return row;
  row[names[13]!] = valueAt(block, text, tagAt + 13, slotAt + 13);
  if (count === 14) return row;
  row[names[14]!] = valueAt(block, text, tagAt + 14, slotAt + 14);
  if (count === 15) return row;
  row[names[15]!] = valueAt(block, text, tagAt + 15, slotAt + 15);
  if (count === 16) return row;
  for (let i = 16; i < count; i++) row[names[i]!] = valueAt(block, text, tagAt + i, slotAt + i);
  return row;
}

/** Like objectAt, but '__proto__' is a column like any other. */
function definedAt(block: Block, text: string, tagAt: number, slotAt: number, shape: RowShape): Record<string, SqlValue> {
  const row = {};
  const count = block.i32[AT_COLUMNS]!;
  for (let i = 0; i < count; i++) define(row, shape.names[i]!, valueAt(block, text, tagAt + i, slotAt + i));
  return row;
}

function arrayAt(block: Block, text: string, tagAt: number, slotAt: number): SqlValue[] {
  const row: SqlValue[] = [];
  const count = block.i32[AT_COLUMNS]!;
  for (let i = 0; i < count; i++) row.push(valueAt(block, text, tagAt + i, slotAt + i));
  return row;
}

function expandedAt(block: Block, text: string, tagAt: number, slotAt: number, shape: RowShape): Record<string, Record<string, SqlValue>> {
  const row: Record<string, Record<string, SqlValue>> = {};
  const count = block.i32[AT_COLUMNS]!;
  for (let i = 0; i < count; i++) {
    const table = shape.tables[i]!;
    if (!Object.hasOwn(row, table)) define(row, table, {});
    define(row[table]!, shape.names[i]!, valueAt(block, text, tagAt + i, slotAt + i));
  }
  return row;
}

function valueAt({ u8, i32, f64, i64 }: Block, text: string, tagAt: number, slotAt: number): SqlValue {
  switch (u8[tagAt]) {
    case TAG_INT32:
      return i32[slotAt * 2]!;
    case TAG_TEXT: {
      // Counted from the end, where the first text was put.
      const start = i32[AT_TEXT_UNITS]! - i32[slotAt * 2]!;
      return text.substring(start, start + i32[slotAt * 2 + 1]!);
    }
    case TAG_NUMBER:
      return f64[slotAt]!;
    case TAG_INT64:
      return i64[slotAt]!;
    case TAG_BLOB: {
      const start = i32[slotAt * 2]!;
      return bytesAt(u8, start, i32[slotAt * 2 + 1]!);
    }
    case TAG_BAD_TEXT: {
      const start = i32[slotAt * 2]!;
      return decodeUtf8(u8, start, start + i32[slotAt * 2 + 1]!);
    }
    default:
      return null;
  }
}

/**
 * A copy of some bytes. Firefox takes 5 times as long to slice shared ones as to copy them, as long as they are not many. V8 needs about the same
 * for both, and slices few bytes and many faster.
 */
function bytesAt(u8: Uint8Array, start: number, size: number): Bytes {
  if (size <= 64 || size > 2048) return u8.slice(start, start + size);
  const bytes = new Uint8Array(size);
  bytes.set(u8.subarray(start, start + size));
  return bytes;
}

function define(row: object, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
}
