/** The functions of the module that this API calls: SQLite's own, and those of wasm/module that run statements. */
import type { Engine } from './engine.js';

/** A statement's column, to the address of a text; 0 where there is none. */
export type ColumnText = (statement: number, column: number) => number;

/** Addresses and sizes are numbers, which come back signed: take them `>>> 0`. 64-bit integers are bigints. */
export interface SqliteExports {
  readonly sqlite3_open_v2: (path: number, out: number, flags: number, vfs: number) => number;
  readonly sqlite3_close_v2: (database: number) => number;
  readonly sqlite3_busy_timeout: (database: number, milliseconds: number) => number;
  readonly sqlite3_get_autocommit: (database: number) => number;
  /** What is switched on or off lies at `values`: a 32-bit integer and an address, or 0. */
  readonly sqlite3_db_config: (database: number, option: number, values: number) => number;
  readonly sqlite3_changes64: (database: number) => bigint;
  readonly sqlite3_total_changes64: (database: number) => bigint;
  readonly sqlite3_last_insert_rowid: (database: number) => bigint;
  readonly sqlite3_interrupt: (database: number) => void;
  readonly sqlite3_extended_errcode: (database: number) => number;
  readonly sqlite3_errmsg: (database: number) => number;
  readonly sqlite3_error_offset: (database: number) => number;
  readonly sqlite3_wal_checkpoint_v2: (
    database: number, schema: number, mode: number, outLog: number, outCheckpointed: number,
  ) => number;

  readonly sqlite3_prepare_v3: (
    database: number, sql: number, size: number, flags: number, outStatement: number, outTail: number,
  ) => number;
  readonly sqlite3_finalize: (statement: number) => number;
  readonly sqlite3_reset: (statement: number) => number;
  readonly sqlite3_stmt_readonly: (statement: number) => number;
  readonly sqlite3_expanded_sql: (statement: number) => number;
  readonly sqlite3_bind_parameter_count: (statement: number) => number;
  readonly sqlite3_bind_parameter_name: ColumnText;
  readonly sqlite3_column_count: (statement: number) => number;
  readonly sqlite3_column_name: ColumnText;
  readonly sqlite3_column_origin_name: ColumnText;
  readonly sqlite3_column_table_name: ColumnText;
  readonly sqlite3_column_database_name: ColumnText;
  readonly sqlite3_column_decltype: ColumnText;

  readonly sqlite3_serialize: (database: number, schema: number, outSize: number, flags: number) => number;
  readonly sqlite3_deserialize: (
    database: number, schema: number, bytes: number, size: bigint, capacity: bigint, flags: number,
  ) => number;
  readonly sqlite3_backup_init: (target: number, targetName: number, source: number, sourceName: number) => number;
  readonly sqlite3_backup_step: (backup: number, pages: number) => number;
  readonly sqlite3_backup_pagecount: (backup: number) => number;
  readonly sqlite3_backup_remaining: (backup: number) => number;
  readonly sqlite3_backup_finish: (backup: number) => number;
  readonly sqlite3_db_filename: (database: number, schema: number) => number;

  readonly sqlite3_limit: (database: number, category: number, value: number) => number;

  readonly sqlite3_malloc: (size: number) => number;
  readonly sqlite3_free: (address: number) => void;

  /** See wasm/module/execute.cpp. */
  readonly glasswal_execute: (
    statement: number, parameters: number, count: number, flags: number, batch: number, capacity: number, maxRows: number,
  ) => number;
  readonly glasswal_exec: (database: number, sql: number, size: number, header: number) => number;
  readonly glasswal_bind: (statement: number, parameters: number, count: number) => number;
  /** See wasm/module/functions.cpp. */
  readonly glasswal_create_function: (
    database: number, name: number, argc: number, flags: number, id: number, safeIntegers: number,
  ) => number;
  readonly glasswal_create_aggregate: (
    database: number, name: number, argc: number, flags: number, id: number, safeIntegers: number, window: number,
  ) => number;
  /** See wasm/module/virtual_table.cpp. */
  readonly glasswal_create_module: (database: number, name: number, id: number, eponymous: number) => number;
  /** See wasm/module/collations.cpp. */
  readonly glasswal_create_collation: (database: number, name: number, id: number) => number;
  /** 1 if there was a refusal, which is then the module's text as JSON. */
  readonly glasswal_last_refusal: (database: number, schema: number) => number;
  /** 1 if the VFS said why it failed with this extended code, which is then the module's text. */
  readonly glasswal_last_error: (extendedCode: number) => number;
  /** How large the piece of memory was that was refused last, once; 0 when none was. */
  readonly glasswal_take_refused_bytes: () => number;
}

/** The exports of `engine` as this API calls them. */
export function sqliteOf(engine: Engine): SqliteExports {
  return engine.exports as unknown as SqliteExports;
}
