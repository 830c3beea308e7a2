/**
 * A VACUUM that gives a database pages of another size. A log has pages of one size, so SQLite itself changes it only outside of WAL mode, and
 * WAL mode can be left only by who is alone. So the connection takes the database for itself before wa-sqlite reads the first page, and what wa-sqlite
 * has made of it replaces the whole, in one transaction, when it commits. The database never says that it is not in WAL mode: it is so for whoever comes
 * after a death, who finds a journal at most, as everywhere.
 *
 * Thread-safety: belongs to one thread.
 */
import type { Connection } from '../../api/connection.js';
import { firstValue } from '../../api/execution.js';
import { ALL_PAGES, PageCopy } from '../../api/page_copy.js';
import { openTemporary } from '../../api/serialize.js';
import { READ_VERSION_AT, WRITE_VERSION_AT } from '../../api/sound.js';
import { SQLITE_OK } from '../../generated/sqlite.js';
import type { Pager } from './pager.js';

const WAL_VERSION = 2;

/** What was written, whose pieces are pages of a file with pages of another size; undefined: the pager has the code. */
export function imageOf(pager: Pager, sizeBytes: number): Uint8Array | undefined {
  const { engine, pageSize } = pager;
  const image = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += pageSize) {
    const address = pager.read(at / pageSize + 1);
    if (address === 0) return undefined;
    image.set(engine.u8.subarray(address, address + Math.min(pageSize, sizeBytes - at)), at);
  }
  return image;
}

export class PageResize {
  /** How large the new pages are; 0: as before, so far. */
  pageSize = 0;
  /** How long the new database is, where that was said. */
  sizeBytes: number | undefined;
  readonly #connection: Connection;
  readonly #isWal: boolean;

  /** Takes the database for `connection` alone; undefined where others have it open. REQUIRES: no transaction. */
  static begin(connection: Connection): PageResize | undefined {
    let resize: PageResize | undefined;
    // Who has it open keeps it so.
    connection.exports.sqlite3_busy_timeout(connection.pointer, 0);
    try {
      resize = new PageResize(connection, firstValue(connection, 'PRAGMA journal_mode') === 'wal');
      firstValue(connection, 'PRAGMA locking_mode = exclusive');
      if (connection.exports.glasswal_pager_leave_wal(connection.pointer) === SQLITE_OK) return resize;
    } catch {
      // Another one has it for itself.
    }
    resize?.end();
    return undefined;
  }

  private constructor(connection: Connection, isWal: boolean) {
    this.#connection = connection;
    this.#isWal = isWal;
  }

  /** Replaces the database by `image`, a whole file. Throws what is in the way, and nothing has changed then. REQUIRES: no transaction. */
  commit(image: Uint8Array): void {
    const { exports } = this.#connection;
    const source = openTemporary(this.#connection, image, (bytes) => {
      if (this.#isWal) bytes[WRITE_VERSION_AT] = bytes[READ_VERSION_AT] = WAL_VERSION;
    });
    exports.glasswal_pager_ignore_wal(source.pointer, 1);
    try {
      const copy = new PageCopy(source, 'main', this.#connection);
      if (copy.step(ALL_PAGES) !== true) throw copy.giveUp();
      copy.finish();
    } finally {
      source.close();
    }
  }

  /** Lets others in again. REQUIRES: no transaction. */
  end(): void {
    firstValue(this.#connection, 'PRAGMA locking_mode = normal');
    // The locks go at the end of the next transaction, which is the last without a log: one that begins while nobody else may come in stays so.
    try {
      firstValue(this.#connection, 'SELECT count(*) FROM sqlite_schema');
    } catch {
      // Who cannot read has none.
    }
    this.#connection.exports.glasswal_pager_ignore_wal(this.#connection.pointer, 0);
  }
}
