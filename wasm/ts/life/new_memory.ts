/** The memory of a new runtime. */
import { pageBytes, regionOffset, segmentBytes } from '../generated/facts.js';
import { GlasswalError, messageOf } from '../given/errors.js';
import type { CheckedOptions } from './options.js';

/** What there is to make a region with. */
export interface NewMemory {
  readonly memory: WebAssembly.Memory;
  /** How large the region can become. */
  readonly capacityBytes: number;
  /** As they were given, unless the engine has less. */
  readonly options: CheckedOptions;
}

/** A memory that can have the wanted capacity, or half of it, and so on: some engines refuse 4 GiB. */
export function newMemory(options: CheckedOptions): NewMemory {
  const initialBytes = options.initialDatabaseCapacityBytes + options.initialWriteAheadCapacityBytes;
  const { capacityBytes: wantedBytes } = options;
  let capacityBytes = Math.floor(wantedBytes / segmentBytes) * segmentBytes;
  for (;;) {
    try {
      const maximum = (regionOffset + capacityBytes) / pageBytes;
      const memory = new WebAssembly.Memory({ initial: regionOffset / pageBytes, maximum, shared: true });
      return { memory, capacityBytes, options: capacityBytes > wantedBytes - segmentBytes ? options : { ...options, capacityBytes } };
    } catch (error) {
      capacityBytes = Math.floor(capacityBytes / 2 / segmentBytes) * segmentBytes;
      if (capacityBytes > 2 * initialBytes && capacityBytes > 256 * segmentBytes) continue;
      throw new GlasswalError(
        'ENVIRONMENT',
        `The engine gives no shared memory of ${wantedBytes} bytes nor of ${capacityBytes}: ${messageOf(error)}. ` +
          'Lower capacityBytes or the maximum capacities.',
      );
    }
  }
}
