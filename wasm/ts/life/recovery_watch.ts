/**
 * Tells an application of every recovery of its runtime, whoever made it: the janitor, a client that waited for something of
 * the dead one, or one that joined in its slot. The first says so on the runtime's channel. The others are inside the module
 * then, so a look at the region's count of recoveries finds theirs, for as long as somebody listens.
 *
 * Each recovery is told once, after its end. A region remembers the last 32, so that a thread that is busy while more die
 * does not hear of all. Belongs to one thread.
 */
import type { Client } from './client.js';
import { header, regionOffset } from '../generated/facts.js';
import type { Snapshot } from '../generated/snapshot.js';
import { requireListener } from '../given/given_options.js';
import { callListener, reportError } from '../given/listeners.js';
import { wasRobbed } from './liveness.js';

/**
 * Why a client was recovered from: its thread has ended, or it could not go on and gave itself up ('ended'); or it lives, but
 * somebody took its Web Lock away with `steal: true`, which is the same proof of death to all others ('stolen').
 */
export type RecoveryCause = 'ended' | 'stolen';

/** One recovery: an entry of diagnostics().recoveries. */
export type Recovery = Snapshot['recoveries'][number];

/** What onRecovery tells of it. */
export type RecoveryReport = Recovery & {
  /** Why the client was recovered from. */
  readonly cause: RecoveryCause;
};

interface Subscription {
  readonly listener: (recovery: RecoveryReport) => void;
  /** The recoveries that were over when it began: nothing that it is to hear of. */
  readonly over: ReadonlySet<number>;
}

const lookEveryMs = 100;

const isOver = ({ running }: Recovery): boolean => !running;

const numbersOf = (recoveries: readonly Recovery[]): ReadonlySet<number> => new Set(recoveries.map(({ number }) => number));

export class RecoveryWatch {
  readonly #client: Client;
  readonly #runtimeId: string;
  readonly #subscriptions = new Set<Subscription>();
  /** The numbers of those in the snapshot that are settled. */
  #told: ReadonlySet<number> = new Set();
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
  add(listener: Subscription['listener']): () => void {
    requireListener(listener, 'onRecovery()');
    const subscription = { listener, over: numbersOf(this.#client.diagnostics().recoveries.filter(isOver)) };
    if (this.#subscriptions.size === 0) {
      this.#told = subscription.over;
      this.#timer = setInterval(() => this.#lookIfAny(), lookEveryMs);
      (this.#timer as unknown as { unref?: () => void }).unref?.();
    }
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size === 0) this.#rest();
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
    if (this.#client.gone || this.#subscriptions.size === 0) return;
    const { recoveries } = this.#client.diagnostics();
    const over = recoveries.filter(isOver).sort((a, b) => a.number - b.number);
    const fresh = over.filter(({ number }) => !this.#told.has(number));
    this.#isOneRunning = over.length < recoveries.length;
    this.#told = numbersOf(over);
    for (const recovery of fresh) {
      const robbed = await wasRobbed(this.#runtimeId, recovery.client, recovery.clientGeneration);
      this.#tell({ ...recovery, cause: robbed ? 'stolen' : 'ended' });
    }
  }

  /** Listeners may end their subscriptions, begin others, and close the runtime. */
  #tell(report: RecoveryReport): void {
    for (const subscription of [...this.#subscriptions]) {
      const isWanted = this.#subscriptions.has(subscription) && !subscription.over.has(report.number);
      if (isWanted && !this.#client.closed) callListener(subscription.listener, report);
    }
  }
}
