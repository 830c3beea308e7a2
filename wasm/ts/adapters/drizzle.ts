/**
 * Drizzle ORM over a Database of this package: `drizzle(db)`, as Drizzle's own better-sqlite3 driver is over one of better-sqlite3,
 * whose module it imports whether it is used or not. Everything is synchronous.
 * @module glasswal/drizzle
 */
import { createTableRelationsHelpers, DefaultLogger, entityKind, extractTablesRelationalConfig } from 'drizzle-orm';
import type { DrizzleConfig as AnyDrizzleConfig, Logger, RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm';
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session';
import { BaseSQLiteDatabase, SQLiteSyncDialect, SQLiteTransaction, type SQLiteTransactionConfig } from 'drizzle-orm/sqlite-core';
import type { Database } from '../api/database.js';
import { MisuseError } from '../given/errors.js';
import { optionsOf } from '../given/given_options.js';
import { StatementCache } from '../api/statement_cache.js';
import type { RunResult } from '../api/statement.js';
import type { BindValue } from '../engine/values.js';

export { migrate, type MigrationFiles, type MigrationOptions } from './drizzle_migrate.js';

/** Drizzle's options: schema with its relations, logger and casing. Drizzle caches results only for asynchronous drivers. */
export type DrizzleConfig<S extends Record<string, unknown> = Record<string, never>> = Omit<AnyDrizzleConfig<S>, 'cache'>;

/** A schema of Drizzle's: tables and relations by name. */
export type Schema = Record<string, unknown>;

/** What drizzle() makes: Drizzle's database of synchronous SQLite. */
export class GlasswalDatabase<S extends Schema = Record<string, never>> extends BaseSQLiteDatabase<'sync', RunResult, S> {
  /** By which Drizzle's is() knows it. */
  static override readonly [entityKind]: string = 'GlasswalDatabase';
  /** The Database that it was made of. */
  readonly $client: Database;

  /** @internal */
  constructor(client: Database, config: DrizzleConfig<S>) {
    const dialect = new SQLiteSyncDialect(config.casing === undefined ? {} : { casing: config.casing });
    const schema = schemaOf(config.schema);
    super('sync', dialect, new Session(client, dialect, schema, loggerOf(config.logger)), schema as never);
    this.$client = client;
  }
}

/**
 * Drizzle over `client`. Transactions begin as `behavior` says ('deferred' unless told otherwise, which Drizzle's other drivers
 * do, too; one that reads before it writes is better 'immediate', or it may find that somebody else has committed between);
 * nested ones are savepoints. Errors come as the Database throws them; where Drizzle wraps one, it is the `cause`.
 */
export function drizzle<S extends Schema = Record<string, never>>(client: Database, config?: DrizzleConfig<S>): GlasswalDatabase<S>;
/** The same with everything in one object. */
export function drizzle<S extends Schema = Record<string, never>>(
  config: DrizzleConfig<S> & { readonly client: Database },
): GlasswalDatabase<S>;
export function drizzle<S extends Schema>(
  first: Database | (DrizzleConfig<S> & { readonly client: Database }), second: DrizzleConfig<S> = {},
): GlasswalDatabase<S> {
  const [client, config] = 'client' in Object(first) ? [(first as { readonly client: Database }).client, first as DrizzleConfig<S>] : [first, second];
  if (typeof (client as Partial<Database> | undefined)?.prepare !== 'function') {
    throw new MisuseError('MISUSE', 'drizzle() takes a Database: give it what client.open() returned.');
  }
  return new GlasswalDatabase(client as Database, optionsOf(config, 'drizzle()', ['client', 'schema', 'logger', 'casing']));
}

function loggerOf(logger: boolean | Logger | undefined): { logger?: Logger } {
  if (logger === true) return { logger: new DefaultLogger() };
  return logger ? { logger } : {};
}

function schemaOf(fullSchema: Schema | undefined): RelationalSchemaConfig<TablesRelationalConfig> | undefined {
  if (fullSchema === undefined) return undefined;
  const { tables, tableNamesMap } = extractTablesRelationalConfig<TablesRelationalConfig>(fullSchema, createTableRelationsHelpers);
  return { fullSchema, schema: tables, tableNamesMap };
}

/** A transaction of Drizzle's. One inside it goes through the session, too, for which it is a savepoint. */
class Transaction extends SQLiteTransaction<'sync', RunResult, Schema, TablesRelationalConfig> {
  /** By which Drizzle's is() knows it. */
  static override readonly [entityKind]: string = 'GlasswalTransaction';
}

/** Drizzle's own session, which takes of better-sqlite3 only types, with our transactions. */
class Session extends BetterSQLiteSession<Schema, TablesRelationalConfig> {
  /** By which Drizzle's is() knows it. */
  static override readonly [entityKind]: string = 'GlasswalSession';
  readonly #client: Database;
  readonly #newTransaction: () => Transaction;

  constructor(
    client: Database, dialect: SQLiteSyncDialect, schema: RelationalSchemaConfig<TablesRelationalConfig> | undefined,
    options: { logger?: Logger },
  ) {
    const statements = new StatementCache(client);
    super({ prepare: (sql: string) => preparedOf(statements, sql) }, dialect, schema, options);
    this.#client = client;
    this.#newTransaction = () => new Transaction('sync', dialect, this, schema);
  }

  override transaction<T>(body: (tx: never) => T, config: SQLiteTransactionConfig = {}): T {
    const run = this.#client.transaction(body as (tx: Transaction) => T);
    return run[config.behavior ?? 'deferred'](this.#newTransaction());
  }
}

/** What Drizzle's session asks of a statement. It keeps none: Drizzle prepares for each query, and never ends one. */
function preparedOf(statements: StatementCache, sql: string) {
  // SQL that is wrong fails where it is prepared.
  statements.take(sql);
  return {
    run: (...values: BindValue[]) => statements.take(sql).run(...values),
    all: (...values: BindValue[]) => statements.take(sql).all(...values),
    get: (...values: BindValue[]) => statements.take(sql).get(...values),
    raw: () => ({
      all: (...values: BindValue[]) => statements.take(sql).values(...values),
      get: (...values: BindValue[]) => statements.take(sql).raw().get(...values),
    }),
  };
}
