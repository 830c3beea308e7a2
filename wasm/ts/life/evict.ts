/** Putting a client to death on purpose. */
import type { Client } from './client.js';
import { isNode } from '../port/environment.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { shown } from '../given/given_options.js';
import { buryHolder } from './janitor.js';
import { lockName } from './liveness.js';
import { isSlot, slotState } from '../memory/client_slots.js';
import { watchChild } from './threads.js';

/** Which client: its number, or what diagnostics and refusals say of it. */
export type EvictTarget =
  | number
  | {
      /** Its number, as diagnostics and refusals show it. */
      readonly slot: number;
      /** Tells it from others of that number; whoever has it now, if not given. */
      readonly generation?: number;
    };

/** The worker that the client lives in, or any function that ends it. */
export type WayToEnd =
  | {
      /** Ends it: a Worker has this. */
      terminate(): unknown;
    }
  | (() => unknown);

// A browser needs seconds to end a worker that is in a long statement.
const proofPatienceMs = 10_000;
const lookAgainMs = 5;

function requireTarget(target: EvictTarget, how: WayToEnd): { slot: number; generation?: number } {
  const wanted = typeof target === 'number' ? { slot: target } : target;
  if (!isSlot((wanted as { slot?: unknown } | null | undefined)?.slot)) {
    const wanting = 'give the number of a client, or what diagnostics say of it ({ slot, generation }).';
    throw new MisuseError('MISUSE', `evict() was given ${shown(target)}: ${wanting}`);
  }
  if (typeof how === 'function' || typeof (how as { terminate?: unknown } | undefined)?.terminate === 'function') return wanted;
  throw new MisuseError('MISUSE', 'evict() needs the worker that the client lives in, or a function that ends it.');
}

/** Ends the client by `how`, waits until it is proved dead, and recovers from it. */
export async function evictClient(self: Client, runtimeId: string, target: EvictTarget, how: WayToEnd): Promise<void> {
  const { engine } = self;
  const { slot, generation: wanted } = requireTarget(target, how);
  if (slot === self.slot) throw new GlasswalError('MISUSE', 'A client cannot evict itself: close it.');
  const { free, generation } = slotState(engine.views, slot);
  if (free || (wanted !== undefined && wanted !== generation)) {
    throw new GlasswalError('NOT_FOUND', `Client ${slot} is not there any more.`);
  }
  const stopWatching = isNode ? watchChild(engine, how) : undefined;
  try {
    if (typeof how === 'function') await how();
    else await how.terminate();
    await (isNode ? threadExit(self, slot, generation) : lockGivenUp(self, runtimeId, slot, generation));
  } finally {
    stopWatching?.();
  }
}

function notDead(slot: number, where: string): GlasswalError {
  return new GlasswalError('NOT_DEAD', `There is no proof that client ${slot} is dead: ${where}.`);
}

/** In a browser: waits for the lock of the slot, and recovers unless the janitor has. */
async function lockGivenUp(self: Client, runtimeId: string, slot: number, generation: number): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), proofPatienceMs);
  try {
    // In shared mode, as janitors: whoever of them cannot run when it is granted keeps nobody else from the recovery.
    await navigator.locks.request(lockName(runtimeId, slot), { mode: 'shared', signal: patience.signal }, async () => {
      self.check();
      // The janitor may have been here first, and the slot be another's by now: not while we have the lock.
      const now = slotState(self.engine.views, slot);
      if (now.generation === generation && !now.free) await buryHolder(self.engine, slot);
    });
  } catch (error) {
    if (!(error instanceof DOMException) || !patience.signal.aborted) throw error;
    throw notDead(slot, 'its Web Lock is still held, so the worker that it lives in has not ended');
  } finally {
    clearTimeout(timer);
  }
}

/** In Node: waits until whoever watches the thread has seen its end and recovered from it. */
async function threadExit(self: Client, slot: number, generation: number): Promise<void> {
  const deadline = performance.now() + proofPatienceMs;
  for (;;) {
    const now = slotState(self.engine.views, slot);
    if (now.free || now.generation !== generation) return;
    if (performance.now() > deadline) {
      throw notDead(slot, 'tell the runtime of its worker with runtime.watch(worker), and end that worker');
    }
    await new Promise<void>((resolve) => setTimeout(resolve, lookAgainMs));
  }
}
