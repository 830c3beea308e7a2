/**
 * A VACUUM that gives a database pages of another size. A log has pages of one size, so SQLite itself changes it only outside of WAL mode, and
 * WAL mode can be left only by who is alone. So the connection takes the database for itself before wa-sqlite reads the first page, and what wa-sqlite
 * has made of it replaces the whole, in one transaction, when it commits. Whoever dies meanwhile leaves a journal, as everywhere.
 *
 * Thread-safety: belongs to one thread.
 */
import type { Connection } from '../../api/connection.js';
import { firstValue } from '../../api/execution.js';
import { ALL_PAGES, PageCopy } from '../../api/page_copy.js';
import { openTemporary } from '../../api/serialize.js';

export class PageResize {
  /** How large the new pages are; 0: as before, so far. */
  pageSize = 0;
  /** How long the new database is, where that was said. */
  sizeBytes: number | undefined;
  readonly #connection: Connection;

  /** Takes the database for `connection` alone; undefined where others have it open. REQUIRES: no transaction. */
  static begin(connection: Connection): PageResize | undefined {
    firstValue(connection, 'PRAGMA locking_mode = exclusive');
    const resize = new PageResize(connection);
    try {
      if (firstValue(connection, 'PRAGMA journal_mode = delete') === 'delete') return resize;
    } catch {
      // It is busy.
    }
    resize.#giveBack();
    return undefined;
  }

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Replaces the database by `image`, a whole file. Throws what is in the way, and nothing has changed then. REQUIRES: no transaction. */
  commit(image: Uint8Array): void {
    const source = openTemporary(this.#connection, image);
    try {
      const copy = new PageCopy(source, 'main', this.#connection);
      if (copy.step(ALL_PAGES) !== true) throw copy.giveUp();
      copy.finish();
    } finally {
      source.close();
    }
  }

  /**
   * Lets others in again, in WAL mode: false if one of them was quicker than the change to that, which is to be tried again. REQUIRES: no
   * transaction.
   */
  end(): boolean {
    // WAL mode that is entered while nobody else may come in stays as it is then.
    this.#giveBack();
    try {
      return firstValue(this.#connection, 'PRAGMA journal_mode = wal') === 'wal';
    } catch {
      return false;
    }
  }

  #giveBack(): void {
    firstValue(this.#connection, 'PRAGMA locking_mode = normal');
    // The locks go at the end of the next transaction.
    firstValue(this.#connection, 'SELECT count(*) FROM sqlite_schema');
  }
}
