/** Statements by their SQL, for what is given SQL and not statements: each is compiled once, and few are kept. */
import type { Database } from './database.js';
import type { Row, RunResult, Statement } from './statement.js';
import type { Bindings } from '../engine/values.js';

/** What a statement gave, of whatever kind it is. */
export interface QueryResult extends RunResult {
  /** The rows that it returned; none from one that returns none. */
  readonly rows: Row[];
}

const MOST_STATEMENTS = 64;

/**
 * The statements of one database. Whoever prepares for each query and leaves the rest to the collector of garbage fills the module's
 * memory instead: the collector does not see it, and finalizes nothing before the running JavaScript has returned.
 */
export class StatementCache {
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The statement of `sql`, free to be run now, with its rows as objects. Use it at once: a later take() may end it. */
  take(sql: string): Statement {
    const known = this.#statements.get(sql);
    // A user function that runs the SQL that has called it gets one of its own.
    if (known?.busy) return this.#database.prepare(sql);
    const statement = known ?? this.#database.prepare(sql);
    if (known !== undefined && known.reader) known.raw(false);
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > MOST_STATEMENTS) this.#dropOldest();
    return statement;
  }

  /** Runs any statement. One that only reads has changed 0 rows. */
  query(sql: string, values: Bindings): QueryResult {
    const statement = this.take(sql);
    if (!statement.reader) return { rows: [], ...statement.run(...values) };
    const rows = statement.all(...values);
    const { changes, lastInsertRowid } = this.#database;
    return { rows, changes: statement.readonly ? 0 : changes, lastInsertRowid };
  }

  /** Finalizes all of them. */
  clear(): void {
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
  }

  #dropOldest(): void {
    for (const [sql, statement] of this.#statements) {
      this.#statements.delete(sql);
      // One that is running ends when nobody has it any more.
      if (!statement.busy) statement.finalize();
      return;
    }
  }
}
