/**
 * The runtime by the names of memory-write-ahead-vfs: made at once, before there is a module to make its region with, which the first
 * client does that comes, in whatever thread. It is a runtime of glasswal's, too: join() and attachInspector() take it.
 */
import type { CaptureOptions } from '../../given/capture_options.js';
import type { Bytes } from '../../given/bytes.js';
import { GlasswalError } from '../../given/errors.js';
import { packageVersion } from '../../generated/facts.js';
import { newRuntimeId } from '../../life/founding.js';
import type { RuntimeParts } from '../../life/membership.js';
import { newMemory } from '../../life/new_memory.js';
import type { CheckedOptions } from '../../life/options.js';
import { captureUnseen } from '../../inspector/unseen_capture.js';
import {
  glasswalOptions, type MemoryWriteAheadResolvedRuntimeOptions, type MemoryWriteAheadRuntimeOptions, normalizeMemoryWriteAheadPathname,
  resolveMemoryWriteAheadRuntimeOptions,
} from './options.js';
import { enterThread, leaveThread, threadOf } from './thread.js';

/** What is posted to workers. All of it can be cloned. */
export interface MemoryWriteAheadSharedRuntime extends RuntimeParts {
  /** The path of the database. */
  readonly dbFilename: string;
  /** Its options, with what is usual for those that were not given. */
  readonly capacities: MemoryWriteAheadResolvedRuntimeOptions;
}

/** The runtime where it was created. */
export class MemoryWriteAheadRuntime implements MemoryWriteAheadSharedRuntime {
  readonly id: string = newRuntimeId();
  readonly version: string = packageVersion;
  readonly dbFilename: string;
  readonly path: string;
  /** Its options, with what is usual for those that were not given. */
  readonly capacities: MemoryWriteAheadResolvedRuntimeOptions;
  /** @internal */
  readonly options: CheckedOptions;
  readonly memory: WebAssembly.Memory;

  /** @internal */
  constructor(dbFilename: string, capacities: MemoryWriteAheadResolvedRuntimeOptions) {
    const { memory, options } = newMemory(glasswalOptions(capacities));
    this.dbFilename = this.path = dbFilename;
    this.capacities = capacities;
    this.options = options;
    this.memory = memory;
  }

  /** The region as the bytes of a file that any inspector opens. In a bundle captureRuntime() of `glasswal/inspector`, which the bundler sees. */
  async capture(options?: CaptureOptions | null): Promise<Bytes> {
    await enterThread(this);
    return captureUnseen(this, options);
  }
}

// Of this thread, by path.
const runtimes = new Map<string, MemoryWriteAheadSharedRuntime>();
/** The ids of those that this thread has reset. */
const forgotten = new Set<string>();

/** Throws for a runtime that this thread has reset. */
export function checkNotReset({ id, dbFilename }: MemoryWriteAheadSharedRuntime): void {
  if (!forgotten.has(id)) return;
  throw new GlasswalError('CLOSED', `The runtime of ${dbFilename} was reset: make a VFS of a new runtime, which createMemoryWriteAheadSharedRuntime() gives.`);
}

/** Those that this thread has created or been handed, or the one of this path. */
export function runtimeOf(dbFilename: string): MemoryWriteAheadSharedRuntime | undefined {
  return runtimes.get(normalizeMemoryWriteAheadPathname(dbFilename));
}

/** Has the runtime found by its path in this thread, where it came in a message: the last one of that path. */
export function registerRuntime(runtime: MemoryWriteAheadSharedRuntime): void {
  // A copy has none of the methods of the one that was created here.
  if (runtimes.get(runtime.dbFilename)?.id !== runtime.id) runtimes.set(runtime.dbFilename, runtime);
}

function areEqual(a: MemoryWriteAheadResolvedRuntimeOptions, b: MemoryWriteAheadResolvedRuntimeOptions): boolean {
  return (Object.keys(a) as (keyof MemoryWriteAheadResolvedRuntimeOptions)[]).every((name) => a[name] === b[name]);
}

/**
 * The runtime of `dbFilename` in this thread, created if need be. Post it to dedicated workers, each of which makes a VFS of it. Throws an
 * Error that names the option that will not do, or says that there is a runtime of this name with others; a GlasswalError where the
 * engine has no such memory.
 */
export function createMemoryWriteAheadSharedRuntime(dbFilename: string, options?: MemoryWriteAheadRuntimeOptions | null): MemoryWriteAheadRuntime {
  const path = normalizeMemoryWriteAheadPathname(dbFilename);
  const capacities = resolveMemoryWriteAheadRuntimeOptions(options);
  const known = runtimes.get(path);
  if (known !== undefined) {
    if (areEqual(known.capacities, capacities)) return known as MemoryWriteAheadRuntime;
    throw new Error(`MemoryWriteAhead runtime ${path} already exists with different options`);
  }
  const runtime = new MemoryWriteAheadRuntime(path, capacities);
  runtimes.set(path, runtime);
  // Who has created it is there for the others, and knows what they do. What keeps this thread out is told to who opens a database.
  enterThread(runtime, options?.clientName).catch(() => undefined);
  return runtime;
}

function reset(runtime: MemoryWriteAheadSharedRuntime): void {
  const thread = threadOf(runtime);
  const open = thread?.client.diagnostics().connections.length ?? 0;
  if (open > 0) throw new Error(`Cannot reset MemoryWriteAheadVFS while ${open} open handles remain`);
  // Whoever has the runtime, too, finds an empty database.
  for (const { path, openClients } of thread?.client.files() ?? []) {
    if (openClients === 0 && !/-(wal|journal)$/.test(path)) thread?.client.remove(path);
  }
  runtimes.delete(runtime.dbFilename);
  forgotten.add(runtime.id);
  leaveThread(runtime);
}

/** Forgets the runtime of this name, or all of this thread; their databases are gone. Throws an Error while one is open, anywhere. */
export function resetMemoryWriteAheadSharedRuntime(dbFilename?: string): void {
  const chosen = dbFilename === undefined ? [...runtimes.values()] : [runtimeOf(dbFilename)];
  for (const runtime of chosen) if (runtime !== undefined) reset(runtime);
}
