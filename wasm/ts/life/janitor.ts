/**
 * Watches over the clients of a runtime: waits for the lock of each one, and when it is granted, which proves that the
 * client is gone, recovers from it at once. So a dead reader does not hold back checkpoints until somebody happens to
 * wait for it.
 *
 * It waits in shared mode: there may be several janitors, and one whose thread is blocked must not keep the others from a
 * recovery by being granted the lock. Clients take theirs exclusively, so nobody joins in a slot while a janitor has its lock.
 * Two janitors that bury the same one do no harm: one of them claims the recovery, in one step with the slot's state.
 *
 * It has a worker of its own, so that a busy page delays no recovery; where a worker cannot be had it runs in every client.
 */
import type { Engine } from '../engine/engine.js';
import { callNumber } from '../engine/instance.js';
import { channelName, lockName } from './liveness.js';
import { holderOf, isSlot, setHolder, slotState } from '../memory/client_slots.js';
import { RECOVERED, TRY_AGAIN } from '../generated/codes.js';
import { maxClients } from '../generated/facts.js';

/** What clients and the janitor of a runtime tell each other on its channel. */
export type ChannelMessage =
  /** A client has got the lock of this slot. */
  | { readonly joined: number }
  /** Whoever was in this slot was recovered from. */
  | { readonly recovered: number }
  /** The janitor of an heir has begun. */
  | { readonly watching: true };

/**
 * The slot that a message of the channel tells of, if it is a message of that kind. Any tab of the origin can post to the
 * channel, whose name `navigator.locks.query()` tells it: what comes is a hint of where to look, and proves nothing.
 */
export function slotTold(message: unknown, kind: 'joined' | 'recovered'): number | undefined {
  if (typeof message !== 'object' || message === null || !Object.hasOwn(message, kind)) return undefined;
  const slot: unknown = (message as Record<string, unknown>)[kind];
  return isSlot(slot) ? slot : undefined;
}

/** Whether a message of the channel says that a janitor has begun; it may be anybody's, too, so it is a reason to look. */
export function isNews(message: unknown): boolean {
  return typeof message === 'object' && message !== null && Object.hasOwn(message, 'watching');
}

const tryAgainMs = 2;

/**
 * Records the death of the holder of `slot`, of which the caller has the proof, and recovers from it; whether there was
 * something to recover. Others may have what a recovery needs for a moment, so it may take more than one attempt: the
 * proof of the next death must be able to come in between.
 */
export async function buryHolder(engine: Engine, slot: number): Promise<boolean> {
  setHolder(engine.views, slot, 0);
  return recoverSlot(engine, slot, true);
}

/**
 * The same when the holder word says already that nobody has the slot. `alone`: nobody can be joining in it meanwhile,
 * because the caller has its lock.
 */
export async function recoverSlot(engine: Engine, slot: number, alone: boolean): Promise<boolean> {
  for (;;) {
    // Then whoever waits for something of the dead one recovers.
    if (engine.fate.lost !== undefined) return false;
    const result = callNumber(engine, 'glasswal_recover', slot, alone ? 1 : 0);
    if (result !== TRY_AGAIN) return result === RECOVERED;
    await new Promise<void>((resolve) => setTimeout(resolve, tryAgainMs));
  }
}

/** Watches the clients of a runtime, itself a client of it through `engine`, until `stop` is called. */
export class Janitor {
  readonly #engine: Engine;
  readonly #runtimeId: string;
  readonly #own: number;
  readonly #channel: BroadcastChannel;
  readonly #watched = new Set<number>();
  readonly #stopping = new AbortController();

  constructor(engine: Engine, runtimeId: string, ownSlot: number) {
    this.#engine = engine;
    this.#runtimeId = runtimeId;
    this.#own = ownSlot;
    this.#channel = new BroadcastChannel(channelName(runtimeId));
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const slot = slotTold(data, 'joined');
      if (slot !== undefined) this.#watch(slot);
    };
    // Whoever came before the channel was open has left a ticket; one whose death another janitor did not live to deal with
    // has none, but its slot is not free.
    for (let slot = 0; slot < maxClients; ++slot) {
      if (holderOf(engine.views, slot) !== 0 || !slotState(engine.views, slot).free) this.#watch(slot);
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#channel.close();
  }

  /** Tells those who watch meanwhile that they can see now who does. */
  tellWatching(): void {
    this.#tell({ watching: true });
  }

  #tell(message: ChannelMessage): void {
    if (!this.#stopping.signal.aborted) this.#channel.postMessage(message);
  }

  #watch(slot: number): void {
    if (slot === this.#own || this.#watched.has(slot)) return;
    this.#watched.add(slot);
    navigator.locks
      .request(lockName(this.#runtimeId, slot), { mode: 'shared', signal: this.#stopping.signal }, async () => {
        this.#watched.delete(slot);
        // Whoever waits for the dead one may be quicker: then it is recovered from, too.
        const wasThere = !slotState(this.#engine.views, slot).free;
        // Until it returns we have the lock, and nobody can join in the slot.
        if ((await buryHolder(this.#engine, slot)) || wasThere) this.#tell({ recovered: slot });
      })
      .catch((error: unknown) => {
        // One that is stolen while we have it was proof enough: the recovery goes on.
        const isStolen = !this.#watched.has(slot) && error instanceof DOMException && error.name === 'AbortError';
        // Nothing else can refuse a lock to a worker that is alive.
        if (!this.#stopping.signal.aborted && !isStolen) throw error;
      });
  }
}
