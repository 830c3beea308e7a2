/** Brings the values that a statement was given to its parameters: those by place, those in arrays, and those by name. */
import { MisuseError } from '../given/errors.js';
import { bytesOf, isBindable } from './slots.js';
import { type ParameterShape, unbindable } from './values.js';
import { kindOf } from '../given/kinds.js';

/**
 * The values of all parameters by their index. They are taken in the order in which they were given, and the first one that
 * does not fit is the one to tell of. Getters are called, which are user code.
 */
export function valuesFor(shape: ParameterShape, values: readonly unknown[], sql: string): unknown[] {
  const taking = new Taking(shape, values, sql);
  for (const value of values) {
    if (Array.isArray(value)) {
      const { length } = value;
      for (let i = 0; i < length; i++) taking.place(value[i]);
    } else if (isPlainObject(value)) {
      taking.byName(value);
    } else {
      if (isOtherObject(value) && shape.names.some((name) => name !== undefined)) throw notPlain(value, sql);
      taking.place(value);
    }
  }
  taking.end();
  return taking.all;
}

/** The values that were taken so far. */
class Taking {
  readonly all: unknown[];
  /** The object of named parameters, wherever it stands. */
  readonly #named: Record<string, unknown> | undefined;
  /** The parameters that are given by place. */
  readonly #places: readonly number[];
  #placed = 0;
  #tookNamed = false;

  constructor(readonly shape: ParameterShape, readonly values: readonly unknown[], readonly sql: string) {
    this.all = new Array<unknown>(shape.count);
    this.#named = values.find(isPlainObject);
    this.#places = this.#named === undefined ? shape.positional : shape.positional.filter((i) => !this.#hasName(i));
  }

  #hasName(index: number): boolean {
    const name = this.shape.names[index];
    return name !== undefined && Object.hasOwn(this.#named!, name);
  }

  place(value: unknown): void {
    const index = this.#places[this.#placed++];
    if (!isBindable(value)) throw unbindable(index === undefined ? `Value ${this.#placed}` : nameOf(this.shape, index), value);
    if (index === undefined) throw this.#wrongNumber(numberOf(this.values));
    this.all[index] = value;
  }

  byName(object: Record<string, unknown>): void {
    const { shape, sql } = this;
    if (this.#tookNamed) throw new MisuseError('MISUSE', `Two objects of named parameters were given to: ${sql}`);
    this.#tookNamed = true;
    for (let i = 0; i < shape.count; i++) {
      const name = shape.names[i];
      if (name === undefined) continue;
      if (this.#hasName(i)) {
        const value = (this.all[i] = object[name]);
        if (!isBindable(value)) throw unbindable(nameOf(shape, i), value);
      } else if (!shape.positional.includes(i)) {
        throw new RangeError(`The parameter '${name}' was given no value for: ${sql}`);
      }
    }
  }

  /** Throws unless each parameter has got its value. */
  end(): void {
    const { shape, sql } = this;
    if (this.#named === undefined) {
      const missing = shape.names.find((name, i) => name !== undefined && !shape.positional.includes(i));
      if (missing !== undefined) {
        throw new MisuseError('MISUSE', `The parameters have names: give an object with a value for '${missing}' to: ${sql}`);
      }
    }
    if (this.#placed < this.#places.length) throw this.#wrongNumber(this.#placed);
  }

  #wrongNumber(given: number): Error {
    const wanted = this.#places.length;
    const named = this.shape.count - wanted;
    const beside = named === 0 ? '' : ` beside ${named} named`;
    return new RangeError(
      `The statement has ${wanted} positional parameter${wanted === 1 ? '' : 's'}${beside}, but ${given} ` +
        `value${given === 1 ? ' was' : 's were'} given: ${this.sql}`,
    );
  }
}

/** How many values are given by place. */
function numberOf(values: readonly unknown[]): number {
  return values.reduce((sum: number, value) => sum + (Array.isArray(value) ? value.length : isPlainObject(value) ? 0 : 1), 0);
}

/** What a parameter is called, for people. */
function nameOf(shape: ParameterShape, index: number): string {
  const name = shape.names[index];
  return `Parameter ${name === undefined || shape.positional.includes(index) ? index + 1 : `'${name}'`}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether it is an object that can be neither a value nor named parameters. */
function isOtherObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && bytesOf(value) === undefined;
}

function notPlain(value: object, sql: string): Error {
  const plain = value instanceof Map ? 'Object.fromEntries(it)' : '{...it}';
  return new MisuseError('MISUSE', `Named parameters were given as ${kindOf(value)}: give a plain object, such as ${plain}, to: ${sql}`);
}
