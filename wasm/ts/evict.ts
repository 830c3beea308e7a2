/** Putting a client to death on purpose. */
import type { Client } from './client.js';
import { isNode } from './environment.js';
import { GlasswalError } from './errors.js';
import { buryHolder } from './janitor.js';
import { isSlot, lockName, slotState } from './liveness.js';
import { whenGone } from './node.js';
import { buryThread } from './threads.js';

/** Which client: its number, or what diagnostics and refusals say of it. */
export type EvictTarget = number | { readonly slot: number; readonly generation?: number };

/** The worker that the client lives in, or any function that ends it. */
export type WayToEnd = { terminate(): unknown } | (() => unknown);

/** Ends the client by `how`, waits until it is proved dead, and recovers from it. */
export async function evictClient(self: Client, runtimeId: string, target: EvictTarget, how: WayToEnd): Promise<void> {
  const { engine } = self;
  const slot = typeof target === 'number' ? target : target.slot;
  if (!isSlot(slot)) throw new RangeError(`There is no client ${String(slot)}.`);
  if (slot === self.slot) throw new GlasswalError('MISUSE', 'A client cannot evict itself: close it.');
  const state = slotState(engine.views, slot);
  const wanted = typeof target === 'number' ? undefined : target.generation;
  if (state.free || (wanted !== undefined && wanted !== state.generation)) {
    throw new GlasswalError('NOT_FOUND', `Client ${slot} is not there any more.`);
  }
  if (isNode && typeof how !== 'function') whenGone(how, (ticket) => void buryThread(engine, ticket, () => undefined));
  if (typeof how === 'function') await how();
  else await how.terminate();
  if (isNode) return threadExit(engine, slot, state.generation);
  await navigator.locks.request(lockName(runtimeId, slot), async () => {
    // The janitor may have been here first, and the slot be another's by now: not while we have the lock.
    const now = slotState(engine.views, slot);
    if (now.generation === state.generation && !now.free) await buryHolder(engine, slot);
  });
}

const proofPatienceMs = 5000;
const lookAgainMs = 5;

/** In Node: waits until whoever watches the thread has seen its end and recovered from it. */
async function threadExit(engine: Client['engine'], slot: number, generation: number): Promise<void> {
  const deadline = performance.now() + proofPatienceMs;
  for (;;) {
    const now = slotState(engine.views, slot);
    if (now.free || now.generation !== generation) return;
    if (performance.now() > deadline) {
      throw new GlasswalError(
        'NOT_DEAD',
        `There is no proof that client ${slot} is dead: tell the runtime of its worker with runtime.watch(worker), and end that worker.`,
      );
    }
    await new Promise<void>((resolve) => setTimeout(resolve, lookAgainMs));
  }
}
