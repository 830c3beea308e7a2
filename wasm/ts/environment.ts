/** Where this code runs, what may be done there, and what to say where something is missing. */
import { GlasswalError } from './errors.js';

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

/** True in a SharedWorker, to which no browser lets a page hand shared memory. */
const isSharedWorker: boolean =
  typeof (globalThis as { SharedWorkerGlobalScope?: unknown }).SharedWorkerGlobalScope !== 'undefined';

/** Which of the two headers of isolation this page or worker came without, as far as its server tells. */
async function missingHeaders(): Promise<string[]> {
  const wanted: readonly (readonly [string, RegExp])[] = [
    ['Cross-Origin-Opener-Policy: same-origin', /^same-origin$/],
    ['Cross-Origin-Embedder-Policy: require-corp', /^(require-corp|credentialless)$/],
  ];
  // An opener policy is a page's alone: its workers need the other header.
  const needed = isPage ? wanted : wanted.slice(1);
  try {
    const { headers } = await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
    const value = (header: string): string => headers.get(header.split(':')[0]!)?.trim() ?? '';
    const missing = needed.filter(([header, good]) => !good.test(value(header)));
    return (missing.length > 0 ? missing : wanted).map(([header]) => header);
  } catch {
    return wanted.map(([header]) => header);
  }
}

async function requireIsolation(): Promise<void> {
  if (isNode || globalThis.crossOriginIsolated !== false) return;
  const missing = (await missingHeaders()).map((header) => `\`${header}\``).join(' and ');
  throw new GlasswalError(
    'ENVIRONMENT',
    `This ${isPage ? 'page' : 'worker'} is not cross-origin isolated, so it has no shared memory. It came without ${missing}: ` +
      'serve the page and the scripts of its workers with both headers (the Vite plugin `glasswal/vite` sets them; a static ' +
      'host can use the service worker of `glasswal/isolate`).' +
      (globalThis.isSecureContext === false ? ' It must also be served over https or from localhost.' : ''),
  );
}

/** Throws a GlasswalError that says what is missing here, or does nothing. */
export async function requireSharedMemory(): Promise<void> {
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
