/** Copies a database page by page, in one transaction of the target, between two connections of one instance. */
import type { Connection } from './connection.js';
import { MisuseError, SqliteError } from '../given/errors.js';
import { firstValue } from './execution.js';
import { SQLITE_BUSY, SQLITE_DONE, SQLITE_LOCKED, SQLITE_OK, SQLITE_READONLY } from '../generated/sqlite.js';
import { decodeCString } from '../engine/text.js';

/** How far a copy has come. */
export interface BackupProgress {
  /** Pages that the database has. */
  readonly totalPages: number;
  /** How many of them are still to be copied. */
  readonly remainingPages: number;
}

/** For PageCopy.step(). */
export const ALL_PAGES = -1;

/** One copy. Until it ends nobody else uses the connection of the target, and closing one of the two ends it. */
export class PageCopy {
  #backup = 0;
  #done = false;
  #closed = false;
  #unlock = (): void => undefined;
  readonly #end = (): void => this.end();

  /** Copies `schema` of `source` over 'main' of `target`. `close` is called at the end, with whether all was copied. */
  constructor(
    readonly source: Connection,
    readonly schema: string,
    readonly target: Connection,
    private readonly close: (done: boolean) => void = () => undefined,
  ) {
    try {
      this.#begin();
    } catch (error) {
      close(false);
      throw error;
    }
  }

  #begin(): void {
    const { source, schema, target } = this;
    const { context, exports } = target;
    refuseItself(source, schema, target);
    if (target.inTransaction) {
      throw new MisuseError('MISUSE', `A transaction of '${target.path}' is open: commit it or roll it back first.`);
    }
    const name = context.placeText(schema, 'a name');
    // The scratch holds one text at a time.
    const { batch } = context.scratch;
    batch.u8.set(new TextEncoder().encode('main\0'));
    this.#backup = exports.sqlite3_backup_init(target.pointer, batch.address, source.pointer, name.address) >>> 0;
    context.releaseText(name);
    if (this.#backup === 0) throw target.failure();
    this.#unlock = target.lock('a copy that is being written to it');
    source.endings.add(this.#end);
    target.endings.add(this.#end);
  }

  get progress(): BackupProgress {
    const { exports } = this.target;
    return {
      totalPages: exports.sqlite3_backup_pagecount(this.#backup),
      remainingPages: exports.sqlite3_backup_remaining(this.#backup),
    };
  }

  /** Copies `pages` more: whether all are copied, or undefined if another connection is in the way now. */
  step(pages: number): boolean | undefined {
    const { exports, engine } = this.target;
    engine.fate.check();
    if (this.#backup === 0) {
      this.source.check();
      this.target.check();
    }
    const code = exports.sqlite3_backup_step(this.#backup, pages);
    if (code === SQLITE_OK || code === SQLITE_DONE) return code === SQLITE_DONE;
    if ((code & 0xff) === SQLITE_BUSY || (code & 0xff) === SQLITE_LOCKED) return undefined;
    throw this.giveUp();
  }

  /** Commits what was copied to the end. */
  finish(): void {
    this.#done = this.#finish();
    if (!this.#done) throw this.giveUp();
    this.end();
  }

  /** Ends it where it is; why it came no further. */
  giveUp(): unknown {
    // SQLite tells the target of the failure then.
    this.#finish();
    const error = this.#failure();
    this.end();
    return error;
  }

  /** Ends it; what was not finished is taken back. */
  end(): void {
    this.#finish();
    if (this.#closed) return;
    this.#closed = true;
    this.close(this.#done);
  }

  #finish(): boolean {
    if (this.#backup === 0) return true;
    this.source.endings.delete(this.#end);
    this.target.endings.delete(this.#end);
    const backup = this.#backup;
    this.#backup = 0;
    this.#unlock();
    const { exports, engine } = this.target;
    return engine.fate.lost !== undefined || exports.sqlite3_backup_finish(backup) === SQLITE_OK;
  }

  #failure(): unknown {
    const error = this.target.failure();
    if (!(error instanceof SqliteError)) return error;
    const [given, own] = [this.source, this.target].map((each) => firstValue(each, 'PRAGMA page_size') as number) as [number, number];
    if (error.resultCode === SQLITE_READONLY && given !== own) {
      return new MisuseError(
        'MISUSE',
        `The given database has pages of ${given} bytes and this one of ${own}, which a database in WAL mode keeps. Make ` +
          `them equal where the bytes come from, with: PRAGMA journal_mode = DELETE; PRAGMA page_size = ${own}; VACUUM`,
      );
    }
    if (error.resultCode === SQLITE_BUSY && this.source.inTransaction) {
      error.message += `: a transaction of '${this.source.path}' that writes is open: commit it, or roll it back`;
    }
    error.message = `The contents of '${this.target.path}' cannot be replaced: ${error.message}`;
    return error;
  }
}

function fileOf(connection: Connection, schema: string): string {
  const { context, exports, engine } = connection;
  const name = context.placeText(schema, 'a name');
  const address = exports.sqlite3_db_filename(connection.pointer, name.address) >>> 0;
  context.releaseText(name);
  return address === 0 ? '' : decodeCString(engine.u8, address);
}

/** A copy of a database over itself would wait for itself. */
export function refuseItself(source: Connection, schema: string, target: Connection): void {
  const file = fileOf(source, schema);
  const same = file !== '' && file === fileOf(target, 'main') && source.engine.views.memory === target.engine.views.memory;
  if (!same && source !== target) return;
  throw new MisuseError('MISUSE', `'${target.path}' cannot be copied over itself: give another path or database.`);
}
