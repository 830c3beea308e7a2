/**
 * Diagnostics in the shape of memory-write-ahead-vfs's, made of a snapshot. What they count is glasswal's: a connection is one handle,
 * a client that has one open is one lease, and the one write-ahead log stands at the place of the first of two.
 */
import { segmentBytes } from '../../generated/facts.js';
import type { File, Lock, Snapshot } from '../../generated/snapshot.js';
import type { MemoryWriteAheadResolvedRuntimeOptions } from './options.js';
import { type MemoryWriteAheadSharedRuntime, runtimeOf } from './runtime.js';
import { threadOf } from './thread.js';

/** Diagnostics of one file. */
export interface MemoryWriteAheadFileDiagnostics {
  /** The path of the database; with -wa0 its write-ahead log; with -wa1 nothing, since there is no second log. */
  readonly pathname: string;
  /** The bytes that are in the file. */
  readonly logicalSizeBytes: number;
  /** The same as `allocatedCapacityBytes`. */
  readonly capacityBytes: number;
  /** The bytes of memory that the file has. */
  readonly allocatedCapacityBytes: number;
  /** The file's maximum, in bytes. */
  readonly maxCapacityBytes: number;
  /** The bytes of one segment. */
  readonly segmentCapacityBytes: number;
  /** The segments that are in use. */
  readonly segmentCount: number;
  /** The most segments that the file has had. */
  readonly totalSegmentCount: number;
  /** The bytes of memory that the file has given back, in all. */
  readonly reclaimedBytes: number;
  /** The segments that the file has given back, in all. */
  readonly reclaimedSegmentCount: number;
  /** 0, or the number of the client that writes, counted from 1; of the log the one that checkpoints. */
  readonly lockState: number;
  /** The same as `lockState`. */
  readonly lockOwner: number;
  /** For how many milliseconds that client has been silent; null if there is none. */
  readonly lockHeartbeatAgeMs: number | null;
  /** How often the lock was taken back from a dead client. */
  readonly recoveredAbandonedLockCount: number;
}

/** Diagnostics of a runtime. */
export interface MemoryWriteAheadRuntimeDiagnostics {
  /** The clients that have a database open. */
  readonly activeOwnerLeaseCount: number;
  /** The options that the runtime was created with. */
  readonly capacities: MemoryWriteAheadResolvedRuntimeOptions;
  /** The path of the runtime's database. */
  readonly dbFilename: string;
  /** The runtime's database, and its log in two places. */
  readonly files: MemoryWriteAheadFileDiagnostics[];
  /** The open connections of all clients, also of glasswal's own. */
  readonly openHandleCount: number;
  /** The handles of dead clients that were closed. */
  readonly recoveredAbandonedHandleCount: number;
  /** Always true. */
  readonly segmentedSharedArrayBuffers: boolean;
}

const NS_IN_MS = 1e6;

function describe(pathname: string, maxCapacityBytes: number, file: File | undefined, lock: Lock | undefined, silentNs: (slot: number) => number | null): MemoryWriteAheadFileDiagnostics {
  const holder = lock?.exclusive ? lock.holders[0]?.client : undefined;
  const owner = typeof holder === 'number' ? holder + 1 : 0;
  const silent = typeof holder === 'number' ? silentNs(holder) : null;
  return {
    pathname,
    logicalSizeBytes: file?.logicalSizeBytes ?? 0,
    capacityBytes: file?.allocatedBytes ?? 0,
    allocatedCapacityBytes: file?.allocatedBytes ?? 0,
    maxCapacityBytes,
    segmentCapacityBytes: segmentBytes,
    segmentCount: file?.segments ?? 0,
    totalSegmentCount: file?.peakSegments ?? 0,
    reclaimedBytes: file?.reclaimedBytes ?? 0,
    reclaimedSegmentCount: file?.reclaimedSegments ?? 0,
    lockState: owner,
    lockOwner: owner,
    lockHeartbeatAgeMs: owner === 0 ? null : Math.round((silent ?? 0) / NS_IN_MS),
    recoveredAbandonedLockCount: lock?.recovered ?? 0,
  };
}

function filesOf({ dbFilename, capacities }: MemoryWriteAheadSharedRuntime, snapshot: Snapshot | undefined): MemoryWriteAheadFileDiagnostics[] {
  const file = (path: string): File | undefined => snapshot?.files.find((each) => each.path === path);
  const lock = (name: string): Lock | undefined => snapshot?.locks.find((each) => each.database === dbFilename && each.name === name);
  const silentNs = (slot: number): number | null => snapshot?.clients.find((client) => client.slot === slot)?.silentNs ?? null;
  const { maxDatabaseCapacityBytes, maxWriteAheadCapacityBytes } = capacities;
  return [
    describe(dbFilename, maxDatabaseCapacityBytes, file(dbFilename), lock('WRITE'), silentNs),
    describe(`${dbFilename}-wa0`, maxWriteAheadCapacityBytes, file(`${dbFilename}-wal`), lock('CHECKPOINT'), silentNs),
    describe(`${dbFilename}-wa1`, maxWriteAheadCapacityBytes, undefined, undefined, silentNs),
  ];
}

/**
 * The diagnostics of the runtime of this name that this thread has created or been handed; null if there is none. Until this thread has come
 * into it, which takes a few milliseconds and MemoryWriteAheadVFS.create() awaits, nothing is counted.
 */
export function getMemoryWriteAheadRuntimeDiagnostics(dbFilename: string): MemoryWriteAheadRuntimeDiagnostics | null {
  const runtime = runtimeOf(dbFilename);
  if (runtime === undefined) return null;
  const snapshot = threadOf(runtime)?.client.diagnostics();
  const connections = snapshot?.connections ?? [];
  return {
    activeOwnerLeaseCount: new Set(connections.map(({ client }) => client)).size,
    capacities: runtime.capacities,
    dbFilename: runtime.dbFilename,
    files: filesOf(runtime, snapshot),
    openHandleCount: connections.length,
    recoveredAbandonedHandleCount: snapshot?.region.recoveredHandles ?? 0,
    segmentedSharedArrayBuffers: true,
  };
}
