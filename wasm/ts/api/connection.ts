/** An open connection as the parts of this package see it: its pointer, its statements, its errors. */
import type { Context } from '../engine/context.js';
import type { Engine } from '../engine/engine.js';
import { type ConnectionPlace, runtimeOf } from './cancel.js';
import { type LockRefusal, MisuseError, SqliteError } from '../given/errors.js';
import { textOf } from '../given/given_options.js';
import { noMemoryLeft } from '../memory/memory_limit.js';
import {
  SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_INTERRUPT, SQLITE_IOERR,
  SQLITE_IOERR_NOMEM, SQLITE_MISUSE, SQLITE_NOMEM, SQLITE_OK,
} from '../generated/sqlite.js';
import { primaryCodeName } from '../given/result_codes.js';
import type { ModuleExports } from '../generated/exports.js';
import { decodeCString, unitsOfUtf8Bytes } from '../engine/text.js';

/** Receives the SQL of each statement that runs, with the values of its parameters in it. */
export type Verbose = (sql: string) => void;

/** What a database needs to know of the client that opened it. */
export interface DatabaseClient<Owner> {
  readonly name: string;
  onDatabaseOpen(database: Owner): void;
  onDatabaseClose(database: Owner): void;
  /** Throws if the client has left or was evicted. */
  check(): void;
}

/** A prepared statement of the module. It outlives the Statement that was collected until it is finalized. */
export interface StatementHandle {
  /** The sqlite3_stmt; 0 after it was finalized. */
  pointer: number;
  /** Whether a call of it is in progress: who sees that is user code that it has called. */
  busy: boolean;
  /** Whether an iterator of it is open, whatever was read ahead: from iterate() until it is done or left. */
  iterated: boolean;
}

/** What the offset of an error is counted in. */
interface FailedSql {
  readonly sql: string;
  /** Of a failed exec, in bytes; otherwise SQLite is asked. */
  readonly offset?: number;
}

const OLD_SNAPSHOT =
  'the transaction began by reading, and somebody else has committed since: roll it back and run it again, or begin it ' +
  'as immediate';

/** Failures whose reason the VFS knows better than SQLite. */
const CODES_OF_FILES: ReadonlySet<number> = new Set([SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_INTERRUPT]);

/** One sqlite3 connection. */
export class Connection {
  readonly statements = new Set<StatementHandle>();
  /** Whether one of its statements is being run: who asks is a user function, or whoever logs. */
  busy = false;
  /** How many iterators stand in its statements. */
  iterators = 0;
  /** Whether it can be used nevertheless; see Database.unsafeMode(). */
  unsafe = false;
  /** Whether a new statement gives each INTEGER as a bigint. */
  safeIntegers = false;
  /** Whether a statement of it tells the thread to wait, which may not: SQLite compiles it anew when it thinks fit. */
  tellsToWait = false;
  /** Whether it has made a transaction(): it can make others then whatever happens to it, which fail when they are run. */
  transacts = false;
  /** Is told of each statement that runs. */
  verbose: Verbose | undefined;
  /** The Database of the application, if it is one's. */
  database: object | undefined;
  /** Called when the connection is about to be closed: what works with it must end. */
  readonly endings = new Set<() => void>();
  /** How many calls of SQLite that may run user code go on, beside those of statements: one can be in that of another. */
  #amid = 0;
  /** What keeps statements from running now, if something does. */
  #lock: string | undefined;
  /** Those of Statements that were collected while something else had the connection. */
  #collected: StatementHandle[] = [];
  readonly #registry = new FinalizationRegistry<StatementHandle>((handle) => {
    if (this.#lock === undefined) this.finalize(handle);
    else this.#collected.push(handle);
  });

  constructor(
    readonly context: Context,
    /** The sqlite3; 0 after it was closed. */
    public pointer: number,
    readonly path: string,
    private readonly client: Pick<DatabaseClient<never>, 'check' | 'name'>,
  ) {}

  get engine(): Engine {
    return this.context.engine;
  }

  get exports(): ModuleExports {
    return this.context.exports;
  }

  /** Throws unless the connection can be used. */
  check(): void {
    if (this.#lock !== undefined) {
      throw new MisuseError('BUSY', `The database '${this.path}' is in use by ${this.#lock}: use it afterwards, or open it once more.`);
    }
    // Who leaves closes its databases first, and the fate of who was given up says so.
    if (this.pointer !== 0 && this.context.engine.fate.lost === undefined) return;
    this.client.check();
    if (this.pointer === 0) {
      throw new MisuseError(
        'CLOSED',
        `The database '${this.path}' of client '${this.client.name}' is closed: open it again with client.open().`,
      );
    }
  }

  /** Throws unless it can be used, and none of its statements is being run. */
  checkIdle(): void {
    this.check();
    if (this.busy && !this.unsafe) throw this.#inUse('a statement of it is running, whose function, or verbose, this is');
  }

  /** Throws unless it is idle, and rows may change: no iterator stands in its statements. */
  checkWritable(): void {
    this.checkIdle();
    if (this.iterators !== 0 && !this.unsafe) throw this.#iterated();
  }

  /** Throws unless no iterator stands in its statements, be it unsafe or not. */
  checkQuiet(): void {
    this.checkIdle();
    if (this.iterators !== 0) throw this.#iterated();
  }

  #inUse(why: string): Error {
    return new MisuseError(
      'BUSY', `The connection to '${this.path}' is busy: ${why}. Do it afterwards, on another connection, or after db.unsafeMode().`,
    );
  }

  #iterated(): Error {
    return this.#inUse('an iterator of it is open');
  }

  /** Keeps everybody else from using the connection; what ends that. */
  lock(what: string): () => void {
    const outer = this.#lock;
    this.#lock = what;
    return () => {
      this.#lock = outer;
      for (const handle of this.#collected.splice(0)) this.finalize(handle);
    };
  }

  /** Runs user code while SQLite is amid something and must not be called. */
  lockedBy<T>(what: string, run: () => T): T {
    const unlock = this.lock(what);
    try {
      return this.#during(run);
    } finally {
      unlock();
    }
  }

  /** Takes a statement in, which is finalized when `owner` has been collected if nobody did it before. */
  adopt(owner: object, pointer: number): StatementHandle {
    const handle: StatementHandle = { pointer, busy: false, iterated: false };
    this.statements.add(handle);
    this.#registry.register(owner, handle, handle);
    return handle;
  }

  /** Opens or closes the one iterator that a statement can have. */
  iterate(handle: StatementHandle, open: boolean): void {
    this.iterators += Number(open) - Number(handle.iterated);
    handle.iterated = open;
  }

  finalize(handle: StatementHandle): void {
    if (handle.pointer === 0) return;
    if (this.#lock !== undefined) this.check();
    const { pointer } = handle;
    handle.pointer = 0;
    this.iterate(handle, false);
    this.statements.delete(handle);
    this.#registry.unregister(handle);
    if (this.usable) this.#during(() => this.exports.sqlite3_finalize(pointer));
  }

  /** While `run` goes on, the connection cannot be closed: what it calls may be user code, such as the end of a generator. */
  #during<T>(run: () => T): T {
    this.#amid++;
    try {
      return run();
    } finally {
      this.#amid--;
    }
  }

  /** Whether the module may be called: what a client had is taken from it when it leaves or is evicted. */
  get usable(): boolean {
    return this.#lock === undefined && this.#isThere;
  }

  get #isThere(): boolean {
    try {
      this.client.check();
      return this.pointer !== 0;
    } catch {
      return false;
    }
  }

  /** Finalizes all statements and closes the connection. */
  close(): void {
    if (this.pointer === 0) return;
    // It is busy, too, while `verbose` is told of what is going to run.
    if (this.busy || this.#amid !== 0) {
      throw new MisuseError(
        'BUSY', `A user function cannot close the database '${this.path}', which waits for it, nor can verbose: close it when the statement is done.`,
      );
    }
    for (const end of this.endings) end();
    // Also those that a virtual table prepares when its scan ends.
    for (const handle of this.statements) this.finalize(handle);
    if (this.usable) this.#during(() => this.exports.sqlite3_close_v2(this.pointer));
    this.pointer = 0;
  }

  /** Whether a transaction is open; none is where nothing is. */
  get inTransaction(): boolean {
    return this.#isThere && this.exports.sqlite3_get_autocommit(this.pointer) === 0;
  }

  /** Puts SQL where the module can read it. */
  placeSql(sql: string): ReturnType<Context['placeText']> {
    return this.context.placeText(textOf(sql, 'The SQL'), 'SQL');
  }

  /** Whether `sql` may tell a thread to wait that may not: SQLite does what it says as soon as it is compiled. */
  setsTimeout(sql: string): boolean {
    return !this.engine.mayWait && /busy_timeout/i.test(sql);
  }

  /** To be called when `sql` was compiled: a thread that may not wait does not begin to. */
  keepFromWaiting(sql: string): void {
    if (!this.setsTimeout(sql)) return;
    this.tellsToWait = true;
    this.stopWaiting();
  }

  stopWaiting(): void {
    this.exports.sqlite3_busy_timeout(this.pointer, 0);
  }

  /** Switches one of SQLITE_DBCONFIG_*. */
  configure(option: number, on: boolean): void {
    const { batch } = this.context.scratch;
    // How C passes what a variadic function is given: in memory.
    batch.i32[0] = Number(on);
    batch.i32[1] = 0;
    this.expect(this.exports.sqlite3_db_config(this.pointer, option, batch.address), 'The connection cannot be configured');
  }

  /** The error of the call that has just failed: what a user function threw, or what SQLite says. */
  failure(failed?: FailedSql): unknown {
    const { exports } = this;
    const extendedCode = exports.sqlite3_extended_errcode(this.pointer);
    const thrown = this.context.takeThrown(extendedCode);
    if (thrown !== undefined) return thrown.error;
    const offset = failed === undefined ? -1 : (failed.offset ?? exports.sqlite3_error_offset(this.pointer));
    const text = decodeCString(this.engine.u8, exports.sqlite3_errmsg(this.pointer) >>> 0);
    const refusal = this.#refusal(extendedCode);
    const reason = refusal?.message ?? this.#reason(extendedCode);
    return new SqliteError(reason === undefined ? text : `${text}: ${reason}`, {
      extendedCode,
      sql: failed?.sql,
      offset: failed === undefined || offset < 0 ? undefined : unitsOfUtf8Bytes(failed.sql, offset),
      lock: refusal?.lock,
    });
  }

  /** Throws for a result code of a call that is not about a statement. */
  expect(code: number, doing: string): void {
    if (code === SQLITE_OK) return;
    const known = this.exports.sqlite3_extended_errcode(this.pointer);
    // Of a misuse SQLite tells the caller only, and remembers what was before.
    if ((code & 0xff) === SQLITE_MISUSE && known !== code) throw new SqliteError(`${doing}: SQLite was misused`, { extendedCode: code });
    const error = this.failure();
    if (error instanceof SqliteError) error.message = `${doing}: ${error.message} (${primaryCodeName(code)})`;
    throw error;
  }

  /** Which connection of its runtime it is; undefined of a private database. */
  place(): ConnectionPlace | undefined {
    if (this.pointer === 0 || this.exports.glasswal_place(this.pointer) === 0) return undefined;
    return { runtime: runtimeOf(this.engine), ...(JSON.parse(this.engine.text()) as Omit<ConnectionPlace, 'runtime'>) };
  }

  /** What the VFS or the heap says of a failure that was its own. */
  #reason(extendedCode: number): string | undefined {
    if (extendedCode === SQLITE_NOMEM || extendedCode === SQLITE_IOERR_NOMEM) {
      const wanted = this.exports.glasswal_take_refused_bytes() >>> 0;
      return wanted === 0 ? undefined : noMemoryLeft(this.engine.views, wanted);
    }
    if (!CODES_OF_FILES.has(extendedCode & 0xff)) return undefined;
    return this.exports.glasswal_last_error(extendedCode) === 0 ? undefined : this.engine.text();
  }

  /** Why the database is busy: who holds the lock that was refused, as the VFS remembers it. */
  #refusal(extendedCode: number): { readonly lock?: LockRefusal; readonly message: string } | undefined {
    const { exports, engine } = this;
    if ((extendedCode & 0xff) !== SQLITE_BUSY) return undefined;
    // No lock was refused here, and waiting would not help.
    if (extendedCode === SQLITE_BUSY_SNAPSHOT) return { message: OLD_SNAPSHOT };
    if (exports.glasswal_last_refusal(this.pointer, 0) === 0) return undefined;
    const { message, ...lock } = JSON.parse(engine.text()) as LockRefusal & { message: string };
    return { message, lock };
  }
}
