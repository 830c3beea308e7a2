/**
 * How connect() gets the proof that the thread which serves it is gone: in a browser by a Web Lock, as for clients (liveness.ts).
 * The serving thread has one until it stops serving; whoever is granted it has the proof.
 *
 * Not everybody who has an end of a port shares locks with the other: it may be of another site, or of the same site in a frame of
 * another's page. There any lock is granted at once, which proves nothing. So the asker has a lock of its own, and whoever serves
 * names its lock only where it sees that one.
 *
 * In Node threads and ports tell themselves that they have ended.
 */
import { isNode, newTicket } from '../port/environment.js';

/** A page that is not served over https has none. */
function webLocks(): LockManager | undefined {
  return isNode ? undefined : (navigator as { readonly locks?: LockManager }).locks;
}

const prefix = 'glasswal:life:';

/** A Web Lock that nobody else has, from now until end() or the end of the thread. */
export class Life {
  readonly #name = `${prefix}${newTicket()}-${newTicket()}`;
  readonly #ending = new AbortController();
  /** Its name once it is ours, or '' where there are no locks. */
  readonly name: Promise<string>;

  constructor() {
    const { signal } = this.#ending;
    this.name = new Promise((resolve) => {
      const hold = (): Promise<void> => {
        resolve(this.#name);
        return new Promise((release) => signal.addEventListener('abort', () => release()));
      };
      // Refused: where site data are blocked, or in a frame without an origin.
      const locks = webLocks();
      if (locks === undefined) resolve('');
      else locks.request(this.#name, { signal }, hold).catch(() => resolve(''));
    });
  }

  end(): void {
    this.#ending.abort();
  }
}

/** Whether somebody has the lock of that name, as far as this thread sees locks. */
export async function isSeen(name: string): Promise<boolean> {
  const { held = [] } = (await webLocks()?.query().catch(() => undefined)) ?? {};
  return held.some((lock) => lock.name === name);
}

/** Calls `ended` once nobody has the lock any more; what stops the wait. */
export function whenLifeEnds(name: string, ended: () => void): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  // In shared mode, for several may wait; whoever is blocked keeps nobody else from knowing.
  const granted = name.startsWith(prefix) ? webLocks()?.request(name, { mode: 'shared', signal }, () => undefined) : undefined;
  granted?.then(
    // What was answered before is in this thread's queue already.
    () => setTimeout(() => (signal.aborted ? undefined : ended())),
    () => undefined,
  );
  return () => stopping.abort();
}
