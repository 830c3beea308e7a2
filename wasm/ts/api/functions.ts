/** JavaScript functions that SQL can call: scalar functions, aggregates and window functions. */
import type { Context } from '../engine/context.js';
import {
  HOST_FINAL,
  HOST_INVERSE,
  HOST_SCALAR,
  HOST_STEP,
  HOST_VALUE,
  PARAMETER_BYTES,
  TAG_ERROR,
  TAG_INT32,
  TAG_INT64,
  TAG_INTEGER,
  TAG_NUMBER,
  TAG_OWNED_BLOB,
  TAG_OWNED_TEXT,
  AT_CAPACITY,
} from '../generated/encoding.js';
import type { Engine } from '../engine/engine.js';
import { MisuseError } from '../given/errors.js';
import { rowValues } from '../engine/rows.js';
import { Block } from '../engine/scratch.js';
import { allocateBytes, bytesOf, fitsInt64 } from '../engine/slots.js';
import { encodeUtf8 } from '../engine/text.js';
import { type SqlValue } from '../engine/values.js';
import { kindOf } from '../given/kinds.js';

/** What a function of SQL may return; undefined is NULL. */
export type FunctionResult = SqlValue | ArrayBufferView | ArrayBuffer | undefined;

/** How SQL may use a function. */
export interface FunctionOptions {
  /** Takes any number of arguments instead of as many as the function declares. */
  readonly varargs?: boolean;
  /** Always gives the same result for the same arguments: SQLite may then call it less, and use it in indexes. */
  readonly deterministic?: boolean;
  /** Cannot be used in triggers, views and the schema. */
  readonly directOnly?: boolean;
  /** Gets each INTEGER as a bigint; as the database does by default. */
  readonly safeIntegers?: boolean;
}

/** How an aggregate is computed. */
export interface AggregateOptions<T> extends FunctionOptions {
  /** What to begin with, or a function that makes it. null if there is none. */
  readonly start?: T | (() => T);
  /** Takes a row in and returns what it makes of the total; undefined keeps the total as it is. */
  readonly step: (total: T, ...values: never[]) => T | undefined | void;
  /** Takes a row back, which makes the aggregate a window function. */
  readonly inverse?: (total: T, ...values: never[]) => T | undefined | void;
  /** Makes the result of the total, which is the result itself otherwise. */
  readonly result?: (total: T) => FunctionResult;
}

/** A user function, or one of an aggregate's. */
export type Callback = (...values: unknown[]) => unknown;

/** A function as the module calls it. */
interface Registered {
  readonly name: string;
  readonly call?: Callback;
  readonly start?: () => unknown;
  readonly step?: Callback;
  readonly inverse?: Callback | undefined;
  readonly result?: Callback | undefined;
}

/** A running aggregate. */
interface Running {
  total: unknown;
  /** Whether one of its functions threw: it is asked no more. */
  failed: boolean;
  /** Whether it has told a window's result: it is not asked for a last one. */
  told: boolean;
}

/** All functions of one client. */
class FunctionTable {
  readonly #context: Context;
  readonly #engine: Engine;
  readonly #running = new Map<number, Running>();
  #lastRunning = 0;
  /** The block of the last arguments. */
  #lastBlock: Block | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#engine = context.engine;
    for (const kind of [HOST_SCALAR, HOST_STEP, HOST_INVERSE, HOST_VALUE, HOST_FINAL]) {
      context.answerWith(kind, (id, state, argc, frame) => this.#answer(kind, id, state, argc, frame));
    }
  }

  /** Answers the module. It is called by C++, so it only throws when the module will not run again. */
  #answer(kind: number, id: number, state: number, argc: number, frame: number): number {
    const registered = this.#context.known.get(id) as Registered;
    // Called by themselves, so that our own record is not their `this`.
    const { call } = registered;
    try {
      this.#context.useOwnScratch();
      const result = kind === HOST_SCALAR
        ? call!(...this.#arguments(frame, argc))
        : this.#aggregate(registered, kind, state, frame, argc);
      // What it called may have been given up, and what the module has there is not ours any more.
      this.#engine.fate.check();
      this.#putResult(frame, result, registered.name);
      return 0;
    } catch (error) {
      this.#engine.fate.check();
      this.#context.threw(error, kind === HOST_FINAL);
      this.#engine.view.setUint32(frame, TAG_ERROR, true);
      return 1;
    }
  }

  #aggregate(registered: Registered, kind: number, state: number, frame: number, argc: number): unknown {
    if (kind === HOST_FINAL && this.#isOver(state)) return undefined;
    const running = this.#runningAt(registered, state);
    if (running.failed) return undefined;
    try {
      if (kind === HOST_STEP || kind === HOST_INVERSE) {
        const change = kind === HOST_STEP ? registered.step! : registered.inverse!;
        const total = change(running.total, ...this.#arguments(frame, argc));
        if (total !== undefined) running.total = total;
        return undefined;
      }
      running.told = true;
      const { result } = registered;
      return result === undefined ? running.total : result(running.total);
    } catch (error) {
      running.failed = true;
      throw error;
    } finally {
      if (kind === HOST_FINAL) this.#running.delete(this.#engine.u32[state >>> 2]!);
    }
  }

  /** Whether nobody waits for the last result of the aggregate at `state`, of which SQLite only lets go. */
  #isOver(state: number): boolean {
    const number = this.#engine.u32[state >>> 2]!;
    const over = this.#running.get(number)?.told === true || this.#context.failing;
    if (over) this.#running.delete(number);
    return over;
  }

  /** The aggregate whose number is in the word at `state`; a zero there begins a new one. */
  #runningAt(registered: Registered, state: number): Running {
    const known = this.#running.get(this.#engine.u32[state >>> 2]!);
    if (known !== undefined) return known;
    const running: Running = { total: null, failed: false, told: false };
    const number = ++this.#lastRunning;
    this.#running.set(number, running);
    this.#engine.u32[state >>> 2] = number;
    try {
      const start = registered.start!;
      running.total = start();
    } catch (error) {
      running.failed = true;
      throw error;
    }
    return running;
  }

  #arguments(frame: number, argc: number): SqlValue[] {
    if (argc === 0) return [];
    const batchAt = frame + PARAMETER_BYTES;
    const size = this.#engine.u32[(batchAt >>> 2) + AT_CAPACITY]!;
    // Nearly always where the last ones were: short ones lie on the stack.
    let block = this.#lastBlock;
    if (block === undefined || block.address !== batchAt || block.size !== size) block = this.#lastBlock = new Block(this.#engine, batchAt, size);
    return rowValues(block);
  }

  #putResult(frame: number, value: unknown, name: string): void {
    const { view } = this.#engine;
    if (value === null || value === undefined) return;
    if (typeof value === 'number') {
      const isInt32 = (value | 0) === value;
      view.setUint32(frame, isInt32 ? TAG_INT32 : Number.isSafeInteger(value) ? TAG_INTEGER : TAG_NUMBER, true);
      if (isInt32) view.setInt32(frame + 8, value, true);
      else view.setFloat64(frame + 8, value, true);
    } else if (typeof value === 'bigint' && fitsInt64(value)) {
      view.setUint32(frame, TAG_INT64, true);
      view.setBigInt64(frame + 8, value, true);
    } else if (typeof value === 'string') {
      this.#putOwned(frame, TAG_OWNED_TEXT, encodeUtf8(value));
    } else {
      const bytes = bytesOf(value);
      if (bytes === undefined) {
        if (typeof value === 'bigint') throw new RangeError(`The function ${name}() returned ${value}n, which does not fit 64 bits.`);
        throw new MisuseError(
          'MISUSE',
          `The function ${name}() returned ${kindOf(value)}: return a number, bigint, string, Uint8Array, null or undefined.`,
        );
      }
      this.#putOwned(frame, TAG_OWNED_BLOB, bytes);
    }
  }

  #putOwned(frame: number, tag: number, bytes: Uint8Array): void {
    const address = allocateBytes(this.#engine, bytes, 'the result of a user function');
    const { view } = this.#engine;
    view.setUint32(frame, tag, true);
    view.setUint32(frame + 4, bytes.length, true);
    view.setUint32(frame + 8, address, true);
  }

}

const tables = new WeakMap<Context, FunctionTable>();

/** The number by which the module calls a new function. */
export function addFunction(context: Context, registered: Registered): number {
  if (!tables.has(context)) tables.set(context, new FunctionTable(context));
  return context.know(registered);
}
