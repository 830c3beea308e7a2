/** Walks through the rows of a running statement, batch by batch. */
import { dispose } from './dispose.js';
import type { Execution, Fetch } from './execution.js';

/** An abandoned iterator should not have computed much, and a long one should cross the boundary seldom. */
const FIRST_BATCH_ROWS = 16;
const MOST_BATCH_ROWS = 1024;

/**
 * The rows of one run of a statement; leaving a `for` loop ends it. What was read ahead shows nowhere: until the last row
 * was asked for once more the statement is in use, a failure comes after the rows before it, and so does its being finalized.
 */
export class StatementIterator<R> implements IterableIterator<R>, Disposable {
  /** The Statement whose rows they are. */
  declare readonly statement: object;
  readonly #execution: Execution;
  readonly #fetch: Fetch;
  #rows: unknown[] = [];
  #at = 0;
  #batchRows = FIRST_BATCH_ROWS;
  /** Whether SQLite has more rows. */
  #more = true;
  /** What comes instead of more rows. */
  #failure: { readonly error: unknown } | undefined;
  /** Whether it is neither done nor left. */
  #open = true;

  constructor(execution: Execution, fetch: Fetch) {
    this.#execution = execution;
    this.#fetch = fetch;
    Object.defineProperty(this, 'statement', { value: execution.owner, enumerable: true });
    execution.connection.iterate(execution.handle, true);
  }

  next(): IteratorResult<R, undefined> {
    this.#checkStill();
    if (this.#open) {
      this.#checkExists();
      if (this.#at < this.#rows.length || this.#read()) return { value: this.#rows[this.#at++] as R, done: false };
      this.#end();
      if (this.#failure !== undefined) throw this.#failure.error;
    }
    return { value: undefined, done: true };
  }

  /** Throws if a user function asks, also of an iterator that is done. */
  #checkStill(): void {
    const execution = this.#execution;
    if (execution.handle.busy || execution.connection.busy) execution.checkStill();
  }

  /** Throws if the statement was finalized. */
  #checkExists(): void {
    if (this.#execution.handle.pointer !== 0) return;
    this.#open = false;
    this.#execution.checkExists();
  }

  /** Whether there was another row to read. */
  #read(): boolean {
    this.#rows = [];
    this.#at = 0;
    if (!this.#more) return false;
    try {
      this.#execution.checkExists();
      this.#more = this.#fetch(this.#rows, this.#batchRows);
    } catch (error) {
      this.#more = false;
      this.#failure = { error };
    }
    this.#batchRows = Math.min(this.#batchRows * 2, MOST_BATCH_ROWS);
    return this.#rows.length !== 0;
  }

  return(): IteratorResult<R, undefined> {
    this.#checkStill();
    if (this.#open) {
      this.#end();
      this.#stop();
    }
    return { value: undefined, done: true };
  }

  /** Ends the run. What is never asked for cannot fail, except what was written. */
  #stop(): void {
    const { connection, handle } = this.#execution;
    if (handle.pointer === 0 || !connection.usable) return;
    if (this.#more) this.#execution.reset();
    else if (this.#failure !== undefined && connection.exports.sqlite3_stmt_readonly(handle.pointer) === 0) throw this.#failure.error;
  }

  #end(): void {
    this.#open = false;
    this.#rows = [];
    this.#execution.connection.iterate(this.#execution.handle, false);
  }

  [Symbol.iterator](): this {
    return this;
  }

  [dispose](): void {
    this.return();
  }
}
