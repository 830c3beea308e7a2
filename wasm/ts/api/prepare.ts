/** Compiles one statement and finds out what it is. */
import type { Connection } from './connection.js';
import { SQLITE_OK, SQLITE_PREPARE_PERSISTENT } from '../generated/sqlite.js';
import { decodeCString } from '../engine/text.js';
import type { ParameterShape } from '../engine/values.js';

/** A column of the rows that a statement returns; null where it is computed and so comes from no table. */
export interface ColumnDefinition {
  /** What it is called in a row. */
  readonly name: string;
  /** The column of the table that it comes from. */
  readonly column: string | null;
  /** The table. */
  readonly table: string | null;
  /** The schema of the table: 'main', 'temp', or an attached one. */
  readonly database: string | null;
  /** The declared type. */
  readonly type: string | null;
}

/** Compiles `sql`, which holds exactly one statement, and returns its sqlite3_stmt. */
export function prepare(connection: Connection, sql: string): number {
  const { context } = connection;
  const text = connection.placeSql(sql);
  try {
    const first = compile(connection, text.address, text.size, sql);
    if (first.statement === 0) {
      throw new RangeError(`There is no statement in the SQL, only space and comments: ${JSON.stringify(sql)}`);
    }
    try {
      refuseMore(connection, first.tail, text.address + text.size - first.tail, sql);
    } catch (error) {
      connection.exports.sqlite3_finalize(first.statement);
      throw error;
    }
    return first.statement;
  } finally {
    context.releaseText(text);
  }
}

/** Compiles the first statement at `address`, of `size` bytes with the zero. */
export function compile(connection: Connection, address: number, size: number, sql: string): { statement: number; tail: number } {
  const { batch } = connection.context.scratch;
  // SQLite may ask for the definition of a virtual table.
  connection.context.forgetThrown();
  const code = connection.exports.sqlite3_prepare_v3(
    connection.pointer, address, size, SQLITE_PREPARE_PERSISTENT, batch.address, batch.address + 4,
  );
  if (code !== SQLITE_OK) throw connection.failure({ sql });
  connection.keepFromWaiting(sql);
  return { statement: batch.u32[0]!, tail: batch.u32[1]! };
}

/** What follows the first statement may be space and comments. */
function refuseMore(connection: Connection, tail: number, size: number, sql: string): void {
  while (size > 1) {
    let next: { statement: number; tail: number };
    try {
      next = compile(connection, tail, size, sql);
    } catch {
      // Whatever it is that SQLite cannot compile, it is more than one statement.
      throw severalStatements(sql);
    }
    if (next.statement !== 0) {
      connection.exports.sqlite3_finalize(next.statement);
      throw severalStatements(sql);
    }
    size -= next.tail - tail;
    tail = next.tail;
  }
}

function severalStatements(sql: string): Error {
  return new RangeError(
    `The SQL holds more than one statement, and prepare() takes one: prepare each, or run all with exec(): ${sql}`,
  );
}

/** The names of the columns that `statement` returns. */
export function columnNames(connection: Connection, statement: number): string[] {
  const { exports } = connection;
  return texts(connection, statement, exports.sqlite3_column_name).map((name) => name ?? '');
}

/** For each column what `read` says of it; null where it says nothing. */
export function texts(
  connection: Connection,
  statement: number,
  read: (statement: number, column: number) => number,
): (string | null)[] {
  const { engine } = connection;
  const count = connection.exports.sqlite3_column_count(statement);
  return Array.from({ length: count }, (_, i) => {
    const address = read(statement, i) >>> 0;
    return address === 0 ? null : decodeCString(engine.u8, address);
  });
}

/** The columns of `statement`. */
export function columnDefinitions(connection: Connection, statement: number): ColumnDefinition[] {
  const { exports } = connection;
  const column = texts(connection, statement, exports.sqlite3_column_origin_name);
  const table = texts(connection, statement, exports.sqlite3_column_table_name);
  const database = texts(connection, statement, exports.sqlite3_column_database_name);
  const type = texts(connection, statement, exports.sqlite3_column_decltype);
  return columnNames(connection, statement).map((name, i) => ({
    name, column: column[i] ?? null, table: table[i] ?? null, database: database[i] ?? null, type: type[i] ?? null,
  }));
}

/** The parameters of `statement`. */
export function parameterShape(connection: Connection, statement: number): ParameterShape {
  const { engine, exports } = connection;
  const count = exports.sqlite3_bind_parameter_count(statement);
  const names: (string | undefined)[] = [];
  const positional: number[] = [];
  for (let i = 0; i < count; i++) {
    const address = exports.sqlite3_bind_parameter_name(statement, i + 1) >>> 0;
    const name = address === 0 ? '' : decodeCString(engine.u8, address);
    names.push(name === '' ? undefined : name.slice(1));
    if (name === '' || name.startsWith('?')) positional.push(i);
  }
  return { count, names, positional };
}
