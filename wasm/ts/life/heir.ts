/**
 * Who looks after the dead. In a browser one client of a runtime at a time is the heir: the one that has the last of the
 * runtime's heir locks, which are numbered. It keeps the janitor. All other clients wait for the lock that the heir has, so when
 * the heir leaves, closes the runtime or dies, another follows, also if the heir was the creator.
 *
 * They wait for it in shared mode. A lock is granted also to a worker that cannot be told so, because it is blocked in a
 * statement, which may wait for the very lock that the dead heir held: so it must be granted to all at once, and the first one
 * that hears of it takes the next number. Whoever is blocked keeps nobody from that. All of them watch until the new heir's janitor
 * does, because the heir may be blocked a moment later.
 *
 * Two may become heirs at a time, if one comes just when an heir has gone. Both watch, which does no harm. The first heir is the
 * creator, before anybody else knows of the runtime: it is often a page, which has a janitor in every browser.
 *
 * Thread-safety: belongs to one thread.
 */
import { Helper, startJanitor } from './janitor_start.js';
import { heirLockName, heirLocks } from './liveness.js';
import type { Membership, RuntimeParts } from './membership.js';

/**
 * Makes the client heir as soon as nobody else is. What gives that up. The creator, of whose runtime nobody else knows yet, gives
 * `decided`, which is called when it is the heir, or cannot be.
 */
export function waitToInherit(runtime: RuntimeParts, membership: Membership, decided?: () => void): () => void {
  const { fate } = membership.engine;
  const stopping = new AbortController();
  const { signal } = stopping;
  const isOver = (): boolean => signal.aborted || fate.lost !== undefined;
  const helper = new Helper(runtime, membership);
  let stopJanitor: (() => void) | undefined;
  let release: (() => void) | undefined;
  const giveUp = (): void => {
    decided?.();
    stopping.abort();
    helper.stop();
    stopJanitor?.();
    release?.();
  };
  // An instance that is given up can recover from nobody.
  fate.whenLost(giveUp);

  /** Is heir until the client gives up, if nobody else has the lock. */
  const tryToInherit = (number: number): Promise<void> =>
    navigator.locks.request(heirLockName(runtime.id, number), { ifAvailable: true }, (lock) => {
      decided?.();
      if (lock === null || isOver()) return undefined;
      // One that was robbed has the janitor of another number.
      stopJanitor?.();
      stopJanitor = startJanitor(runtime, number);
      return new Promise<void>((resolve) => (release = resolve));
    });

  let last = 0;
  const next = async (): Promise<void> => {
    const isFirst = decided !== undefined && last === 0;
    const found = isFirst ? { last: 0, heir: 0 } : await heirLocks(runtime.id);
    // Without an heir there may still be those who were granted the lock of the last one and cannot know it yet.
    last = Math.max(last, found.last);
    const heir = found.heir === 0 ? ++last : found.heir;
    if (isOver()) return;
    helper.until(heir);
    if (found.heir === 0) await tryToInherit(heir);
    // Another one was quicker, or has stolen the lock.
    if (isOver()) return;
    await navigator.locks.request(heirLockName(runtime.id, heir), { mode: 'shared', signal }, () => undefined);
    if (isOver()) return;
    helper.start();
  };
  const queue = async (): Promise<void> => {
    while (!isOver()) {
      await next().catch((error: unknown) => {
        // It was given up, or stolen. Nothing else can refuse a lock to a worker that is alive.
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
      }).finally(decided);
    }
  };
  void queue();
  return giveUp;
}
