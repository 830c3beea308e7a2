/** Putting a client to death on purpose. */
import type { Client } from './client.js';
import { isNode } from './environment.js';
import { GlasswalError } from './errors.js';
import { maxClients } from './generated/facts.js';
import { buryHolder } from './janitor.js';
import { holderOf, lockName, slotState } from './liveness.js';
import { whenGone } from './node.js';

/** Which client: its number, or what diagnostics and refusals say of it. */
export type EvictTarget = number | { readonly slot: number; readonly generation?: number };

/** The worker that the client lives in, or any function that ends it. */
export type WayToEnd = { terminate(): unknown } | (() => unknown);

/** Ends the client by `how`, waits until it is proved dead, and recovers from it. */
export async function evictClient(self: Client, runtimeId: string, target: EvictTarget, how: WayToEnd): Promise<void> {
  const { engine } = self;
  const slot = typeof target === 'number' ? target : target.slot;
  if (!Number.isInteger(slot) || slot < 0 || slot >= maxClients) throw new RangeError(`There is no client ${String(slot)}.`);
  if (slot === self.slot) throw new GlasswalError('MISUSE', 'A client cannot evict itself: close it.');
  const state = slotState(engine.views, slot);
  const wanted = typeof target === 'number' ? undefined : target.generation;
  if (state.free || (wanted !== undefined && wanted !== state.generation)) {
    throw new GlasswalError('NOT_FOUND', `Client ${slot} is not there any more.`);
  }
  const proof = isNode ? threadExit(engine, slot, how) : undefined;
  if (typeof how === 'function') await how();
  else await how.terminate();
  if (proof !== undefined) return proof;
  await navigator.locks.request(lockName(runtimeId, slot), () => {
    // The janitor may have been here first, and the slot be another's by now: not while we have the lock.
    const now = slotState(engine.views, slot);
    if (now.generation === state.generation && !now.free) buryHolder(engine, slot);
  });
}

async function threadExit(engine: Client['engine'], slot: number, how: WayToEnd): Promise<void> {
  const ticket = holderOf(engine.views, slot);
  if (typeof how === 'function') return;
  await new Promise<void>((resolve) => whenGone(how, () => resolve()));
  if (holderOf(engine.views, slot) === ticket) buryHolder(engine, slot);
}
