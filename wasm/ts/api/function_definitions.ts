/** Makes JavaScript functions known to a connection, after looking at what was given. */
import type { Connection } from './connection.js';
import { MisuseError } from '../given/errors.js';
import { type Callback, addFunction } from './functions.js';
import { booleanOption, functionOption, optionsOf, textOf } from '../given/given_options.js';
import { SQLITE_DETERMINISTIC, SQLITE_DIRECTONLY, SQLITE_OK, SQLITE_UTF8 } from '../generated/sqlite.js';
import { kindOf } from '../given/kinds.js';

const FUNCTION_OPTIONS = ['varargs', 'deterministic', 'directOnly', 'safeIntegers'];
const AGGREGATE_OPTIONS = ['start', 'step', 'inverse', 'result', ...FUNCTION_OPTIONS];

/** What is told of a function when it is created, beside its name and number. */
interface Manner {
  readonly argc: number;
  readonly flags: number;
  readonly safeIntegers: number;
}

/** Makes `fn` the SQL function `name`. */
export function defineFunction(connection: Connection, name: string, given: unknown, fn: unknown): void {
  nameOf(name, 'function()');
  if (typeof fn !== 'function') throw new MisuseError('MISUSE', `function('${name}') takes a function, and got ${kindOf(fn)}.`);
  const options = optionsOf(given, 'function()', FUNCTION_OPTIONS);
  const { argc, flags, safeIntegers } = mannerOf(connection, name, options, [fn as Callback], 0);
  connection.checkQuiet();
  const id = addFunction(connection.context, { name, call: fn as Callback });
  define(connection, name, (address) =>
    connection.exports.glasswal_create_function(connection.pointer, address, argc, flags, id, safeIntegers));
}

/** Makes the SQL aggregate `name`. */
export function defineAggregate(connection: Connection, name: string, given: unknown): void {
  nameOf(name, 'aggregate()');
  if (given === undefined || given === null) throw new MisuseError('MISUSE', `aggregate('${name}') needs options with a function 'step'.`);
  const options = optionsOf(given, 'aggregate()', AGGREGATE_OPTIONS);
  const step = functionOption<Callback>(options, 'step');
  const inverse = functionOption<Callback>(options, 'inverse');
  const result = functionOption<Callback>(options, 'result');
  if (step === undefined) throw new MisuseError('OPTION', `aggregate('${name}') needs a function 'step' in its options.`);
  const start = 'start' in options ? options.start : null;
  const { argc, flags, safeIntegers } = mannerOf(connection, name, options, inverse ? [step, inverse] : [step], 1);
  connection.checkQuiet();
  const id = addFunction(connection.context, {
    name,
    start: typeof start === 'function' ? (start as () => unknown) : () => start,
    step,
    inverse,
    result,
  });
  define(connection, name, (address) =>
    connection.exports.glasswal_create_aggregate(
      connection.pointer, address, argc, flags, id, safeIntegers, Number(inverse !== undefined),
    ));
}

function nameOf(name: unknown, method: string): void {
  if (textOf(name, `The name in ${method}`) === '') throw new MisuseError('MISUSE', `The name in ${method} is empty: give one.`);
}

function mannerOf(
  connection: Connection, name: string, options: Readonly<Record<string, unknown>>, functions: readonly Callback[], own: number,
): Manner {
  const safe = 'safeIntegers' in options ? booleanOption(options, 'safeIntegers') : connection.safeIntegers;
  const flags = SQLITE_UTF8 | (booleanOption(options, 'deterministic') ? SQLITE_DETERMINISTIC : 0) |
    (booleanOption(options, 'directOnly') ? SQLITE_DIRECTONLY : 0);
  const argc = booleanOption(options, 'varargs') ? -1 : arity(name, functions, own);
  return { argc, flags, safeIntegers: Number(safe) };
}

/** How many arguments SQL gives: as many as are declared by the function that has most, less its `own` first ones. */
function arity(name: string, functions: readonly Callback[], own: number): number {
  const declared = functions.map(({ length }) => length);
  if (!declared.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new MisuseError('MISUSE', `A function of '${name}' has a length that is no number of arguments: leave 'length' as it is.`);
  }
  const most = Math.max(Math.max(...declared) - own, 0);
  if (most <= 100) return most;
  throw new RangeError(`The function '${name}' declares ${most} arguments, and SQLite passes 100 at most.`);
}

function define(connection: Connection, name: string, create: (nameAddress: number) => number): void {
  const text = connection.placeSql(name);
  const code = create(text.address);
  connection.context.releaseText(text);
  if (code !== SQLITE_OK) connection.expect(code, `The function '${name}' cannot be defined`);
}
