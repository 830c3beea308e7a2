/**
 * Gives a runtime its janitor, which is a worker where one can be had. Who waits for one to begin watches meanwhile, and for good
 * where there is none: where a policy forbids it, and in a worker of Firefox (`mayStartWorkers` in environment.ts).
 */
import { mayStartWorkers } from '../port/environment.js';
import { Janitor, isNews, slotTold } from './janitor.js';
import { channelName, hasJanitor } from './liveness.js';
import type { Membership, RuntimeParts } from './membership.js';

/** Calls `recovered` after the janitor of a runtime, whoever keeps it, has recovered from somebody; what ends it. */
export function hearRecoveries(runtimeId: string, recovered: () => void): () => void {
  const channel = new BroadcastChannel(channelName(runtimeId));
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (slotTold(data, 'recovered') !== undefined) recovered();
  };
  return () => channel.close();
}

/**
 * Watches from this thread for as long as an heir, be it this client, has no janitor's worker: where none can be had, for good. The
 * heir cannot be relied on before: it may be called away at any moment, and wait for what a dead one holds.
 */
export class Helper {
  readonly #runtime: RuntimeParts;
  readonly #membership: Membership;
  #heir = 0;
  #janitor: Janitor | undefined;
  #news: BroadcastChannel | undefined;

  constructor(runtime: RuntimeParts, membership: Membership) {
    this.#runtime = runtime;
    this.#membership = membership;
  }

  /** Watches from now on, since there is no heir. */
  start(): void {
    this.#heir = 0;
    this.#watch();
  }

  /** Watches until the heir of this number has its janitor. */
  until(heir: number): void {
    this.#heir = heir;
    // It listens before it looks, so that it misses nothing.
    if (this.#news === undefined) {
      this.#news = new BroadcastChannel(channelName(this.#runtime.id));
      this.#news.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (isNews(data)) void this.#look();
      };
    }
    void this.#look();
  }

  /** Watches no more. */
  stop(): void {
    this.#heir = 0;
    this.#janitor?.stop();
    this.#janitor = undefined;
    this.#news?.close();
    this.#news = undefined;
  }

  async #look(): Promise<void> {
    const heir = this.#heir;
    const isWatched = await hasJanitor(this.#runtime.id, heir);
    // It was stopped meanwhile, or there is another heir.
    if (heir === 0 || heir !== this.#heir) return;
    if (isWatched) this.stop();
    else this.#watch();
  }

  #watch(): void {
    this.#janitor ??= new Janitor(this.#membership.engine, this.#runtime.id, this.#membership.slot);
  }
}

/** Starts the janitor's worker of the heir `number`, where there may be one; what ends it. */
export function startJanitor(runtime: RuntimeParts, number: number): () => void {
  if (!mayStartWorkers) return () => undefined;
  let worker: Worker;
  try {
    worker = new Worker(new URL('./janitor_worker.js', import.meta.url), { type: 'module', name: 'glasswal-janitor' });
  } catch {
    // A policy forbids it: those who help out go on, as they do when it shows only later.
    return () => undefined;
  }
  const { id, path, version, memory, module } = runtime;
  worker.postMessage({ runtime: { id, path, version, memory, module }, number });
  return () => worker.terminate();
}
