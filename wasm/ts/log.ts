/** Events as structured log records. */
import type { EventRecord } from './diagnostics.js';

/** How much a record matters. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** One event, as a logger gets it. */
export interface LogRecord {
  readonly level: LogLevel;
  /** The event by name, such as 'commit' or 'recovery.done'. */
  readonly event: string;
  /** Its number in the runtime's history: a gap means that events were overwritten before they were read. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** The number of the client that it happened to. */
  readonly client: number;
  /** What else there is to know, by name; times in nanoseconds where the name ends in Ns. */
  readonly details: Readonly<Record<string, number>>;
  /** All of it in one line. */
  readonly message: string;
}

/** Receives the records. What it throws goes to the console, and the database is none the wiser. */
export type Logger = (record: LogRecord) => void;

/** The record of an event. */
export function toLogRecord(event: EventRecord): LogRecord {
  const details = Object.entries(event.arguments);
  const said = details.map(([name, value]) => ` ${name}=${value}`).join('');
  return {
    level: event.level as LogLevel,
    event: event.kind,
    sequence: event.sequence,
    timeMs: event.timeNs / 1e6,
    client: event.client,
    details: event.arguments,
    message: `${event.kind} client=${event.client}${said}`,
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
