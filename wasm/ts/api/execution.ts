/** Runs a statement: its parameters go into the module, and its rows come out of it, batch by batch. */
import type { Connection, StatementHandle } from './connection.js';
import {
  AT_FLAGS,
  AT_NEEDED_BYTES,
  AT_REPREPARED,
  AT_ROWS,
  BATCH_PENDING,
  EXECUTE_BIND,
  EXECUTE_FORGET,
  EXECUTE_RESET_AT_LIMIT,
  EXECUTE_STANDS_ON_ROW,
} from '../generated/encoding.js';
import { MisuseError } from '../given/errors.js';
import { columnNames, parameterShape, prepare, texts } from './prepare.js';
import { SQLITE_DONE, SQLITE_OK, SQLITE_ROW } from '../generated/sqlite.js';
import { type RowMode, type RowShape, firstRow, readRows, rowShape } from '../engine/rows.js';
import { type Block, allocateBlock, free } from '../engine/scratch.js';
import { type ParameterShape } from '../engine/values.js';
import { ParameterWriter } from '../engine/parameters.js';
import { expandedSql, logStatement } from './verbose.js';

/**
 * Adds the next rows, at most `maxRows`, to `rows`; false when there are no more. Where a row fails, those before it are
 * added first.
 */
export type Fetch = (rows: unknown[], maxRows: number) => boolean;

const NO_LIMIT = 0x7fffffff;

/** All the rows that there are. */
export function fetchAll(fetch: Fetch): unknown[] {
  const rows: unknown[] = [];
  while (fetch(rows, NO_LIMIT)) {
    // Each call has added its rows.
  }
  return rows;
}

/** What a Statement runs by. */
export class Execution {
  /** The EXECUTE_* flags of each run. */
  flags = 0;
  readonly #parameters: ParameterShape;
  readonly #writer: ParameterWriter;
  #shape: RowShape | undefined;
  #shapeOf = -1;
  #bound = false;

  constructor(
    readonly connection: Connection,
    readonly handle: StatementHandle,
    readonly sql: string,
    /** The Statement, which would be finalized if nobody had it any more. */
    readonly owner: object,
  ) {
    this.#parameters = parameterShape(connection, handle.pointer);
    this.#writer = new ParameterWriter(connection.context);
  }

  /** Throws unless there is still a statement. */
  checkExists(): void {
    this.connection.check();
    if (this.handle.pointer !== 0) return;
    throw new MisuseError('FINALIZED', `The statement was finalized: prepare it again: ${this.sql}`);
  }

  /** Throws while a user function of the statement runs: it has no other state then than that of its call. */
  checkStill(): void {
    const { connection } = this;
    if (connection.busy) connection.checkIdle();
    if (!this.handle.busy) return;
    throw new MisuseError('BUSY', `The statement is running, and waits for this function: prepare a second one of the same SQL: ${this.sql}`);
  }

  /** Throws while the statement runs or an iterator of it is open. */
  checkIdle(): void {
    this.checkStill();
    if (!this.handle.iterated) return;
    throw new MisuseError(
      'BUSY',
      'The statement is running: end its iterator (with break or return()), or prepare a second one of the same ' +
        `SQL: ${this.sql}`,
    );
  }

  /** Throws unless the statement can be used now. */
  check(): void {
    this.checkExists();
    this.checkIdle();
  }

  /** Encodes the parameters; the flags to execute with. */
  begin(values: readonly unknown[]): number {
    this.check();
    if (this.connection.verbose !== undefined) return this.#beginLoudly(values);
    if (!this.#bound) return this.flags | this.#encode(values);
    if (values.length === 0) return this.flags;
    throw this.#alreadyBound();
  }

  /** SQLite tells the values that a statement has been bound to. */
  #beginLoudly(values: readonly unknown[]): number {
    const flags = this.beginSlowly(values);
    this.log();
    return this.#bound ? flags : flags | EXECUTE_FORGET;
  }

  /** Tells whoever listens what is run, which then is not to be run or finalized by it. */
  log(): void {
    const { handle } = this;
    handle.busy = true;
    try {
      logStatement(this.connection, handle.pointer, this.sql);
    } finally {
      handle.busy = false;
    }
  }

  /** The SQL, with the values that bind() was given. */
  toString(): string {
    return this.#bound && this.handle.pointer !== 0 && this.connection.usable
      ? expandedSql(this.connection, this.handle.pointer, this.sql)
      : this.sql;
  }

  #alreadyBound(): Error {
    return new MisuseError('MISUSE', `The parameters were given with bind(): give none now: ${this.sql}`);
  }

  /** Binds values for good. */
  bind(values: readonly unknown[]): void {
    this.check();
    if (this.#bound) {
      throw new MisuseError('MISUSE', `bind() was called before, and is for good: prepare another statement: ${this.sql}`);
    }
    this.#bindCopies(values);
    this.#bound = true;
  }

  /** Runs without parameters, as EXPLAIN can. */
  needNothing(): void {
    this.#bound = true;
  }

  /** Begins a run whose rows are fetched later, when the scratch holds the parameters of somebody else. */
  beginSlowly(values: readonly unknown[]): number {
    this.check();
    if (!this.#bound) this.#bindCopies(values);
    else if (values.length !== 0) throw this.#alreadyBound();
    return this.flags;
  }

  /** A getter among the values may have used the statement, too. */
  #encode(values: readonly unknown[]): number {
    const { handle } = this;
    if (values.length === 0 && this.#parameters.count === 0) return 0;
    const flags = this.#writer.write(this.#parameters, values, this.sql);
    if (handle.pointer !== 0 && !handle.iterated) return flags;
    this.#writer.discard();
    this.check();
    return flags;
  }

  #bindCopies(values: readonly unknown[]): void {
    this.#encode(values);
    const code = this.connection.exports.glasswal_bind(this.handle.pointer, this.#writer.address, this.#parameters.count);
    this.#writer.handedOver();
    if (code !== SQLITE_OK) throw this.connection.failure({ sql: this.sql });
  }

  /** Runs or goes on; SQLITE_ROW or SQLITE_DONE. What came is in `batch`. */
  execute(flags: number, batch: Block, maxRows: number): number {
    const code = this.#run(flags, batch, maxRows);
    if (code !== SQLITE_ROW && code !== SQLITE_DONE) throw this.connection.failure({ sql: this.sql });
    return code;
  }

  /** Likewise; any other code is a failure, and the rows before it are in `batch`. */
  #run(flags: number, batch: Block, maxRows: number): number {
    const handle = this.handle;
    const { connection } = this;
    const { context, busy } = connection;
    const writer = this.#writer;
    let code: number;
    handle.busy = true;
    connection.busy = true;
    try {
      context.forgetThrown();
      code = context.execute(
        handle.pointer, writer.address, this.#parameters.count, flags, batch.address, batch.size, maxRows,
      );
    } finally {
      handle.busy = false;
      connection.busy = busy;
      writer.handedOver();
    }
    if (connection.tellsToWait) connection.stopWaiting();
    return code;
  }

  /** Ends a run before its last row. What it has written is committed then, which may fail. */
  reset(): void {
    const { connection, handle } = this;
    let code: number;
    const { busy } = connection;
    // Aggregates that it had begun are asked for their results.
    handle.busy = true;
    connection.busy = true;
    try {
      connection.context.forgetThrown();
      code = connection.exports.sqlite3_reset(handle.pointer);
    } finally {
      handle.busy = false;
      connection.busy = busy;
    }
    if (code !== SQLITE_OK) throw connection.failure({ sql: this.sql });
  }

  /** The first row of `batch`. */
  firstRow(batch: Block, mode: RowMode): unknown {
    return firstRow(batch, mode, this.#shapeFor(batch));
  }

  /** The shape of the rows in `batch`: SQLite compiles anew after a change of the schema, by whichever client. */
  #shapeFor(batch: Block): RowShape {
    const reprepared = batch.i32[AT_REPREPARED]!;
    if (this.#shape === undefined || this.#shapeOf !== reprepared) {
      const { exports } = this.connection;
      const pointer = this.handle.pointer;
      const names = columnNames(this.connection, pointer);
      const tables = texts(this.connection, pointer, exports.sqlite3_column_table_name).map((name) => name ?? '$');
      this.#shape = rowShape(names, tables);
      this.#shapeOf = reprepared;
    }
    return this.#shape;
  }

  /** The row that the statement stands on, which does not fit `batch`. */
  largeRow(flags: number, batch: Block, mode: RowMode): unknown {
    const { engine } = this.connection;
    let block: Block | undefined;
    try {
      block = allocateBlock(engine, batch.u32[AT_NEEDED_BYTES]!, 'one large row');
      this.execute((flags & ~EXECUTE_BIND) | EXECUTE_STANDS_ON_ROW, block, 1);
      return this.firstRow(block, mode);
    } catch (error) {
      this.reset();
      throw error;
    } finally {
      if (block !== undefined) free(engine, block.address);
    }
  }

  /** Tells of the run before its first rows are fetched. */
  loudly(fetch: Fetch): Fetch {
    let told = this.connection.verbose === undefined;
    return (rows, maxRows) => {
      if (!told) this.log();
      told = true;
      return fetch(rows, maxRows);
    };
  }

  /** What fetches the rows of a run. */
  fetcher(firstFlags: number, mode: RowMode): Fetch {
    const { connection } = this;
    let flags = firstFlags;
    return (rows, maxRows) => {
      const { batch } = connection.context.scratch;
      const code = this.#run(flags, batch, maxRows);
      // To be asked for before SQLite is called again.
      const failure = code === SQLITE_ROW || code === SQLITE_DONE ? undefined : { error: connection.failure({ sql: this.sql }) };
      flags &= ~(EXECUTE_BIND | EXECUTE_STANDS_ON_ROW);
      const pending = (batch.i32[AT_FLAGS]! & BATCH_PENDING) !== 0;
      if (batch.i32[AT_ROWS]! > 0) {
        readRows(batch, mode, this.#shapeFor(batch), rows);
        if (pending) flags |= EXECUTE_STANDS_ON_ROW;
      } else if (pending) {
        rows.push(this.largeRow(flags, batch, mode));
      }
      if (failure !== undefined) throw failure.error;
      return code === SQLITE_ROW;
    };
  }
}

/** Runs `sql` beside everything that goes on on the connection. */
function runAside<T>(connection: Connection, sql: string, run: (execution: Execution) => T): T {
  const handle = { pointer: prepare(connection, sql), busy: false, iterated: false };
  try {
    return run(new Execution(connection, handle, sql, handle));
  } finally {
    connection.exports.sqlite3_finalize(handle.pointer);
  }
}

/** The first value that `sql` returns. */
export function firstValue(connection: Connection, sql: string): unknown {
  return runAside(connection, sql, (execution) => {
    const { batch } = connection.context.scratch;
    execution.execute(EXECUTE_RESET_AT_LIMIT, batch, 1);
    return execution.firstRow(batch, 'pluck');
  });
}

/** The first value of each row that `sql` returns. */
export function firstValues(connection: Connection, sql: string): unknown[] {
  return runAside(connection, sql, (execution) => fetchAll(execution.fetcher(0, 'pluck')));
}
