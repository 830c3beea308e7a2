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
import { messageOf, SqliteError } from '../../given/errors.js';
import {
  SQLITE_BUSY, SQLITE_CHECKPOINT_PASSIVE, SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_WRITE, SQLITE_OK,
  SQLITE_LOCK_NONE, SQLITE_LOCK_RESERVED, SQLITE_OPEN_CREATE,
} from '../../generated/sqlite.js';
import { ChangeCounter } from './change_counter.js';
import { Demands } from './demands.js';
import { CHANGE_COUNTER_AT, PAGE_SIZE_AT, disguise } from './first_page.js';
import { type Holding, NOTHING, READING, type Wait, WRITING } from './holding.js';
import { LocalFile } from './local_file.js';
import { PageResize, imageOf } from './page_resize.js';
import { MOST_PAGE_BYTES, Pager } from './pager.js';
import { openElsewhere, type Refusal, reasonOf, refusalOf } from './refusal.js';
import { type Thread, writers } from './thread.js';

const USUAL_PAGE_BYTES = 4096;

/** What is read where nothing is. */
function noBytes(to: Uint8Array): number {
  to.fill(0);
  return SQLITE_IOERR_SHORT_READ;
}

export class MainFile extends Demands {
  /** The journal of this connection alone; wa-sqlite keeps one although nothing depends on it. */
  readonly journal = new LocalFile();
  /** What went wrong, until it is told. */
  problem: Error | undefined;
  /** Nothing can be done with it any more. */
  isClosed = false;
  #pager: Pager;

  #holds: Holding = NOTHING;
  /** The engine's transaction is over, and what wa-sqlite does to take back its own has no effect. */
  #failed = false;
  /** wa-sqlite has seen what does not hold any more, and must let go before it sees anything else. */
  #outdated = false;
  /** It has written since the transaction began. */
  #isChanged = false;
  #pageSize = USUAL_PAGE_BYTES;
  #wantedPageSize = USUAL_PAGE_BYTES;
  /** What a VACUUM is going to make of the size of pages. */
  #resize: PageResize | undefined;
  #pages = 0;
  #isEmpty = false;
  readonly #changes = new ChangeCounter();
  #logFrames = 0;

  /** Opens the database for `flags` (SQLITE_OPEN_*). Throws a SqliteError if that cannot be. */
  constructor(thread: Thread, path: string, flags: number) {
    super(thread, path, flags);
    this.#pager = this.#open(0);
  }

  #open(pageSize: number): Pager {
    const options = { readonly: this.isReadonly, fileMustExist: (this.flags & SQLITE_OPEN_CREATE) === 0, pageSize };
    return new Pager(this.thread.client, this.path, options);
  }

  get holds(): Holding {
    return this.#holds;
  }

  get pager(): Pager {
    return this.#pager;
  }

  /** Takes the database for this connection alone, if nobody else has it open. REQUIRES: no transaction of wa-sqlite's. */
  takeAlone(): void {
    this.end();
    this.#resize = PageResize.begin(this.#pager.connection);
  }

  /** What stands in the way of a VACUUM that is about to write. */
  get hindrance(): Refusal | undefined {
    return this.#isResizeWanted && this.#resize === undefined ? openElsewhere(this.path, this.#pageSize) : undefined;
  }

  /** Has nobody read while it commits, as is needed outside of WAL mode; a code of SQLite. Sleeps for `mostMs` at most. */
  lockOut(mostMs: number): number {
    const { busyTimeoutMs } = this;
    const ms = this.isThreadWriting || !this.engine.mayWait ? 0 : busyTimeoutMs < 0 ? mostMs : Math.min(mostMs, busyTimeoutMs);
    return this.#pager.lockOut(ms);
  }

  get isOutdated(): boolean {
    return this.#outdated;
  }

  get #isResizeWanted(): boolean {
    return this.nextPageBytes !== 0 && this.nextPageBytes !== this.#pageSize;
  }

  /** Whether the next transaction may be a VACUUM that needs the database for itself; BEGIN EXCLUSIVE looks the same. */
  get wantsAlone(): boolean {
    return this.willWriteAlone && this.#isResizeWanted;
  }

  /** While it waits: what is refused is told at the end. */
  tryQuietly(quiet: boolean): void {
    this.#pager.tryQuietly(quiet);
  }

  /** The end of a wait: a lock that nobody has fetched would be this connection's without anybody who knew. */
  forget(wait: Wait): void {
    if (this.wait !== wait) return;
    this.wait = undefined;
    if (wait.result === 'granted') this.settle();
  }

  settle(): void {
    if (this.lock === SQLITE_LOCK_NONE) this.release();
    else if (this.lock < SQLITE_LOCK_RESERVED) this.downgrade();
  }

  /** Goes on to `kind`, from nothing or from reading; a code of SQLite. Sleeps for `ms` at most. */
  begin(kind: Holding, ms: number): number {
    if (this.isClosed) return SQLITE_IOERR;
    if (this.#holds >= kind) return SQLITE_OK;
    if (this.#outdated) return SQLITE_BUSY;
    if (this.#failed && this.#holds !== NOTHING) return SQLITE_IOERR;
    this.thread.client.check();
    const code = this.#pager.begin(kind === WRITING, ms);
    if (code !== SQLITE_OK) return code;
    const wasReading = this.#holds === READING;
    const wasThere = this.sizeBytes > 0;
    this.#holds = kind;
    this.#failed = false;
    this.#isChanged = false;
    this.#changes.takeBack();
    const isAsBefore = this.#changes.isAt(this.#pager.dataVersion);
    this.#look();
    if (wasReading && !isAsBefore && (wasThere || !this.#isEmpty)) {
      // Another one has made the database meanwhile that was not there when wa-sqlite looked.
      this.end();
      this.#outdated = true;
      return SQLITE_BUSY;
    }
    if (kind === WRITING) writers.add(this);
    return SQLITE_OK;
  }

  #look(): void {
    this.#changes.look(this.#pager.dataVersion);
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
    // Where wa-sqlite looks at this it has taken back what it did, also in an exclusive mode of its own, in which it does not let go.
    if (this.#failed && offset === CHANGE_COUNTER_AT) this.end();
    const isAlone = this.#holds === NOTHING;
    if (isAlone) {
      const code = this.begin(READING, 0);
      // At its start a database is read without a lock, only for the size of the pages, which is looked at again with the lock.
      if ((code & 0xff) === SQLITE_BUSY && offset === 0) return noBytes(to);
      if (code !== SQLITE_OK) return this.#refuse(code & 0xff, this.refusalOf(code).error.message);
    }
    const code = this.#readPages(to, offset);
    if (isAlone) this.end();
    return code;
  }

  #readPages(to: Uint8Array, offset: number): number {
    const size = this.sizeBytes;
    const pageSize = this.#pageSize;
    for (let done = 0; done < to.length; ) {
      const at = offset + done;
      if (at >= size) {
        return noBytes(to.subarray(done));
      }
      const number = Math.floor(at / pageSize) + 1;
      const within = at % pageSize;
      const count = Math.min(pageSize - within, to.length - done);
      const address = this.#pager.read(number);
      if (address === 0) return this.#refuse(this.#pager.code || SQLITE_IOERR_READ);
      to.set(this.engine.u8.subarray(address + within, address + within + count), done);
      if (number === 1) disguise(to.subarray(done, done + count), within, this.#changes.number);
      done += count;
    }
    return SQLITE_OK;
  }

  /** Takes a page of wa-sqlite's into the transaction. */
  write(bytes: Uint8Array, offset: number): number {
    if (this.#failed) return SQLITE_OK;
    // In an exclusive mode of its own wa-sqlite has its lock already.
    const code = this.begin(WRITING, 0);
    if (code !== SQLITE_OK) return this.#fail(code);
    if (this.#isEmpty && !this.#changes.hasWritten && bytes.length !== this.#pageSize && !this.#makeAnew(bytes.length)) {
      return this.#failFor(`${this.path} has been made with pages of ${this.#pageSize} bytes, and another connection has it open`);
    }
    const pageSize = this.#pageSize;
    if (bytes.length !== pageSize || offset % pageSize !== 0) return this.#failFor(`a page of ${bytes.length} bytes at ${offset} among those of ${pageSize}`);
    const number = offset / pageSize + 1;
    this.#isChanged = true;
    return number === 1 ? this.#writeFirst(bytes) : this.#writePage(number, bytes);
  }

  /** VACUUM INTO says how large its pages are only when it writes the first: a database that has nothing yet is made once more. */
  #makeAnew(pageSize: number): boolean {
    this.end();
    this.#pager.close();
    try {
      this.thread.client.remove(this.path);
    } catch {
      // Somebody has it open, as it is.
    }
    this.#wantedPageSize = pageSize;
    this.#changes.forget();
    try {
      this.#pager = this.#open(pageSize);
    } catch (error) {
      this.siblings.delete(this);
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
        return this.#failFor(openElsewhere(this.path, this.#pageSize).error.message);
      }
      this.#resize.pageSize = size;
      return this.#writePage(1, bytes);
    }
    const code = this.#pager.writeFirst(bytes);
    if (code !== SQLITE_OK) return this.#fail(code);
    this.#changes.write(view.getUint32(CHANGE_COUNTER_AT));
    this.#pages = this.#pager.pages;
    this.#isEmpty = false;
    return SQLITE_OK;
  }

  truncate(sizeBytes: number): number {
    if (this.#holds !== WRITING || this.#failed) return SQLITE_OK;
    if (this.#resize !== undefined) this.#resize.sizeBytes = sizeBytes;
    this.#isChanged = true;
    this.#pager.truncate(Math.ceil(sizeBytes / this.#pageSize));
    this.#pages = this.#pager.pages;
    return SQLITE_OK;
  }

  /** Does what can fail of a commit, which is then left to commit(): with several databases all of them come as far as this before the first is committed. */
  prepare(): number {
    if (this.#failed) return SQLITE_IOERR_WRITE;
    if (this.#holds !== WRITING) return SQLITE_OK;
    const code = this.#pager.prepare();
    return code === SQLITE_OK ? code : this.#fail(code);
  }

  /** Makes the transaction's pages everybody's. */
  commit(): number {
    if (this.#failed) return SQLITE_IOERR_WRITE;
    if (this.#holds !== WRITING) return SQLITE_OK;
    if (this.#resize !== undefined && this.#resize.pageSize !== 0) return this.#commitResized(this.#resize);
    const code = this.#pager.commit(this.isExclusive);
    if (code !== SQLITE_OK) return this.#fail(code);
    this.#logFrames = this.#pager.logFrames || this.#logFrames;
    this.#stopWriting();
    // What wa-sqlite has in its cache is what there is now.
    this.#changes.commit(this.#pager.dataVersion);
    this.#look();
    return SQLITE_OK;
  }

  /** The pages that were written are pieces of a file whose own pages have another size. */
  #commitResized(resize: PageResize): number {
    const image = imageOf(this.#pager, resize.sizeBytes ?? this.#pages * this.#pageSize);
    if (image === undefined) return this.#fail(this.#pager.code);
    this.#leave();
    try {
      resize.commit(image);
    } catch (error) {
      this.problem = new Error(messageOf(error));
      this.begin(READING, 0);
      this.#failed = true;
      return error instanceof SqliteError && (error.resultCode & 0xff) === SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    this.#wantedPageSize = resize.pageSize;
    resize.pageSize = 0;
    this.#changes.forget();
    return this.begin(READING, 0);
  }

  /** Back to the snapshot of before: wa-sqlite reads on, and has not committed. */
  downgrade(): void {
    if (this.#holds === WRITING && (this.#isChanged || !(this.isExclusive || this.isLastTry))) this.#rollback();
    this.#failed = false;
  }

  /** The end of a write transaction, after which this connection reads on; or writes on, in exclusive mode. */
  #stopWriting(): void {
    this.#isChanged = false;
    if (this.isExclusive && this.#pager.isWriting) return;
    this.#holds = READING;
    writers.delete(this);
  }

  #rollback(): void {
    this.#pager.rollback(this.isExclusive);
    this.#stopWriting();
    // Whatever wa-sqlite has of what is gone has a number that does not come again.
    this.#changes.forget();
    this.#look();
  }

  /** wa-sqlite lets go. In exclusive mode this connection goes on writing. */
  release(): void {
    if (this.#holds === WRITING && this.isLastTry && !this.#isChanged) return;
    if (!this.isExclusive || this.#holds !== WRITING || this.#resize !== undefined) return this.end();
    this.#emptyJournal();
    this.downgrade();
    if (this.#isLogDue && this.#holds === WRITING) this.#renew();
  }

  /** A checkpoint without a gap in which others could write. */
  #renew(): void {
    this.#logFrames = 0;
    if (this.#pager.renew() !== SQLITE_OK || !this.#pager.isWriting) this.end();
  }

  get #isLogDue(): boolean {
    return this.autocheckpointFrames > 0 && this.#logFrames >= this.autocheckpointFrames;
  }

  /** Nothing is ever taken back by the journal: what is left in it is of a transaction that failed. */
  #emptyJournal(): void {
    if (this.journal.size > 0) this.journal.empty();
  }

  /** Ends the transaction, if there is one, and looks after the log. */
  end(): void {
    this.#outdated = false;
    this.#emptyJournal();
    if (this.#holds === NOTHING) return;
    this.#leave();
    this.#failed = false;
    this.#resize?.end();
    this.#resize = undefined;
    if (this.#isLogDue) this.checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  }

  #leave(): void {
    this.#pager.end();
    this.#holds = NOTHING;
    this.#isChanged = false;
    this.#changes.takeBack();
    writers.delete(this);
  }

  /**
   * Copies the log into the database; a code of SQLite. In exclusive mode the lock is given back for what more than PASSIVE does. REQUIRES: no
   * transaction of wa-sqlite's.
   */
  checkpoint(mode: number, ms = 0): number {
    if (this.isClosed) return SQLITE_IOERR;
    if (this.#holds === WRITING && mode === SQLITE_CHECKPOINT_PASSIVE) {
      this.#renew();
      return SQLITE_OK;
    }
    if (this.#holds !== NOTHING) this.#leave();
    this.#logFrames = 0;
    return this.#pager.checkpoint(mode, ms);
  }

  /** Chooses the size of the pages: at once for a database that has none yet, or with the next VACUUM. */
  choosePageSize(size: number): void {
    const isAlone = this.#holds === NOTHING;
    if (isAlone && this.begin(READING, 0) !== SQLITE_OK) return;
    const isNew = this.#pages === 0;
    if (isAlone) this.end();
    if (!isNew) return;
    this.#wantedPageSize = size;
    this.#pager.choosePageSize(size);
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
    this.siblings.delete(this);
    this.isClosed = true;
    this.#pager.close();
  }
}
