/** A prepared statement. */
import { dispose } from './dispose.js';
import type { Connection, StatementHandle } from './connection.js';
import {
  AT8_CHANGES,
  AT8_LAST_ROWID,
  AT8_LAST_ROWID_64,
  AT_FLAGS,
  AT_NEEDED_BYTES,
  AT_REPREPARED,
  AT_ROWS,
  BATCH_COMMITTED,
  BATCH_PENDING,
  EXECUTE_BIND,
  EXECUTE_RESET_AT_LIMIT,
  EXECUTE_SAFE_INTEGERS,
  EXECUTE_STANDS_ON_ROW,
} from './encoding.js';
import { GlasswalError } from './errors.js';
import { RowIterator } from './iterator.js';
import { type ColumnDefinition, columnDefinitions, columnNames, parameterShape, prepare, texts } from './prepare.js';
import { SQLITE_DONE, SQLITE_OK, SQLITE_ROW } from './result_codes.js';
import { BatchReader, type RowMode, type RowShape } from './rows.js';
import { type Block, allocateBlock, free } from './scratch.js';
import { type Bindings, ParameterWriter, type ParameterShape, type SqlValue } from './values.js';

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

const reader = new BatchReader();

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

  readonly #connection: Connection;
  readonly #handle: StatementHandle;
  readonly #parameters: ParameterShape;
  readonly #writer: ParameterWriter;
  #shape: RowShape | undefined;
  #shapeOf = -1;
  #mode: RowMode = 'object';
  #flags: number;
  #bound = false;
  #committed = false;

  /** @internal */
  constructor(connection: Connection, sql: string, safeIntegers: boolean) {
    connection.check();
    const pointer = prepare(connection, sql);
    const { exports } = connection;
    this.source = sql;
    this.#connection = connection;
    this.#handle = connection.adopt(this, pointer);
    this.#parameters = parameterShape(connection, pointer);
    this.#writer = new ParameterWriter(connection.context);
    this.#flags = safeIntegers ? EXECUTE_SAFE_INTEGERS : 0;
    this.reader = exports.sqlite3_column_count(pointer) > 0;
    this.readonly = exports.sqlite3_stmt_readonly(pointer) !== 0;
  }

  /** Whether an iterator of it is in use, or a user function that it has called is running. */
  get busy(): boolean {
    return this.#handle.busy;
  }

  /** Runs a statement that returns no rows. */
  run(...values: Bindings): RunResult {
    if (this.reader) {
      throw new GlasswalError(
        'MISUSE', `run() is for statements without rows, and this one returns some: use get(), all() or iterate(): ${this.source}`,
      );
    }
    const flags = this.#begin(values);
    const { batch } = this.#connection.context.scratch;
    this.#execute(flags, batch, 0);
    const { f64, i64 } = batch;
    const rowid = f64[AT8_LAST_ROWID]!;
    const exact = (flags & EXECUTE_SAFE_INTEGERS) === 0 && Number.isSafeInteger(rowid);
    const result = { changes: f64[AT8_CHANGES]!, lastInsertRowid: exact ? rowid : i64[AT8_LAST_ROWID_64]! };
    this.#announce();
    return result;
  }

  /** The first row, or undefined if there is none. */
  get(...values: Bindings): R | undefined {
    this.#needRows('get');
    const flags = this.#begin(values) | EXECUTE_RESET_AT_LIMIT;
    const { batch } = this.#connection.context.scratch;
    this.#execute(flags, batch, 1);
    let row: unknown;
    if ((batch.i32[AT_FLAGS]! & BATCH_PENDING) !== 0) {
      row = this.#largeRow(flags, batch, this.#mode);
    } else if (batch.i32[AT_ROWS] !== 0) {
      row = reader.open(batch).read(this.#mode, this.#shapeFor(batch));
    }
    this.#announce();
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
    this.#check();
    // The rows are fetched later, when the scratch holds the parameters of somebody else.
    if (!this.#bound) this.#bindCopies(values);
    else if (values.length !== 0) throw this.#alreadyBound();
    const connection = this.#connection;
    const handle = this.#handle;
    return new RowIterator<R>({
      handle,
      sql: this.source,
      check: () => connection.check(),
      fetch: this.#fetcher(this.#flags, this.#mode),
      reset: () => void connection.exports.sqlite3_reset(handle.pointer),
    });
  }

  /** Binds values for good, which run(), get() and the others then take no more; possible once. */
  bind(...values: Bindings): this {
    this.#check();
    if (this.#bound) {
      throw new GlasswalError('MISUSE', `bind() was called before, and is for good: prepare another statement: ${this.source}`);
    }
    this.#bindCopies(values);
    this.#bound = true;
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
    this.#flags = on ? EXECUTE_SAFE_INTEGERS : 0;
    return this;
  }

  /** The columns of the rows. */
  columns(): ColumnDefinition[] {
    this.#needRows('columns');
    this.#check();
    return columnDefinitions(this.#connection, this.#handle.pointer);
  }

  /** Gives back what it takes in the module; happens by itself when the database is closed. */
  finalize(): void {
    if (this.#handle.busy && this.#connection.context.inHostCall) {
      throw new GlasswalError('BUSY', `A user function cannot finalize a statement that is running: ${this.source}`);
    }
    this.#connection.finalize(this.#handle);
  }

  [dispose](): void {
    this.finalize();
  }

  #as(mode: RowMode): unknown {
    this.#needRows(mode);
    this.#mode = mode;
    return this;
  }

  #needRows(method: string): void {
    if (this.reader) return;
    throw new GlasswalError(
      'MISUSE', `${method}() is for statements with rows, and this one returns none: use run(): ${this.source}`,
    );
  }

  #check(): void {
    this.#connection.check();
    if (this.#handle.pointer === 0) {
      throw new GlasswalError('FINALIZED', `The statement was finalized: prepare it again: ${this.source}`);
    }
    if (this.#handle.busy) {
      throw new GlasswalError(
        'BUSY',
        'The statement is running: end its iterator (with break or return()), or prepare a second one of the same ' +
          `SQL: ${this.source}`,
      );
    }
  }

  /** Encodes the parameters; the flags to execute with. */
  #begin(values: Bindings): number {
    this.#check();
    if (!this.#bound) return this.#flags | this.#writer.write(this.#parameters, values, this.source);
    if (values.length === 0) return this.#flags;
    throw this.#alreadyBound();
  }

  #alreadyBound(): Error {
    return new GlasswalError('MISUSE', `The parameters were given with bind(): give none now: ${this.source}`);
  }

  #bindCopies(values: Bindings): void {
    this.#writer.write(this.#parameters, values, this.source);
    const code = this.#connection.exports.glasswal_bind(this.#handle.pointer, this.#writer.address, this.#parameters.count);
    this.#writer.handedOver();
    if (code !== SQLITE_OK) throw this.#connection.failure({ sql: this.source });
  }

  /** Runs or goes on; SQLITE_ROW or SQLITE_DONE. What came is in `batch`. */
  #execute(flags: number, batch: Block, maxRows: number): number {
    const handle = this.#handle;
    const connection = this.#connection;
    const writer = this.#writer;
    let code: number;
    handle.busy = true;
    try {
      code = connection.context.execute(
        handle.pointer, writer.address, this.#parameters.count, flags, batch.address, batch.size, maxRows,
      );
    } finally {
      handle.busy = false;
      writer.handedOver();
    }
    if (code !== SQLITE_ROW && code !== SQLITE_DONE) throw connection.failure({ sql: this.source });
    if ((batch.i32[AT_FLAGS]! & BATCH_COMMITTED) !== 0) this.#committed = true;
    return code;
  }

  /** Tells of a commit, after all was read: whoever hears of it may use the scratch. */
  #announce(): void {
    if (!this.#committed) return;
    this.#committed = false;
    this.#connection.onCommit();
  }

  /** The shape of the rows in `batch`: SQLite compiles anew after a change of the schema, by whichever client. */
  #shapeFor(batch: Block): RowShape {
    const reprepared = batch.i32[AT_REPREPARED]!;
    if (this.#shape === undefined || this.#shapeOf !== reprepared) {
      const { exports } = this.#connection;
      const pointer = this.#handle.pointer;
      const names = columnNames(this.#connection, pointer);
      const tables = texts(this.#connection, pointer, exports.sqlite3_column_table_name).map((name) => name ?? '$');
      this.#shape = { names, tables, hasProto: names.includes('__proto__') };
      this.#shapeOf = reprepared;
    }
    return this.#shape;
  }

  /** The row that the statement stands on, which does not fit `batch`. */
  #largeRow(flags: number, batch: Block, mode: RowMode): unknown {
    const { engine, exports } = this.#connection;
    let block: Block | undefined;
    try {
      block = allocateBlock(engine, batch.u32[AT_NEEDED_BYTES]!, 'one large row');
      this.#execute((flags & ~EXECUTE_BIND) | EXECUTE_STANDS_ON_ROW, block, 1);
      return reader.open(block).read(mode, this.#shapeFor(block));
    } catch (error) {
      exports.sqlite3_reset(this.#handle.pointer);
      throw error;
    } finally {
      if (block !== undefined) free(engine, block.address);
    }
  }

  #collect(method: string, values: Bindings, mode: RowMode): unknown[] {
    this.#needRows(method);
    const fetch = this.#fetcher(this.#begin(values), mode);
    const rows: unknown[] = [];
    while (fetch(rows, NO_LIMIT)) {
      // Each call has added its rows.
    }
    return rows;
  }

  /** A function that adds the next rows, at most `maxRows`, to `rows`; false when there are no more. */
  #fetcher(firstFlags: number, mode: RowMode): (rows: unknown[], maxRows: number) => boolean {
    let flags = firstFlags;
    return (rows, maxRows) => {
      const { batch } = this.#connection.context.scratch;
      const code = this.#execute(flags, batch, maxRows);
      flags &= ~(EXECUTE_BIND | EXECUTE_STANDS_ON_ROW);
      const pending = (batch.i32[AT_FLAGS]! & BATCH_PENDING) !== 0;
      if (batch.i32[AT_ROWS]! > 0) {
        const shape = this.#shapeFor(batch);
        reader.open(batch);
        while (reader.left > 0) rows.push(reader.read(mode, shape));
        if (pending) flags |= EXECUTE_STANDS_ON_ROW;
      } else if (pending) {
        rows.push(this.#largeRow(flags, batch, mode));
      }
      if (code === SQLITE_ROW) return true;
      this.#announce();
      return false;
    };
  }
}
