// What is missing when a page may not share memory, said so that somebody can mend it.
import { byId } from './dom.js';

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Shows why the demo cannot run here; true if it can. */
export async function checkIsolation(): Promise<boolean> {
  if (globalThis.crossOriginIsolated) return true;
  const response = await fetch(location.href, { method: 'HEAD' });
  const missing = Object.entries(HEADERS).filter(([name]) => !response.headers.has(name));
  const text = byId('trouble-text');
  if (!globalThis.isSecureContext) {
    text.textContent = `${location.origin} is not a secure context. Open the page by https, or from localhost.`;
  } else if (missing.length > 0) {
    const list = missing.map(([name, value]) => `${name}: ${value}`).join(' and ');
    text.textContent = `The server does not send ${list}. `
      + 'Browsers give shared memory only to pages that are cross-origin isolated.';
  } else {
    text.textContent = 'The headers are there, but the page is not cross-origin isolated: '
      + 'it may be inside a frame whose page is not.';
  }
  byId('trouble-help').textContent = 'The README lists what to write for each usual server, '
    + 'and has a service worker for hosts whose headers cannot be set.';
  byId('trouble').hidden = false;
  byId('stage').hidden = true;
  byId('state').textContent = 'not started';
  return false;
}

/** Shows that the demo could not go on, and why. */
export function showFailure(error: unknown): void {
  byId('trouble').hidden = false;
  byId('trouble').querySelector('h2')!.textContent = 'The demo stopped';
  byId('trouble-text').textContent = error instanceof Error ? error.message : String(error);
  byId('stage').hidden = true;
}
