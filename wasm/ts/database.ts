/** A database: an ordinary SQLite connection of this thread on the bytes that all clients share. */
import { type BackupOptions, backup } from './backup.js';
import { type Compare, defineCollation } from './collations.js';
import { dispose } from './dispose.js';
import type { Connection, DatabaseClient } from './connection.js';
import type { Engine } from './engine.js';
import { type AggregateOptions, type FunctionOptions, type FunctionResult, defineAggregate, defineFunction } from './functions.js';
import { type Limits, limitsOf } from './limits.js';
import { DEFAULT_BUSY_TIMEOUT_MS, type OpenOptions, openConnection, setBusyTimeout } from './open.js';
import type { BackupProgress } from './page_copy.js';
import { SQLITE_BUSY, SQLITE_OK } from './result_codes.js';
import { type ImportOptions, type SerializeOptions, deserialize, schemaOf, serialize } from './serialize.js';
import { type Row, Statement } from './statement.js';
import type { TableDefinition } from './table_definition.js';
import { type TableFactory, defineTable } from './tables.js';
import { type Transaction, makeTransaction } from './transaction.js';

export type { OpenOptions } from './open.js';

/** What a checkpoint waits for; see SQLite's sqlite3_wal_checkpoint_v2. */
export type CheckpointMode = 'passive' | 'full' | 'restart' | 'truncate';

/** What a checkpoint did. */
export interface CheckpointResult {
  /** Whether somebody kept it from doing everything. */
  readonly busy: boolean;
  /** Frames in the write-ahead log. */
  readonly log: number;
  /** How many of them are in the database. */
  readonly checkpointed: number;
}

const CHECKPOINT_MODES: readonly CheckpointMode[] = ['passive', 'full', 'restart', 'truncate'];

/** Made by client.open(). Everything is synchronous; failures of SQLite are thrown as SqliteError. */
export class Database implements Disposable {
  /** The path under which it was opened. */
  readonly name: string;
  /** Whether it refuses to change anything. */
  readonly readonly: boolean;
  /** Whether it is private to this connection; true only of ':memory:'. */
  readonly memory: boolean;

  readonly #connection: Connection;
  readonly #client: DatabaseClient<Database>;
  #limits: Limits | undefined;
  #busyTimeout: number;
  #safeIntegers: boolean;

  /** @internal */
  constructor(connection: Connection, client: DatabaseClient<Database>, path: string, options: OpenOptions) {
    this.#connection = connection;
    this.#client = client;
    this.name = path;
    this.readonly = options.readonly ?? false;
    this.memory = path === ':memory:' || path === '';
    this.#busyTimeout = setBusyTimeout(connection, options.busyTimeout ?? DEFAULT_BUSY_TIMEOUT_MS);
    this.#safeIntegers = options.safeIntegers ?? false;
    client.onDatabaseOpen(this);
  }

  /** Whether it has not been closed. */
  get open(): boolean {
    return this.#connection.pointer !== 0;
  }

  /** Whether a transaction is open. */
  get inTransaction(): boolean {
    this.#connection.check();
    return this.#connection.inTransaction;
  }

  /** For how many milliseconds a statement waits for a lock; 0 where a thread may not wait: a page's main thread. */
  get busyTimeout(): number {
    return this.#busyTimeout;
  }

  set busyTimeout(milliseconds: number) {
    this.#connection.check();
    this.#busyTimeout = setBusyTimeout(this.#connection, milliseconds);
  }

  /** How many rows the last statement that changed some has changed. */
  get changes(): number {
    this.#connection.check();
    return Number(this.#connection.exports.sqlite3_changes64(this.#connection.pointer));
  }

  /** How many rows this connection has changed since it was opened. */
  get totalChanges(): number {
    this.#connection.check();
    return Number(this.#connection.exports.sqlite3_total_changes64(this.#connection.pointer));
  }

  /** The rowid of the last row that this connection inserted. */
  get lastInsertRowid(): number | bigint {
    this.#connection.check();
    const rowid = this.#connection.exports.sqlite3_last_insert_rowid(this.#connection.pointer);
    const number = Number(rowid);
    return !this.#safeIntegers && Number.isSafeInteger(number) ? number : rowid;
  }

  /** Runs all statements of `sql` and drops their rows. What ran before a failure stays, unless it was in a transaction. */
  exec(sql: string): this {
    this.#connection.exec(sql);
    return this;
  }

  /** Compiles one statement. */
  prepare<R = Row>(sql: string): Statement<R> {
    return new Statement<R>(this.#connection, sql, this.#safeIntegers);
  }

  /**
   * Makes `fn` run inside a transaction: committed when it returns, rolled back when it throws, a savepoint when one is
   * open already. The result has the variants deferred, immediate and exclusive.
   */
  transaction<A extends unknown[], T>(fn: (...args: A) => T): Transaction<A, T> {
    return makeTransaction(this.#connection, fn);
  }

  /** Runs `PRAGMA ${sql}`: its rows, or with `simple` the first value of the first. */
  pragma(sql: string, options: { readonly simple: true }): unknown;
  pragma(sql: string, options?: { readonly simple?: boolean }): Row[];
  pragma(sql: string, options: { readonly simple?: boolean } = {}): unknown {
    const statement = this.prepare(`PRAGMA ${sql}`);
    try {
      if (statement.reader) return options.simple ? statement.pluck().get() : statement.all();
      statement.run();
      return options.simple ? undefined : [];
    } finally {
      statement.finalize();
    }
  }

  /** Makes `fn` the SQL function `name`, with as many arguments as `fn` declares; for this connection only. */
  function(name: string, fn: (...values: never[]) => FunctionResult): this;
  function(name: string, options: FunctionOptions, fn: (...values: never[]) => FunctionResult): this;
  function(name: string, first: unknown, second?: unknown): this {
    this.#connection.check();
    const [options, fn] = second === undefined ? [{}, first] : [first as FunctionOptions, second];
    defineFunction(this.#connection, name, options, fn as (...values: unknown[]) => unknown, this.#safeIntegers);
    return this;
  }

  /** Makes an SQL aggregate, or with `inverse` a window function; for this connection only. */
  aggregate<T>(name: string, options: AggregateOptions<T>): this {
    this.#connection.check();
    defineAggregate(this.#connection, name, options, this.#safeIntegers);
    return this;
  }

  /** Moves what the write-ahead log holds into the database; of 'main', or of an attached one. */
  checkpoint(mode: CheckpointMode = 'passive', schema = 'main'): CheckpointResult {
    this.#connection.check();
    const number = CHECKPOINT_MODES.indexOf(mode);
    if (number < 0) throw new TypeError(`'${String(mode)}' is no checkpoint: give ${CHECKPOINT_MODES.join(', ')}.`);
    const { exports, context, pointer } = this.#connection;
    const { batch } = context.scratch;
    const name = context.placeText(schema, 'a name');
    const code = exports.sqlite3_wal_checkpoint_v2(pointer, name.address, number, batch.address, batch.address + 4);
    context.releaseText(name);
    const [log, checkpointed] = [batch.i32[0]!, batch.i32[1]!];
    const busy = (code & 0xff) === SQLITE_BUSY;
    if (!busy && code !== SQLITE_OK) this.#connection.expect(code, `The checkpoint of '${schema}' failed`);
    return { busy, log, checkpointed };
  }

  /** The whole database as the bytes of an SQLite file, as it was at one moment. */
  serialize(options: SerializeOptions | string = {}): Uint8Array {
    return serialize(this.#connection, typeof options === 'string' ? options : schemaOf(options ?? {}));
  }

  /**
   * Replaces the contents by those of an SQLite file, in one transaction that all clients see at once. The bytes are checked
   * first: NOT_A_DATABASE says what is wrong with them, and nothing has changed then.
   */
  deserialize(bytes: Uint8Array | ArrayBuffer, options: ImportOptions = {}): void {
    deserialize(this.#connection, bytes, options);
  }

  /** Makes the statement that is running fail with SQLITE_INTERRUPT; of use in a user function. */
  interrupt(): void {
    this.#connection.check();
    this.#connection.exports.sqlite3_interrupt(this.#connection.pointer);
  }

  /** Integers of statements that are prepared from now on as bigints (or not). */
  defaultSafeIntegers(on = true): this {
    this.#safeIntegers = on;
    return this;
  }

  /** Ends all statements, rolls back what was not committed, and closes the connection. Closing twice is harmless. */
  close(): void {
    if (!this.open) return;
    this.#connection.close();
    this.#client.onDatabaseClose(this);
  }

  [dispose](): void {
    this.close();
  }

  /**
   * Makes a virtual table, for this connection only: with a definition a table `name` that SQL can also call like a
   * function, `SELECT * FROM name(1, 2)`; with a function, which returns a definition, a module for
   * `CREATE VIRTUAL TABLE t USING name(...)`.
   */
  table(name: string, definition: TableDefinition | TableFactory): this {
    this.#connection.check();
    defineTable(this.#connection, name, definition, this.#safeIntegers);
    return this;
  }

  /**
   * Makes `compare` the collation `name` (`ORDER BY x COLLATE name`), for this connection only; null removes it. It must
   * always give the same order, and cannot use this connection. What it throws fails the statement, and takes back what
   * that has written, with the transaction.
   */
  collation(name: string, compare: Compare | null): this {
    this.#connection.check();
    defineCollation(this.#connection, name, compare);
    return this;
  }

  /** SQLite's limits of this connection, to be read and assigned. */
  get limits(): Limits {
    return (this.#limits ??= limitsOf(this.#connection));
  }

  /**
   * Copies the database, step by step, while it is in use: to another database (also of another runtime), to a path of this
   * runtime, or in Node to the file of a file: URL. What was there is replaced at the end, at once.
   */
  backup(destination: Database | string | URL, options: BackupOptions = {}): Promise<BackupProgress> {
    const target = destination instanceof Database ? destination.#connection : destination;
    return backup(this.#connection, this.#client as DatabaseClient<never>, target, options ?? {});
  }
}

/** Opens `path` for `client`; client.open() calls it. */
export function openDatabase(
  engine: Engine, client: DatabaseClient<Database>, vfsName: string, path: string, options: OpenOptions = {},
): Database {
  const connection = openConnection(engine, client as DatabaseClient<never>, vfsName, path, options);
  return new Database(connection, client, path, options);
}
