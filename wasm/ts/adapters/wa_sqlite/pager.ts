/**
 * The pager of an ordinary connection of glasswal: pages of its database by number, in its transactions (wasm/module/pager.c says what each call
 * does). What a call gives beside its result is in the view until the next one.
 *
 * Thread-safety: belongs to one thread.
 */
import type { Connection } from '../../api/connection.js';
import { openConnection } from '../../api/open.js';
import type { Engine } from '../../engine/engine.js';
import { free } from '../../engine/scratch.js';
import { allocateBytes } from '../../engine/slots.js';
import {
  AT_PAGER_CODE, AT_PAGER_DATA_VERSION, AT_PAGER_FLAGS, AT_PAGER_LOG_FRAMES, AT_PAGER_PAGE_SIZE, AT_PAGER_PAGES, PAGER_IS_EMPTY, PAGER_IS_WRITING, PAGER_VIEW_BYTES,
} from '../../generated/encoding.js';
import type { ModuleExports } from '../../generated/exports.js';
import type { Client } from '../../life/client.js';

/** As large as a page can be. */
export const MOST_PAGE_BYTES = 65536;
const CACHE_KIB = 256;
const LONGEST_MS = 0x7fffffff;

/** How a database is opened. */
export interface PagerOptions {
  readonly readonly: boolean;
  readonly fileMustExist: boolean;
  /** In bytes, of a database that has no pages yet; 0: as usual. */
  readonly pageSize: number;
}

export class Pager {
  readonly engine: Engine;
  readonly connection: Connection;
  readonly #exports: ModuleExports;
  readonly #database: number;
  /** A PagerView, and behind it room for a page. */
  readonly #view: number;
  /** What the engine knows the other side's statements by; 0 without memory. */
  readonly #watch: number;
  #isQuiet = false;

  /** Opens the database at `path`. Throws a SqliteError if that cannot be, or a GlasswalError without memory. */
  constructor(client: Client, path: string, { readonly, fileMustExist, pageSize }: PagerOptions) {
    this.engine = client.engine;
    this.connection = openConnection(this.engine, client, 'glasswal', path, { readonly, fileMustExist }).connection;
    this.#exports = this.connection.exports;
    this.#database = this.connection.pointer;
    try {
      this.#view = allocateBytes(this.engine, new Uint8Array(PAGER_VIEW_BYTES + MOST_PAGE_BYTES), 'pages');
    } catch (error) {
      this.connection.close();
      throw error;
    }
    this.choosePageSize(pageSize);
    this.#watch = this.#exports.glasswal_pager_watch(this.#database) >>> 0;
  }

  #field(at: number): number {
    return this.engine.u32[(this.#view >>> 2) + at]!;
  }

  /** Another one than before: so are the pages, perhaps. */
  get dataVersion(): number {
    return this.#field(AT_PAGER_DATA_VERSION);
  }
  get pageSize(): number {
    return this.#field(AT_PAGER_PAGE_SIZE);
  }
  get pages(): number {
    return this.#field(AT_PAGER_PAGES);
  }
  /** Whether there is a first page with nothing in it. */
  get isEmpty(): boolean {
    return (this.#field(AT_PAGER_FLAGS) & PAGER_IS_EMPTY) !== 0;
  }
  /** Whether the transaction is one that writes, after a call that keeps the lock if it can. */
  get isWriting(): boolean {
    return (this.#field(AT_PAGER_FLAGS) & PAGER_IS_WRITING) !== 0;
  }
  get logFrames(): number {
    return this.#field(AT_PAGER_LOG_FRAMES);
  }
  /** Why there was no address. */
  get code(): number {
    return this.#field(AT_PAGER_CODE);
  }

  choosePageSize(size: number): void {
    this.#exports.glasswal_pager_open(this.#database, CACHE_KIB, size);
  }

  /** While it tries again and again what is refused is not told to the runtime. */
  tryQuietly(quiet: boolean): void {
    if (quiet === this.#isQuiet) return;
    this.#isQuiet = quiet;
    this.#exports.glasswal_quiet_refusals(this.#database, Number(quiet));
  }

  /** Begins, or goes on from reading to writing; a code of SQLite. */
  begin(write: boolean, ms: number): number {
    return this.#exports.glasswal_pager_begin(this.#database, Number(write), Math.min(ms, LONGEST_MS), this.#view);
  }

  /** The address of a page until the next call; 0: see `code`. */
  read(number: number): number {
    return this.#exports.glasswal_pager_read(this.#database, number, this.#view) >>> 0;
  }

  /** Writes a page other than the first; false: see `code`. */
  write(number: number, bytes: Uint8Array): boolean {
    const address = this.#exports.glasswal_pager_write(this.#database, number, this.#view) >>> 0;
    if (address !== 0) this.engine.u8.set(bytes, address);
    return address !== 0;
  }

  /** Writes the first page, but for what is this side's own; a code of SQLite. */
  writeFirst(bytes: Uint8Array): number {
    const at = this.#view + PAGER_VIEW_BYTES;
    this.engine.u8.set(bytes, at);
    return this.#exports.glasswal_pager_write_first(this.#database, at, this.#view);
  }

  truncate(pages: number): void {
    this.#exports.glasswal_pager_truncate(this.#database, pages, this.#view);
  }

  /** Commits, and reads on; or writes on, without a gap. A code of SQLite. */
  commit(keepLock: boolean): number {
    return this.#exports.glasswal_pager_commit(this.#database, Number(keepLock), this.#view);
  }

  /** What a commit needs outside of WAL mode: that nobody reads; a code of SQLite. */
  lockOut(ms: number): number {
    return this.#exports.glasswal_pager_lock_out(this.#database, ms);
  }

  /** Does what of a commit can fail for want of room; a code of SQLite. */
  prepare(): number {
    return this.#exports.glasswal_pager_prepare(this.#database);
  }

  /** Takes back what was written, and reads on; or writes on, without a gap. */
  rollback(keepLock: boolean): void {
    this.#exports.glasswal_pager_rollback(this.#database, Number(keepLock), this.#view);
  }

  /** A checkpoint within a write transaction that has changed nothing; a code of SQLite. */
  renew(): number {
    return this.#exports.glasswal_pager_renew(this.#database, this.#view);
  }

  end(): void {
    this.#exports.glasswal_pager_end(this.#database);
  }

  /** Copies the log into the database; a code of SQLite. REQUIRES: no transaction. */
  checkpoint(mode: number, ms: number): number {
    this.#exports.sqlite3_busy_timeout(this.#database, this.engine.mayWait ? Math.min(ms, LONGEST_MS) : 0);
    return this.#exports.sqlite3_wal_checkpoint_v2(this.#database, 0, mode, 0, 0);
  }

  /** A statement of this text begins; `run` is one of 0 to 7 that does not go on. */
  run(run: number, text: Uint8Array): void {
    if (this.#watch === 0) return;
    const at = this.#view + PAGER_VIEW_BYTES;
    const size = Math.min(text.length, MOST_PAGE_BYTES - 1);
    this.engine.u8.set(size === text.length ? text : text.subarray(0, size), at);
    this.engine.u8[at + size] = 0;
    this.#exports.glasswal_pager_run(this.#watch, run, at);
  }

  /** It has ended after so many rows, with this extended code of SQLite. */
  ran(run: number, rows: number, code: number): void {
    if (this.#watch !== 0) this.#exports.glasswal_pager_ran(this.#watch, run, rows, code);
  }

  /** Whether somebody wants what runs to end. */
  get isCancelled(): boolean {
    return this.#watch !== 0 && this.#exports.glasswal_pager_is_cancelled(this.#watch) !== 0;
  }

  /** So many statements are open. */
  prepared(statements: number): void {
    if (this.#watch !== 0) this.#exports.glasswal_pager_prepared(this.#watch, statements);
  }

  close(): void {
    free(this.engine, this.#view);
    this.connection.close();
    free(this.engine, this.#watch);
  }
}
