/** What of wa-sqlite's module is used here, and the names that it gives files. */

/** The module, as wa-sqlite's factory makes it. */
export interface WaModule {
  readonly HEAPU8: Uint8Array;
  readonly retryOps: Promise<unknown>[];
  UTF8ToString(address: number): string;
  _sqlite3_malloc(sizeBytes: number): number;
}

/** What of SQLite's own functions its builds have, and of wa-sqlite's, by which statements are seen. */
export interface AskableModule extends WaModule {
  /** Has JavaScript called for a key, the address of flags that are 0 for what is synchronous. */
  setCallback(key: number, call: () => number): void;
  _libprogress_progress_handler(database: number, steps: number, isSet: number, key: number): void;
  _sqlite3_db_handle(statement: number): number;
  _sqlite3_extended_errcode(database: number): number;
  _sqlite3_get_autocommit(database: number): number;
  _sqlite3_next_stmt(database: number, statement: number): number;
  _sqlite3_stmt_busy(statement: number): number;
  _sqlite3_sql(statement: number): number;
}

const ASKED = [
  'setCallback', '_libprogress_progress_handler', '_sqlite3_db_handle', '_sqlite3_extended_errcode', '_sqlite3_get_autocommit', '_sqlite3_next_stmt',
  '_sqlite3_stmt_busy', '_sqlite3_sql',
] as const satisfies readonly (keyof AskableModule)[];

/** Whether the module has all of them. */
export function isAskable(module: object): module is AskableModule {
  return ASKED.every((name) => typeof (module as Partial<AskableModule>)[name] === 'function');
}

const TEMPORARY_NAME_BYTES = 8;

/** Where wa-sqlite has the names of the files beside a database, by which it asks for them. */
export interface NamesBeside {
  readonly journal: number;
  readonly log: number;
}

/**
 * Those of the database whose name is at `zName`: behind that and its parameters, each of which ends with a zero byte
 * (sqlite3_filename_journal(), sqlite3_filename_wal()).
 */
export function namesBeside({ HEAPU8: heap }: WaModule, zName: number): NamesBeside {
  const past = (at: number): number => heap.indexOf(0, at) + 1;
  let at = past(zName);
  while (heap[at] !== 0) at = past(past(at));
  const journal = at + 1;
  return { journal, log: past(journal) };
}

/** A name for a file that has none. */
export function temporaryName(): string {
  return `/${[...crypto.getRandomValues(new Uint8Array(TEMPORARY_NAME_BYTES))].map((byte) => byte.toString(16)).join('')}`;
}

/** An offset, of which Emscripten passes two halves, signed. */
export function offsetOf(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0);
}
