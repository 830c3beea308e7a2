/** Values of SQL as JavaScript has them, and how they are bound to the parameters of a statement. */
import type { Bytes } from '../given/bytes.js';
import type { Context } from './context.js';
import { EXECUTE_BIND, EXECUTE_FORGET, PARAMETER_BYTES } from './encoding.js';
import { MisuseError } from '../given/errors.js';
import { valuesFor } from './given_values.js';
import { type Block, allocateBlock, free } from './scratch.js';
import { SlotWriter } from './slots.js';

/**
 * A value that a row holds. An INTEGER is a number, or a bigint with safe integers; one beyond +-(2^53 - 1) is always
 * a bigint: a number would silently be another integer, and refusing the row would make a whole table unreadable for
 * one value in it. Arithmetic that mixes it with numbers is a TypeError, at the place where the value would be lost.
 */
export type SqlValue = number | bigint | string | Bytes | null;

/**
 * A value that can be bound. A number that is a safe integer is bound as INTEGER, any other as REAL (NaN is NULL in
 * SQLite); a bigint as INTEGER; bytes as BLOB. A boolean and undefined are refused.
 */
export type BindValue = SqlValue | Uint8Array | ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** Named parameters: `{a: 1}` for @a, :a or $a. */
export type NamedParameters = Readonly<Record<string, BindValue>>;

/** What run, get, all and the others take: positional values, arrays of them, and one object of named ones. */
export type Bindings = readonly (BindValue | readonly BindValue[] | NamedParameters)[];

/** An object of named parameters whose type has no index signature, as that of an interface. */
export type NamedBy<T> = { readonly [K in keyof T]: BindValue };

/** What a statement takes whose parameters are `B`: those, or an object of an application's own type `T`. */
export type Given<B extends readonly unknown[], T> = B | (Bindings extends B ? readonly [named: NamedBy<T>] : never);

/** The parameters that a statement has. */
export interface ParameterShape {
  readonly count: number;
  /** Name without its prefix for each parameter, the number for ?NNN; undefined for ?. */
  readonly names: readonly (string | undefined)[];
  /** The indexes of those without a name or with a number, in order. */
  readonly positional: readonly number[];
}

/** What a value is, for people. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return kindOfObject(value);
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}

function kindOfObject(value: object): string {
  try {
    if (Array.isArray(value)) return 'an array';
    const { name } = value.constructor as { name?: unknown };
    if (typeof name === 'string' && name !== '' && name !== 'Object') return `a ${name}`;
  } catch {
    // It has no prototype, or does not want to be looked at.
  }
  return 'an object';
}

/** Why `value` cannot be bound. */
export function unbindable(what: string, value: unknown): Error {
  const hints: Readonly<Record<string, string>> = {
    undefined: 'bind null for NULL',
    'a boolean': 'SQLite has no booleans; bind 1 or 0',
    'a Date': 'bind date.toISOString() or date.getTime()',
    'an array': 'bind its elements one by one, or JSON.stringify(array)',
  };
  if (typeof value === 'bigint') {
    return new RangeError(`${what} is ${value}n, which does not fit the 64 bits of an INTEGER.`);
  }
  const kind = kindOf(value);
  const hint = hints[kind] ?? 'bind a number, bigint, string, Uint8Array (or another view of bytes) or null';
  return new MisuseError('MISUSE', `${what} is ${kind}: ${hint}.`);
}

/** Encodes parameters into the scratch of the context. */
export class ParameterWriter extends SlotWriter {
  /** Where the last written parameters are. */
  address = 0;
  readonly #context: Context;
  #large: Block | undefined;

  constructor(context: Context) {
    super(context.engine, context.scratch.parameters);
    this.#context = context;
  }

  /**
   * Encodes `values` and returns the EXECUTE_* flags that binding them needs. What SQLite is to own is given to it
   * when the call is made; `discard` takes it back if there is no call.
   */
  write(shape: ParameterShape, values: readonly unknown[], sql: string): number {
    const { count } = shape;
    this.#begin(count);
    try {
      if (values.length !== count || shape.positional.length !== count || !this.#putAll(values, count)) {
        this.#putAny(shape, values, sql);
      }
    } catch (error) {
      this.discard();
      throw error;
    }
    return this.borrows ? EXECUTE_BIND | EXECUTE_FORGET : EXECUTE_BIND;
  }

  /** The call was made: what was allocated for it belongs to SQLite now. */
  handedOver(): void {
    if (this.owned.length !== 0) this.owned.length = 0;
    if (this.#large !== undefined) {
      free(this.#context.engine, this.#large.address);
      this.#large = undefined;
    }
  }

  /** The call will not be made. */
  discard(): void {
    this.freeOwned();
    this.handedOver();
  }

  #begin(count: number): void {
    const { scratch, engine } = this.#context;
    if (this.owned.length !== 0) this.discard();
    this.data = scratch.parameters;
    this.slots = this.data;
    if (count > scratch.parameterCount) {
      this.#large ??= allocateBlock(engine, count * PARAMETER_BYTES, `${count} parameters`);
      this.slots = this.#large;
    }
    this.dataAt = scratch.dataAt;
    this.borrows = false;
    this.address = this.slots.address;
  }

  /** The usual case: each value is that of one parameter. False if one of them is something else. */
  #putAll(values: readonly unknown[], count: number): boolean {
    for (let i = 0; i < count; i++) {
      if (!this.put(i, values[i])) return false;
    }
    return true;
  }

  /**
   * Arrays, named parameters, and everything that is wrong. Getters and iterators are user code, which may run statements:
   * all values are there before the first one is encoded.
   */
  #putAny(shape: ParameterShape, values: readonly unknown[], sql: string): void {
    const all = valuesFor(shape, values, sql);
    // A getter that made the client leave has given its memory to others.
    this.engine.fate.check();
    this.#begin(shape.count);
    for (let i = 0; i < shape.count; i++) this.put(i, all[i]);
  }
}
