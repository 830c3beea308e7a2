/**
 * Drains the event ring into a logger. The database never waits for it: what was overwritten before it was read is told as a record
 * of its own, in its place.
 *
 * A look reads until it has caught up, or for as long as a page may be kept busy; then it goes on in the next turn.
 */
import type { Client } from './client.js';
import { readLog } from '../api/diagnostics.js';
import { header, regionOffset } from '../generated/facts.js';
import { reportError } from '../given/listeners.js';
import { deliver, type Logger, type LogRecord } from '../api/log.js';

const restMs = 50;
const mostBusyMs = 20;
const mostAtOnce = 1000;

class LogDrain {
  readonly #client: Client;
  readonly #logger: Logger;
  /** Of the first event of all: a logger is there from the beginning. */
  #next = 1;
  #lost = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
    this.#rest(restMs);
  }

  /** Reads what has been recorded by now, and no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drain(Infinity);
  }

  #rest(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms);
    (this.#timer as unknown as { unref?: () => void }).unref?.();
  }

  #look(): void {
    this.#timer = undefined;
    try {
      const caughtUp = this.#drain(mostBusyMs);
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
      if (performance.now() > until) return false;
      const records = readLog(engine, this.#next, mostAtOnce, this.#lost);
      // Those that are being written now are read at the next look.
      if (records.length === 0) return true;
      for (const record of records) this.#deliver(record);
    }
    return true;
  }

  #deliver(record: LogRecord): void {
    const { sequence, event, details } = record;
    // A logger that closes the runtime makes the last look from within this one.
    if (sequence < this.#next) return;
    const lost = event === 'events.lost' ? Number(details['lost']) : 0;
    this.#next = sequence + (lost || 1);
    this.#lost += lost;
    deliver(this.#logger, record);
  }
}

/** Starts draining; what stops it, after a last look. */
export function startLog(client: Client, logger: Logger): () => void {
  const drain = new LogDrain(client, logger);
  return () => drain.stop();
}
