/** What a virtual table is made of, and its checks. */
import { MisuseError } from '../given/errors.js';
import { kindOf } from '../given/kinds.js';

/** A value that a row of a virtual table holds; undefined is NULL. */
export type TableValue = number | bigint | string | ArrayBufferView | ArrayBuffer | null | undefined;

/** A virtual table. */
export interface TableDefinition {
  /** The names of its columns. */
  readonly columns: readonly string[];
  /**
   * Yields its rows: arrays with a value for each column, or objects with a property for each. Its arguments are the
   * values of the parameters, undefined for those that SQL does not give. Each scan calls it anew, and returns it when no
   * more of it is wanted. It may use the database.
   */
  readonly rows: (...parameters: never[]) => Generator<readonly TableValue[] | Readonly<Record<string, TableValue>>>;
  /** The names of its parameters, hidden columns that SQL gives as arguments or with `=`. As many as `rows` declares. */
  readonly parameters?: readonly string[];
  /** Gets each INTEGER of a parameter as a bigint; as the database does by default. */
  readonly safeIntegers?: boolean;
  /** Cannot be used in triggers and views. */
  readonly directOnly?: boolean;
}

/** A definition that was checked. */
export interface Definition {
  /** What messages call it. */
  readonly name: string;
  readonly rows: (...parameters: unknown[]) => Iterator<unknown>;
  readonly parameters: readonly string[];
  /** Where in a row each column is. */
  readonly columns: ReadonlyMap<string, number>;
  readonly safeIntegers: boolean | undefined;
  readonly directOnly: boolean;
  /** The CREATE TABLE statement that SQLite learns the columns from. */
  readonly schema: string;
}

/** SQLite tells which of them are given by the bits of one number. */
const MOST_PARAMETERS = 32;

/** Checks `given`, which messages call `name`. */
export function checkDefinition(given: TableDefinition, name: string): Definition {
  for (const property of ['rows', 'columns']) {
    if (!Object.hasOwn(given, property)) throw new MisuseError('MISUSE', `${name} has no property '${property}'.`);
  }
  const rows: unknown = given.rows;
  // Of whichever realm it is.
  if (Object.prototype.toString.call(rows) !== '[object GeneratorFunction]') {
    throw new MisuseError('MISUSE', `${name} has as 'rows' ${kindOf(rows)}: give a generator function, function* () { ... }.`);
  }
  const columns = names(given.columns, 'columns', name);
  if (columns.length === 0) throw new RangeError(`${name} has no columns: name at least one.`);
  const parameters = Object.hasOwn(given, 'parameters')
    ? names(given.parameters, 'parameters', name)
    : numbered((rows as Definition['rows']).length, name);
  if (parameters.length > MOST_PARAMETERS) {
    throw new RangeError(`${name} has ${parameters.length} parameters, and may have ${MOST_PARAMETERS}.`);
  }
  const both = parameters.find((parameter) => columns.includes(parameter));
  if (both !== undefined) throw new MisuseError('MISUSE', `${name} has both a column and a parameter '${both}': rename one.`);
  return {
    name,
    rows: rows as Definition['rows'],
    parameters,
    columns: new Map(columns.map((column, i) => [column, i])),
    safeIntegers: flag(given, 'safeIntegers', name),
    directOnly: flag(given, 'directOnly', name) ?? false,
    schema: `CREATE TABLE x(${[...parameters.map((p) => `${quoted(p)} HIDDEN`), ...columns.map(quoted)].join(', ')})`,
  };
}

function names(given: unknown, property: string, name: string): string[] {
  const list = Array.isArray(given) ? [...(given as unknown[])] : [null];
  for (const entry of list) {
    if (typeof entry !== 'string' || entry.includes('\0')) {
      throw new MisuseError('MISUSE', `${name} needs as '${property}' an array of strings without zero characters.`);
    }
  }
  const twice = list.find((entry, i) => list.indexOf(entry) !== i) as string | undefined;
  if (twice !== undefined) throw new MisuseError('MISUSE', `${name} has '${twice}' twice among its ${property}: rename one.`);
  return list as string[];
}

/** The names of parameters that only `rows` declares: a generator whose 'length' was written over may say anything. */
function numbered(length: unknown, name: string): string[] {
  if (!Number.isInteger(length) || (length as number) < 0) {
    throw new MisuseError('MISUSE', `${name} has 'rows' with a length that is no number of arguments: leave 'length' as it is.`);
  }
  return Array.from({ length: Math.min(length as number, MOST_PARAMETERS + 1) }, (_, i) => `$${i + 1}`);
}

function flag(given: TableDefinition, property: 'safeIntegers' | 'directOnly', name: string): boolean | undefined {
  if (!Object.hasOwn(given, property)) return undefined;
  const value: unknown = given[property];
  if (typeof value === 'boolean') return value;
  throw new MisuseError('MISUSE', `${name} has as '${property}' ${kindOf(value)}: give true or false.`);
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
