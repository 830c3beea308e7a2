/** glasswal: an ephemeral SQLite database that several workers read and write at the same time. */
export { createRuntime, Runtime, type Recovery } from './runtime.js';
export { Client, join, type JoinOptions } from './client.js';
export type { RuntimeParts } from './membership.js';
export type { RuntimeOptions } from './options.js';
export { Database } from './database.js';
export type { CheckpointMode, CheckpointResult, OpenOptions } from './database.js';
export { Statement } from './statement.js';
export { GlasswalError, SqliteError } from './errors.js';
export type { GlasswalErrorCode, LockRefusal } from './errors.js';
export type { EventBatch, EventLevel, EventRecord } from './diagnostics.js';
export type { Logger, LogLevel, LogRecord } from './log.js';
export type { Snapshot } from './generated/snapshot.js';
export { connect, serve } from './remote.js';
