/// <reference lib="esnext.disposable" preserve="true" />
/**
 * glasswal: an ephemeral SQLite database that several workers read and write at the same time.
 *
 * createRuntime() makes the memory, a message takes the runtime to each worker, join() makes a client of the worker, and
 * client.open() a database.
 * @module glasswal
 */
export { createRuntime, Runtime } from './runtime.js';
export type { Recovery, RecoveryCause, RecoveryReport } from './life/recovery_watch.js';
export { Client, join, type FileEntry, type JoinOptions } from './life/client.js';
export type { RuntimeParts } from './life/membership.js';
export type { RuntimeOptions } from './life/options.js';
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
export type { CaptureOptions } from './given/capture_options.js';
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
export type { Logger, LogLevel, LogRecord } from './api/log.js';
export type { Snapshot } from './generated/snapshot.js';
/** What a {@link Snapshot} consists of, by name. */
export type * as SnapshotParts from './generated/snapshot.js';
export type { EvictTarget, WayToEnd } from './life/evict.js';
export { connect, type RemoteDatabase } from './api/remote.js';
export type { RemotePort } from './api/remote_port.js';
export { serve } from './api/remote_serve.js';
