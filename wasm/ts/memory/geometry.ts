/** Where things lie in a new region, and how much memory it needs at least. */
import * as facts from '../generated/facts.js';
import { blockSegments } from './block.js';

/** What decides how large a region must be. */
interface Sizes {
  readonly initialDatabaseCapacityBytes: number;
  readonly initialWriteAheadCapacityBytes: number;
  readonly eventCapacity: number;
}

function segmentsFor(sizeBytes: number): number {
  return Math.ceil(sizeBytes / facts.segmentBytes);
}

/** Where the first segment behind the tables lies: as PlanGeometry in vfs/shm/region.cpp. */
export function firstSegment(capacityBytes: number, eventCapacity: number): number {
  const align = (offset: number): number => Math.ceil(offset / 64) * 64;
  let end = align(facts.headerBytes);
  end = align(end + facts.clientBytes * facts.maxClients);
  end = align(end + facts.fileBytes * facts.maxFiles);
  end = align(end + facts.recoveryBytes * facts.maxRecoveries);
  end = align(end + facts.eventBytes * eventCapacity);
  end += facts.segmentWordBytes * (capacityBytes / facts.segmentBytes);
  return segmentsFor(end);
}

/** The least capacity: what is committed at the start, in which the first client must have its place. */
export function leastCapacityBytes(capacityBytes: number, sizes: Sizes): number {
  const initial = segmentsFor(sizes.initialDatabaseCapacityBytes) + segmentsFor(sizes.initialWriteAheadCapacityBytes);
  return (firstSegment(capacityBytes, sizes.eventCapacity) + Math.max(initial, blockSegments)) * facts.segmentBytes;
}
