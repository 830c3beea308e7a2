/** Events as structured log records, and who gets them. */
import { eventLevels } from '../generated/codes.js';
import type { Snapshot } from '../generated/snapshot.js';

/** How much a record matters. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** One event, as a logger gets it: the record of all logs (glasswal/log_record.h), which the module makes. */
export interface LogRecord {
  /** That of the event. */
  readonly level: LogLevel;
  /** The event by name, such as 'commit' or 'recovery.done'; 'events.lost' tells of those that were overwritten before they were read. */
  readonly event: string;
  /** Its number in the runtime's history, or that of the first one lost. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** The number of the client that it happened to; of 'events.lost': of the one that logs. */
  readonly client: number;
  /**
   * What else there is to know, by name: `clientName`, `path`, `lock`, `mode` as texts, `holderClientName` beside the number
   * `holderClient`, the numbers `connection` and `file`; times are in nanoseconds where the name ends in Ns. Of 'events.lost':
   * `lost`, how many were lost there, and `totalLost`, since the beginning. Names are as others wrote them, control characters and all.
   */
  readonly details: Readonly<Record<string, number | string>>;
  /** All of it in one line of key=value pairs: the same text as the C++ library logs, fit for terminals whatever it says. */
  readonly message: string;
}

/** What a record does not have, for those who want to know more: the client that logs. */
export interface LogSource {
  /** All diagnostics of the runtime, such as the black box of a recovery that has just been told. */
  diagnostics(): Snapshot;
}

/**
 * Receives the records, in their order, some milliseconds after they happened. The database never waits for it: what it is too slow for
 * is lost, and told as a record 'events.lost' in its place. It must not write to the runtime, for that makes events in turn.
 *
 * What it throws, or a promise of it rejects with, goes to the console, the first time with the error and at the end with the number;
 * the database is none the wiser, and it gets the next record all the same.
 */
export type Logger = (record: LogRecord, source: LogSource) => void;

/** A logger with its level, and an end of each batch. */
export interface LogTarget {
  /** Only records that matter as much get there, and those of loss; all if not given. What is recorded at all `setEventLevel()` says. */
  readonly level?: LogLevel;
  /** Receives the records. */
  readonly log: Logger;
  /** Is called when it has received what there was, and once more before the runtime closes. */
  readonly flush?: () => void;
}

/** The number of a level; what matters less has a higher one. */
export function levelNumber(level: LogLevel): number {
  return eventLevels.indexOf(level);
}
