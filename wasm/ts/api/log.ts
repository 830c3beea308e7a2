/** Events as structured log records. */
/** How much a record matters. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** One event, as a logger gets it: the record of all logs (vfs/diag/log_record.h), which the module makes. */
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

/** Hands a record to a logger that may throw. */
export function deliver(logger: Logger, record: LogRecord): void {
  try {
    logger(record);
  } catch (error) {
    console.error('glasswal: the logger threw', error);
  }
}
