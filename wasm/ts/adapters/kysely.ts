/**
 * A dialect for Kysely over this package's databases: a Database in its own thread, or one of another thread that connect() gives,
 * which is how a page's main thread asks a worker.
 *
 * Kysely's own SqliteDialect can run over a Database, too. What this one adds: the remote database; transactions that wait for the write lock
 * before they read, so that none fails because somebody else has committed meanwhile; migrations that several clients may run at
 * once; no statement is left behind for each query.
 * @module glasswal/kysely
 */
import {
  AbortedTransactionError, CompiledQuery, type DatabaseConnection, type Dialect, type Driver, type Kysely, SqliteAdapter,
  SqliteIntrospector, SqliteQueryCompiler, type TransactionSettings,
} from 'kysely';
import type { Database } from '../api/database.js';
import { MisuseError } from '../given/errors.js';
import { optionsOf } from '../given/given_options.js';
import type { RemoteDatabase } from '../api/remote.js';
import { kindOf } from '../given/kinds.js';
import { GlasswalConnection } from './kysely_connection.js';

/** A database of this thread, or of another one. */
export type AnyDatabase = Database | RemoteDatabase;

/** What the dialect is made of. */
export interface GlasswalDialectConfig {
  /**
   * What client.open() or connect(port) gives, or a function that is called for it before the first query. It should be this Kysely's
   * own: whatever else is run through it meanwhile becomes part of the transaction that is open. `destroy()` of Kysely closes it.
   */
  readonly database: AnyDatabase | (() => AnyDatabase | Promise<AnyDatabase>);
  /** How a transaction begins that is not read-only: 'immediate' unless told otherwise. */
  readonly transactionMode?: 'deferred' | 'immediate' | 'exclusive';
  /** Called once with the connection, before the first query. */
  readonly onCreateConnection?: (connection: DatabaseConnection) => Promise<void>;
}

function requireDatabase(given: unknown): AnyDatabase {
  const { prepare, query } = Object(given) as Readonly<Record<string, unknown>>;
  if (typeof prepare === 'function' || typeof query === 'function') return given as AnyDatabase;
  const wanted = 'what client.open() or connect(port) returned, or a function that does';
  throw new MisuseError('OPTION', `The option database is ${kindOf(given)}: give ${wanted}.`);
}

/**
 * `new Kysely({ dialect: new GlasswalDialect({ database }) })`.
 *
 * Every isolation level is accepted, since SQLite gives the strictest always. A transaction with the access mode 'read only' takes no
 * write lock, and SQLite refuses to change anything in it.
 */
export class GlasswalDialect implements Dialect {
  readonly #config: GlasswalDialectConfig;

  constructor(config: GlasswalDialectConfig) {
    const given = optionsOf(config, 'GlasswalDialect', ['database', 'transactionMode', 'onCreateConnection']);
    if (typeof given['database'] !== 'function') requireDatabase(given['database']);
    this.#config = { ...config };
  }

  /** What runs queries: one connection, which Kysely lends to one user at a time. */
  createDriver(): Driver {
    return new GlasswalDriver(this.#config);
  }

  /** Kysely's own for SQLite. */
  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  /** Kysely's own for SQLite, whose migrations are one transaction. */
  createAdapter(): SqliteAdapter {
    return new GlasswalAdapter();
  }

  /** Kysely's own for SQLite. */
  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Kysely's adapter supposes that nobody else has the database, and that migrations so need no lock. */
class GlasswalAdapter extends SqliteAdapter {
  /** All migrations are one transaction, which is the lock: what was applied is read inside it. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class GlasswalDriver implements Driver {
  readonly #config: GlasswalDialectConfig;
  #database: AnyDatabase | undefined;
  #connection: GlasswalConnection | undefined;
  #readOnly = false;

  constructor(config: GlasswalDialectConfig) {
    this.#config = config;
  }

  async init(): Promise<void> {
    const { database, onCreateConnection } = this.#config;
    const opened: unknown = typeof database === 'function' ? await database() : database;
    this.#database = requireDatabase(opened);
    this.#connection = new GlasswalConnection(this.#database);
    await onCreateConnection?.(this.#connection);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection!;
  }

  async releaseConnection(): Promise<void> {
    // There is one, and Kysely lends it to one at a time.
  }

  async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    this.#readOnly = accessMode === 'read only';
    await command(connection, `begin ${this.#readOnly ? 'deferred' : (this.#config.transactionMode ?? 'immediate')}`);
    if (this.#readOnly) await command(connection, 'pragma query_only = 1');
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await command(connection, 'commit');
    } catch (error) {
      if (!isRolledBack(error)) throw error;
      await this.#ended(connection);
      throw new AbortedTransactionError({ cause: error });
    }
    await this.#ended(connection);
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await command(connection, 'rollback');
    } catch (error) {
      // SQLite has done it already, and why is in the error that Kysely is about to throw.
      if (!isRolledBack(error)) throw error;
    }
    await this.#ended(connection);
  }

  savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    return command(connection, `savepoint ${quoted(name)}`);
  }

  rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    return command(connection, `rollback to ${quoted(name)}`);
  }

  releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    return command(connection, `release ${quoted(name)}`);
  }

  async destroy(): Promise<void> {
    this.#database?.close();
  }

  async #ended(connection: DatabaseConnection): Promise<void> {
    if (!this.#readOnly) return;
    this.#readOnly = false;
    await command(connection, 'pragma query_only = 0');
  }
}

async function command(connection: DatabaseConnection, sql: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(sql));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whether SQLite refuses to end a transaction because it has rolled it back by itself: no room, an interrupt, and the like. */
function isRolledBack(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('no transaction is active');
}
