/** Snapshots and events of a runtime: read from the shared memory without a lock, while others work. */
import type { Engine } from '../engine/engine.js';
import { MisuseError } from '../given/errors.js';
import { type EventLevel, eventLevels } from '../generated/codes.js';
import { header, regionOffset } from '../generated/facts.js';
import { shown } from '../given/given_options.js';
import type { Snapshot } from '../generated/snapshot.js';
import { callNumber, check } from '../engine/instance.js';
import { callListener } from '../given/listeners.js';
import type { LogRecord } from './log.js';

export type { EventLevel };

/** One event of the ring. */
export interface EventRecord {
  /** Its number in the runtime's history; gaps are lost events. */
  readonly sequence: number;
  /** Nanoseconds since 1970, by the clock of the page. */
  readonly timeNs: number;
  /** What happened: 'commit', 'lock.refused', ... */
  readonly kind: string;
  /** How much it matters, an EventLevel. */
  readonly level: string;
  /** The number of the client that it happened to. */
  readonly client: number;
  /** Tells that client from earlier ones of the same number. */
  readonly clientGeneration: number;
  /** The number of the connection; null if none was concerned. */
  readonly connection: number | null;
  /** The number of the file; null if none was concerned. */
  readonly file: number | null;
  /** Which transaction of the connection it belongs to, counted from 1; 0: none yet. */
  readonly transaction: number;
  /** What else there is to know, by name: glasswal/event.h lists it for each kind. */
  readonly arguments: Readonly<Record<string, number>>;
}

/** Events in the order of their sequence. */
export interface EventBatch {
  /** The events. */
  readonly events: readonly EventRecord[];
  /** Where to go on. */
  readonly nextSequence: number;
  /** How many were overwritten before they could be read. */
  readonly lost: number;
}

/** A consistent copy of all diagnostics. */
export function takeSnapshot(engine: Engine): Snapshot {
  check(engine, callNumber(engine, 'glasswal_observe'));
  return JSON.parse(engine.text()) as Snapshot;
}

/** Up to `limit` events from sequence number `from` on; 0 is the oldest there is. */
export function readEvents(engine: Engine, from: number, limit: number): EventBatch {
  for (const [name, value] of [['from', from], ['limit', limit]] as const) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new MisuseError('MISUSE', `events() was given ${shown(value)} as '${name}': give a whole number from 0 on.`);
    }
  }
  check(engine, callNumber(engine, 'glasswal_observe_events', from, limit));
  return JSON.parse(engine.text()) as EventBatch;
}

/** What a log says of events, and where to go on. */
export interface LogBatch {
  readonly records: readonly LogRecord[];
  readonly nextSequence: number;
}

/**
 * What a log says of up to `limit` events from sequence number `from` on, of those that matter as much as `level`. Those lost have a
 * record in their place; before them there were `lost`.
 */
export function readLog(engine: Engine, from: number, limit: number, lost: number, level: number): LogBatch {
  check(engine, callNumber(engine, 'glasswal_observe_log', from, limit, lost, level));
  return JSON.parse(engine.text()) as LogBatch;
}

/** Sets what is recorded from now on, by all clients. */
export function setEventLevel(engine: Engine, level: EventLevel): void {
  const number = eventLevels.indexOf(level);
  if (number < 0) throw new MisuseError('MISUSE', `The event level is ${shown(level)}: give ${eventLevels.join(', ')}.`);
  callNumber(engine, 'glasswal_set_event_level', number);
}

const pollMs = 10;

/** Calls `seen` after others or this client have committed; what ends it. Several commits may be one call. */
export function watchCommits(engine: Engine, seen: () => void): () => void {
  const sequence = (regionOffset + header.commitSequence) >>> 2;
  const waiters = (regionOffset + header.commitWaiters) >>> 2;
  let stopped = false;
  let last = Atomics.load(engine.i32, sequence);
  const look = (): void => {
    const now = Atomics.load(engine.i32, sequence);
    if (stopped || now === last) return;
    last = now;
    callListener(seen);
  };
  if (typeof (Atomics as { waitAsync?: unknown }).waitAsync !== 'function') {
    const timer = setInterval(look, pollMs);
    (timer as unknown as { unref?: () => void }).unref?.();
    return () => clearInterval(timer);
  }
  Atomics.add(engine.i32, waiters, 1);
  void (async () => {
    while (!stopped) {
      const waiting = Atomics.waitAsync(engine.i32, sequence, last);
      if (waiting.async) await waiting.value;
      look();
    }
  })();
  return () => {
    if (stopped) return;
    stopped = true;
    Atomics.sub(engine.i32, waiters, 1);
    // Wakes our own wait, and those of others, who look and go on waiting.
    Atomics.notify(engine.i32, sequence);
  };
}
