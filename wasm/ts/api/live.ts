/** A query that runs again when, and only when, a commit by anybody has touched what it reads. */
import type { Connection } from './connection.js';
import { MisuseError } from '../given/errors.js';
import { requireListener } from '../given/given_options.js';
import { callListener, tellOnce } from '../given/listeners.js';
import type { Statement } from './statement.js';
import { follow, isBusy, TableWatch, tablesOf } from './table_watch.js';

/** Where the names of `tables` are: the schema's table of main, and of each attached database that they name. */
function schemasOf(tables: readonly string[]): string[] {
  const attached = tables.filter((table) => table.includes('.')).map((table) => table.slice(0, table.indexOf('.')));
  return ['sqlite_schema', ...new Set(attached.map((schema) => `${schema}.sqlite_schema`))];
}

/** The tables that a query reads now. What a view is made of can change, and then what the query reads. */
class LiveTables {
  #tables: string[];
  #watch: TableWatch;
  readonly #schemas: TableWatch;
  #isStale = false;
  // What it reads is not there, and was told to be so.
  #isBroken = false;

  constructor(private readonly connection: Connection, private readonly sql: string) {
    this.#tables = tablesOf(connection, sql);
    this.#schemas = new TableWatch(connection, schemasOf(this.#tables));
    this.#watch = new TableWatch(connection, this.#tables);
  }

  look(): boolean {
    if (this.#schemas.look()) this.#isStale = true;
    if (this.#isStale && this.#renew()) return true;
    return this.#watch.look();
  }

  /** Watches other tables, if they are others. */
  #renew(): boolean {
    let tables: string[];
    try {
      tables = tablesOf(this.connection, this.sql);
    } catch (error) {
      if (isBusy(error)) throw error;
      this.#isStale = false;
      this.#isBroken = true;
      return true; // What is wrong with it now is said by running it.
    }
    const wasBroken = this.#isBroken;
    const isSame = tables.length === this.#tables.length && tables.every((table, i) => table === this.#tables[i]);
    if (!isSame) {
      const watch = new TableWatch(this.connection, tables);
      this.#watch.end();
      this.#tables = tables;
      this.#watch = watch;
    }
    this.#isStale = this.#isBroken = false;
    return wasBroken || !isSame;
  }

  end(): void {
    this.#watch.end();
    this.#schemas.end();
  }
}

/**
 * Runs `statement` now and after each commit that has touched what it reads, and gives `rows` what it returns, and `failed` what a later
 * run throws; what ends it.
 */
export function live<R>(
  connection: Connection, statement: Statement<R>, parameters: unknown, rows: (rows: R[]) => void,
  failed?: ((error: unknown) => void) | null,
): () => void {
  requireListener(rows, 'live()');
  if (failed !== undefined && failed !== null) requireListener(failed, 'live(), for its errors,');
  if (!statement.reader || !statement.readonly) {
    throw new MisuseError('MISUSE', `live() is for statements that return rows and change nothing: ${statement.source}`);
  }
  const values = (parameters === undefined || parameters === null ? [] : Array.isArray(parameters) ? parameters : [parameters]) as [];
  // Watched before they are read, so that nothing is missed in between.
  const tables = new LiveTables(connection, statement.source);
  const tell = tellOnce(
    `live() cannot run ${statement.source}. It does so again after the next change; a function as the fourth argument is told instead.`,
  );
  const fail = (error: unknown): void => (failed ? callListener(failed, error) : tell(error));
  const run = (): void => {
    let found: R[];
    try {
      found = statement.all(...values);
    } catch (error) {
      if (isBusy(error)) throw error;
      fail(error);
      return;
    }
    callListener(rows, found);
  };
  try {
    const first = statement.all(...values);
    const end = follow(connection, tables, run, fail);
    callListener(rows, first);
    return end;
  } catch (error) {
    tables.end();
    throw error;
  }
}
