/** Brings the values that a statement was given to its parameters: those by place, those in arrays, and those by name. */
import { bytesOf } from './slots.js';
import { type ParameterShape, kindOf } from './values.js';

/**
 * The values of all parameters by their index, those that are missing as holes; `wrong` says what does not fit. Getters and
 * iterators are called, which are user code.
 */
export function valuesFor(shape: ParameterShape, values: readonly unknown[], sql: string): { all: unknown[]; wrong?: Error } {
  const { given, count, named } = taken(shape, values, sql);
  const all = new Array<unknown>(shape.count);
  let places = 0;
  let missing: string | undefined;
  for (let i = 0; i < shape.count; i++) {
    const name = shape.names[i];
    if (name !== undefined && named !== undefined && Object.hasOwn(named, name)) all[i] = named[name];
    else if (name !== undefined && !shape.positional.includes(i)) missing ??= name;
    else if (places++ < given.length) all[i] = given[places - 1];
  }
  if (count > places) return { all, wrong: wrongNumber(shape, places, count, sql) };
  if (missing !== undefined) return { all, wrong: notGiven(missing, named !== undefined, sql) };
  return count < places ? { all, wrong: wrongNumber(shape, places, count, sql) } : { all };
}

/** What a parameter is called, for people. */
export function nameOf(shape: ParameterShape, index: number): string {
  const name = shape.names[index];
  return name === undefined || shape.positional.includes(index) ? String(index + 1) : `'${name}'`;
}

/** The values by place, how many they are, and those by name. */
function taken(
  shape: ParameterShape, values: readonly unknown[], sql: string,
): { given: unknown[]; count: number; named: Record<string, unknown> | undefined } {
  const given: unknown[] = [];
  let count = 0;
  let named: Record<string, unknown> | undefined;
  for (const value of values) {
    if (Array.isArray(value)) {
      for (const each of value as unknown[]) {
        // An array of nothing can have billions.
        if (given.length > shape.count) break;
        given.push(each);
      }
      count = Math.max(given.length, count + value.length);
    } else if (isPlainObject(value)) {
      if (named !== undefined) throw new TypeError(`Two objects of named parameters were given to: ${sql}`);
      named = value;
    } else {
      if (isOtherObject(value) && shape.names.some((name) => name !== undefined)) throw notPlain(value, sql);
      given.push(value);
      count++;
    }
  }
  return { given, count, named };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether it is an object that can be neither a value nor named parameters. */
function isOtherObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && bytesOf(value) === undefined;
}

function notPlain(value: object, sql: string): Error {
  return new TypeError(`Named parameters were given as ${kindOf(value)}: give a plain object, such as {...it}, to: ${sql}`);
}

function notGiven(name: string, others: boolean, sql: string): Error {
  if (others) return new RangeError(`The parameter '${name}' was given no value for: ${sql}`);
  return new TypeError(`The parameters have names: give an object with a value for '${name}' to: ${sql}`);
}

function wrongNumber(shape: ParameterShape, wanted: number, given: number, sql: string): Error {
  const named = shape.count - wanted;
  const beside = named === 0 ? '' : ` beside ${named} named`;
  return new RangeError(
    `The statement has ${wanted} positional parameter${wanted === 1 ? '' : 's'}${beside}, but ${given} ` +
      `value${given === 1 ? ' was' : 's were'} given: ${sql}`,
  );
}
