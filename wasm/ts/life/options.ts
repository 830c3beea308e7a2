/** The options of a runtime, their defaults and their checks. */
import { GlasswalError } from '../given/errors.js';
import { defaults, maxEvents, maxStaleMs, minEvents, minFileBytes, optionNames, segmentBytes } from '../generated/facts.js';
import { leastCapacityBytes } from '../memory/geometry.js';
import { requireOptions, shown } from '../given/given_options.js';
import type { Logger } from '../api/log.js';
import { kindOf } from '../given/kinds.js';

/** What the creator of a runtime decides. Sizes are whole numbers of bytes. */
export interface RuntimeOptions {
  /** Memory for database pages at the start. 16 MiB. */
  readonly initialDatabaseCapacityBytes?: number;
  /** SQLITE_FULL beyond it, for each database. 1 GiB. */
  readonly maxDatabaseCapacityBytes?: number;
  /** Memory for the write-ahead log at the start. 8 MiB. */
  readonly initialWriteAheadCapacityBytes?: number;
  /** SQLITE_FULL beyond it, for each write-ahead log. 512 MiB. */
  readonly maxWriteAheadCapacityBytes?: number;
  /** All memory of the runtime: databases, logs, and about 2 MiB for each client. Two databases, a log and clients. */
  readonly capacityBytes?: number;
  /** After how many milliseconds without progress a client that holds a lock is reported as silent. 30,000. */
  readonly staleMs?: number;
  /** Whether the silent are only reported, or ended too (those that the runtime was told of: runtime.watch). */
  readonly onStale?: 'report' | 'evict';
  /** Commit all memory at the start: for engines and policies without growth. */
  readonly fixedCapacity?: boolean;
  /** How many events the ring keeps: a power of two. 4,096. */
  readonly eventCapacity?: number;
  /** What diagnostics call the client of the thread that creates the runtime. 'page', or 'main' in a worker. */
  readonly name?: string;
  /** Where glasswal.wasm is, if not beside the package's JavaScript; or the module, compiled already. */
  readonly wasm?: URL | string | WebAssembly.Module;
  /** Receives a structured record for each event. */
  readonly logger?: Logger;
}

/** The options as the module takes them. */
export interface CheckedOptions {
  readonly initialDatabaseCapacityBytes: number;
  readonly maxDatabaseCapacityBytes: number;
  readonly initialWriteAheadCapacityBytes: number;
  readonly maxWriteAheadCapacityBytes: number;
  readonly capacityBytes: number;
  readonly staleMs: number;
  readonly evictStale: boolean;
  readonly fixedCapacity: boolean;
  readonly eventCapacity: number;
}

const known = [...optionNames, 'name', 'wasm', 'logger'];
const clientsBytes = 256 * 1024 * 1024;
/** All that a WebAssembly memory can have, less the page before the region. */
const mostBytes = 4 * 1024 ** 3 - segmentBytes;

function refuse(name: string, what: string | number, wanted: string): never {
  throw new GlasswalError('OPTION', `The option ${name} is ${what}, but must be ${wanted}.`);
}

/** The number that was given or is usual, which must be a whole one within the bounds. */
function whole(options: RuntimeOptions, name: keyof typeof defaults | 'capacityBytes', least: number, most: number, usual?: number): number {
  const value: unknown = options[name] ?? usual ?? defaults[name as keyof typeof defaults];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  refuse(name, shown(value), `a whole number from ${least} to ${most}`);
}

function notAbove(small: string, smallValue: number, large: string, largeValue: number): void {
  if (smallValue > largeValue) refuse(small, smallValue, `at most ${large}, which is ${largeValue}`);
}

function capacityOf(options: RuntimeOptions, checked: Omit<CheckedOptions, 'capacityBytes'>): number {
  const { maxDatabaseCapacityBytes, maxWriteAheadCapacityBytes } = checked;
  const usual = Math.min(2 * maxDatabaseCapacityBytes + maxWriteAheadCapacityBytes + clientsBytes, mostBytes);
  const wanted = whole(options, 'capacityBytes', 1, mostBytes, usual);
  const capacity = Math.floor(wanted / segmentBytes) * segmentBytes;
  const least = leastCapacityBytes(capacity, checked);
  if (capacity >= least) return capacity;
  const others = 'initialDatabaseCapacityBytes or initialWriteAheadCapacityBytes or eventCapacity';
  refuse('capacityBytes', wanted, `${least} at least: raise it, or lower ${others}`);
}

/** Checks what the caller wants; throws a GlasswalError that names the first option that will not do. */
export function checkOptions(options: RuntimeOptions): CheckedOptions {
  requireOptions(options, 'createRuntime()', known);
  const initialDatabase = whole(options, 'initialDatabaseCapacityBytes', 1, mostBytes);
  const maxDatabase = whole(options, 'maxDatabaseCapacityBytes', minFileBytes, mostBytes);
  const initialLog = whole(options, 'initialWriteAheadCapacityBytes', 1, mostBytes);
  const maxLog = whole(options, 'maxWriteAheadCapacityBytes', minFileBytes, mostBytes);
  notAbove('initialDatabaseCapacityBytes', initialDatabase, 'maxDatabaseCapacityBytes', maxDatabase);
  notAbove('initialWriteAheadCapacityBytes', initialLog, 'maxWriteAheadCapacityBytes', maxLog);
  const onStale: unknown = options.onStale ?? 'report';
  if (onStale !== 'report' && onStale !== 'evict') refuse('onStale', shown(onStale), "'report' or 'evict'");
  const wasm: unknown = options.wasm;
  const isUrl = typeof wasm === 'string' ? wasm !== '' : wasm instanceof URL;
  if (!isUrl && !(wasm instanceof WebAssembly.Module) && (wasm ?? undefined) !== undefined) {
    refuse('wasm', shown(wasm), 'a URL, or a WebAssembly.Module');
  }
  const fixedCapacity: unknown = options.fixedCapacity ?? false;
  if (typeof fixedCapacity !== 'boolean') refuse('fixedCapacity', kindOf(fixedCapacity), 'true or false');
  const logger: unknown = options.logger;
  if (logger !== undefined && typeof logger !== 'function') refuse('logger', kindOf(logger), 'a function that takes a record');
  const checked = {
    initialDatabaseCapacityBytes: initialDatabase,
    maxDatabaseCapacityBytes: maxDatabase,
    initialWriteAheadCapacityBytes: initialLog,
    maxWriteAheadCapacityBytes: maxLog,
    staleMs: whole(options, 'staleMs', 1, maxStaleMs),
    evictStale: onStale === 'evict',
    fixedCapacity,
    eventCapacity: whole(options, 'eventCapacity', minEvents, maxEvents),
  };
  return { ...checked, capacityBytes: capacityOf(options, checked) };
}
