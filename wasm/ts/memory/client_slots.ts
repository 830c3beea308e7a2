/**
 * The slots of clients, as they stand in the shared memory.
 *
 * The holder words tell the modules what only JavaScript can know: who has a slot. They are written by whoever has the lock of
 * the slot (life/liveness.ts): a ticket before the slot goes live, and 0 once the holder is gone.
 */
import { clientBytes, clientState, header, maxClients, regionOffset, workerBytes, workersOffset } from '../generated/facts.js';
import { threadEnded } from '../port/node.js';
import type { Views } from './views.js';

/** Whether it is the number of a client slot. */
export function isSlot(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < maxClients;
}

// The words behind the last slot are the region's own, so no number becomes an index unchecked.
function requireSlot(slot: number): number {
  if (!isSlot(slot)) throw new RangeError(`There is no client slot ${String(slot)}.`);
  return slot;
}

function holderIndex(slot: number): number {
  return (workersOffset + requireSlot(slot) * workerBytes) >>> 2;
}

/** The ticket of who has `slot`; 0: nobody. */
export function holderOf(views: Views, slot: number): number {
  return Atomics.load(views.i32, holderIndex(slot));
}

/** Records who has `slot`. Only whoever has the lock of the slot may call it. */
export function setHolder(views: Views, slot: number, ticket: number): void {
  Atomics.store(views.i32, holderIndex(slot), ticket);
}

/** Who has `slot`: the ticket, and above it what Node knows of the thread. 0n: nobody. */
export function ownerOf(views: Views, slot: number): bigint {
  return Atomics.load(views.i64, holderIndex(slot) / 2);
}

/** Passes `slot` from one owner to another (0n: to nobody); false, changing nothing, where somebody else has it. */
export function passSlot(views: Views, slot: number, from: bigint, to: bigint): boolean {
  return Atomics.compareExchange(views.i64, holderIndex(slot) / 2, from, to) === from;
}

function stateIndex(views: Views, slot: number): number {
  const clients = regionOffset + Number(views.u64[(regionOffset + header.clientsOffset) >>> 3]);
  return (clients + requireSlot(slot) * clientBytes) >>> 2;
}

/** The generation of the last client in `slot`, and whether the slot is free. */
export function slotState(views: Views, slot: number): { free: boolean; generation: number } {
  const index = stateIndex(views, slot);
  const generation = Atomics.load(views.u32, index);
  return { free: Atomics.load(views.u32, index + 1) >>> 24 === clientState.free, generation };
}

/**
 * Looks for a waiter inside the module, whose timers do not run, whether the thread that has `slot` has ended, and leaves the
 * slot to nobody then. Only Node knows of threads. One whose slot is free holds nothing that anybody could wait for: it is
 * left to the timers.
 */
export function lookFromModule(views: Views, slot: number): void {
  try {
    const owner = ownerOf(views, slot);
    if (threadEnded(owner) && !slotState(views, slot).free) passSlot(views, slot, owner, 0n);
  } catch {
    // Nothing may be thrown into the module. Without room on the stack nothing was seen, and nothing was changed.
  }
}
