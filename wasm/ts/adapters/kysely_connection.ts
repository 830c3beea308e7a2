/** Runs what Kysely has compiled: in this thread, or in the one that has the database. */
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type { Database } from '../api/database.js';
import type { RemoteDatabase } from '../api/remote.js';
import { StatementCache } from '../api/statement_cache.js';
import type { Bindings } from '../engine/values.js';

/** The one connection of a Kysely. */
export class GlasswalConnection implements DatabaseConnection {
  readonly #database: Database | RemoteDatabase;
  readonly #statements: StatementCache | undefined;

  constructor(database: Database | RemoteDatabase) {
    this.#database = database;
    this.#statements = isLocal(database) ? new StatementCache(database) : undefined;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const values = parameters as Bindings;
    const { rows, changes, lastInsertRowid } = await (this.#statements === undefined
      ? (this.#database as RemoteDatabase).query(sql, ...values)
      : this.#statements.query(sql, values));
    return { rows: rows as R[], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  /** The rows in arrays of `chunkSize`. From another thread they come in one message. */
  async *streamQuery<R>({ sql, parameters }: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    const values = parameters as Bindings;
    const database = this.#database;
    if (!isLocal(database)) {
      yield* chunks((await database.query(sql, ...values)).rows as R[], chunkSize);
      return;
    }
    // Other queries may run meanwhile, in the loop over these rows: it has a statement of its own.
    const statement = database.prepare<R>(sql);
    try {
      yield* chunks(statement.iterate(...values), chunkSize);
    } finally {
      statement.finalize();
    }
  }
}

function isLocal(database: Database | RemoteDatabase): database is Database {
  return 'prepare' in database;
}

function* chunks<R>(rows: Iterable<R>, chunkSize: number): Generator<QueryResult<R>> {
  let chunk: R[] = [];
  for (const row of rows) {
    if (chunk.push(row) < chunkSize) continue;
    yield { rows: chunk };
    chunk = [];
  }
  if (chunk.length !== 0) yield { rows: chunk };
}
