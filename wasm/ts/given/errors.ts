/** The errors that a database throws. */
import type { GlasswalErrorCode } from '../generated/codes.js';
import { codeNumber, extendedCodeName, primaryCodeName } from './result_codes.js';

export type { GlasswalErrorCode };

/** Who held a lock that was refused. Times are in milliseconds. */
export interface LockRefusal {
  /** The name of the client that holds it; empty if it was gone by then. */
  readonly holder: string;
  /** The number of that client in the runtime. */
  readonly client: number;
  /** Which lock: 'WRITE', 'CHECKPOINT', 'SHARED', ... */
  readonly lock: string;
  /** How long the holder has had it. */
  readonly heldMs: number;
  /** For how long nothing has been heard of the holder. */
  readonly silentMs: number;
  /** How long this connection waited before it gave up. */
  readonly waitedMs: number;
  /** What the holder's connection runs, or has run last, as the runtime keeps texts; empty if it is not known. */
  readonly statement: string;
  /** Whether it runs that now. */
  readonly running: boolean;
  /** For how long it has been running, or how long ago it ended. */
  readonly statementMs: number;
}

/** What a SqliteError is made of. */
export interface SqliteErrorDetails {
  /** SQLite's extended result code, of which the lower eight bits are the primary one. */
  readonly extendedCode: number;
  /** The SQL that failed, if it was one. */
  readonly sql?: string | undefined;
  /** Where in `sql` the offending token begins, in UTF-16 units. */
  readonly offset?: number | undefined;
  /** For SQLITE_BUSY: who has the lock. */
  readonly lock?: LockRefusal | undefined;
}

/** The name of a class of errors belongs to all of them, and is not one of the properties of each. */
function named(errors: { prototype: Error }, name: string): void {
  Object.defineProperty(errors.prototype, 'name', { value: name, writable: true, configurable: true });
}

/** SQLite refused or failed. */
export class SqliteError extends Error {
  /** The extended result code by name, such as 'SQLITE_CONSTRAINT_UNIQUE'; the primary one where there is no other. */
  readonly code: string;
  /** The same as `code`. */
  readonly extendedCode: string;
  /** The primary result code by name, such as 'SQLITE_CONSTRAINT'. */
  readonly primaryCode: string;
  /** The extended result code as a number. */
  readonly resultCode: number;
  /** The SQL that failed, if it was one. */
  readonly sql: string | undefined;
  /** Where in `sql` the offending token begins, in UTF-16 units: `error.sql.slice(error.offset)`. */
  readonly offset: number | undefined;
  /** For SQLITE_BUSY: who has the lock. */
  readonly lock: LockRefusal | undefined;

  /** `code` is a code by name, or all that is known of the failure. */
  constructor(message: string, code: string | SqliteErrorDetails) {
    if (typeof code !== 'string' && !Number.isInteger(code?.extendedCode)) {
      throw new MisuseError('MISUSE', 'A SqliteError takes its code by name as the second argument, such as SQLITE_BUSY.');
    }
    super('' + message);
    const details = typeof code === 'string' ? { extendedCode: codeNumber(code) } : code;
    this.code = typeof code === 'string' ? code : extendedCodeName(details.extendedCode);
    this.extendedCode = this.code;
    this.primaryCode = primaryCodeName(details.extendedCode);
    this.resultCode = details.extendedCode;
    this.sql = details.sql;
    this.offset = details.offset;
    this.lock = details.lock;
  }
}
named(SqliteError, 'SqliteError');

/** A runtime, a client, or where they run is not as it would have to be; the message says what to do. */
export class GlasswalError extends Error {
  /** Why, for a program. */
  readonly code: GlasswalErrorCode;

  constructor(code: GlasswalErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
named(GlasswalError, 'GlasswalError');

/** A database or a statement was used in a way that cannot work; the message says what to do instead. */
export class MisuseError extends TypeError {
  /** Why, for a program. */
  readonly code: GlasswalErrorCode;

  constructor(code: GlasswalErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
named(MisuseError, 'MisuseError');

/** What is said of `error` amid a sentence. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

/** The error for parts of different versions. */
export function otherVersion(what: string): GlasswalError {
  return new GlasswalError('VERSION', `${what}: load glasswal.wasm and the package's JavaScript of one version.`);
}
