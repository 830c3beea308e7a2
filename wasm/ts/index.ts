/// <reference lib="esnext.disposable" preserve="true" />
/**
 * glasswal: an ephemeral SQLite database that several workers read and write at the same time.
 *
 * createRuntime() makes the memory, a message takes the runtime to each worker, join() makes a client of the worker, and
 * client.open() a database.
 * @module glasswal
 */
export { createRuntime, Runtime } from './runtime.js';
export type { Recovery, RecoveryCause, RecoveryReport } from './recovery_watch.js';
export { Client, join, type FileEntry, type JoinOptions } from './client.js';
export type { RuntimeParts } from './membership.js';
export type { RuntimeOptions } from './options.js';
export { Database } from './database.js';
export type { CheckpointMode, CheckpointResult, OpenOptions } from './database.js';
export { Statement } from './statement.js';
export type { Row, RunResult } from './statement.js';
export type { QueryResult } from './statement_cache.js';
export type { ColumnDefinition } from './prepare.js';
export type { BindValue, Bindings, Given, NamedBy, NamedParameters, SqlValue } from './values.js';
export type { Verbose } from './verbose.js';
export type { BackupOptions } from './backup.js';
export type { Bytes } from './bytes.js';
export type { CaptureOptions } from './capture_options.js';
export type { BackupProgress } from './page_copy.js';
export type { Compare } from './collations.js';
export type { Limits } from './limits.js';
export type { ImportOptions, SerializeOptions } from './serialize.js';
export type { TableDefinition, TableValue } from './table_definition.js';
export type { TableFactory } from './tables.js';
export type { Transaction } from './transaction.js';
export type { AggregateOptions, FunctionOptions, FunctionResult } from './functions.js';
export { GlasswalError, MisuseError, SqliteError } from './errors.js';
export type { GlasswalErrorCode, LockRefusal, SqliteErrorDetails } from './errors.js';
export type { EventBatch, EventLevel, EventRecord } from './diagnostics.js';
export type { Logger, LogLevel, LogRecord } from './log.js';
export type { Snapshot } from './generated/snapshot.js';
/** What a {@link Snapshot} consists of, by name. */
export type * as SnapshotParts from './generated/snapshot.js';
export type { EvictTarget, WayToEnd } from './evict.js';
export { connect, type RemoteDatabase } from './remote.js';
export type { RemotePort } from './remote_port.js';
export { serve } from './remote_serve.js';
