/**
 * Tells an application of every recovery of its runtime, whoever made it: the janitor, a client that waited for something of
 * the dead one, or one that joined in its slot. The first says so on the runtime's channel. The others are inside the module
 * then, so a look at the region's count of recoveries finds theirs, for as long as somebody listens.
 *
 * Each recovery is told once, after its end. Belongs to one thread.
 */
import type { Client } from './client.js';
import { header, regionOffset } from './generated/facts.js';
import type { Snapshot } from './generated/snapshot.js';
import { callListener, reportError } from './listeners.js';
import { wasRobbed } from './liveness.js';

/**
 * Why a client was recovered from: its thread has ended, or it could not go on and gave itself up ('ended'); or it lives, but
 * somebody took its Web Lock away with `steal: true`, which is the same proof of death to all others ('stolen').
 */
export type RecoveryCause = 'ended' | 'stolen';

/** One recovery: an entry of diagnostics().recoveries. */
export type Recovery = Snapshot['recoveries'][number];

/** What onRecovery tells of it. */
export type RecoveryReport = Recovery & { readonly cause: RecoveryCause };

type Listener = (recovery: RecoveryReport) => void;

const lookEveryMs = 100;

export class RecoveryWatch {
  readonly #client: Client;
  readonly #runtimeId: string;
  readonly #listeners = new Set<Listener>();
  /** The numbers of those in the snapshot that are settled. */
  #told = new Set<number>();
  #begun = 0;
  #isOneRunning = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** One look after the other, so that recoveries are told in the order of their numbers. */
  #looking = Promise.resolve();

  constructor(client: Client, runtimeId: string) {
    this.#client = client;
    this.#runtimeId = runtimeId;
    client.atClose(() => this.#rest());
  }

  /** Calls `listener` of each recovery that ends from now on; what ends it. */
  add(listener: Listener): () => void {
    if (this.#listeners.size === 0) {
      // What is over was nobody's to hear.
      const over = this.#client.diagnostics().recoveries.filter(({ running }) => !running);
      this.#told = new Set(over.map(({ number }) => number));
      this.#timer = setInterval(() => this.#lookIfAny(), lookEveryMs);
      (this.#timer as unknown as { unref?: () => void }).unref?.();
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  /** Tells what there is to tell: somebody may have been recovered from. Resolves when the listeners have been called. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#tellNew()).catch(reportError);
    return this.#looking;
  }

  #rest(): void {
    clearInterval(this.#timer);
  }

  #lookIfAny(): void {
    if (this.#client.gone) return;
    const begun = Atomics.load(this.#client.engine.i32, (regionOffset + header.recoveries) >>> 2);
    if (begun !== this.#begun || this.#isOneRunning) void this.look();
    this.#begun = begun;
  }

  async #tellNew(): Promise<void> {
    if (this.#client.gone || this.#listeners.size === 0) return;
    const { recoveries } = this.#client.diagnostics();
    const over = recoveries.filter(({ running }) => !running).sort((a, b) => a.number - b.number);
    const fresh = over.filter(({ number }) => !this.#told.has(number));
    this.#isOneRunning = over.length < recoveries.length;
    this.#told = new Set(over.map(({ number }) => number));
    for (const recovery of fresh) {
      const robbed = await wasRobbed(this.#runtimeId, recovery.client, recovery.clientGeneration);
      if (this.#client.closed) return;
      for (const listener of this.#listeners) callListener(listener, { ...recovery, cause: robbed ? 'stolen' : 'ended' });
    }
  }
}
