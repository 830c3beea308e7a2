/// <reference lib="esnext.disposable" preserve="true" />
/**
 * glasswal: an ephemeral SQLite database that several workers read and write at the same time.
 *
 * createRuntime() makes the memory, a message takes the runtime to each worker, join() makes a client of the worker, and
 * client.open() a database.
 * @module glasswal
 */

// Where the sources are. A folder imports only those before it in this list, types too, which tests/house/imports.py checks.
//
//   generated   what C++ describes: numbers, layouts, the snapshot. Made by the build, from wasm/generate
//   given       what a caller gives and is told: checks of options, errors and their codes
//   port        where this runs: page, worker or Node, and what only Node has
//   memory      the bytes that all share: views, segments of a new client, slots of clients, what is left
//   engine      one instance of the module: making it, calling it, values into it and rows out of it, its end
//   api         databases, statements and all that hangs on them, here and over a port
//   life        clients: joining, proving who is dead, recovering, leaving; what a client sees of the others
//   inspector   the inspector in a page
//   adapters    other libraries' ways to a database; adapters/wa_sqlite is a VFS, by which another SQLite has its pages
//
// Client and join() belong to life and not to api: a client is first of all somebody who can die, and opening a database is one
// thing that it does. So api knows of it only what an open connection must ask (DatabaseClient in api/connection.ts). Runtime stands
// on top of all, beside this file: it is what one gets by putting them together. What else lies here are ways in of their own
// (janitor_worker.ts, vite.ts), and scripts that must keep their place in the package (wasm/scripts.mjs says why).
export { createRuntime, Runtime } from './runtime.js';
export type { Recovery, RecoveryCause, RecoveryReport } from './life/recovery_watch.js';
export { Client, join, type FileEntry, type JoinOptions } from './life/client.js';
export type { RuntimeParts } from './life/membership.js';
export type { RuntimeOptions } from './life/options.js';
export type { RegionOptions } from './generated/options.js';
export { Database } from './api/database.js';
export type { CheckpointMode, CheckpointResult, OpenOptions } from './api/database.js';
export { Statement } from './api/statement.js';
export type { Row, RunResult } from './api/statement.js';
export type { QueryResult } from './api/statement_cache.js';
export type { ColumnDefinition } from './api/prepare.js';
export type { BindValue, Bindings, Given, NamedBy, NamedParameters, SqlValue } from './engine/values.js';
export type { Verbose } from './api/connection.js';
export type { BackupOptions } from './api/backup.js';
export type { Bytes } from './given/bytes.js';
export type { CaptureOptions, TraceOptions } from './given/capture_options.js';
export type { BackupProgress } from './api/page_copy.js';
export type { Compare } from './api/collations.js';
export type { Limits } from './api/limits.js';
export type { ImportOptions, SerializeOptions } from './api/serialize.js';
export type { TableDefinition, TableValue } from './api/table_definition.js';
export type { TableFactory } from './api/tables.js';
export type { Transaction } from './api/transaction.js';
export type { AggregateOptions, FunctionOptions, FunctionResult } from './api/functions.js';
export { GlasswalError, MisuseError, SqliteError } from './given/errors.js';
export type { GlasswalErrorCode, LockRefusal, SqliteErrorDetails } from './given/errors.js';
export type { EventBatch, EventLevel, EventRecord } from './api/diagnostics.js';
export type { Logger, LogLevel, LogRecord, LogSource, LogTarget } from './api/log.js';
export type { Snapshot } from './generated/snapshot.js';
/** What a {@link Snapshot} consists of, by name. */
export type * as SnapshotParts from './generated/snapshot.js';
export type { ChangeOptions } from './api/changes.js';
export type { CancelTarget, StatementTracking } from './api/cancel.js';
export type { EvictTarget, WayToEnd } from './life/evict.js';
export { connect, type RemoteDatabase, type RemoteSignal, type RemoteValues } from './api/remote.js';
export type { RemotePort } from './api/remote_port.js';
export { serve } from './api/remote_serve.js';
