/** A file that only its VFS sees: a journal, a temporary database. Its bytes are this thread's own. */
import { SQLITE_IOERR_SHORT_READ, SQLITE_OK } from '../../generated/sqlite.js';

const LEAST_BYTES = 8192;

/** Bytes that double when there is no room. What was never written is 0. */
export class LocalFile {
  size = 0;
  #bytes = new Uint8Array(0);

  /** Fills `to` with what is from `at` on, and the rest with 0. */
  read(to: Uint8Array, at: number): number {
    const there = this.#bytes.subarray(Math.min(at, this.size), Math.min(at + to.length, this.size));
    to.set(there);
    if (there.length === to.length) return SQLITE_OK;
    to.fill(0, there.length);
    return SQLITE_IOERR_SHORT_READ;
  }

  write(from: Uint8Array, at: number): number {
    this.#reserve(at + from.length);
    this.#bytes.set(from, at);
    this.size = Math.max(this.size, at + from.length);
    return SQLITE_OK;
  }

  truncate(size: number): number {
    this.#reserve(size);
    if (size < this.size) this.#bytes.fill(0, size, this.size);
    this.size = size;
    return SQLITE_OK;
  }

  /** Nothing is in it any more, and no memory is kept for it. */
  empty(): void {
    this.size = 0;
    this.#bytes = new Uint8Array(0);
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(size, 2 * this.#bytes.length, LEAST_BYTES));
    bytes.set(this.#bytes.subarray(0, this.size));
    this.#bytes = bytes;
  }
}
