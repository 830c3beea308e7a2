/** Walks through the rows of a running statement, batch by batch. */
import { dispose } from './dispose.js';
import type { StatementHandle } from './connection.js';
import { GlasswalError } from './errors.js';

/** An abandoned iterator should not have computed much, and a long one should cross the boundary seldom. */
const FIRST_BATCH_ROWS = 16;
const MOST_BATCH_ROWS = 1024;

/** What an iterator reads from. */
export interface RowSource {
  /** The statement, which would be finalized if nobody had it any more. */
  readonly owner: object;
  readonly handle: StatementHandle;
  readonly sql: string;
  /** Throws if the connection can no longer be used. */
  check(): void;
  /** Adds the next rows, at most `maxRows`; false when there are no more. */
  fetch(rows: unknown[], maxRows: number): boolean;
  /** Ends the statement before its last row. */
  reset(): void;
}

/** The rows of one run of a statement; leaving a `for` loop ends it. */
export class RowIterator<R> implements IterableIterator<R>, Disposable {
  readonly #source: RowSource;
  #rows: unknown[] = [];
  #at = 0;
  #running = true;
  #batchRows = FIRST_BATCH_ROWS;

  constructor(source: RowSource) {
    this.#source = source;
    source.handle.busy = true;
  }

  next(): IteratorResult<R, undefined> {
    while (this.#at === this.#rows.length) {
      if (!this.#running) return { value: undefined, done: true };
      this.#fetch();
    }
    return { value: this.#rows[this.#at++] as R, done: false };
  }

  return(): IteratorResult<R, undefined> {
    this.#rows = [];
    this.#at = 0;
    if (this.#running) {
      this.#running = false;
      if (this.#source.handle.pointer !== 0) {
        this.#source.handle.busy = false;
        this.#source.reset();
      }
    }
    return { value: undefined, done: true };
  }

  [Symbol.iterator](): this {
    return this;
  }

  [dispose](): void {
    this.return();
  }

  #fetch(): void {
    const { handle, sql } = this.#source;
    this.#rows = [];
    this.#at = 0;
    let more = false;
    try {
      this.#source.check();
      if (handle.pointer === 0) {
        throw new GlasswalError('FINALIZED', `The statement was finalized while its rows were read: ${sql}`);
      }
      more = this.#source.fetch(this.#rows, this.#batchRows);
      this.#batchRows = Math.min(this.#batchRows * 2, MOST_BATCH_ROWS);
    } finally {
      this.#running = more;
      if (handle.pointer !== 0) handle.busy = more;
    }
  }
}
