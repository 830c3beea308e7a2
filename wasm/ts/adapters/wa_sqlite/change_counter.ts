/**
 * By what number wa-sqlite knows the pages of a database as they are now. It takes its cache for stale when the number in the header is another one
 * than at its last look; the numbers are this connection's own, and none comes again for other pages.
 *
 * Thread-safety: belongs to one thread.
 */
export class ChangeCounter {
  /** The engine's version of the pages at the last look; 0: whatever it is, they are other pages. */
  #version = 0;
  /** What that is called on wa-sqlite's side, */
  #number = 1;
  /** the highest that it can have seen, */
  #highest = 1;
  /** and what it has written in this transaction; 0: nothing. */
  #written = 0;

  /** What the header says. */
  get number(): number {
    return this.#written !== 0 ? this.#written : this.#number;
  }

  get hasWritten(): boolean {
    return this.#written !== 0;
  }

  /** Whether the pages are those of the last look, by the engine's `version`. */
  isAt(version: number): boolean {
    return version === this.#version;
  }

  /** The pages have this version of the engine's. */
  look(version: number): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#number = ++this.#highest;
  }

  /** wa-sqlite has written a number of its own into the header. */
  write(number: number): void {
    this.#written = number;
    this.#highest = Math.max(this.#highest, number);
  }

  /** What wa-sqlite has written is what there is now, at the engine's `version`. */
  commit(version: number): void {
    this.#version = version;
    if (this.#written !== 0) this.#number = this.#written;
    this.#written = 0;
  }

  /** What it has written is gone. */
  takeBack(): void {
    this.#written = 0;
  }

  /** Whatever wa-sqlite has in its cache is stale at the next look. */
  forget(): void {
    this.#version = 0;
    this.#written = 0;
  }
}
