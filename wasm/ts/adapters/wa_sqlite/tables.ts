/**
 * The diagnostics as SQL tables for a connection of wa-sqlite: views of what a function gives, since wa-sqlite's builds have no room for
 * modules of virtual tables. Which tables and columns there are is asked of the engine, where they are its own.
 *
 * ONE STATEMENT, ONE MOMENT. A view calls the function with a constant, and the function says that its answer depends on nothing else: so SQLite calls it
 * for all the views of a statement before it goes through any of them, in one call, in which all of them get the same moment. It is forgotten with the
 * next microtask. (Only what stands in a branch, such as of CASE, is asked for when that is taken: after a row was fetched it is a later moment.)
 *
 * Thread-safety: belongs to one thread.
 */
import type { Statement } from '../../api/statement.js';
import { MisuseError, messageOf } from '../../given/errors.js';
import { kindOf } from '../../given/kinds.js';
import { SQLITE_DETERMINISTIC, SQLITE_INNOCUOUS, SQLITE_UTF8 } from '../../generated/sqlite.js';
import type { Client } from '../../life/client.js';
import { statementsOf } from './statements.js';
import type { WaModule } from './wa_module.js';

/** What of wa-sqlite's API makes the tables. */
export interface MemoryWriteAheadTablesApi {
  /** Makes a function of SQL. */
  create_function(db: number, name: string, argumentCount: number, flags: number, application: number, call: (context: number, values: Uint32Array) => void): number;
  /** Runs statements. */
  exec(db: number, sql: string): Promise<number>;
  /** What a function was given. */
  value_text(value: number): string;
  /** What it gives. */
  result_text(context: number, text: string): void;
}

/** A module that can say why a function failed. */
type FailingModule = WaModule & { _sqlite3_result_error(context: number, zMessage: number, size: number): void; _sqlite3_free(address: number): void };

const FUNCTION = 'glasswal_rows';

/** Of one table of the engine's. */
interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** All rows of a table, as JSON. */
interface Rows {
  readonly table: string;
  readonly rows: string;
}

/** What a client's views show. */
class Tables {
  readonly columns: readonly Column[];
  readonly #all: Statement<Rows>;
  #moment: Map<string, string> | undefined;

  constructor(client: Client) {
    // No database of the region's, which would be seen there.
    const database = client.open(':memory:');
    this.columns = database.prepare<Column>(`
      SELECT m.name AS "table", c.name AS "column", c.type FROM pragma_module_list AS m, pragma_table_xinfo(m.name) AS c
      WHERE m.name LIKE 'glasswal@_%' ESCAPE '@' AND c.hidden = 0 ORDER BY m.name, c.cid`).all();
    const parts = [...this.byTable()].map(([table, columns]) => (
      `SELECT '${table}' AS "table", json_group_array(json_array(${columns.map(({ column }) => `"${column}"`).join(', ')})) AS rows FROM "${table}"`));
    this.#all = database.prepare<Rows>(parts.join(' UNION ALL '));
  }

  byTable(): Map<string, Column[]> {
    const tables = new Map<string, Column[]>();
    for (const column of this.columns) tables.set(column.table, [...tables.get(column.table) ?? [], column]);
    return tables;
  }

  /** The rows of a table as JSON, each an array. */
  rowsOf(table: string): string {
    if (this.#moment === undefined) {
      this.#moment = new Map(this.#all.all().map(({ table: each, rows }) => [each, rows]));
      queueMicrotask(() => {
        this.#moment = undefined;
      });
    }
    const rows = this.#moment.get(table);
    if (rows === undefined) throw new Error(`there is no table ${table}: those that there are begin with glasswal_, and have views of their names`);
    return rows;
  }
}

const known = new WeakMap<Client, Tables>();

function tablesOf(client: Client): Tables {
  const tables = known.get(client) ?? new Tables(client);
  known.set(client, tables);
  return tables;
}

function viewOf(table: string, columns: readonly Column[]): string {
  const values = columns.map(({ column, type }, i) => `CAST(value ->> ${i} AS ${type}) AS "${column}"`);
  return `CREATE TEMP VIEW IF NOT EXISTS "${table}" AS SELECT ${values.join(', ')} FROM json_each(${FUNCTION}('${table}'))`;
}

function fail(module: FailingModule, context: number, why: string): void {
  const bytes = new TextEncoder().encode(why);
  const address = module._sqlite3_malloc(bytes.length);
  if (address !== 0) module.HEAPU8.set(bytes, address);
  module._sqlite3_result_error(context, address, address === 0 ? 0 : bytes.length);
  module._sqlite3_free(address);
}

/**
 * Gives the connection `db` the tables glasswal_clients, glasswal_locks and all others of vfs/TABLES.md, as TEMP views, which nobody else
 * sees: what README shows in SQL runs there as on glasswal's own connections (`dbstat` is not among them, and their hidden column `schema`
 * is not there). `module` is what wa-sqlite's own factory resolves to. Call it once for each connection. Throws a GlasswalError where that has no
 * database of glasswal's, and what `sqlite3` throws.
 */
export async function addDiagnosticTables(sqlite3: MemoryWriteAheadTablesApi, module: object, db: number): Promise<void> {
  if (typeof (sqlite3 as Partial<MemoryWriteAheadTablesApi> | null | undefined)?.create_function !== 'function') {
    throw new MisuseError('MISUSE', `addDiagnosticTables() was given ${kindOf(sqlite3)} as the API: give what wa-sqlite's Factory(module) returned.`);
  }
  const statements = typeof module === 'object' && module !== null ? statementsOf(module, db) : undefined;
  const [file] = statements?.files ?? [];
  if (file === undefined) {
    throw new MisuseError('MISUSE', "addDiagnosticTables() was given a connection without a database of glasswal's: open one by the VFS, with this module.");
  }
  const tables = tablesOf(file.thread.client);
  sqlite3.create_function(db, FUNCTION, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, 0, (context, [table = 0]) => {
    try {
      sqlite3.result_text(context, tablesOf(file.thread.client).rowsOf(sqlite3.value_text(table)));
    } catch (error) {
      fail(module as FailingModule, context, messageOf(error));
    }
  });
  const views = Array.from(tables.byTable(), ([table, columns]) => viewOf(table, columns));
  await statements!.apart(() => sqlite3.exec(db, views.join(';\n')));
}
