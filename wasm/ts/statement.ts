/** A prepared statement. */
import type { Connection } from './connection.js';
import { dispose } from './dispose.js';
import {
  AT8_CHANGES,
  AT8_LAST_ROWID,
  AT8_LAST_ROWID_64,
  AT_FLAGS,
  AT_ROWS,
  BATCH_PENDING,
  EXECUTE_RESET_AT_LIMIT,
  EXECUTE_SAFE_INTEGERS,
} from './encoding.js';
import { GlasswalError } from './errors.js';
import { Execution } from './execution.js';
import { RowIterator } from './iterator.js';
import { type ColumnDefinition, columnDefinitions, prepare } from './prepare.js';
import type { RowMode } from './rows.js';
import type { Bindings, SqlValue } from './values.js';

/** What run() tells. */
export interface RunResult {
  /** How many rows the statement inserted, changed or deleted. */
  readonly changes: number;
  /** The rowid of the last row that this connection inserted. */
  readonly lastInsertRowid: number | bigint;
}

/** A row as an object, by the names of its columns; of two columns with one name the last one counts. */
export type Row = Record<string, SqlValue>;

const NO_LIMIT = 0x7fffffff;

/**
 * A prepared statement, made by database.prepare(). Everything is synchronous.
 *
 * Every method throws a SqliteError if SQLite fails, a TypeError or RangeError for parameters that do not fit, and a
 * GlasswalError if the statement cannot be used so.
 */
export class Statement<R = Row> implements Disposable {
  /** The SQL as it was given. */
  readonly source: string;
  /** Whether it returns rows: then get(), all() and iterate() are for it, otherwise run(). */
  readonly reader: boolean;
  /** Whether it leaves the database as it is. */
  readonly readonly: boolean;

  readonly #execution: Execution;
  #mode: RowMode = 'object';

  /** @internal */
  constructor(connection: Connection, sql: string, safeIntegers: boolean) {
    connection.check();
    const pointer = prepare(connection, sql);
    const { exports } = connection;
    this.source = sql;
    this.#execution = new Execution(connection, connection.adopt(this, pointer), sql, this);
    this.safeIntegers(safeIntegers);
    this.reader = exports.sqlite3_column_count(pointer) > 0;
    this.readonly = exports.sqlite3_stmt_readonly(pointer) !== 0;
  }

  /** Whether an iterator of it is in use, or a user function that it has called is running. */
  get busy(): boolean {
    const { busy, iterated } = this.#execution.handle;
    return busy || iterated;
  }

  /** Runs a statement that returns no rows. */
  run(...values: Bindings): RunResult {
    if (this.reader) {
      throw new GlasswalError(
        'MISUSE', `run() is for statements without rows, and this one returns some: use get(), all() or iterate(): ${this.source}`,
      );
    }
    const execution = this.#execution;
    const flags = execution.begin(values);
    const { batch } = execution.connection.context.scratch;
    execution.execute(flags, batch, 0);
    const { f64, i64 } = batch;
    const rowid = f64[AT8_LAST_ROWID]!;
    const exact = (flags & EXECUTE_SAFE_INTEGERS) === 0 && Number.isSafeInteger(rowid);
    const result = { changes: f64[AT8_CHANGES]!, lastInsertRowid: exact ? rowid : i64[AT8_LAST_ROWID_64]! };
    return result;
  }

  /** The first row, or undefined if there is none. */
  get(...values: Bindings): R | undefined {
    this.#needRows('get');
    const execution = this.#execution;
    const flags = execution.begin(values) | EXECUTE_RESET_AT_LIMIT;
    const { batch } = execution.connection.context.scratch;
    execution.execute(flags, batch, 1);
    let row: unknown;
    if ((batch.i32[AT_FLAGS]! & BATCH_PENDING) !== 0) {
      row = execution.largeRow(flags, batch, this.#mode);
    } else if (batch.i32[AT_ROWS] !== 0) {
      row = execution.firstRow(batch, this.#mode);
    }
    return row as R | undefined;
  }

  /** All rows. */
  all(...values: Bindings): R[] {
    return this.#collect('all', values, this.#mode) as R[];
  }

  /** All rows as arrays, whatever raw(), pluck() or expand() were told. */
  values(...values: Bindings): SqlValue[][] {
    return this.#collect('values', values, 'raw') as SqlValue[][];
  }

  /**
   * The rows one after another. Until the iterator is done or left (`break` leaves it), the statement is busy and its
   * snapshot stays, which keeps checkpoints from going on. Rows are read ahead in batches; rows that this connection
   * changes meanwhile may be seen or not.
   */
  iterate(...values: Bindings): IterableIterator<R> {
    this.#needRows('iterate');
    const execution = this.#execution;
    return new RowIterator<R>(execution, execution.fetcher(execution.beginSlowly(values), this.#mode));
  }

  /** Binds values for good, which run(), get() and the others then take no more; possible once. */
  bind(...values: Bindings): this {
    this.#execution.bind(values);
    return this;
  }

  /** Rows as arrays (or not). */
  raw(on = true): Statement<SqlValue[]> {
    return this.#as(on ? 'raw' : 'object') as Statement<SqlValue[]>;
  }

  /** Only the first value of each row (or not). */
  pluck(on = true): Statement<SqlValue> {
    return this.#as(on ? 'pluck' : 'object') as Statement<SqlValue>;
  }

  /** Rows as objects of objects by table, with '$' for what is computed (or not). */
  expand(on = true): Statement<Record<string, Row>> {
    return this.#as(on ? 'expand' : 'object') as Statement<Record<string, Row>>;
  }

  /** Every INTEGER as a bigint (or only those that a number cannot hold). */
  safeIntegers(on = true): this {
    this.#execution.checkIdle();
    this.#execution.flags = on ? EXECUTE_SAFE_INTEGERS : 0;
    return this;
  }

  /** The columns of the rows. */
  columns(): ColumnDefinition[] {
    this.#needRows('columns');
    this.#execution.checkExists();
    return columnDefinitions(this.#execution.connection, this.#execution.handle.pointer);
  }

  /** Gives back what it takes in the module; happens by itself when the database is closed. */
  finalize(): void {
    const { connection, handle } = this.#execution;
    this.#execution.checkStill();
    connection.finalize(handle);
  }

  [dispose](): void {
    this.finalize();
  }

  #as(mode: RowMode): unknown {
    this.#needRows(mode);
    this.#execution.checkIdle();
    this.#mode = mode;
    return this;
  }

  #needRows(method: string): void {
    if (this.reader) return;
    throw new GlasswalError(
      'MISUSE', `${method}() is for statements with rows, and this one returns none: use run(): ${this.source}`,
    );
  }

  #collect(method: string, values: Bindings, mode: RowMode): unknown[] {
    this.#needRows(method);
    const fetch = this.#execution.fetcher(this.#execution.begin(values), mode);
    const rows: unknown[] = [];
    while (fetch(rows, NO_LIMIT)) {
      // Each call has added its rows.
    }
    return rows;
  }
}

/** The first value of each row that `sql` gives. */
export function firstValues(connection: Connection, sql: string): SqlValue[] {
  const statement = new Statement(connection, sql, false);
  try {
    return statement.pluck().all();
  } finally {
    statement.finalize();
  }
}

/** The value of `PRAGMA ${pragma}`. */
export function pragmaOf(connection: Connection, pragma: string): SqlValue | undefined {
  return firstValues(connection, `PRAGMA ${pragma}`)[0];
}
