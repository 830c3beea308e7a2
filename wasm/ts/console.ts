/**
 * `glasswal/console`: a logger that writes to the console, for people.
 *
 *     const runtime = await createRuntime('/app.sqlite', { logger: consoleLogger({ level: 'warn' }) });
 *
 * - Levels are those of the console: error, warn, info and debug, which consoles of browsers show only if they are told to.
 * - The events of a transaction are a group, and so is a recovery with its black box; a group without a warning is collapsed.
 * - Browsers have colours, terminals have them unless NO_COLOR says otherwise, and files have none.
 * @module glasswal/console
 */
import { argumentsOf, colouring, type ConsoleLike, methods, type Piece } from './api/console_look.js';
import { type Group, groupsOf, worstOf } from './api/console_groups.js';
import { blackBoxLines, detailsText, recoveryText, subjectText, timeText } from './api/console_text.js';
import type { LogLevel, LogRecord, LogSource, LogTarget } from './api/log.js';
import { MisuseError } from './given/errors.js';
import { booleanOption, optionsOf, shown } from './given/given_options.js';
import { kindOf } from './given/kinds.js';
import { printable } from './given/printable.js';
import { isNode } from './port/environment.js';

export type { ConsoleLike };
export type { Logger, LogLevel, LogRecord, LogSource, LogTarget } from './api/log.js';

/** What a console logger shows, and how. */
export interface ConsoleLoggerOptions {
  /** Only what matters as much. Default: all that is recorded, which `setEventLevel()` says. */
  readonly level?: LogLevel;
  /** Only these events: names such as 'commit', or beginnings such as 'lock.*'. Default: all. Loss is told always. */
  readonly events?: string | readonly string[];
  /** Only what happened to these clients, or names them: by name or number. Default: all. Loss is told always. */
  readonly clients?: string | number | readonly (string | number)[];
  /** Whether groups without a warning are collapsed. Default: true. */
  readonly collapsed?: boolean;
  /** Colours or none. Default: in browsers, and in terminals unless NO_COLOR is set. */
  readonly colors?: boolean;
  /** Where it writes instead of the global console. */
  readonly console?: ConsoleLike;
}

const known = ['level', 'events', 'clients', 'collapsed', 'colors', 'console'];
const called = ['debug', 'info', 'warn', 'error', 'group', 'groupCollapsed', 'groupEnd'] as const;

function listOf<T extends string | number>(name: string, given: unknown, kinds: readonly string[]): readonly T[] | undefined {
  if (given === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const each of list) {
    if (!kinds.includes(typeof each)) throw new MisuseError('OPTION', `The option ${name} has ${kindOf(each)}: give ${kinds.join('s or ')}s.`);
  }
  return list as readonly T[];
}

function consoleOf(given: unknown): ConsoleLike {
  if (given === undefined) return console;
  const missing = called.find((name) => typeof (given as Record<string, unknown> | null)?.[name] !== 'function');
  if (missing === undefined) return given as ConsoleLike;
  throw new MisuseError('OPTION', `The option console is ${kindOf(given)} without ${missing}(): give a console, or what looks like one.`);
}

function levelOf(given: unknown): LogLevel | undefined {
  if (given === undefined || Object.hasOwn(methods, given as string)) return given as LogLevel | undefined;
  throw new MisuseError('OPTION', `The option level is ${shown(given)}: give ${Object.keys(methods).join(', ')}.`);
}

function isEvent(wanted: string, event: string): boolean {
  return wanted.endsWith('*') ? event.startsWith(wanted.slice(0, -1)) : event === wanted;
}

/** Whether the record is about that client, or has it among its details. */
function isAbout(wanted: string | number, { client, details }: LogRecord): boolean {
  if (client === wanted) return true;
  const suffix = typeof wanted === 'number' ? /Client$/ : /[cC]lientName$/;
  return Object.entries(details).some(([name, value]) => value === wanted && suffix.test(name));
}

class ConsoleLogger implements LogTarget {
  readonly level: LogLevel;
  readonly #events: readonly string[] | undefined;
  readonly #clients: readonly (string | number)[] | undefined;
  readonly #isCollapsed: boolean;
  readonly #colors: boolean | undefined;
  readonly #console: ConsoleLike;
  readonly #isOwn: boolean;
  /** What has come since the last flush. */
  #records: LogRecord[] = [];
  #source: LogSource | undefined;

  constructor(options: Readonly<Record<string, unknown>>) {
    this.level = levelOf(options['level']) ?? 'trace';
    this.#events = listOf('events', options['events'], ['string']);
    this.#clients = listOf('clients', options['clients'], ['string', 'number']);
    this.#isCollapsed = booleanOption({ collapsed: true, ...options }, 'collapsed');
    this.#colors = options['colors'] === undefined ? undefined : booleanOption(options, 'colors');
    this.#console = consoleOf(options['console']);
    this.#isOwn = options['console'] === undefined;
  }

  log(record: LogRecord, source: LogSource): void {
    this.#source = source;
    if (record.event !== 'events.lost' && !this.#isWanted(record)) return;
    // Whoever passes records on may not know of flush().
    if (this.#records.length === 0) queueMicrotask(() => this.flush());
    this.#records.push(record);
  }

  flush(): void {
    const records = this.#records;
    this.#records = [];
    for (const group of groupsOf(records)) this.#write(group);
  }

  #isWanted(record: LogRecord): boolean {
    if (this.#events?.some((wanted) => isEvent(wanted, record.event)) === false) return false;
    return this.#clients?.some((wanted) => isAbout(wanted, record)) !== false;
  }

  #write(group: Group): void {
    const { records } = group;
    const first = records[0]!;
    const done = records.find(({ event }) => event === 'recovery.done');
    if (done !== undefined) return this.#writeRecovery(records, done);
    if (records.length === 1) return this.#line(first);
    const level = worstOf(group);
    const last = records.at(-1)!;
    const heading: Piece[] = [{ text: last.event, as: level }, { text: subjectText(last), as: 'plain' },
      { text: `transaction ${first.details['transaction']}, ${records.length} events`, as: 'dim' }];
    this.#group(level, first, heading, () => records.forEach((record) => this.#line(record)));
  }

  #writeRecovery(records: readonly LogRecord[], done: LogRecord): void {
    const lines: string[] = [];
    let text = `recovery from ${subjectOfRecovery(done)}`;
    try {
      const blackBox = this.#source?.diagnostics().recoveries.find(({ client, running }) => client === done.details['deadClient'] && !running);
      if (blackBox !== undefined) {
        text = recoveryText(blackBox);
        lines.push(...blackBoxLines(blackBox));
      }
    } catch (error) {
      lines.push(`its black box cannot be read: ${String(error)}`);
    }
    this.#group('warn', records[0]!, [{ text: done.event, as: 'warn' }, { text, as: 'plain' }], () => {
      for (const line of lines) this.#say('warn', [{ text: line, as: 'plain' }]);
      for (const record of records) this.#line(record);
    });
  }

  #line(record: LogRecord): void {
    const pieces: Piece[] = [this.#time(record), { text: record.event, as: record.level }, { text: subjectText(record), as: 'plain' }];
    const details = detailsText(record);
    if (details !== '') pieces.push({ text: details, as: 'dim' });
    // A console of a browser unfolds what it is given; on a terminal that would be many lines.
    this.#say(record.level, pieces, isNode ? [] : [record]);
  }

  #group(level: LogLevel, first: LogRecord, heading: readonly Piece[], body: () => void): void {
    const pieces = [this.#time(first), ...heading];
    if (isNode) {
      // What a terminal calls a group is printed as console.log() does, also what warns.
      this.#say(level, pieces);
      this.#console.group();
    } else {
      const isOpen = !this.#isCollapsed || level === 'error' || level === 'warn';
      this.#console[isOpen ? 'group' : 'groupCollapsed'](...this.#arguments(level, pieces));
    }
    try {
      body();
    } finally {
      this.#console.groupEnd();
    }
  }

  #time(record: LogRecord): Piece {
    return { text: timeText(record), as: 'dim' };
  }

  #say(level: LogLevel, pieces: readonly Piece[], more: readonly unknown[] = []): void {
    this.#console[methods[level]](...this.#arguments(level, pieces), ...more);
  }

  #arguments(level: LogLevel, pieces: readonly Piece[]): unknown[] {
    return argumentsOf(pieces, colouring(level, this.#colors, this.#isOwn));
  }
}

function subjectOfRecovery({ details }: LogRecord): string {
  return printable(String(details['deadClientName'] ?? `client ${details['deadClient']}`));
}

/** Makes a logger that writes to the console, for the option `logger` of createRuntime(). */
export function consoleLogger(options?: ConsoleLoggerOptions): LogTarget {
  return new ConsoleLogger(optionsOf(options, 'consoleLogger()', known));
}
