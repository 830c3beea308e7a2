/** The options of a runtime by the names of memory-write-ahead-vfs, with its defaults and its checks. */
import { clientName as checkName, optionsOf, shown } from '../../given/given_options.js';
import { checkOptions, type CheckedOptions } from '../../life/options.js';

/** What whoever creates a runtime decides. */
export interface MemoryWriteAheadRuntimeOptions {
  /** So much of the database is there at the start; 16 MiB if not given. */
  readonly initialDatabaseCapacityBytes?: number;
  /** A database does not become larger: SQLITE_FULL; 1 GiB if not given. */
  readonly maxDatabaseCapacityBytes?: number;
  /** So much of the write-ahead log is there at the start; 8 MiB if not given. */
  readonly initialWriteAheadCapacityBytes?: number;
  /** The log does not become larger: SQLITE_FULL; 512 MiB if not given. */
  readonly maxWriteAheadCapacityBytes?: number;
  /** After so many milliseconds without progress who holds a lock is reported; 30,000 if not given. Nothing is taken from the living. */
  readonly fileLockStaleMs?: number;
  /** Taken and without effect: no engine that glasswal runs in needs it, for a WebAssembly memory always grows in place. */
  readonly allowFixedCapacityFallback?: boolean;
  /** What others call the thread that creates it, up to 63 bytes: 'page', or a worker's own name, if not given. */
  readonly clientName?: string;
}

/** All of them. */
export type MemoryWriteAheadResolvedRuntimeOptions = Required<Omit<MemoryWriteAheadRuntimeOptions, 'clientName'>>;

const NAMES = [
  'initialDatabaseCapacityBytes', 'maxDatabaseCapacityBytes', 'initialWriteAheadCapacityBytes', 'maxWriteAheadCapacityBytes', 'fileLockStaleMs',
  'allowFixedCapacityFallback', 'clientName',
] as const satisfies readonly (keyof MemoryWriteAheadRuntimeOptions)[];
const MIB = 1024 * 1024;
const MOST_BYTES = 0x7fffffff;

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

/** What they are to glasswal. */
export function glasswalOptions(resolved: MemoryWriteAheadResolvedRuntimeOptions): CheckedOptions {
  const { allowFixedCapacityFallback: _, fileLockStaleMs, ...capacities } = resolved;
  return checkOptions({ ...capacities, staleMs: fileLockStaleMs });
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
