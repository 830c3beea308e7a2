/**
 * Making a region in a memory that has none. Whoever comes first does it, and nobody waits for anybody else's event loop: between
 * the claim and the end there is no `await`, so whoever has claimed it is done in a moment, or dead. A dead one is known as
 * everywhere else (liveness.ts), and the next one begins anew.
 *
 * The claim is the word `founder` in front of the region (wasm/module/bootstrap.h), taken by who has a client's slot already.
 */
import type { Engine } from '../engine/engine.js';
import { check, instantiate, type Thread, withMemory, withText } from '../engine/instance.js';
import { bootstrapVersion, founderOffset, pageBytes, regionOffset, segmentBytes, versionOffset } from '../generated/facts.js';
import { GlasswalError } from '../given/errors.js';
import { type Blocks, blockSegments, segmentAddress } from '../memory/block.js';
import type { Views } from '../memory/views.js';
import { isSlotDead } from './liveness.js';
import { type CheckedOptions, optionNumbers, requireRoom } from './options.js';

/** Whose region it becomes, and how. */
export interface Founding {
  readonly id: string;
  readonly slot: number;
  readonly name: string;
  readonly options: CheckedOptions;
  readonly thread: Thread;
}

const lookAgainMs = 2;

/** An id for a new runtime: 32 hexadecimal digits. */
export function newRuntimeId(): string {
  const halves = crypto.getRandomValues(new BigUint64Array(2));
  return [...halves].map((half) => half.toString(16).padStart(16, '0')).join('');
}

/** Whether the region is there. */
export function isFounded(views: Views): boolean {
  return Atomics.load(views.i32, versionOffset >>> 2) === bootstrapVersion;
}

/** True: the region is for whoever has `slot` to make, at once. False: it is there. */
export async function mayFound(views: Views, id: string, slot: number): Promise<boolean> {
  const at = founderOffset >>> 2;
  while (!isFounded(views)) {
    const founder = Atomics.load(views.i32, at);
    const isFree = founder === 0 || (await isSlotDead(views, id, founder - 1));
    if (isFree && Atomics.compareExchange(views.i32, at, founder, slot + 1) === founder) return !isFounded(views);
    await new Promise<void>((resolve) => setTimeout(resolve, lookAgainMs));
  }
  return false;
}

function noRoom(): GlasswalError {
  return new GlasswalError(
    'FULL',
    'The engine has no memory for the runtime: lower initialDatabaseCapacityBytes or initialWriteAheadCapacityBytes, or close other pages.',
  );
}

/** Makes the region, from an instance of the module in what becomes its client's private block. REQUIRES: mayFound() just said so. */
export function found(module: WebAssembly.Module, views: Views, blocks: Blocks, founding: Founding): Engine {
  try {
    return make(module, views, blocks, founding);
  } catch (error) {
    // Another one may have more luck.
    Atomics.store(views.i32, founderOffset >>> 2, 0);
    throw error;
  }
}

function make(module: WebAssembly.Module, views: Views, blocks: Blocks, { id, slot, name, options, thread }: Founding): Engine {
  const { memory } = views;
  const capacityBytes = Math.floor(options.capacityBytes / segmentBytes) * segmentBytes;
  const first = blocks.firstSegment(capacityBytes, options.eventCapacity, options.statementCapacity);
  requireRoom(options, first);
  // What one that died on the way has left.
  views.u8.fill(0, regionOffset);
  const missing = segmentAddress(first + blockSegments) - memory.buffer.byteLength;
  try {
    if (missing > 0) memory.grow(missing / pageBytes);
  } catch {
    throw noRoom();
  }
  const engine = instantiate(module, views, first, thread);
  const numbers = optionNumbers({ ...options, capacityBytes });
  const status = withText(engine, name, (text) =>
    withMemory(engine, numbers.length * 8, 'the options', (address) => {
      engine.f64.set(numbers, address >>> 3);
      const halves = [id.slice(0, 16), id.slice(16)].map((half) => BigInt.asIntN(64, BigInt(`0x${half}`))) as [bigint, bigint];
      return engine.exports.glasswal_create(slot, text, blockSegments, address, ...halves);
    }),
  );
  check(engine, status);
  return engine;
}
