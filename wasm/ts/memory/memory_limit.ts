/** What is said where the runtime's memory is used up: the limit that was met, and the way out. */
import type { Views } from './views.js';
import { GlasswalError } from '../given/errors.js';
import { header, regionOffset } from '../generated/facts.js';

/** Why there are no `sizeBytes` to be had. */
export function noMemoryLeft(views: Views, sizeBytes: number): string {
  const capacity = views.u64[(regionOffset + header.capacityBytes) >>> 3]!;
  return `of the runtime's capacityBytes, ${capacity}, no ${sizeBytes} are left in one piece: create it with more, or close what is not needed`;
}

/** The error of who wanted `sizeBytes` for `purpose`. */
export function outOfMemory(views: Views, sizeBytes: number, purpose: string): GlasswalError {
  return new GlasswalError('OUT_OF_MEMORY', `There is no memory for ${purpose}: ${noMemoryLeft(views, sizeBytes)}.`);
}
