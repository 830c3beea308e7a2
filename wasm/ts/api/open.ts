/** Opens a connection. */
import { Connection, type DatabaseClient } from './connection.js';
import { contextOf } from '../engine/context.js';
import type { Engine } from '../engine/engine.js';
import { MisuseError } from '../given/errors.js';
import { booleanOption, functionOption, optionsOf, textOf } from '../given/given_options.js';
import {
  SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_ENABLE_FKEY, SQLITE_OK, SQLITE_OPEN_CREATE, SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE,
  SQLITE_OPEN_URI,
} from '../generated/sqlite.js';
import { kindOf } from '../given/kinds.js';
import type { Verbose } from './connection.js';

/** How a database is opened. */
export interface OpenOptions {
  /** For how many milliseconds a statement waits for a lock; 5000 if not given. Always 0 where a thread may not wait. */
  readonly busyTimeout?: number;
  /** The same by better-sqlite3's name. */
  readonly timeout?: number;
  /** Refuses to change anything. */
  readonly readonly?: boolean;
  /** Refuses to make a database that is not there. */
  readonly fileMustExist?: boolean;
  /** Every INTEGER as a bigint, unless a statement is told otherwise. */
  readonly safeIntegers?: boolean;
  /** Is told of each statement before it runs, with the values of its parameters in it. */
  readonly verbose?: Verbose | null;
}

/** The options as they are meant. */
interface Wanted {
  readonly readonly: boolean;
  readonly fileMustExist: boolean;
  readonly safeIntegers: boolean;
  readonly busyTimeout: number;
  readonly verbose: Verbose | undefined;
}

const KNOWN = ['readonly', 'fileMustExist', 'busyTimeout', 'timeout', 'safeIntegers', 'verbose'] as const;

/** How long a statement waits for a lock unless told otherwise. */
export const DEFAULT_BUSY_TIMEOUT_MS = 5000;


/** Whether `path` is one of a database that only its connection sees. */
export function isPrivate(path: string): boolean {
  return path.trim() === '' || path.trim() === ':memory:';
}

/** A connection to `path` on the VFS `vfsName`. */
export function openConnection(
  engine: Engine, client: DatabaseClient<never>, vfsName: string, givenPath: string, options: OpenOptions,
): { connection: Connection; readonly: boolean } {
  const path = textOf(givenPath, 'The path').trim();
  const wanted = check(options);
  // The options may have getters, which are user code.
  client.check();
  if (wanted.readonly && isPrivate(path)) {
    throw new MisuseError('OPTION', `The option readonly is true, but nobody else could fill '${givenPath}': leave it out.`);
  }
  const connection = open(engine, client, vfsName, path, flagsOf(wanted));
  connection.configure(SQLITE_DBCONFIG_ENABLE_FKEY, true);
  setDefensive(connection, true);
  setBusyTimeout(connection, wanted.busyTimeout);
  connection.safeIntegers = wanted.safeIntegers;
  connection.verbose = wanted.verbose;
  return { connection, readonly: wanted.readonly };
}

function open(engine: Engine, client: DatabaseClient<never>, vfsName: string, path: string, flags: number): Connection {
  const context = contextOf(engine);
  const { exports } = context;
  const out = context.scratch.batch;
  const pathText = context.placeText(path, 'a path');
  // The scratch holds one text at a time; the VFS's name is the shorter.
  const vfsText = new TextEncoder().encode(`${vfsName}\0`);
  out.u8.set(vfsText, 8);
  out.u32[0] = 0;
  const code = exports.sqlite3_open_v2(pathText.address, out.address, flags, out.address + 8);
  context.releaseText(pathText);
  const connection = new Connection(context, out.u32[0], path, client);
  if (code !== SQLITE_OK) {
    const failure = connection.failure();
    if (failure instanceof Error) failure.message = `The database '${path}' cannot be opened: ${failure.message}`;
    connection.close();
    throw failure;
  }
  return connection;
}

/** Keeps SQL from what can damage a database by itself, such as a write to the schema's table (or does not). */
export function setDefensive(connection: Connection, on: boolean): void {
  connection.configure(SQLITE_DBCONFIG_DEFENSIVE, on);
}

/** Sets for how long a statement waits, where it may. */
export function setBusyTimeout(connection: Connection, milliseconds: number): void {
  checkTimeout('busyTimeout', milliseconds);
  connection.exports.sqlite3_busy_timeout(connection.pointer, connection.engine.mayWait ? milliseconds : 0);
}

function checkTimeout(name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    const what = typeof value === 'number' ? value : kindOf(value);
    throw new MisuseError('OPTION', `The option ${name} is ${what}: give whole milliseconds from 0 on.`);
  }
  if (value > 0x7fffffff) throw new RangeError(`The option ${name} is ${value}: give ${0x7fffffff} milliseconds at most.`);
}

function timeoutOf(options: Readonly<Record<string, unknown>>): number {
  const names = ['busyTimeout', 'timeout'].filter((name) => name in options);
  for (const name of names) checkTimeout(name, options[name]);
  const [first, second] = names.map((name) => options[name] as number);
  if (second !== undefined && second !== first) {
    throw new MisuseError('OPTION', `The options busyTimeout and timeout are one, but ${first} and ${second}: give one of them.`);
  }
  return first ?? DEFAULT_BUSY_TIMEOUT_MS;
}

function check(given: OpenOptions): Wanted {
  const options = optionsOf(given, 'open()', KNOWN);
  return {
    readonly: booleanOption(options, 'readonly'),
    fileMustExist: booleanOption(options, 'fileMustExist'),
    safeIntegers: booleanOption(options, 'safeIntegers'),
    busyTimeout: timeoutOf(options),
    verbose: functionOption<Verbose>(options, 'verbose'),
  };
}

function flagsOf({ readonly, fileMustExist }: Wanted): number {
  if (readonly) return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | (fileMustExist ? 0 : SQLITE_OPEN_CREATE);
}
