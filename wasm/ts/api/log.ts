/** Events as structured log records. */
import type { LoggedEvent } from './diagnostics.js';

/** How much a record matters. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** One event, as a logger gets it. */
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
   * `holderClient`; times are in nanoseconds where the name ends in Ns.
   */
  readonly details: Readonly<Record<string, number | string>>;
  /** All of it in one line of key=value pairs: the same text as the C++ library logs. */
  readonly message: string;
}

/** Receives the records. What it throws goes to the console, and the database is none the wiser. */
export type Logger = (record: LogRecord) => void;

/** The record of an event. */
export function toLogRecord({ level, kind, sequence, timeNs, client, arguments: numbers, names, text }: LoggedEvent): LogRecord {
  const details = { ...numbers, ...names };
  return { level: level as LogLevel, event: kind, sequence, timeMs: timeNs / 1e6, client, details, message: text };
}

/** The record that `lost` events, from number `sequence` on, were overwritten before client number `client` could read them. */
export function lossRecord(sequence: number, lost: number, totalLost: number, client: number): LogRecord {
  return {
    level: 'warn',
    event: 'events.lost',
    sequence,
    timeMs: Date.now(),
    client,
    details: { lost, totalLost },
    message: `event=events.lost lost=${lost} total_lost=${totalLost}`,
  };
}

/** Hands a record to a logger that may throw. */
export function deliver(logger: Logger, record: LogRecord): void {
  try {
    logger(record);
  } catch (error) {
    console.error('glasswal: the logger threw', error);
  }
}
