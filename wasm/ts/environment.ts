/** Where this code runs, what may be done there, and what to say where something is missing. */
import { GlasswalError } from './errors.js';

interface NodeLike {
  readonly versions?: { readonly node?: string };
}

/** True in Node.js (and in what imitates it). */
export const isNode: boolean =
  typeof (globalThis as { process?: NodeLike }).process?.versions?.node === 'string' && typeof window === 'undefined';

/** True on a page's main thread, which must never sleep. */
export const isPage: boolean = !isNode && typeof window !== 'undefined' && typeof document !== 'undefined';

/** True in a SharedWorker, to which no browser lets a page hand shared memory. */
const isSharedWorker: boolean =
  typeof (globalThis as { SharedWorkerGlobalScope?: unknown }).SharedWorkerGlobalScope !== 'undefined';

/** Throws a GlasswalError that says what is missing here, or does nothing. */
export function requireSharedMemory(): void {
  if (isSharedWorker) {
    throw new GlasswalError(
      'ENVIRONMENT',
      'glasswal cannot run in a SharedWorker: browsers share memory only between a page and its dedicated workers. ' +
        'Create the runtime in the page and hand it to dedicated workers.',
    );
  }
  if (typeof WebAssembly === 'undefined') {
    throw new GlasswalError('ENVIRONMENT', 'This engine has no WebAssembly: glasswal needs it. Use a current browser.');
  }
  if (!isNode && globalThis.crossOriginIsolated === false) {
    throw new GlasswalError(
      'ENVIRONMENT',
      'This page is not cross-origin isolated, so it has no shared memory. Serve the page and its workers with the ' +
        'headers `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp` ' +
        '(the Vite plugin `glasswal/vite` sets them; a static host can use the service worker of `glasswal/isolate`).' +
        (globalThis.isSecureContext === false ? ' It must also be served over https or from localhost.' : ''),
    );
  }
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
