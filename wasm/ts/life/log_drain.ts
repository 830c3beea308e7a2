/**
 * Drains the event ring into loggers. The database never waits for them: what was overwritten before it was read is told as a record
 * of its own, in its place.
 *
 * A look reads until it has caught up, or for as long as a page may be kept busy; then it goes on in the next turn.
 */
import type { Client } from './client.js';
import { readLog } from '../api/diagnostics.js';
import { header, regionOffset } from '../generated/facts.js';
import { reportError } from '../given/listeners.js';
import type { LogRecord, LogTarget } from '../api/log.js';
import { LogOutlet } from '../api/log_outlet.js';

const restMs = 50;
const mostBusyMs = 20;
const mostAtOnce = 1000;

class LogDrain {
  readonly #client: Client;
  readonly #outlets: readonly LogOutlet[];
  /** The level of the one who wants to hear most: records that nobody wants are not made. */
  readonly #level: number;
  /** Of the first event of all: a logger is there from the beginning. */
  #next = 1;
  #lost = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, targets: readonly LogTarget[]) {
    this.#client = client;
    this.#outlets = targets.map((target) => new LogOutlet(target, client));
    this.#level = Math.max(...this.#outlets.map(({ level }) => level));
    this.#rest(restMs);
  }

  /** Reads what has been recorded by now, and no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drain(Infinity);
    for (const outlet of this.#outlets) outlet.end();
  }

  #rest(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms);
    (this.#timer as unknown as { unref?: () => void }).unref?.();
  }

  #look(): void {
    this.#timer = undefined;
    try {
      const caughtUp = this.#drain(mostBusyMs);
      for (const outlet of this.#outlets) outlet.flush();
      if (!this.#client.gone) this.#rest(caughtUp ? restMs : 0);
    } catch (error) {
      // A region that cannot be read any more: it is told once.
      reportError(error);
    }
  }

  /** Delivers for `ms` at most; whether it has come to what was the end when it began. */
  #drain(ms: number): boolean {
    // One that was given up can look no more; the events are there for any other client.
    if (this.#client.gone) return true;
    const { engine } = this.#client;
    const until = performance.now() + ms;
    const end = Number(Atomics.load(engine.views.u64, (regionOffset + header.eventHead) >>> 3));
    while (this.#next < end && !this.#client.gone) {
      const { records, nextSequence } = readLog(engine, this.#next, mostAtOnce, this.#lost, this.#level);
      // Those that are being written now are read at the next look.
      if (nextSequence === this.#next) return true;
      for (const record of records) {
        this.#deliver(record);
        // A slow logger keeps a page busy for no longer than a fast one. The rest is read once more, unless it is lost by then.
        if (performance.now() > until) return false;
      }
      // A logger that closes the runtime makes the last look from within this one.
      this.#next = Math.max(this.#next, nextSequence);
    }
    return true;
  }

  #deliver(record: LogRecord): void {
    const { sequence, event, details } = record;
    if (sequence < this.#next) return;
    const lost = event === 'events.lost' ? Number(details['lost']) : 0;
    this.#next = sequence + (lost || 1);
    this.#lost += lost;
    for (const outlet of this.#outlets) outlet.tell(record);
  }
}

/** Starts draining; what stops it, after a last look. */
export function startLog(client: Client, targets: readonly LogTarget[]): () => void {
  const drain = new LogDrain(client, targets);
  return () => drain.stop();
}
