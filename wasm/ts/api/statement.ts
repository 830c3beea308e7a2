/** A prepared statement. */
import { Connection } from './connection.js';
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
} from '../generated/encoding.js';
import { MisuseError } from '../given/errors.js';
import { Execution, fetchAll } from './execution.js';
import { switchOf } from '../given/given_options.js';
import { StatementIterator } from './iterator.js';
import { type ColumnDefinition, columnDefinitions, prepare } from './prepare.js';
import type { RowMode } from '../engine/rows.js';
import type { Bindings, Given, SqlValue } from '../engine/values.js';

/** What run() tells. */
export interface RunResult {
  /** How many rows the statement inserted, changed or deleted. */
  readonly changes: number;
  /** The rowid of the last row that this connection inserted. */
  readonly lastInsertRowid: number | bigint;
}

/** A row as an object, by the names of its columns; of two columns with one name the last one counts. */
export type Row = Record<string, SqlValue>;

// What the class does not name inside of itself keeps its name when it is bundled.
let isBusy: (statement: Statement) => boolean;

// One function for all statements: with one each no two of them would have the same shape, and every use would be slow.
const BUSY = {
  get(this: Statement): boolean {
    return isBusy(this);
  },
  enumerable: true,
};

/**
 * A prepared statement, made by database.prepare(). Everything is synchronous.
 *
 * Every method throws a SqliteError if SQLite fails, a TypeError or RangeError for parameters that do not fit, and a
 * MisuseError, which is a TypeError, if the statement cannot be used so. `R` is what a row is, `B` what the parameters are.
 */
export class Statement<R = Row, B extends readonly unknown[] = Bindings> implements Disposable {
  /** The SQL as it was given. */
  declare readonly source: string;
  /** Whether it returns rows: then get(), all() and iterate() are for it. */
  declare readonly reader: boolean;
  /** Whether it leaves the database as it is. */
  declare readonly readonly: boolean;
  /** Whether an iterator of it is open. */
  declare readonly busy: boolean;

  readonly #execution: Execution;
  readonly #reader: boolean;
  #mode: RowMode = 'object';

  static {
    isBusy = (statement) => statement.#execution.handle.iterated;
  }

  /** @internal */
  constructor(connection: Connection, sql: string, safeIntegers: boolean) {
    if (!(connection instanceof Connection)) throw new MisuseError('MISUSE', 'A statement is made by database.prepare(sql).');
    connection.check();
    const pointer = prepare(connection, sql);
    const { exports } = connection;
    const handle = connection.adopt(this, pointer);
    this.#execution = new Execution(connection, handle, sql, this);
    this.#execution.flags = safeIntegers ? EXECUTE_SAFE_INTEGERS : 0;
    this.#reader = exports.sqlite3_column_count(pointer) > 0;
    // One by one: defineProperties() takes half as long again, and prepare() is often called for a single run.
    show(this, 'reader', this.#reader);
    show(this, 'readonly', exports.sqlite3_stmt_readonly(pointer) !== 0);
    show(this, 'source', sql);
    show(this, 'database', connection.database);
    Object.defineProperty(this, 'busy', BUSY);
  }

  /** Runs the statement to its end and tells what it has changed; of one with rows only as far as its first. */
  run<T extends object>(...values: Given<B, T>): RunResult {
    const execution = this.#execution;
    const { connection } = execution;
    if (connection.iterators !== 0) connection.checkWritable();
    const flags = execution.begin(values);
    const { batch } = connection.context.scratch;
    execution.execute(flags | EXECUTE_RESET_AT_LIMIT, batch, 0);
    const { f64, i64 } = batch;
    const rowid = f64[AT8_LAST_ROWID]!;
    const exact = (flags & EXECUTE_SAFE_INTEGERS) === 0 && Number.isSafeInteger(rowid);
    const result = { changes: f64[AT8_CHANGES]!, lastInsertRowid: exact ? rowid : i64[AT8_LAST_ROWID_64]! };
    return result;
  }

  /** The first row, or undefined if there is none. */
  get<T extends object>(...values: Given<B, T>): R | undefined {
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
  all<T extends object>(...values: Given<B, T>): R[] {
    return this.#collect('all', values, this.#mode) as R[];
  }

  /** All rows as arrays, whatever raw(), pluck() or expand() were told. */
  values<T extends object>(...values: Given<B, T>): SqlValue[][] {
    return this.#collect('values', values, 'raw') as SqlValue[][];
  }

  /**
   * The rows one after another. Until the iterator is done or left (`break` leaves it), the statement is busy and its
   * snapshot stays, which keeps checkpoints from going on. Rows are read ahead in batches; rows that this connection
   * changes meanwhile may be seen or not.
   */
  iterate<T extends object>(...values: Given<B, T>): IterableIterator<R> {
    this.#needRows('iterate');
    const execution = this.#execution;
    const flags = execution.beginSlowly(values);
    return new StatementIterator<R>(execution, execution.loudly(execution.fetcher(flags, this.#mode)));
  }

  /** Binds values for good, which run(), get() and the others then take no more; possible once. */
  bind<T extends object>(...values: Given<B, T>): this {
    this.#execution.bind(values);
    return this;
  }

  /** Rows as arrays (or not). */
  raw(...on: [on?: boolean]): Statement<SqlValue[], B> {
    return this.#as('raw', on) as Statement<SqlValue[], B>;
  }

  /** Only the first value of each row (or not). */
  pluck(...on: [on?: boolean]): Statement<SqlValue, B> {
    return this.#as('pluck', on) as Statement<SqlValue, B>;
  }

  /** Rows as objects of objects by table, with '$' for what is computed (or not). */
  expand(...on: [on?: boolean]): Statement<Record<string, Row>, B> {
    return this.#as('expand', on) as Statement<Record<string, Row>, B>;
  }

  /** Every INTEGER as a bigint (or only those that a number cannot hold). */
  safeIntegers(...on: [on?: boolean]): this {
    this.#execution.checkIdle();
    this.#execution.flags = switchOf(on, 'safeIntegers') ? EXECUTE_SAFE_INTEGERS : 0;
    return this;
  }

  /** The columns of the rows. */
  columns(): ColumnDefinition[] {
    this.#needRows('columns');
    this.#execution.checkExists();
    this.#execution.checkStill();
    return columnDefinitions(this.#execution.connection, this.#execution.handle.pointer);
  }

  /** The SQL; with the values that bind() was given in their places. */
  toString(): string {
    return this.#execution.toString();
  }

  /** @internal Lets it run without its parameters. */
  needNothing(): this {
    this.#execution.needNothing();
    return this;
  }

  /** Gives back what it takes in the module; happens by itself when the database is closed. */
  finalize(): void {
    const { connection, handle } = this.#execution;
    this.#execution.checkStill();
    connection.finalize(handle);
  }

  /** The same as finalize(): for `using`. */
  [dispose](): void {
    this.finalize();
  }

  #as(mode: RowMode, on: readonly unknown[]): unknown {
    this.#needRows(mode);
    this.#execution.checkIdle();
    if (switchOf(on, mode)) this.#mode = mode;
    else if (this.#mode === mode) this.#mode = 'object';
    return this;
  }

  #needRows(method: string): void {
    if (this.#reader) return;
    throw new MisuseError(
      'MISUSE', `${method}() is for statements with rows, and this one returns none: use run(): ${this.source}`,
    );
  }

  #collect(method: string, values: readonly unknown[], mode: RowMode): unknown[] {
    this.#needRows(method);
    return fetchAll(this.#execution.fetcher(this.#execution.begin(values), mode));
  }
}

/** Gives `statement` a property that cannot be changed. */
function show(statement: object, name: string, value: unknown): void {
  Object.defineProperty(statement, name, { value, enumerable: true });
}
