/**
 * A main database of one connection of wa-sqlite. It owns an ordinary connection to the database, whose transactions are those of the
 * other side, and hands pages over by number (wasm/module/pager.c).
 *
 * To wa-sqlite it is a database with a rollback journal that nobody needs: what a transaction has written is in the connection's
 * log, and is there for others when it commits. Two things of page 1 differ on that side: it names no write-ahead log, and counts
 * changes by a number of this file's own, which moves whenever the pages may be others than before. By that wa-sqlite knows that its cache
 * is stale.
 *
 * Thread-safety: belongs to one thread.
 */
import type { Engine } from '../../engine/engine.js';
import { messageOf } from '../../given/errors.js';
import {
  SQLITE_BUSY, SQLITE_CHECKPOINT_PASSIVE, SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_WRITE, SQLITE_OK,
  SQLITE_OPEN_CREATE, SQLITE_OPEN_READWRITE,
} from '../../generated/sqlite.js';
import { CHANGE_COUNTER_AT, PAGE_SIZE_AT, disguise } from './first_page.js';
import { LocalFile } from './local_file.js';
import { PageResize } from './page_resize.js';
import { MOST_PAGE_BYTES, Pager } from './pager.js';
import { type Refusal, reasonOf, refusalOf } from './refusal.js';
import type { Thread } from './thread.js';

/** What of a transaction the engine's connection has. */
export const NOTHING = -1;
export const READING = 0;
export const WRITING = 1;
/** One of the three above. */
export type Holding = -1 | 0 | 1;

const USUAL_PAGE_BYTES = 4096;
const AUTOCHECKPOINT_FRAMES = 1000;
/** For so long a connection in exclusive mode waits for its lock after a failure. */
const AGAIN_MS = 1000;

export class MainFile {
  readonly path: string;
  readonly flags: number;
  /** The journal of this connection alone; wa-sqlite keeps one although nothing depends on it. */
  readonly journal = new LocalFile();
  /** As wa-sqlite has it locked: SQLITE_LOCK_*. */
  lock = 0;
  /** It writes with its next lock, as SQLite says before it takes it. */
  willWrite = false;
  /** It does so alone, as a VACUUM. */
  willWriteAlone = false;
  /** PRAGMA locking_mode = exclusive. */
  isExclusive = false;
  /** PRAGMA busy_timeout; -1: for as long as it takes. */
  busyTimeoutMs = -1;
  autocheckpointFrames = AUTOCHECKPOINT_FRAMES;
  /** How a lock that another one had was waited for, and what came of it. */
  wait: 'waiting' | 'granted' | Refusal | undefined;
  /** What went wrong, until it is told. */
  problem: Error | undefined;

  /** It is called for the last time by a statement that has waited. */
  isLastTry = false;
  /** Nothing can be done with it any more. */
  isClosed = false;

  readonly #thread: Thread;
  #pager: Pager;

  #holds: Holding = NOTHING;
  /** The engine's transaction is over, and what wa-sqlite does to take back its own has no effect. */
  #failed = false;
  /** wa-sqlite has seen what does not hold any more, and must let go before it sees anything else. */
  #outdated = false;
  #pageSize = USUAL_PAGE_BYTES;
  #wantedPageSize = USUAL_PAGE_BYTES;
  /** What a VACUUM is going to make of the size of pages, */
  #resize: PageResize | undefined;
  /** and whether it was asked for another one. */
  #isResizeWanted = false;
  #pages = 0;
  #isEmpty = false;
  #isQuiet = false;
  /** The engine's version of the pages at the last look; 0: look anew. */
  #seenVersion = 0;
  /** What that is called on wa-sqlite's side, */
  #counter = 1;
  /** the highest that it can have seen, */
  #highest = 1;
  /** and what it has written in this transaction; 0: nothing. */
  #written = 0;
  #logFrames = 0;

  /** Opens the database for `flags` (SQLITE_OPEN_*). Throws a SqliteError if that cannot be. */
  constructor(thread: Thread, path: string, flags: number) {
    this.path = path;
    this.flags = flags;
    this.#thread = thread;
    this.#pager = this.#open(0);
  }

  #open(pageSize: number): Pager {
    const { flags } = this;
    const options = { readonly: (flags & SQLITE_OPEN_READWRITE) === 0, fileMustExist: (flags & SQLITE_OPEN_CREATE) === 0, pageSize };
    return new Pager(this.#thread.client, this.path, options);
  }

  get holds(): Holding {
    return this.#holds;
  }

  /** Whether a thread may sleep for it. */
  get mayWait(): boolean {
    return this.engine.mayWait;
  }

  get engine(): Engine {
    return this.#pager.engine;
  }

  /** Whether another connection of this thread writes, which cannot go on while this one sleeps. */
  get isThreadWriting(): boolean {
    const { writers } = this.#thread;
    return writers.size > (writers.has(this) ? 1 : 0);
  }

  get isOutdated(): boolean {
    return this.#outdated;
  }

  /** While it waits: what is refused is told at the end. */
  tryQuietly(quiet: boolean): void {
    if (quiet !== this.#isQuiet) this.#pager.tryQuietly((this.#isQuiet = quiet));
  }

  /** What came of a wait nobody has asked for: a lock that it got would be this connection's without anybody who knew. */
  forgetWait(result: 'granted' | Refusal): void {
    if (this.wait !== result) return;
    this.wait = undefined;
    if (result === 'granted') this.end();
  }

  /** Goes on to `kind`, from nothing or from reading; a code of SQLite. Sleeps for `ms` at most. */
  begin(kind: Holding, ms: number): number {
    if (this.isClosed) return SQLITE_IOERR;
    if (this.#holds >= kind) return SQLITE_OK;
    if (this.#outdated) return SQLITE_BUSY;
    this.#thread.client.check();
    if (this.#isResizeWanted && this.willWriteAlone && this.#holds === NOTHING) this.#resize ??= PageResize.begin(this.#pager.connection);
    const code = this.#pager.begin(kind === WRITING, ms);
    if (code !== SQLITE_OK) return code;
    const wasReading = this.#holds === READING;
    const wasThere = this.sizeBytes > 0;
    this.#holds = kind;
    this.#failed = false;
    this.#written = 0;
    const before = this.#seenVersion;
    this.#look();
    if (wasReading && before !== this.#seenVersion && (wasThere || !this.#isEmpty)) {
      // Another one has made the database meanwhile that was not there when wa-sqlite looked.
      this.end();
      this.#outdated = true;
      return SQLITE_BUSY;
    }
    if (kind === WRITING) this.#thread.writers.add(this);
    return SQLITE_OK;
  }

  #look(): void {
    const version = this.#pager.dataVersion;
    if (version !== this.#seenVersion) {
      this.#seenVersion = version;
      this.#counter = ++this.#highest;
    }
    this.#pageSize = this.#pager.pageSize;
    this.#pages = this.#pager.pages;
    // wa-sqlite makes a first page of its own in a database that has nothing, if it can have the size of its pages.
    this.#isEmpty = this.#pager.isEmpty && this.#pageSize === this.#wantedPageSize;
  }

  /** How large the database is to wa-sqlite. */
  get sizeBytes(): number {
    return this.#isEmpty ? 0 : this.#pages * this.#pageSize;
  }

  /** Fills `to` with what is from `offset` on, in a transaction of its own if there is none. */
  read(to: Uint8Array, offset: number): number {
    if (this.#outdated) return this.#refuse(SQLITE_IOERR_READ, 'the database was made by another connection while this one had found none');
    if (this.#failed && offset === CHANGE_COUNTER_AT) {
      const code = this.#beginAnew();
      if (code !== SQLITE_OK) return code;
    }
    const isAlone = this.#holds === NOTHING;
    if (isAlone) {
      const code = this.begin(READING, 0);
      if (code !== SQLITE_OK) return code & 0xff;
    }
    const code = this.#readPages(to, offset);
    if (isAlone) this.end();
    return code;
  }

  /**
   * In its exclusive mode wa-sqlite does not let go after a failure. Where it looks at the counter of changes it has taken back what it did, and
   * begins again. Another one may have written by then, of which that counter tells.
   */
  #beginAnew(): number {
    this.end();
    const kind = this.isExclusive ? WRITING : READING;
    const code = this.begin(kind, this.mayWait ? AGAIN_MS : 0);
    if (code === SQLITE_OK) return code;
    const refusal = this.refusalOf(code);
    // Until that succeeds it has nothing.
    this.#failed = true;
    return this.#refuse(refusal.code, refusal.error.message);
  }

  #readPages(to: Uint8Array, offset: number): number {
    const size = this.sizeBytes;
    const pageSize = this.#pageSize;
    for (let done = 0; done < to.length; ) {
      const at = offset + done;
      if (at >= size) {
        to.fill(0, done);
        return SQLITE_IOERR_SHORT_READ;
      }
      const number = Math.floor(at / pageSize) + 1;
      const within = at % pageSize;
      const count = Math.min(pageSize - within, to.length - done);
      const address = this.#pager.read(number);
      if (address === 0) return this.#refuse(this.#pager.code || SQLITE_IOERR_READ);
      to.set(this.engine.u8.subarray(address + within, address + within + count), done);
      if (number === 1) disguise(to.subarray(done, done + count), within, this.#written !== 0 ? this.#written : this.#counter);
      done += count;
    }
    return SQLITE_OK;
  }

  /** Takes a page of wa-sqlite's into the transaction. */
  write(bytes: Uint8Array, offset: number): number {
    if (this.#failed) return SQLITE_OK;
    // In an exclusive mode that was not told here wa-sqlite has its lock already.
    const code = this.begin(WRITING, 0);
    if (code !== SQLITE_OK) return this.#fail(code);
    if (this.#isEmpty && this.#written === 0 && bytes.length !== this.#pageSize && !this.#makeAnew(bytes.length)) {
      return this.#failFor(`${this.path} has been made with pages of ${this.#pageSize} bytes, and another connection has it open`);
    }
    const pageSize = this.#pageSize;
    if (bytes.length !== pageSize || offset % pageSize !== 0) return this.#failFor(`a page of ${bytes.length} bytes at ${offset} among those of ${pageSize}`);
    const number = offset / pageSize + 1;
    return number === 1 ? this.#writeFirst(bytes) : this.#writePage(number, bytes);
  }

  /** VACUUM INTO says how large its pages are only when it writes the first: a database that has nothing yet is made once more. */
  #makeAnew(pageSize: number): boolean {
    this.end();
    this.#pager.close();
    try {
      this.#thread.client.remove(this.path);
    } catch {
      // Somebody has it open, as it is.
    }
    this.#wantedPageSize = pageSize;
    this.#seenVersion = 0;
    try {
      this.#pager = this.#open(pageSize);
    } catch (error) {
      this.isClosed = true;
      throw error;
    }
    return this.begin(WRITING, 0) === SQLITE_OK && this.#isEmpty;
  }

  #writePage(number: number, bytes: Uint8Array): number {
    if (!this.#pager.write(number, bytes)) return this.#fail(this.#pager.code);
    this.#pages = this.#pager.pages;
    // The first page comes last where the cache is too small for a transaction, which reads the others again before.
    this.#isEmpty = false;
    return SQLITE_OK;
  }

  #writeFirst(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const said = view.getUint16(PAGE_SIZE_AT);
    const size = said === 1 ? MOST_PAGE_BYTES : said;
    if (size !== this.#pageSize) {
      if (this.#resize === undefined) {
        return this.#failFor(`pages of ${size} bytes in place of ${this.#pageSize} can be had only while no other connection has ${this.path} open`);
      }
      this.#resize.pageSize = size;
      return this.#writePage(1, bytes);
    }
    const code = this.#pager.writeFirst(bytes);
    if (code !== SQLITE_OK) return this.#fail(code);
    this.#written = view.getUint32(CHANGE_COUNTER_AT);
    this.#highest = Math.max(this.#highest, this.#written);
    this.#pages = this.#pager.pages;
    this.#isEmpty = false;
    return SQLITE_OK;
  }

  truncate(sizeBytes: number): number {
    if (this.#holds !== WRITING || this.#failed) return SQLITE_OK;
    if (this.#resize !== undefined) this.#resize.sizeBytes = sizeBytes;
    this.#pager.truncate(Math.ceil(sizeBytes / this.#pageSize));
    this.#pages = this.#pager.pages;
    return SQLITE_OK;
  }

  /** Makes the transaction's pages everybody's. */
  commit(): number {
    if (this.#failed) return SQLITE_IOERR_WRITE;
    if (this.#holds !== WRITING) return SQLITE_OK;
    if (this.#resize !== undefined && this.#resize.pageSize !== 0) return this.#commitResized(this.#resize);
    const code = this.#pager.commit(this.isExclusive);
    if (code !== SQLITE_OK) return this.#fail(code);
    this.#logFrames = this.#pager.logFrames || this.#logFrames;
    if (!this.isExclusive) this.#stopWriting();
    // What wa-sqlite has in its cache is what there is now.
    this.#seenVersion = this.#pager.dataVersion;
    if (this.#written !== 0) this.#counter = this.#written;
    this.#written = 0;
    this.#look();
    return SQLITE_OK;
  }

  /** The pages that were written are pieces of a file whose own pages have another size. */
  #commitResized(resize: PageResize): number {
    const { sizeBytes = this.#pages * this.#pageSize } = resize;
    const image = new Uint8Array(sizeBytes);
    for (let at = 0; at < sizeBytes; at += this.#pageSize) {
      const address = this.#pager.read(at / this.#pageSize + 1);
      if (address === 0) return this.#fail(this.#pager.code);
      image.set(this.engine.u8.subarray(address, address + Math.min(this.#pageSize, sizeBytes - at)), at);
    }
    this.#pager.end();
    this.#stopWriting();
    this.#holds = NOTHING;
    try {
      resize.commit(image);
    } catch (error) {
      this.problem = new Error(messageOf(error));
      this.begin(READING, 0);
      this.#failed = true;
      return SQLITE_IOERR_WRITE;
    }
    this.#wantedPageSize = resize.pageSize;
    resize.pageSize = 0;
    this.#isResizeWanted = false;
    this.#seenVersion = 0;
    return this.begin(READING, 0);
  }

  /** Back to the snapshot of before: wa-sqlite reads on, and has not committed. */
  downgrade(): void {
    if (this.#holds !== WRITING) return;
    this.#rollback();
    this.#failed = false;
    this.#stopWriting();
  }

  #stopWriting(): void {
    this.#holds = READING;
    this.#thread.writers.delete(this);
  }

  #rollback(): void {
    this.#pager.rollback();
    this.#written = 0;
    // Whatever wa-sqlite has of what is gone has a number that does not come again.
    this.#seenVersion = 0;
    this.#look();
  }

  /** Ends the transaction, if there is one, and looks after the log. */
  end(): void {
    this.#outdated = false;
    // Nothing is ever taken back by the journal: what is left in it is of a transaction that failed.
    if (this.journal.size > 0) this.journal.empty();
    if (this.#holds === NOTHING) return;
    this.#pager.end();
    this.#holds = NOTHING;
    this.#failed = false;
    this.#written = 0;
    this.#thread.writers.delete(this);
    if (this.#resize?.end() === true) this.#resize = undefined;
    if (this.autocheckpointFrames > 0 && this.#logFrames >= this.autocheckpointFrames) this.checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  }

  /** Copies the log into the database; a code of SQLite. REQUIRES: no transaction. */
  checkpoint(mode: number, ms = 0): number {
    if (this.isClosed) return SQLITE_IOERR;
    this.#logFrames = 0;
    return this.#pager.checkpoint(mode, ms);
  }

  /** Chooses the size of the pages: at once for a database that has none yet, or with the next VACUUM. */
  choosePageSize(size: number): void {
    const isAlone = this.#holds === NOTHING;
    if (isAlone && this.begin(READING, 0) !== SQLITE_OK) return;
    const isNew = this.#pages === 0;
    if (isAlone) this.end();
    this.#isResizeWanted = !isNew && size !== this.#pageSize;
    if (!isNew) return;
    this.#wantedPageSize = size;
    this.#pager.choosePageSize(size);
  }

  /** Who keeps a checkpoint from its end: a reader of what is in the log, or who has a lock. */
  whoHoldsBack(): Error {
    const wal = this.#thread.client.diagnostics().wals.find(({ database }) => database === this.path);
    const { holder } = wal?.heldBackBy ?? wal?.oldestReader ?? {};
    const who = holder?.clientName ?? wal?.writer?.clientName ?? wal?.checkpointer?.clientName;
    return new Error(`the checkpoint is held back${who === undefined ? ' by another connection' : ` by \`${who}\``}: try it again when that is done`);
  }

  /** Why a lock was refused with `code`. */
  refusalOf(code: number): Refusal {
    return refusalOf(this.#pager.connection, code);
  }

  #refuse(code: number, why = reasonOf(this.#pager.connection, code)): number {
    this.problem = new Error(why);
    return code;
  }

  #failFor(why: string): number {
    this.problem = new Error(why);
    this.#giveUp();
    return SQLITE_IOERR_WRITE;
  }

  /** The transaction cannot be finished: it is taken back here, and wa-sqlite is left to do the same on its side. */
  #fail(code: number): number {
    const isFull = (code & 0xff) === SQLITE_FULL;
    this.problem = new Error(isFull ? `capacity exceeded: ${reasonOf(this.#pager.connection, code)}` : this.refusalOf(code).error.message);
    this.#giveUp();
    // Anything else would leave wa-sqlite's pager with what it has in its cache.
    return isFull || (code & 0xff) === (SQLITE_IOERR & 0xff) ? code : SQLITE_IOERR_WRITE;
  }

  #giveUp(): void {
    this.#rollback();
    this.#failed = true;
  }

  close(): void {
    if (this.isClosed) return;
    this.end();
    this.isClosed = true;
    this.#pager.close();
  }
}
