/** The logger that the VFS is given: it has a console's names. */
import type { LogLevel, LogRecord } from '../../api/log.js';
import { reportError } from '../../given/listeners.js';

/** A console, or what looks like one. */
export type MemoryWriteAheadLogger = Pick<Console, 'debug' | 'error' | 'info' | 'warn'>;

const nothing = (): undefined => undefined;

/** A logger that says nothing. */
export const noopMemoryWriteAheadLogger: MemoryWriteAheadLogger = { debug: nothing, error: nothing, info: nothing, warn: nothing };

/** One that lets nothing out, of what may be only a part of one. A database is none the wiser for what it throws. */
export function safeLogger(given: Partial<MemoryWriteAheadLogger> | undefined): MemoryWriteAheadLogger {
  const say = (name: keyof MemoryWriteAheadLogger) => (...said: unknown[]): void => {
    try {
      given?.[name]?.(...said);
    } catch (error) {
      reportError(error);
    }
  };
  return { debug: say('debug'), error: say('error'), info: say('info'), warn: say('warn') };
}

const names: Readonly<Record<LogLevel, keyof MemoryWriteAheadLogger>> = {
  error: 'error', warn: 'warn', info: 'info', debug: 'debug', trace: 'debug',
};

/** Tells `logger` of an event of the runtime. */
export function sayRecord(logger: MemoryWriteAheadLogger, record: LogRecord): void {
  logger[names[record.level]](`glasswal ${record.event}`, record);
}
