/** Scans of virtual tables: each runs a generator, and puts one row at a time where the module reads it. */
import type { Context } from '../engine/context.js';
import {
  AT_CAPACITY,
  AT_SCAN_DONE,
  AT_SCAN_GIVEN,
  AT_SCAN_ID,
  AT_SCAN_SIZE_BYTES,
  AT_SCAN_SLOTS,
  HOST_END,
  HOST_FILTER,
  HOST_NEXT,
  HOST_VALUE_LOST,
  PARAMETER_BYTES,
  TAG_ERROR,
} from '../generated/encoding.js';
import type { Engine } from '../engine/engine.js';
import { MisuseError } from '../given/errors.js';
import { reportError } from '../given/listeners.js';
import { rowValues } from '../engine/rows.js';
import { Block } from '../engine/scratch.js';
import { SlotWriter } from '../engine/slots.js';
import type { Definition } from './table_definition.js';
import { unbindable } from '../engine/values.js';
import { kindOf } from '../given/kinds.js';

/** A table as the module knows it. */
export interface ScannedTable {
  readonly definition: Definition;
}

/** The row that a scan stands on, in the module's memory. */
class RowSlots extends SlotWriter {
  readonly #dataAt: number;
  /** Values that SQLite cannot have: an error only if the statement asks for them. */
  readonly #refused = new Map<number, unknown>();

  constructor(engine: Engine, block: Block, columns: number) {
    super(engine, block);
    this.#dataAt = columns * PARAMETER_BYTES;
  }

  write(row: readonly unknown[]): void {
    this.free();
    this.dataAt = this.#dataAt;
    this.#refused.clear();
    row.forEach((value, i) => {
      if (this.put(i, value ?? null)) return;
      this.#refused.set(i, value);
      this.slots.i32[i * 4] = TAG_ERROR;
    });
  }

  refused(column: number): unknown {
    return this.#refused.get(column);
  }

  free(): void {
    if (this.owned.length !== 0) this.freeOwned();
  }
}

/** One scan; it has ended when its generator has. */
class RunningScan {
  readonly #definition: Definition;
  readonly #iterator: Iterator<unknown>;
  readonly #slots: RowSlots;
  readonly #row: unknown[];
  #ended = false;

  constructor(definition: Definition, args: readonly unknown[], slots: RowSlots) {
    this.#definition = definition;
    this.#slots = slots;
    this.#row = new Array<unknown>(definition.columns.size).fill(null);
    const { rows } = definition;
    this.#iterator = rows(...args);
  }

  /** Goes to the next row; false if there is none. */
  next(): boolean {
    let result: IteratorResult<unknown>;
    try {
      result = this.#iterator.next();
    } catch (error) {
      this.#ended = true;
      throw error;
    }
    if (result.done === true) {
      this.#ended = true;
      return false;
    }
    this.#take(result.value);
    this.#slots.write(this.#row);
    return true;
  }

  /** Why SQLite cannot have the value of `column`. */
  whyRefused(column: number): Error {
    const name = [...this.#definition.columns.keys()][column]!;
    return unbindable(`${this.#definition.name} yielded a row whose column '${name}'`, this.#slots.refused(column));
  }

  /** Ends the generator where it is. */
  end(): void {
    this.#slots.free();
    if (this.#ended) return;
    this.#ended = true;
    this.#iterator.return?.();
  }

  #take(yielded: unknown): void {
    const { columns, name } = this.#definition;
    const wrong = (what: string): Error => new MisuseError(
      'MISUSE',
      `${name} yielded ${what}: yield an array of ${columns.size}, or an object with ${[...columns.keys()].join(', ')}.`);
    if (Array.isArray(yielded)) {
      if (yielded.length !== columns.size) throw wrong(`an array of ${yielded.length}`);
      for (let i = 0; i < columns.size; i++) this.#row[i] = (yielded as unknown[])[i];
      return;
    }
    if (typeof yielded !== 'object' || yielded === null) throw wrong(kindOf(yielded));
    const keys = Object.keys(yielded);
    for (const key of keys) {
      const at = columns.get(key);
      if (at === undefined) throw wrong(`an object with '${key}', which is no column`);
      this.#row[at] = (yielded as Record<string, unknown>)[key];
    }
    if (keys.length !== columns.size) throw wrong('an object without some of the columns');
  }
}

/** Answers the module for all scans. */
export function answerScans(context: Context): void {
  const scanOf = (id: number): RunningScan => context.known.get(id) as RunningScan;
  context.answerWith(HOST_FILTER, (id, state, count, frame) =>
    context.runUserCode(() => {
      const { definition } = context.known.get(id) as ScannedTable;
      const scan = begin(context, definition, state >>> 2, argumentsAt(context, count, frame));
      context.engine.u32[(state >>> 2) + AT_SCAN_ID] = context.know(scan);
      return step(context, scan, state);
    }));
  context.answerWith(HOST_NEXT, (id, state) => context.runUserCode(() => step(context, scanOf(id), state)));
  context.answerWith(HOST_VALUE_LOST, (id, _, column) =>
    context.runUserCode(() => {
      throw scanOf(id).whyRefused(column);
    }));
  context.answerWith(HOST_END, (id) => {
    const scan = scanOf(id);
    context.known.delete(id);
    return context.runUserCode(() => {
      try {
        scan.end();
      } catch (error) {
        // The statement has its result already.
        reportError(error);
      }
      return 0;
    });
  });
}

function step(context: Context, scan: RunningScan, state: number): number {
  const more = scan.next();
  context.engine.u32[(state >>> 2) + AT_SCAN_DONE] = Number(!more);
  return 0;
}

function argumentsAt(context: Context, count: number, frame: number): unknown[] {
  if (count === 0) return [];
  const { engine } = context;
  const at = frame + PARAMETER_BYTES;
  const block = new Block(engine, at, engine.u32[(at >>> 2) + AT_CAPACITY]!);
  return rowValues(block);
}

/** Begins the scan of which the Scan is at the word `at`, with the parameters that are given. */
function begin(context: Context, definition: Definition, at: number, given: unknown[]): RunningScan {
  const { engine } = context;
  const mask = engine.u32[at + AT_SCAN_GIVEN]!;
  const args = definition.parameters.map((_, i) => ((mask & (1 << i)) !== 0 ? given.shift() : undefined));
  const block = new Block(engine, engine.u32[at + AT_SCAN_SLOTS]!, engine.u32[at + AT_SCAN_SIZE_BYTES]!);
  return new RunningScan(definition, args, new RowSlots(engine, block, definition.columns.size));
}
