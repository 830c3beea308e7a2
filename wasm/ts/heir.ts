/**
 * Who looks after the dead. In a browser exactly one client of a runtime at a time is the heir: the one that has the
 * runtime's heir lock. It keeps the janitor. All other clients wait for that lock, so when the heir leaves, closes the
 * runtime or dies, whoever came next has it, also if the heir was the creator.
 *
 * Thread-safety: belongs to one thread; the browser gives the lock to one client at a time.
 */
import { startJanitor } from './janitor_start.js';
import { heirLockName } from './liveness.js';
import type { Membership, RuntimeParts } from './membership.js';

/** Makes the client heir as soon as nobody else is. What gives that up. */
export function waitToInherit(runtime: RuntimeParts, membership: Membership): () => void {
  const stopping = new AbortController();
  let giveUp: (() => void) | undefined;
  navigator.locks
    .request(heirLockName(runtime.id), { signal: stopping.signal }, () => {
      if (stopping.signal.aborted || membership.engine.fate.lost !== undefined) return undefined;
      const stopJanitor = startJanitor(runtime, membership);
      return new Promise<void>((release) => {
        giveUp = () => {
          stopJanitor();
          release();
        };
        // An instance that is given up can recover from nobody.
        membership.engine.fate.whenLost(giveUp);
      });
    })
    .catch((error: unknown) => {
      // It was stolen: whoever is granted it next keeps another janitor, and ours does no harm beside that.
      if (giveUp !== undefined || stopping.signal.aborted) return;
      // Nothing else can refuse a lock to a worker that is alive.
      throw error;
    });
  return () => {
    stopping.abort();
    giveUp?.();
  };
}
