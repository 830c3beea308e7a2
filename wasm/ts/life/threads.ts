/**
 * Node's proof of death: the end of a thread. The thread that started it sees its exit event; on Linux every client sees that
 * the kernel has no such thread any more, so looking after the dead depends on nobody: each looks now and then, and whoever
 * waits inside the module, where no timer runs, from there (lookFromModule). Browsers have locks for that.
 *
 * What comes over the channel is only a reason to look.
 */
import type { Engine } from '../engine/engine.js';
import { callNumber } from '../engine/instance.js';
import { isNode } from '../port/environment.js';
import { maxClients } from '../generated/facts.js';
import { recoverSlot } from './janitor.js';
import { channelName } from './liveness.js';
import { holderOf, ownerOf, passSlot, slotState } from '../memory/client_slots.js';
import { openThreadChannel, ownSlotWord, threadEnded, whenAnyGone, whenGone } from '../port/node.js';

type Recovered = () => void;

const lookEveryMs = 500;

const allSlots = [...Array(maxClients).keys()];

/**
 * Takes a slot from an owner whose thread is known to have ended, and leaves it to nobody. Several threads may have that proof
 * at once: the slot passes to one of them, so that nobody joins in it before it is in order. Whoever died while it was
 * joining, or after it had left, has nothing but private memory; of the others the state of the slot tells.
 */
function clearSlot(engine: Engine, slot: number, owner: bigint): void {
  const { views } = engine;
  // One that was given up can free nothing, and leaves that to the others.
  if (engine.fate.lost !== undefined || !passSlot(views, slot, owner, ownSlotWord())) return;
  if (slotState(views, slot).free) callNumber(engine, 'glasswal_recover', slot, 1);
  passSlot(views, slot, ownSlotWord(), 0n);
}

/** Recovers from all clients of the thread with this ticket, which is known to have ended. */
export async function buryThread(engine: Engine, ticket: number, recovered: Recovered): Promise<void> {
  for (const slot of allSlots) {
    const owner = ownerOf(engine.views, slot);
    if (Number(BigInt.asUintN(32, owner)) !== ticket) continue;
    clearSlot(engine, slot, owner);
    await recoverSlot(engine, slot, false);
    // Whoever waited for the dead one may have been quicker.
    recovered();
  }
}

/** Recovers from the workers that this thread starts from now on, when they end; what stops it. */
export function watchChildren(engine: Engine, recovered: Recovered = () => undefined): () => void {
  if (!isNode) return () => undefined;
  return whenAnyGone((ticket) => void buryThread(engine, ticket, recovered));
}

/** The same for a worker that was started before. */
export function watchChild(engine: Engine, worker: object, recovered: Recovered = () => undefined): () => void {
  if (!isNode) return () => undefined;
  return whenGone(worker, (ticket) => void buryThread(engine, ticket, recovered));
}

/** What the clients of a runtime in the threads of one process tell each other: somebody was given up, or recovered from. */
interface ThreadMessage {
  readonly look: true;
}

/** Looks after all clients of a runtime in this process, whoever started their threads. */
class ThreadWatch {
  readonly #engine: Engine;
  readonly #recovered: Recovered;
  readonly #channel: BroadcastChannel;
  readonly #timer: ReturnType<typeof setInterval>;
  #looking = false;
  #stopped = false;

  constructor(engine: Engine, runtimeId: string, recovered: Recovered) {
    this.#engine = engine;
    this.#recovered = recovered;
    this.#channel = openThreadChannel(channelName(runtimeId));
    this.#channel.onmessage = () => void this.#look().then(() => (this.#stopped ? undefined : this.#recovered()));
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
    (this.#timer as unknown as { unref?: () => void }).unref?.();
    engine.fate.whenLost(() => this.#tell());
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#channel.close();
  }

  #tell(): void {
    if (!this.#stopped) this.#channel.postMessage({ look: true } satisfies ThreadMessage);
  }

  /** Recovers from those whose thread has ended, and from those that were given up. */
  async #look(): Promise<void> {
    const { views } = this.#engine;
    if (this.#looking) return;
    this.#looking = true;
    for (const slot of allSlots) {
      if (this.#stopped || this.#engine.fate.lost !== undefined) break;
      const owner = ownerOf(views, slot);
      if (owner !== ownSlotWord() && threadEnded(owner)) clearSlot(this.#engine, slot, owner);
      // A client takes its holder word before its slot goes live, and gives it up after the slot is free.
      if (holderOf(views, slot) !== 0 || slotState(views, slot).free) continue;
      const isOurs = await recoverSlot(this.#engine, slot, false);
      if (isOurs) this.#tell();
      if (!this.#stopped) this.#recovered();
    }
    this.#looking = false;
  }
}

/**
 * In Node: looks after all clients of the runtime from now on, as all others do; what stops it. `recovered` is called when
 * somebody may have been recovered from.
 */
export function watchThreads(engine: Engine, runtimeId: string, recovered: Recovered = () => undefined): () => void {
  if (!isNode) return () => undefined;
  const watch = new ThreadWatch(engine, runtimeId, recovered);
  return () => watch.stop();
}
