/** Where this code runs, what may be done there, and what to say where something is missing. */
import { GlasswalError, messageOf } from '../given/errors.js';

interface ProcessLike {
  /** What kind of process of Electron's this is. */
  readonly type?: string;
}
const { process } = globalThis as { readonly process?: ProcessLike };

/**
 * True in Node.js, and in Bun and Deno, which have what we need of it: also where a test has put a page's globals, as jsdom and
 * happy-dom do. Bundlers give pages a `process`, too, but only the real one has this tag; Electron's pages have that and are pages.
 */
export const isNode: boolean =
  Object.prototype.toString.call(process) === '[object process]' && !['renderer', 'worker'].includes(process?.type ?? '');

/** True on a page's main thread, which must never sleep. */
export const isPage: boolean = !isNode && typeof window !== 'undefined' && typeof document !== 'undefined';

/**
 * Whether this thread may start a worker. In a worker of Firefox `new Worker()` sometimes never returns while the browser takes
 * another worker down (3 times in 100 in Firefox 153), and then terminate() does not end the one that called it: it would have its
 * locks for good.
 */
export const mayStartWorkers: boolean = isPage || !/\bGecko\//.test(globalThis.navigator?.userAgent ?? '');

const isDedicatedWorker: boolean =
  !isNode && typeof (globalThis as { DedicatedWorkerGlobalScope?: unknown }).DedicatedWorkerGlobalScope !== 'undefined';

/** True in a SharedWorker, to which no browser lets a page hand shared memory. */
const isSharedWorker: boolean =
  typeof (globalThis as { SharedWorkerGlobalScope?: unknown }).SharedWorkerGlobalScope !== 'undefined';

const isServiceWorker: boolean =
  typeof (globalThis as { ServiceWorkerGlobalScope?: unknown }).ServiceWorkerGlobalScope !== 'undefined';

async function requireIsolation(): Promise<void> {
  if (isNode || globalThis.crossOriginIsolated !== false) return;
  // Where isolate.js is about to load the page anew this never comes back; where it cannot, it says why.
  const why = await (globalThis as Record<symbol, Promise<string> | undefined>)[Symbol.for('glasswal.isolating')];
  const { whyNotIsolated } = await import('./isolation.js');
  throw new GlasswalError('ENVIRONMENT', (await whyNotIsolated(isPage)) + (why === undefined ? '' : ` isolate.js said: ${why}.`));
}

async function tryLocks(): Promise<void> {
  try {
    await navigator.locks.query();
    new BroadcastChannel('glasswal').close();
  } catch (error) {
    throw new GlasswalError(
      'ENVIRONMENT',
      `The browser refuses Web Locks here, without which nobody's death can be proved (${messageOf(error)}). It does so where the user ` +
        'has blocked the data of this site, in a frame of another site with third-party data blocked, and in a frame with `sandbox` ' +
        'but without `allow-same-origin`. Allow the data of this site, or show the page outside of that frame.',
    );
  }
}

let allowed: Promise<void> | undefined;

/**
 * Locks prove who is dead, and channels tell of who has come: both are refused where a site may keep nothing. Throws a GlasswalError
 * there. Firefox refuses only to tell of locks in some such places, and gives them. A thread that was told yes once is not told no later.
 */
export async function requireLocks(): Promise<void> {
  if (isNode) return;
  allowed ??= tryLocks();
  try {
    await allowed;
  } catch (error) {
    // The user may allow it.
    allowed = undefined;
    throw error;
  }
}

// The first question about locks takes a thread three times as long as later ones. Who joins has received the runtime by then, and whoever
// receives one has loaded this before: so it is asked while nobody waits for it.
if (isDedicatedWorker) requireLocks().catch(() => undefined);

/** Throws a GlasswalError that says what is missing here, or does nothing. Of locks requireLocks() tells. */
export async function requireSharedMemory(): Promise<void> {
  if (isSharedWorker || isServiceWorker) {
    throw new GlasswalError(
      'ENVIRONMENT',
      `glasswal cannot run in a ${isSharedWorker ? 'SharedWorker' : 'service worker'}: browsers share memory only between a page and its dedicated workers. ` +
        'Create the runtime in the page and hand it to dedicated workers.',
    );
  }
  if (typeof WebAssembly === 'undefined') {
    throw new GlasswalError('ENVIRONMENT', 'This engine has no WebAssembly: glasswal needs it. Use a current browser.');
  }
  await requireIsolation();
  if (typeof SharedArrayBuffer === 'undefined') {
    throw new GlasswalError(
      'ENVIRONMENT',
      'This engine has no SharedArrayBuffer, which the database lives in. Use a current browser, or Node 20 or newer.',
    );
  }
}

/** A number that tells this thread from the others; never 0. */
export function newTicket(): number {
  const number = new Uint32Array(1);
  crypto.getRandomValues(number);
  return (number[0]! >>> 1) + 1;
}
