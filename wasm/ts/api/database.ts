/** A database: an ordinary SQLite connection of this thread on the bytes that all clients share. */
import { type BackupOptions, backup } from './backup.js';
import type { Bytes } from '../given/bytes.js';
import { type Compare, defineCollation } from './collations.js';
import { dispose } from './dispose.js';
import type { ConnectionPlace } from './cancel.js';
import { Connection, type DatabaseClient } from './connection.js';
import type { Engine } from '../engine/engine.js';
import { MisuseError, SqliteError } from '../given/errors.js';
import { exec } from './exec.js';
import { firstValue } from './execution.js';
import { defineAggregate, defineFunction } from './function_definitions.js';
import type { AggregateOptions, FunctionOptions, FunctionResult } from './functions.js';
import { booleanOption, optionsOf, switchOf, textOf } from '../given/given_options.js';
import { type Limits, limitsOf } from './limits.js';
import { live } from './live.js';
import { type OpenOptions, isPrivate, openConnection, setBusyTimeout, setDefensive } from './open.js';
import type { BackupProgress } from './page_copy.js';
import { SQLITE_BUSY, SQLITE_OK } from '../generated/sqlite.js';
import { type ImportOptions, type SerializeOptions, deserialize, schemaOf, serialize } from './serialize.js';
import { type Row, Statement } from './statement.js';
import type { TableDefinition } from './table_definition.js';
import { tablesOf } from './table_watch.js';
import { type TableFactory, defineTable } from './tables.js';
import { type Transaction, makeTransaction } from './transaction.js';
import { kindOf } from '../given/kinds.js';
import type { Bindings } from '../engine/values.js';

export type { OpenOptions } from './open.js';

// A statement needs nothing of its database but to show it, so that a database makes statements and knows of them, and not
// the other way round.
declare module './statement.js' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- a second declaration of a type has the parameters of the first
  interface Statement<R = Row, B extends readonly unknown[] = Bindings> {
    /** The database that prepared it. */
    readonly database: Database;
  }
}

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

// What the class does not name inside of itself keeps its name when it is bundled.
let isOpen: (database: Database) => boolean;
let isInTransaction: (database: Database) => boolean;
/** Which connection of its runtime `database` is; undefined of a private one, and of what is no database of ours. */
export let placeOf: (database: Database) => ConnectionPlace | undefined;

// One function for all databases, so that they have the same shape.
const STATE = {
  open: {
    get(this: Database): boolean {
      return isOpen(this);
    },
    enumerable: true,
  },
  inTransaction: {
    get(this: Database): boolean {
      return isInTransaction(this);
    },
    enumerable: true,
  },
};

const shown = { Database: class {} };

const CHECKPOINT_MODES: readonly CheckpointMode[] = ['passive', 'full', 'restart', 'truncate'];

/**
 * Made by client.open(). Everything is synchronous; failures of SQLite are thrown as SqliteError, and what cannot work as
 * MisuseError, which is a TypeError, or as TypeError and RangeError. Foreign keys are enforced, and SQL cannot do what would
 * damage the database by itself (SQLite's "defensive").
 *
 * While a statement runs, its user functions cannot use the connection, and while an iterator is open nothing can be run but
 * get(), all() and iterate(): see unsafeMode().
 */
export class Database implements Disposable {
  /** The path under which it was opened. */
  declare readonly name: string;
  /** Whether it has not been closed. */
  declare readonly open: boolean;
  /** Whether a transaction is open. */
  declare readonly inTransaction: boolean;
  /** Whether it refuses to change anything. */
  declare readonly readonly: boolean;
  /** Whether it is private to this connection; true only of ':memory:' and ''. */
  declare readonly memory: boolean;

  readonly #connection: Connection;
  readonly #client: DatabaseClient<Database>;
  #limits: Limits | undefined;

  static {
    isOpen = (database) => database.#connection.pointer !== 0;
    isInTransaction = (database) => database.#connection.inTransaction;
    placeOf = (database) => (#connection in database ? database.#connection.place() : undefined);
  }

  /** @internal */
  constructor(connection: Connection, client: DatabaseClient<Database>, path: string, readonly: boolean) {
    if (!(connection instanceof Connection)) {
      throw new MisuseError('MISUSE', `A database is opened with client.open(path), and not by 'new Database(${kindOf(connection)})'.`);
    }
    this.#connection = connection;
    this.#client = client;
    connection.database = this;
    Object.defineProperties(this, {
      name: { value: path, enumerable: true },
      ...STATE,
      readonly: { value: readonly, enumerable: true },
      memory: { value: isPrivate(path), enumerable: true },
    });
    client.onDatabaseOpen(this);
  }

  /** For how many milliseconds a statement waits for a lock; 0 where a thread may not wait: a page's main thread. */
  get busyTimeout(): number {
    this.#connection.check();
    // SQL can set it, too, so it is not remembered here.
    return firstValue(this.#connection, 'PRAGMA busy_timeout') as number;
  }

  /** From the next statement on. */
  set busyTimeout(milliseconds: number) {
    this.#connection.check();
    setBusyTimeout(this.#connection, milliseconds);
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
    return !this.#connection.safeIntegers && Number.isSafeInteger(number) ? number : rowid;
  }

  /** Runs all statements of `sql` and drops their rows. What ran before a failure stays, unless it was in a transaction. */
  exec(sql: string): this {
    exec(this.#connection, sql);
    return this;
  }

  /** Compiles one statement, whose rows are `R` and whose parameters `B`: a tuple of them, or an object of named ones. */
  prepare<R = Row>(sql: string): Statement<R>;
  prepare<B extends readonly unknown[] | object, R>(sql: string): Statement<R, B extends readonly unknown[] ? B : [B]>;
  prepare(sql: string): Statement {
    textOf(sql, 'The SQL');
    this.#connection.checkIdle();
    return new Statement(this.#connection, sql, this.#connection.safeIntegers);
  }

  /**
   * Makes `fn` run inside a transaction: committed when it returns, rolled back when it throws, a savepoint when one is
   * open already. The result has the variants deferred, immediate and exclusive.
   */
  transaction<A extends unknown[], T>(fn: (...args: A) => T): Transaction<A, T, this> {
    return makeTransaction(this.#connection, fn);
  }

  /** Runs `PRAGMA ${sql}`: its rows, or with `simple` the first value of the first. */
  pragma(sql: string, options: { readonly simple: true }): unknown;
  pragma(sql: string, options?: { readonly simple?: boolean } | null): Row[];
  pragma(sql: string, options?: { readonly simple?: boolean } | null): unknown {
    const text = textOf(sql, 'The pragma');
    const simple = booleanOption(optionsOf(options, 'pragma()', ['simple']), 'simple');
    this.#connection.checkWritable();
    const statement = this.prepare(`PRAGMA ${text}`);
    try {
      if (statement.reader) return simple ? statement.pluck().get() : statement.all();
      statement.run();
      return simple ? undefined : [];
    } finally {
      statement.finalize();
    }
  }

  /** The rows of `EXPLAIN ${sql}`, whose parameters need no values: what SQLite does, or with `QUERY PLAN ...` how it searches. */
  explain(sql: string): Row[] {
    const statement = this.prepare(`EXPLAIN ${textOf(sql, 'The SQL')}`);
    try {
      return statement.needNothing().all();
    } finally {
      statement.finalize();
    }
  }

  /**
   * The tables that a statement reads or writes, also by views, triggers and foreign keys: 'stock' of main, or 'other.stock' of an
   * attached database. For a virtual table they are those that it keeps its rows in, or '*', which stands for all, if that is not known.
   */
  tablesOf(sql: string): string[] {
    return tablesOf(this.#connection, sql);
  }

  /**
   * Runs a query now, and again when, and only when, a commit by any client has touched what it reads: at most once a frame in a page,
   * and elsewhere in a task of its own. `rows` is given what it returns; the result ends it. What an `UPDATE` or a savepoint has written
   * and taken back counts as touched. While the connection is in a transaction it waits. Not for private databases.
   *
   * What goes wrong at once is thrown. Of what goes wrong later, for one because a view was dropped, `failed` is told, or else the console,
   * once of each message; the query stays live, and runs again after the next change. What `rows` and `failed` throw is uncaught, as it is
   * of any listener, and ends nothing.
   */
  live<R = Row>(
    sql: string, parameters: readonly unknown[] | object | null | undefined, rows: (rows: R[]) => void,
    failed?: ((error: unknown) => void) | null,
  ): () => void {
    const statement = this.prepare<R>(sql);
    let end: () => void;
    try {
      end = live(this.#connection, statement, parameters, rows, failed);
    } catch (error) {
      statement.finalize();
      throw error;
    }
    return () => {
      end();
      if (this.#connection.pointer !== 0) statement.finalize();
    };
  }

  /** Makes `fn` the SQL function `name`, with as many arguments as `fn` declares; for this connection only. */
  function(name: string, fn: (...values: never[]) => FunctionResult): this;
  function(name: string, options: FunctionOptions | null, fn: (...values: never[]) => FunctionResult): this;
  function(name: string, first: unknown, second?: unknown): this {
    const [options, fn] = typeof first === 'function' ? [undefined, first] : [first, second];
    defineFunction(this.#connection, name, options, fn);
    return this;
  }

  /** Makes an SQL aggregate, or with `inverse` a window function; for this connection only. */
  aggregate<T>(name: string, options: AggregateOptions<T>): this {
    defineAggregate(this.#connection, name, options);
    return this;
  }

  /** Is there for better-sqlite3's sake and always throws: WebAssembly cannot load SQLite's extensions. */
  loadExtension(path: string, ...entryPoint: [name?: string]): never {
    textOf(path, 'The path');
    if (entryPoint.length !== 0) textOf(entryPoint[0], 'The entry point');
    this.#connection.checkQuiet();
    throw new SqliteError(
      `The extension '${path}' cannot be loaded: WebAssembly has no libraries that are loaded while it runs. Write it as ` +
        'function(), aggregate() or table().',
      'SQLITE_ERROR',
    );
  }

  /**
   * Lifts two rules (or not): user functions may use the connection whose statement calls them, and rows may be changed while
   * an iterator is open, which then may see a change or not. SQL may do what SQLite's "defensive" forbids.
   */
  unsafeMode(...on: [on?: boolean]): this {
    this.#connection.check();
    this.#connection.unsafe = switchOf(on, 'unsafeMode');
    setDefensive(this.#connection, !this.#connection.unsafe);
    return this;
  }

  /** Moves what the write-ahead log holds into the database; of 'main', or of an attached one. */
  checkpoint(mode: CheckpointMode = 'passive', schema = 'main'): CheckpointResult {
    const number = CHECKPOINT_MODES.indexOf(mode);
    if (number < 0) {
      const what = typeof mode === 'string' ? `'${String(mode)}'` : kindOf(mode);
      throw new MisuseError('MISUSE', `${what} is no checkpoint: give ${CHECKPOINT_MODES.join(', ')}.`);
    }
    textOf(schema, 'The name of the database');
    this.#connection.checkIdle();
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
  serialize(options?: SerializeOptions | string | null): Bytes {
    const schema = typeof options === 'string' ? options : schemaOf(optionsOf(options, 'serialize()', ['attached']));
    this.#connection.checkQuiet();
    return serialize(this.#connection, schema);
  }

  /**
   * Replaces the contents by those of an SQLite file, in one transaction that all clients see at once. The bytes are checked
   * first: NOT_A_DATABASE says what is wrong with them, and nothing has changed then.
   */
  deserialize(bytes: Uint8Array | ArrayBuffer, options?: ImportOptions | null): void {
    deserialize(this.#connection, bytes, options, 'deserialize()');
  }

  /** Makes the statement that is running fail with SQLITE_INTERRUPT; of use in a user function. */
  interrupt(): void {
    this.#connection.check();
    this.#connection.exports.sqlite3_interrupt(this.#connection.pointer);
  }

  /** Integers of statements that are prepared from now on as bigints (or not). */
  defaultSafeIntegers(...on: [on?: boolean]): this {
    this.#connection.safeIntegers = switchOf(on, 'defaultSafeIntegers');
    return this;
  }

  /**
   * Ends all statements, rolls back what was not committed, and closes the connection. Closing twice is harmless. Throws
   * BUSY while a statement runs or an iterator is open.
   */
  close(): this {
    if (this.#connection.usable) this.#connection.checkQuiet();
    this.end();
    return this;
  }

  /** @internal Closes it, whatever is open. */
  end(): void {
    if (!this.open) return;
    this.#connection.close();
    this.#client.onDatabaseClose(this);
  }

  /** The same as close(): for `using`. */
  [dispose](): void {
    this.end();
  }

  /**
   * Makes a virtual table, for this connection only: with a definition a table `name` that SQL can also call like a
   * function, `SELECT * FROM name(1, 2)`; with a function, which returns a definition, a module for
   * `CREATE VIRTUAL TABLE t USING name(...)`.
   */
  table(name: string, definition: TableDefinition | TableFactory): this {
    defineTable(this.#connection, name, definition);
    return this;
  }

  /**
   * Makes `compare` the collation `name` (`ORDER BY x COLLATE name`), for this connection only; null removes it. It must
   * always give the same order, and cannot use this connection. What it throws fails the statement, and takes back what
   * that has written, with the transaction.
   */
  collation(name: string, compare: Compare | null): this {
    this.#connection.checkQuiet();
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
  backup(destination: Database | string | URL, options?: BackupOptions | null): Promise<BackupProgress> {
    const target = #connection in Object(destination) ? (destination as Database).#connection : (destination as string | URL);
    return backup(this.#connection, this.#client, target, options);
  }
}

// Node shows what the getters say, and not that there are some.
Object.defineProperty(Database.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Database) {
    return Object.assign(new shown.Database(), this);
  },
});

/** Opens `path` for `client`; client.open() calls it. */
export function openDatabase(
  engine: Engine, client: DatabaseClient<Database>, vfsName: string, path: string, options: OpenOptions = {},
): Database {
  const { connection, readonly } = openConnection(engine, client, vfsName, path, options);
  return new Database(connection, client, path, readonly);
}
