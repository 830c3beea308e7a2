/**
 * The tables behind what somebody watches: those that a query reads, or that views and virtual tables are made of. They are found
 * anew when the schema has changed, for what a view is made of can change.
 */
import type { Connection } from './connection.js';
import { firstValues } from './execution.js';
import { isBusy, TableWatch, tablesOf } from './table_watch.js';

/** What SQLite takes for a name without quotes. */
const WORDS = /[\w$\u0080-\uffff]+/g;
const WORD = /^[\w$\u0080-\uffff]+$/;

/** Where the names of `tables` are: the schema's table of main, and of each attached database that they name. */
function schemasOf(tables: readonly string[]): string[] {
  const attached = tables.filter((table) => table.includes('.')).map((table) => table.slice(0, table.indexOf('.')));
  return ['sqlite_schema', ...new Set(attached.map((schema) => `${schema}.sqlite_schema`))];
}

/** Tells whether the tables that `find` names were touched, or have become others. */
export class TablesBehind {
  readonly #schemas: TableWatch;
  #tables: string[];
  #watch: TableWatch;
  #isStale = false;
  // What was watched is not there, and was told to be so.
  #isBroken = false;

  constructor(private readonly connection: Connection, private readonly find: () => string[]) {
    this.#schemas = new TableWatch(connection, schemasOf(find()));
    // Found once more, now that a change of them is seen.
    this.#tables = find();
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
      tables = this.find();
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
 * The views of main that `sql` may read: those whose names are in it, or in what makes one of those. A view that has become another one is
 * seen by its name, also if it reads the same tables. One whose name is there for something else is taken for read.
 */
export function viewsNamedIn(connection: Connection, sql: string): string[] {
  const rows = firstValues(connection, "SELECT json_array(name, sql) FROM main.sqlite_schema WHERE type = 'view' ORDER BY name");
  const views = rows.map((row) => JSON.parse(row as string) as [name: string, sql: string]);
  const named = new Set<string>();
  const add = (text: string): void => {
    const lower = text.toLowerCase();
    const words = new Set(lower.match(WORDS));
    for (const [name, made] of views) {
      const wanted = name.toLowerCase();
      // What is no word is in quotes, where a quote is two.
      if (named.has(name) || !(words.has(wanted) || (!WORD.test(name) && lower.includes(wanted.replaceAll('"', '""'))))) continue;
      named.add(name);
      add(made);
    }
  };
  add(sql);
  return [...named].map((name) => `main.${name}`);
}

/**
 * What has to be watched for one name of main: the name, so that it is seen to come and to go, and the tables behind it, if it is a view
 * or a virtual table. What cannot be compiled on this connection, for it lacks a function, a module or a table, stands for all tables.
 */
export function tablesBehind(connection: Connection, given: string): string[] {
  const name = given.replace(/^main\./i, '');
  const roots = firstValues(
    connection,
    "SELECT rootpage FROM main.sqlite_schema WHERE type IN ('table', 'view') " +
      `AND name = '${name.replaceAll("'", "''")}' COLLATE NOCASE`,
  );
  // Only views and virtual tables have none.
  if (roots.length === 0 || Number(roots[0]) !== 0) return [given];
  const sql = `SELECT * FROM main."${name.replaceAll('"', '""')}"`;
  try {
    return [given, ...tablesOf(connection, sql), ...viewsNamedIn(connection, sql)];
  } catch (error) {
    if (isBusy(error)) throw error;
    return [given, '*'];
  }
}
