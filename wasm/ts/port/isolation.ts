/** Why a page or worker of a browser has no shared memory, and what to do about it. */

interface Header {
  readonly name: string;
  readonly value: string;
  readonly good: RegExp;
}

const opener: Header = { name: 'Cross-Origin-Opener-Policy', value: 'same-origin', good: /^same-origin$/ };
const embedder: Header = { name: 'Cross-Origin-Embedder-Policy', value: 'require-corp', good: /^(require-corp|credentialless)$/ };

const say = (headers: readonly Header[]): string => headers.map(({ name, value }) => `\`${name}: ${value}\``).join(' and ');

/** Which of those this page or worker came without; undefined if its server does not tell. */
async function missing(headers: readonly Header[]): Promise<readonly Header[] | undefined> {
  // To a frame with `sandbox` its own server is another origin, whose headers it is not shown.
  if (globalThis.origin === 'null') return undefined;
  try {
    const response = await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
    return headers.filter(({ name, good }) => !good.test(response.headers.get(name)?.trim() ?? ''));
  } catch {
    return undefined;
  }
}

const serveBoth =
  'serve the page and the scripts of its workers with both headers (the Vite plugin `glasswal/vite` sets them; a static ' +
  'host can use the service worker of `glasswal/isolate`).';
const allow = 'the page around it must be cross-origin isolated itself, and its frame must say `<iframe allow="cross-origin-isolated">`.';

function whyInSpite(isPage: boolean, isFramed: boolean): string {
  const has = `It came with ${isFramed || !isPage ? say([embedder]) : say([opener, embedder])}, but `;
  if (isFramed) return has + allow;
  if (!isPage) {
    return `${has}the page that started it is not isolated: ${serveBoth} Where that page is in a frame, ${allow}`;
  }
  return `${has}is not isolated all the same: load it anew without the browser's cache, or use a current browser.`;
}

/** The message for a page or worker that is not cross-origin isolated. */
export async function whyNotIsolated(isPage: boolean): Promise<string> {
  const isFramed = isPage && window.top !== window;
  // An opener policy is that of a page which is not in a frame: frames and workers need the other header.
  const wanted = isPage && !isFramed ? [opener, embedder] : [embedder];
  const begin = `This ${isPage ? (isFramed ? 'frame' : 'page') : 'worker'} is not cross-origin isolated, so it has no shared memory. `;
  if (globalThis.isSecureContext === false) return `${begin}It must be served over https or from localhost; then ${serveBoth}`;
  const found = await missing(wanted);
  const besides = isFramed ? ` Besides, ${allow}` : '';
  if (found === undefined) return `${begin}It needs ${say([opener, embedder])}: ${serveBoth}${besides}`;
  if (found.length === 0) return begin + whyInSpite(isPage, isFramed);
  return `${begin}It came without ${say(found)}: ${serveBoth}${besides}`;
}
