/** Values of SQL as JavaScript has them, and the parameters that they are bound to. */
import type { Bytes } from '../given/bytes.js';
import { MisuseError } from '../given/errors.js';
import { kindOf } from '../given/kinds.js';

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
