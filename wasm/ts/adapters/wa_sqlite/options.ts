/** The options of a runtime by the names of memory-write-ahead-vfs, with its defaults and its checks. */
import { clientName as checkName, optionsOf, shown } from '../../given/given_options.js';
import { segmentBytes } from '../../generated/facts.js';
import { checkOptions, type CheckedOptions } from '../../life/options.js';

/** What whoever creates a runtime decides. Whatever is not given, or undefined, is as usual. */
export interface MemoryWriteAheadRuntimeOptions {
  /** Bytes of memory for databases at the start; 16 MiB if not given. */
  initialDatabaseCapacityBytes?: number | undefined;
  /** Bytes that a database has at most, 2,147,483,647 or less: SQLITE_FULL beyond. 1 GiB if not given; below 64 KiB it is that. */
  maxDatabaseCapacityBytes?: number | undefined;
  /** Bytes of memory for write-ahead logs at the start; 8 MiB if not given. */
  initialWriteAheadCapacityBytes?: number | undefined;
  /** Bytes that a write-ahead log has at most, 2,147,483,647 or less: SQLITE_FULL beyond. 512 MiB if not given; below 64 KiB it is that. */
  maxWriteAheadCapacityBytes?: number | undefined;
  /** After so many milliseconds without progress who holds a lock is reported; 30,000 if not given, a day at most. Nothing is taken from the living. */
  fileLockStaleMs?: number | undefined;
  /** Taken, and without effect: no engine that glasswal runs in needs it, for a WebAssembly memory always grows in place. */
  allowFixedCapacityFallback?: boolean | undefined;
  /** What others call the thread that creates it, up to 63 bytes: 'page', or a worker's own name, if not given. */
  clientName?: string | undefined;
}

/** All options of a runtime, each with the value that it has. */
export type MemoryWriteAheadResolvedRuntimeOptions = {
  [Name in Exclude<keyof MemoryWriteAheadRuntimeOptions, 'clientName'>]-?: Exclude<MemoryWriteAheadRuntimeOptions[Name], undefined>;
};

const NAMES = [
  'initialDatabaseCapacityBytes', 'maxDatabaseCapacityBytes', 'initialWriteAheadCapacityBytes', 'maxWriteAheadCapacityBytes', 'fileLockStaleMs',
  'allowFixedCapacityFallback', 'clientName',
] as const satisfies readonly (keyof MemoryWriteAheadRuntimeOptions)[];
const MIB = 1024 * 1024;
const MOST_BYTES = 0x7fffffff;
const LONGEST_STALE_MS = 86_400_000;

/** Above 0, and a capacity at most what 31 bits hold. */
function positive(options: MemoryWriteAheadRuntimeOptions, name: Exclude<keyof MemoryWriteAheadResolvedRuntimeOptions, 'allowFixedCapacityFallback'>, usual: number): number {
  const value: unknown = options[name] ?? usual;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw new Error(`${name} must be a positive integer; received ${String(value)}`);
  }
  if (name.endsWith('Bytes') && value > MOST_BYTES) throw new Error(`${name} cannot exceed ${MOST_BYTES} bytes`);
  return value;
}

/** All options, with what is usual for those that are not given. Throws an Error that names the one that will not do. */
export function resolveMemoryWriteAheadRuntimeOptions(given?: MemoryWriteAheadRuntimeOptions | null): MemoryWriteAheadResolvedRuntimeOptions {
  const options: MemoryWriteAheadRuntimeOptions = optionsOf(given, 'createMemoryWriteAheadSharedRuntime()', NAMES);
  checkClientName(options.clientName);
  const resolved = {
    allowFixedCapacityFallback: options.allowFixedCapacityFallback ?? false,
    initialDatabaseCapacityBytes: positive(options, 'initialDatabaseCapacityBytes', 16 * MIB),
    maxDatabaseCapacityBytes: positive(options, 'maxDatabaseCapacityBytes', 1024 * MIB),
    initialWriteAheadCapacityBytes: positive(options, 'initialWriteAheadCapacityBytes', 8 * MIB),
    maxWriteAheadCapacityBytes: positive(options, 'maxWriteAheadCapacityBytes', 512 * MIB),
    fileLockStaleMs: positive(options, 'fileLockStaleMs', 30_000),
  };
  for (const kind of ['Database', 'WriteAhead'] as const) {
    if (resolved[`initial${kind}CapacityBytes`] <= resolved[`max${kind}CapacityBytes`]) continue;
    throw new Error(`initial${kind}CapacityBytes cannot exceed max${kind}CapacityBytes`);
  }
  return resolved;
}

/** Throws a GlasswalError for a name that no client can have; none is fine. */
export function checkClientName(name: unknown): void {
  if (name !== undefined) checkName(name, 'clientName');
}

/** What they are to glasswal, whose smallest file is a segment and whose longest silence a day. */
export function glasswalOptions(resolved: MemoryWriteAheadResolvedRuntimeOptions): CheckedOptions {
  const { initialDatabaseCapacityBytes, initialWriteAheadCapacityBytes, maxDatabaseCapacityBytes, maxWriteAheadCapacityBytes, fileLockStaleMs } = resolved;
  return checkOptions({
    initialDatabaseCapacityBytes,
    initialWriteAheadCapacityBytes,
    maxDatabaseCapacityBytes: Math.max(maxDatabaseCapacityBytes, segmentBytes),
    maxWriteAheadCapacityBytes: Math.max(maxWriteAheadCapacityBytes, segmentBytes),
    staleMs: Math.min(fileLockStaleMs, LONGEST_STALE_MS),
  });
}

/** The path of a database as all connections have it: that of a URL. A name that is none is a temporary file's. Throws an Error for what is no name. */
export function normalizeMemoryWriteAheadPathname(filename: string | null | undefined): string {
  const name = filename ?? Math.random().toString(36).slice(2);
  try {
    return new URL(name, 'file://').pathname;
  } catch {
    throw new Error(`${shown(name)} is no name of a database: give a path, such as '/app.sqlite', or a URL.`);
  }
}
