/** The options of a runtime, their defaults and their checks. */
import { GlasswalError } from '../given/errors.js';
import { regionOffset, segmentBytes } from '../generated/facts.js';
import { type RegionOptions, regionOptions } from '../generated/options.js';
import { blockSegments } from '../memory/block.js';
import { requireOptions, shown } from '../given/given_options.js';
import type { Logger, LogLevel, LogTarget } from '../api/log.js';
import { kindOf } from '../given/kinds.js';

/** What the creator of a runtime decides. */
export interface RuntimeOptions extends RegionOptions {
  /** What diagnostics call the client of the thread that creates the runtime. 'page', or 'main' in a worker. */
  readonly name?: string;
  /** Where glasswal.wasm is, if not beside the package's JavaScript; or the module, compiled already. */
  readonly wasm?: URL | string | WebAssembly.Module;
  /** Receives a structured record for each event: a function, an object with a level such as consoleLogger() makes, or several of them. */
  readonly logger?: Logger | LogTarget | readonly (Logger | LogTarget)[];
}

/** The options as the module takes them: a switch is 0 or 1, a choice its number. */
export type CheckedOptions = Readonly<Record<keyof RegionOptions, number>>;

const regionNames = Object.keys(regionOptions) as (keyof RegionOptions)[];
const known = [...regionNames, 'name', 'wasm', 'logger'];
const clientsBytes = 256 * 1024 * 1024;
/** All that a WebAssembly memory can have, less what lies before the region. */
const mostBytes = 4 * 1024 ** 3 - regionOffset;

/** What the module takes, in its order. */
export function optionNumbers(options: CheckedOptions): number[] {
  return regionNames.map((name) => options[name]);
}

function refuse(name: string, what: string | number, wanted: string): never {
  throw new GlasswalError('OPTION', `The option ${name} is ${what}, but must be ${wanted}.`);
}

function whole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  refuse(name, shown(value), `a whole number from ${least} to ${most}`);
}

/** The number of what was given or is usual, which must be within the bounds or one of the choices. */
function numberOf(name: keyof RegionOptions, given: unknown): number {
  const allowed: readonly unknown[] = regionOptions[name];
  const value = given ?? allowed[0];
  if (typeof allowed[0] === 'number') return whole(name, value, allowed[1] as number, Math.min(allowed[2] as number, mostBytes));
  if (typeof allowed[0] === 'boolean') return typeof value === 'boolean' ? Number(value) : refuse(name, kindOf(value), 'true or false');
  return allowed.includes(value) ? allowed.indexOf(value) : refuse(name, shown(value), allowed.map((each) => `'${String(each)}'`).join(' or '));
}

function notAbove(small: keyof RegionOptions, large: keyof RegionOptions, checked: CheckedOptions): void {
  if (checked[small] > checked[large]) refuse(small, checked[small], `at most ${large}, which is ${checked[large]}`);
}

/** All that two databases, a log and clients need, if nothing else is wanted. */
function capacityOf(given: unknown, checked: Omit<CheckedOptions, 'capacityBytes'>): number {
  const usual = Math.min(2 * checked.maxDatabaseCapacityBytes + checked.maxWriteAheadCapacityBytes + clientsBytes, mostBytes);
  return numberOf('capacityBytes', given ?? usual);
}

function segmentsFor(sizeBytes: number): number {
  return Math.ceil(sizeBytes / segmentBytes);
}

/**
 * Throws where the capacity is too low for what is committed at the start, in which the first client must have its place.
 * `firstSegment` is the first behind the tables of a region of this capacity.
 */
export function requireRoom(options: CheckedOptions, firstSegment: number): void {
  const { capacityBytes, initialDatabaseCapacityBytes, initialWriteAheadCapacityBytes } = options;
  const initial = segmentsFor(initialDatabaseCapacityBytes) + segmentsFor(initialWriteAheadCapacityBytes);
  const least = (firstSegment + Math.max(initial, blockSegments)) * segmentBytes;
  if (capacityBytes >= least) return;
  const others = 'initialDatabaseCapacityBytes or initialWriteAheadCapacityBytes or eventCapacity';
  refuse('capacityBytes', capacityBytes, `${least} at least: raise it, or lower ${others}`);
}

const levels = ['error', 'warn', 'info', 'debug', 'trace'] as const;

function logTarget(given: unknown): LogTarget {
  if (typeof given === 'function') return { log: given as Logger };
  if (typeof given !== 'object' || given === null) refuse('logger', kindOf(given), "a function that takes a record, or an object with one as 'log'");
  const { log, level, flush } = given as Partial<Record<keyof LogTarget, unknown>>;
  if (typeof log !== 'function') refuse('logger.log', kindOf(log), 'a function that takes a record');
  if (level !== undefined && !levels.includes(level as LogLevel)) refuse('logger.level', shown(level), levels.map((each) => `'${each}'`).join(' or '));
  if (flush !== undefined && typeof flush !== 'function') refuse('logger.flush', kindOf(flush), 'a function');
  return given as LogTarget;
}

/** The loggers that were given; throws a GlasswalError for what is none. */
export function logTargets({ logger }: RuntimeOptions): readonly LogTarget[] {
  if (logger === undefined) return [];
  return (Array.isArray(logger) ? logger : [logger]).map(logTarget);
}

/** Checks what the caller wants; throws a GlasswalError that names the first option that will not do. */
export function checkOptions(options: RuntimeOptions): CheckedOptions {
  requireOptions(options, 'createRuntime()', known);
  const checked = {} as Record<keyof RegionOptions, number>;
  for (const name of regionNames) if (name !== 'capacityBytes') checked[name] = numberOf(name, options[name]);
  notAbove('initialDatabaseCapacityBytes', 'maxDatabaseCapacityBytes', checked);
  notAbove('initialWriteAheadCapacityBytes', 'maxWriteAheadCapacityBytes', checked);
  const wasm: unknown = options.wasm;
  const isUrl = typeof wasm === 'string' ? wasm !== '' : wasm instanceof URL;
  if (!isUrl && !(wasm instanceof WebAssembly.Module) && (wasm ?? undefined) !== undefined) {
    refuse('wasm', shown(wasm), 'a URL, or a WebAssembly.Module');
  }
  logTargets(options);
  checked.capacityBytes = capacityOf(options.capacityBytes, checked);
  return checked;
}
