/**
 * The VFS that wa-sqlite registers. Main databases are glasswal's (main_file.ts); journals and temporary files are this VFS's own.
 *
 * Its methods are those that wa-sqlite's module calls, with addresses in that module's memory; all of them are synchronous, for every
 * build. What keeps a lock from being had now is waited for beside the call: it gives SQLITE_BUSY and leaves a promise in
 * `module.retryOps`, after which wa-sqlite calls the statement again.
 *
 * Thread-safety: belongs to one thread, as the module does.
 */
import {
  SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_FCNTL_BEGIN_ATOMIC_WRITE, SQLITE_FCNTL_COMMIT_ATOMIC_WRITE, SQLITE_FCNTL_COMMIT_PHASETWO,
  SQLITE_FCNTL_OVERWRITE, SQLITE_FCNTL_PDB, SQLITE_FCNTL_PRAGMA, SQLITE_FCNTL_ROLLBACK_ATOMIC_WRITE, SQLITE_FCNTL_SYNC, SQLITE_IOCAP_BATCH_ATOMIC, SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN,
  SQLITE_IOERR, SQLITE_IOERR_ACCESS, SQLITE_IOERR_CLOSE, SQLITE_IOERR_DELETE, SQLITE_IOERR_DELETE_NOENT, SQLITE_IOERR_FSTAT, SQLITE_IOERR_LOCK, SQLITE_IOERR_READ, SQLITE_IOERR_TRUNCATE,
  SQLITE_IOERR_UNLOCK, SQLITE_IOERR_WRITE, SQLITE_LOCK_NONE, SQLITE_NOTFOUND, SQLITE_OK, SQLITE_OPEN_CREATE,
  SQLITE_OPEN_DELETEONCLOSE, SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_WAL,
} from '../../generated/sqlite.js';
import { reportError } from '../../given/listeners.js';
import { startLog } from '../../life/log_drain.js';
import { type MemoryWriteAheadLogger, safeLogger, sayRecord } from './logger.js';
import { LocalFile } from './local_file.js';
import { retryAfter } from './lock_wait.js';
import { takeLock } from './locking.js';
import { READING } from './holding.js';
import { MainFile } from './main_file.js';
import { normalizeMemoryWriteAheadPathname } from './options.js';
import type { Refusal } from './refusal.js';
import type { OpenFile } from './open_file.js';
import { answerPragma, type Remembered, usualPragmas } from './pragmas.js';
import { checkNotReset, type MemoryWriteAheadSharedRuntime, registerRuntime, resetMemoryWriteAheadSharedRuntime } from './runtime.js';
import { joinConnection } from './siblings.js';
import { enterThread, threadOf } from './thread.js';
import { checkVfs, type MemoryWriteAheadVFSOptions } from './vfs_options.js';
import { namesBeside, offsetOf, temporaryName, type WaModule } from './wa_module.js';

/** The name by which the VFS is registered as a rule. */
export const MEMORY_WRITE_AHEAD_VFS = 'MemoryWriteAheadVFS';

const UNIX_EPOCH_MS = 210866760000000n;
const SECTOR_BYTES = 512;
const MOST_PATH_BYTES = 512;

/**
 * A VFS of one wa-sqlite module, for any number of connections. Each thread makes its own of the runtime. What begins with x is
 * what wa-sqlite calls.
 */
export class MemoryWriteAheadVFS {
  /** The name by which vfs_register() and open_v2() know it. */
  readonly name: string;
  /** How long a path is at most, in bytes. */
  readonly mxPathname: number = MOST_PATH_BYTES;
  /** What went wrong last, for which SQLite itself has only a code. Success does not clear it. */
  lastError: Error | null = null;
  /** Is called with the name of each call of the VFS and its values. PRAGMA vfs_trace=1 has it tell the logger (`debug`), and 0 sets it to null. */
  log: ((...said: unknown[]) => void) | null = null;

  readonly #module: WaModule;
  readonly #runtime: MemoryWriteAheadSharedRuntime;
  readonly #logger: MemoryWriteAheadLogger;
  /** By the address of wa-sqlite's sqlite3_file. */
  readonly #files = new Map<number, OpenFile>();
  readonly #locals = new Map<string, LocalFile>();
  /** What hinders this thread from coming in, once that was tried. */
  #entering: Promise<void> | undefined;
  #refused: Error | undefined;

  /** Use create(), which waits until databases can be opened. */
  constructor(name: string, module: object, runtime: MemoryWriteAheadSharedRuntime, options: MemoryWriteAheadVFSOptions = {}) {
    const { logger, clientName } = checkVfs(name, module, runtime, options);
    this.name = name;
    this.#module = module as WaModule;
    this.#runtime = runtime;
    this.#logger = safeLogger(logger);
    this.#entering = this.#enter(clientName, logger !== undefined);
  }

  /** A VFS to be registered with vfs_register(). All of a thread are one client of the runtime; a GlasswalError if it cannot come into that. */
  static async create(
    name: string, module: object, runtime: MemoryWriteAheadSharedRuntime, options: MemoryWriteAheadVFSOptions = {},
  ): Promise<MemoryWriteAheadVFS> {
    const vfs = new MemoryWriteAheadVFS(name, module, runtime, options);
    await vfs.isReady();
    return vfs;
  }

  /** The same as resetMemoryWriteAheadSharedRuntime(). */
  static resetRuntime(dbFilename?: string): void {
    resetMemoryWriteAheadSharedRuntime(dbFilename);
  }

  async #enter(name: string | undefined, isLogged: boolean): Promise<void> {
    try {
      checkNotReset(this.#runtime);
      const { client } = await enterThread(this.#runtime, name);
      registerRuntime(this.#runtime);
      if (isLogged) client.atClose(startLog(client, [{ log: (record) => sayRecord(this.#logger, record) }]));
    } catch (error) {
      this.#refused = error as Error;
    }
    this.#entering = undefined;
  }

  /** Whether databases can be opened; throws what is in the way. */
  async isReady(): Promise<boolean> {
    await this.#entering;
    if (this.#refused !== undefined) throw this.#refused;
    return true;
  }

  /** Does nothing: what is open is closed by sqlite3.close(), and the thread is a client of the runtime until it ends or resets the runtime. */
  close(): void {
    // What is open is closed by its connection.
  }

  /** No method is asynchronous, in no build of wa-sqlite. */
  hasAsyncMethod(_method: string): boolean {
    return false;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Files by name

  /** Opens a database, a journal or a temporary file. */
  xOpen(_vfs: number, zName: number, pFile: number, flags: number, pOutFlags: number): number {
    let name: string | undefined;
    try {
      name = zName === 0 ? temporaryName() : this.#path(zName);
      this.#trace('xOpen', name, pFile, flags);
      if (flags & SQLITE_OPEN_WAL) throw new Error(`${name}: the write-ahead log is glasswal's own`);
      if (flags & SQLITE_OPEN_MAIN_DB) {
        if (/-(wal|journal)$/.test(name)) throw new Error(`${name}: that is what the log of another database would be called; choose another end`);
        const opened = this.#openMain(name, zName, flags);
        if (opened === undefined) return SQLITE_BUSY;
        this.#files.set(pFile, opened);
      } else {
        this.#files.set(pFile, { name, flags, local: this.#openLocal(name, zName, flags) });
      }
      if (pOutFlags !== 0) this.#view().setInt32(pOutFlags, flags, true);
      return SQLITE_OK;
    } catch (error) {
      this.#report('xOpen', error as Error, { name });
      return SQLITE_CANTOPEN;
    }
  }

  /** undefined: this thread is still on its way into the runtime. */
  #openMain(name: string, zName: number, flags: number): OpenFile | undefined {
    if (this.#entering !== undefined) {
      retryAfter(this.#module, this.#entering);
      return undefined;
    }
    if (this.#refused !== undefined) throw this.#refused;
    checkNotReset(this.#runtime);
    const thread = threadOf(this.#runtime);
    if (thread === undefined) {
      this.#entering = this.#enter(undefined, false);
      retryAfter(this.#module, this.#entering);
      return undefined;
    }
    const main = new MainFile(thread, name, flags);
    this.#logger.debug('MemoryWriteAheadVFS opened a database', { name, client: thread.client.name });
    return { name, flags, main, beside: namesBeside(this.#module, zName), pragmas: usualPragmas() };
  }

  #openLocal(name: string, zName: number, flags: number): LocalFile {
    const journal = this.#journalAt(zName);
    if (journal !== undefined) return journal;
    let local = this.#locals.get(name);
    if (local === undefined) {
      if ((flags & SQLITE_OPEN_CREATE) === 0) throw new Error(`There is no file ${name}.`);
      local = new LocalFile();
      this.#locals.set(name, local);
    }
    return local;
  }

  /** The journal of the connection that asks by a name at this place, if it is one's. */
  #journalAt(zName: number): LocalFile | undefined {
    for (const { main, beside } of this.#files.values()) if (main !== undefined && beside?.journal === zName) return main.journal;
    return undefined;
  }

  /** Whether a connection asks here for the write-ahead log of its database, of which it never has one. */
  #isLogAt(zName: number): boolean {
    return [...this.#files.values()].some(({ beside }) => beside?.log === zName);
  }

  /** Deletes a journal or a temporary file; a database stays. */
  xDelete(_vfs: number, zName: number, _syncDirectory: number): number {
    return this.#try('xDelete', SQLITE_IOERR_DELETE, () => {
      const name = this.#path(zName);
      this.#trace('xDelete', name);
      const journal = this.#journalAt(zName);
      journal?.empty();
      return journal !== undefined || this.#locals.delete(name) ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
    });
  }

  /** Whether there is such a file. */
  xAccess(_vfs: number, zName: number, flags: number, pResult: number): number {
    return this.#try('xAccess', SQLITE_IOERR_ACCESS, () => {
      const name = this.#path(zName);
      this.#trace('xAccess', name, flags);
      const journal = this.#journalAt(zName);
      const isThere = journal === undefined ? this.#isThere(name) && !this.#isLogAt(zName) : journal.size > 0;
      this.#view().setInt32(pResult, Number(isThere), true);
      return SQLITE_OK;
    });
  }

  #isThere(name: string): boolean {
    return this.#locals.has(name) || name === this.#runtime.path || [...this.#files.values()].some((file) => file.main !== undefined && file.name === name);
  }

  /** The path of a name, as normalizeMemoryWriteAheadPathname() has it. */
  xFullPathname(_vfs: number, zName: number, size: number, to: number): number {
    return this.#try('xFullPathname', SQLITE_CANTOPEN, () => {
      const name = this.#path(zName);
      this.#trace('xFullPathname', name);
      const bytes = new TextEncoder().encode(`${name}\0`);
      if (bytes.length > size) throw new Error(`A name has ${size - 1} bytes at most, and this one ${bytes.length - 1}.`);
      this.#module.HEAPU8.set(bytes, to);
      return SQLITE_OK;
    });
  }

  /** The message of `lastError`. */
  xGetLastError(_vfs: number, size: number, to: number): number {
    if (this.lastError === null || size <= 0) return SQLITE_OK;
    const room = new Uint8Array(size - 1);
    const { written } = new TextEncoder().encodeInto(this.lastError.message, room);
    this.#module.HEAPU8.set(room.subarray(0, written), to);
    this.#module.HEAPU8[to + written] = 0;
    return SQLITE_OK;
  }

  /** Random bytes, of the engine's cryptography. */
  xRandomness(_vfs: number, size: number, to: number): number {
    this.#module.HEAPU8.set(crypto.getRandomValues(new Uint8Array(size)), to);
    return size;
  }

  /** The time, in milliseconds of Julian days. */
  xCurrentTimeInt64(_vfs: number, pTime: number): number {
    this.#view().setBigInt64(pTime, UNIX_EPOCH_MS + BigInt(Date.now()), true);
    return SQLITE_OK;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Open files

  /** Closes a file; a transaction that is open is taken back. */
  xClose(pFile: number): number {
    // wa-sqlite also closes what could not be opened, and why that was is not to be forgotten.
    if (!this.#files.has(pFile)) return SQLITE_OK;
    return this.#with('xClose', pFile, SQLITE_IOERR_CLOSE, ({ name, flags, main }) => {
      this.#files.delete(pFile);
      main?.close();
      if (main !== undefined) this.#logger.debug('MemoryWriteAheadVFS closed a database', { name });
      if (flags & SQLITE_OPEN_DELETEONCLOSE) this.#locals.delete(name);
      return SQLITE_OK;
    });
  }

  /** Reads a page or a part of one. */
  xRead(pFile: number, pData: number, size: number, low: number, high: number): number {
    return this.#with('xRead', pFile, SQLITE_IOERR_READ, ({ main, local }) => {
      const to = this.#module.HEAPU8.subarray(pData, pData + size);
      return (main ?? local!).read(to, offsetOf(low, high));
    });
  }

  /** Writes a page; others see it when it is committed. */
  xWrite(pFile: number, pData: number, size: number, low: number, high: number): number {
    return this.#with('xWrite', pFile, SQLITE_IOERR_WRITE, ({ main, local }) => {
      const from = this.#module.HEAPU8.subarray(pData, pData + size);
      return (main ?? local!).write(from, offsetOf(low, high));
    });
  }

  /** Makes a file smaller. */
  xTruncate(pFile: number, low: number, high: number): number {
    return this.#with('xTruncate', pFile, SQLITE_IOERR_TRUNCATE, ({ main, local }) => (main ?? local!).truncate(offsetOf(low, high)));
  }

  /** Does nothing: memory needs no sync. */
  xSync(_pFile: number, _flags: number): number {
    return SQLITE_OK;
  }

  /** How long a file is. */
  xFileSize(pFile: number, pSize: number): number {
    return this.#with('xFileSize', pFile, SQLITE_IOERR_FSTAT, ({ main, local }) => {
      const isAlone = main !== undefined && main.holds < READING;
      const code = isAlone ? main.begin(READING, 0) : SQLITE_OK;
      if (code !== SQLITE_OK) return this.#refuse(main!, main!.refusalOf(code));
      this.#view().setBigInt64(pSize, BigInt(main?.sizeBytes ?? local!.size), true);
      if (isAlone) main.end();
      return SQLITE_OK;
    });
  }

  /** Begins a transaction, or lets it write. SQLITE_BUSY while another one has the lock: wa-sqlite awaits `module.retryOps` and calls again. */
  xLock(pFile: number, level: number): number {
    return this.#with('xLock', pFile, SQLITE_IOERR_LOCK, ({ main }) => {
      if (main === undefined) return SQLITE_OK;
      const code = takeLock(main, level, this.#module, {
        refused: (refusal) => this.#refuse(main, refusal),
        waitsLong: ({ error }) => this.#logger.warn('MemoryWriteAheadVFS still waits for a lock', { name: main.path, error }),
      });
      if (code === SQLITE_OK) main.lock = level;
      return code;
    });
  }

  #refuse(main: MainFile, { code, error }: Refusal): number {
    this.lastError = error;
    this.#logger.warn('MemoryWriteAheadVFS was refused a lock', { name: main.path, error });
    return code;
  }

  /** Lets go of a lock, and of what was not committed. */
  xUnlock(pFile: number, level: number): number {
    return this.#with('xUnlock', pFile, SQLITE_IOERR_UNLOCK, ({ main }) => {
      if (main === undefined) return SQLITE_OK;
      if (level !== SQLITE_LOCK_NONE) main.downgrade();
      // What another statement waits for, and was given meanwhile, is not let go.
      else if (main.wait?.result !== 'granted') main.release();
      main.lock = level;
      return SQLITE_OK;
    });
  }

  /** Always 0: there is never a journal of another one to play back. */
  xCheckReservedLock(_pFile: number, pResult: number): number {
    this.#view().setInt32(pResult, 0, true);
    return SQLITE_OK;
  }

  /** Commits, and answers PRAGMAs. */
  xFileControl(pFile: number, operation: number, pArgument: number): number {
    return this.#with('xFileControl', pFile, SQLITE_IOERR, ({ main, pragmas }) => {
      if (main === undefined) return SQLITE_NOTFOUND;
      switch (operation) {
        case SQLITE_FCNTL_PRAGMA:
          return this.#pragma(main, pragmas!, pArgument);
        case SQLITE_FCNTL_PDB:
          joinConnection(main, this.#module, this.#view().getUint32(pArgument, true), (error) => this.#report('statement', error, { name: main.path }));
          return SQLITE_OK;
        case SQLITE_FCNTL_OVERWRITE:
          return main.hindrance === undefined ? SQLITE_NOTFOUND : this.#refuse(main, main.hindrance);
        case SQLITE_FCNTL_BEGIN_ATOMIC_WRITE:
        case SQLITE_FCNTL_COMMIT_ATOMIC_WRITE:
        case SQLITE_FCNTL_ROLLBACK_ATOMIC_WRITE:
          return SQLITE_OK;
        // Of a transaction over several databases SQLite does not look at what comes of the second phase.
        case SQLITE_FCNTL_SYNC:
          return pArgument !== 0 || main.isOneOfSeveral ? main.prepare() : SQLITE_OK;
        case SQLITE_FCNTL_COMMIT_PHASETWO:
          return main.commit();
        default:
          return SQLITE_NOTFOUND;
      }
    });
  }

  #pragma(main: MainFile, pragmas: Remembered, pArgument: number): number {
    const [, zKey, zValue] = [0, 4, 8].map((at) => this.#view().getUint32(pArgument + at, true)) as [number, number, number];
    const name = this.#text(zKey).toLowerCase();
    const value = zValue === 0 ? null : this.#text(zValue);
    if (name === 'vfs_trace') {
      this.log = Number(value) === 0 ? null : (...said) => this.#logger.debug('MemoryWriteAheadVFS trace', { trace: said });
      return SQLITE_OK;
    }
    const answer = answerPragma(main, name, value, pragmas);
    if (typeof answer === 'number') return answer;
    if (answer === undefined) return SQLITE_NOTFOUND;
    const bytes = new TextEncoder().encode(`${answer}\0`);
    const to = this.#module._sqlite3_malloc(bytes.length);
    this.#module.HEAPU8.set(bytes, to);
    this.#view().setUint32(pArgument, to, true);
    return SQLITE_OK;
  }

  /** The bytes of a sector. */
  xSectorSize(_pFile: number): number {
    return SECTOR_BYTES;
  }

  /** SQLITE_IOCAP_*: a transaction is written as a whole. */
  xDeviceCharacteristics(pFile: number): number {
    const isMain = this.#files.get(pFile)?.main !== undefined;
    return SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN | (isMain ? SQLITE_IOCAP_BATCH_ATOMIC : 0);
  }

  // -------------------------------------------------------------------------------------------------------------------

  #trace(...said: unknown[]): void {
    try {
      this.log?.(...said);
    } catch (error) {
      reportError(error);
    }
  }

  #path(zName: number): string {
    return normalizeMemoryWriteAheadPathname(this.#text(zName));
  }

  #text(address: number): string {
    return this.#module.UTF8ToString(address);
  }

  #view(): DataView {
    const { buffer, byteOffset } = this.#module.HEAPU8;
    return new DataView(buffer, byteOffset);
  }

  /** Calls `call` with the open file, and tells what went wrong in it. What it throws becomes `failed`. */
  #with(method: string, pFile: number, failed: number, call: (file: OpenFile) => number): number {
    const file = this.#files.get(pFile);
    this.#trace(method, pFile);
    return this.#try(method, failed, () => {
      if (file === undefined) throw new Error(`There is no open file ${pFile}.`);
      const { main } = file;
      const code = call(file);
      if (main?.problem !== undefined) {
        this.#report(method, main.problem, { name: file.name });
        main.problem = undefined;
      }
      return code;
    }, file?.name);
  }

  #try(method: string, failed: number, call: () => number, name?: string): number {
    try {
      return call();
    } catch (error) {
      this.#report(method, error as Error, { name });
      return failed;
    }
  }

  #report(method: string, error: Error, details: object): void {
    this.lastError = error;
    this.#logger.error(`MemoryWriteAheadVFS ${method} failed`, { error, ...details });
  }
}
