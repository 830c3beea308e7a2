/** Opens a connection. */
import { Connection, type DatabaseClient } from './connection.js';
import { contextOf } from './context.js';
import type { Engine } from './engine.js';
import {
  SQLITE_OK,
  SQLITE_OPEN_CREATE,
  SQLITE_OPEN_READONLY,
  SQLITE_OPEN_READWRITE,
  SQLITE_OPEN_URI,
} from './result_codes.js';

/** How a database is opened. */
export interface OpenOptions {
  /** For how many milliseconds a statement waits for a lock; 5000 if not given. Always 0 where a thread may not wait. */
  readonly busyTimeout?: number;
  /** Refuses to change anything. */
  readonly readonly?: boolean;
  /** Refuses to make a database that is not there. */
  readonly fileMustExist?: boolean;
  /** Every INTEGER as a bigint, unless a statement is told otherwise. */
  readonly safeIntegers?: boolean;
}

/** How long a statement waits for a lock unless told otherwise. */
export const DEFAULT_BUSY_TIMEOUT_MS = 5000;

/** A connection to `path` on the VFS `vfsName`. */
export function openConnection(
  engine: Engine, client: DatabaseClient<never>, vfsName: string, path: string, options: OpenOptions,
): Connection {
  const context = contextOf(engine);
  const { exports } = context;
  const out = context.scratch.batch;
  const pathText = context.placeText(path, 'a path');
  // The scratch holds one text at a time; the VFS's name is the shorter.
  const vfsText = new TextEncoder().encode(`${vfsName}\0`);
  out.u8.set(vfsText, 8);
  out.u32[0] = 0;
  const code = exports.sqlite3_open_v2(pathText.address, out.address, flagsOf(options), out.address + 8);
  context.releaseText(pathText);
  const connection = new Connection(context, out.u32[0]!, path, client);
  if (code !== SQLITE_OK) {
    const failure = connection.failure();
    if (failure instanceof Error) failure.message = `The database '${path}' cannot be opened: ${failure.message}`;
    connection.close();
    throw failure;
  }
  return connection;
}

/** Sets the timeout and returns what it has become. */
export function setBusyTimeout(connection: Connection, milliseconds: number): number {
  if (!Number.isInteger(milliseconds) || milliseconds < 0 || milliseconds > 0x7fffffff) {
    throw new RangeError(`busyTimeout is ${milliseconds}: give whole milliseconds from 0 to ${0x7fffffff}.`);
  }
  const possible = connection.engine.mayWait ? milliseconds : 0;
  connection.exports.sqlite3_busy_timeout(connection.pointer, possible);
  return possible;
}

function flagsOf(options: OpenOptions): number {
  if (options.readonly) return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | (options.fileMustExist ? 0 : SQLITE_OPEN_CREATE);
}
