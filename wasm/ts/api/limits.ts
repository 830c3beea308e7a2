/** SQLite's limits of one connection. */
import type { Connection } from './connection.js';
import { MisuseError } from '../given/errors.js';
import { kindOf } from '../given/kinds.js';

/** In the order of SQLite's numbers; the names are those of node:sqlite. */
const NAMES = [
  'length', 'sqlLength', 'column', 'exprDepth', 'compoundSelect', 'vdbeOp', 'functionArg', 'attach', 'likePatternLength',
  'variableNumber', 'triggerDepth',
] as const;

/**
 * How large things may be: see SQLite's sqlite3_limit. Assign a whole number, or Infinity for the most that there is;
 * more than that is a RangeError.
 */
export type Limits = Record<(typeof NAMES)[number], number>;

/** The limits of `connection`, which take effect when they are assigned. No other property can be added. */
export function limitsOf(connection: Connection): Limits {
  const limits = {} as Limits;
  NAMES.forEach((name, category) => {
    Object.defineProperty(limits, name, {
      enumerable: true,
      get: () => change(connection, category, -1),
      set: (value: unknown) => {
        set(connection, name, category, value);
      },
    });
  });
  return Object.preventExtensions(limits);
}

/** Sets a limit unless `value` is negative; what it was before. */
function change(connection: Connection, category: number, value: number): number {
  connection.check();
  return connection.exports.sqlite3_limit(connection.pointer, category, value);
}

function set(connection: Connection, name: string, category: number, value: unknown): void {
  if (typeof value !== 'number') throw new MisuseError('MISUSE', `limits.${name} takes a number, and got ${kindOf(value)}.`);
  if (value !== Infinity && (!Number.isInteger(value) || value < 0)) {
    throw new RangeError(`limits.${name} is ${value}: give a whole number from 0 on, or Infinity.`);
  }
  const before = change(connection, category, Math.min(value, 0x7fffffff));
  const became = change(connection, category, -1);
  // SQLite takes the nearest that it can.
  if (value === Infinity || became === value) return;
  change(connection, category, before);
  const bound = value > became ? 'most' : 'least';
  throw new RangeError(`limits.${name} is ${value}, and the ${bound} that there is, is ${became}.`);
}
