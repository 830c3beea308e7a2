/**
 * Runs of segments for a client that is about to be: its module's data, stack and first heap must lie somewhere
 * before any code of the module can run, so this one allocation is done here.
 *
 * The protocol is that of vfs/shm/segments.cpp: every step is one compare-and-swap of a segment's whole word, and a
 * claimed segment carries its owner, so that what a worker claimed before it died is found.
 */
import type { Views } from './views.js';
import { GlasswalError } from '../given/errors.js';
import * as facts from '../generated/facts.js';

const { header, pageBytes, regionOffset, segmentBytes, segmentKind } = facts;

/** How many segments the private block of a client has. */
export const blockSegments = 16;

/** The owner field of a segment that a client has for itself. */
export function clientOwner(slot: number, generation: number): number {
  return ((slot << facts.clientGenerationBits) | (generation & ((1 << facts.clientGenerationBits) - 1))) >>> 0;
}

/** The owner of what a client has left behind and frees itself; see glasswal_leave. */
export function leavingOwner(slot: number): number {
  return clientOwner(facts.leavingSlot, slot);
}

/** The memory address of a segment. */
export function segmentAddress(segment: number): number {
  return regionOffset + segment * segmentBytes;
}

function word32(field: number): number {
  return (regionOffset + field) >>> 2;
}
function word64(field: number): number {
  return (regionOffset + field) >>> 3;
}

function segmentsAt(views: Views): number {
  return regionOffset + Number(views.u64[word64(header.segmentsOffset)]);
}

function wordOf(kind: number, owner: number, sequence: bigint): bigint {
  return (BigInt(kind) << 56n) | (BigInt(owner) << 32n) | (sequence & 0xffffffffn);
}

/** The upper half of a segment's word: kind and owner. */
function upperHalf(views: Views, table: number, segment: number): number {
  return Atomics.load(views.u32, ((table + segment * 8) >>> 2) + 1);
}

function isFree(upper: number): boolean {
  const kind = upper >>> 24;
  return kind === segmentKind.free || kind === segmentKind.reusable;
}

/** The segments that memory stands behind. */
export function committedSegments(views: Views): number {
  return Atomics.load(views.u32, word32(header.committedSegments));
}

/** Puts memory behind the first `wanted` segments; false where the engine or the region has no more. */
function commit(views: Views, wanted: number): boolean {
  if (wanted > views.u32[word32(header.segmentCount)]!) return false;
  const missing = (segmentAddress(wanted) - views.u8.byteLength) / pageBytes;
  if (missing > 0) {
    try {
      views.memory.grow(missing);
    } catch {
      return false;
    }
  }
  let seen = committedSegments(views);
  while (seen < wanted) {
    const added = BigInt(wanted - Math.max(seen, views.u32[word32(header.firstSegment)]!));
    Atomics.add(views.i64, word64(header.freeSegments), added);
    const before = Atomics.compareExchange(views.u32, word32(header.committedSegments), seen, wanted);
    if (before === seen) {
      Atomics.add(views.i64, word64(header.grown), 1n);
      return true;
    }
    Atomics.sub(views.i64, word64(header.freeSegments), added);
    seen = before;
  }
  return true;
}

/**
 * Claims [first, first + count) for `owner` and zeroes it; false, keeping nothing, if one of them is taken. The founder
 * of a region claims what it has been using all along: `keepBytes`.
 */
export function claimRunAt(views: Views, owner: number, first: number, count: number, { keepBytes = false } = {}): boolean {
  if (committedSegments(views) < first + count && !commit(views, first + count)) return false;
  const table = segmentsAt(views);
  for (let segment = first; segment < first + count; ++segment) {
    const index = (table + segment * 8) >>> 3;
    const before = Atomics.load(views.i64, index);
    const claimed = wordOf(segmentKind.private, owner, BigInt.asUintN(32, before) + 1n);
    const taken =
      !isFree(Number(BigInt.asUintN(64, before) >> 32n)) ||
      Atomics.compareExchange(views.i64, index, before, BigInt.asIntN(64, claimed)) !== before;
    if (taken) {
      for (let back = first; back < segment; ++back) release(views, table, back);
      return false;
    }
    Atomics.sub(views.i64, word64(header.freeSegments), 1n);
  }
  if (!keepBytes) views.u8.fill(0, segmentAddress(first), segmentAddress(first + count));
  return true;
}

function findRun(views: Views, count: number): number | undefined {
  const table = segmentsAt(views);
  const end = committedSegments(views);
  let length = 0;
  for (let segment = views.u32[word32(header.firstSegment)]!; segment < end; ++segment) {
    length = isFree(upperHalf(views, table, segment)) ? length + 1 : 0;
    if (length === count) return segment + 1 - count;
  }
  // What is missing at the end can be had by growing.
  return commit(views, end - length + count) ? end - length : undefined;
}

/** Claims `count` segments in a row for `owner` and zeroes them; the number of the first. */
export function claimRun(views: Views, owner: number, count: number): number {
  // Others may take what was found: that is progress of theirs, so the search is repeated while there is room.
  for (let round = 0; round < 1000; ++round) {
    const first = findRun(views, count);
    if (first === undefined) break;
    if (claimRunAt(views, owner, first, count)) return first;
  }
  throw new GlasswalError(
    'FULL',
    `The runtime's memory has no room for another client, which needs ${(count * segmentBytes) / 1024} KiB in one piece. ` +
      'Close clients or databases, or create the runtime with a larger capacityBytes.',
  );
}

function release(views: Views, table: number, segment: number): void {
  const index = (table + segment * 8) >>> 3;
  const word = Atomics.load(views.i64, index);
  const freed = BigInt.asIntN(64, wordOf(segmentKind.reusable, 0, BigInt.asUintN(32, word)));
  Atomics.add(views.i64, word64(header.freeSegments), 1n);
  if (Atomics.compareExchange(views.i64, index, word, freed) !== word) {
    Atomics.sub(views.i64, word64(header.freeSegments), 1n);
  }
}

/** Frees all private segments of `owner`. Only the one that acts for this owner may call it. */
export function releaseAll(views: Views, owner: number): void {
  const table = segmentsAt(views);
  const mine = ((segmentKind.private << 24) | owner) >>> 0;
  let freed = 0n;
  for (let segment = 0; segment < committedSegments(views); ++segment) {
    if (upperHalf(views, table, segment) !== mine) continue;
    release(views, table, segment);
    ++freed;
  }
  Atomics.add(views.i64, word64(header.reclaimedSegments), freed);
}
