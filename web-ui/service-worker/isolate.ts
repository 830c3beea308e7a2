// Cross-origin isolation for hosts whose response headers cannot be set, such as GitHub Pages.
//
// One file, two lives. Put it at the root of the site and include it first in the page:
//     <script src="/isolate.js"></script>
// In the page it registers itself as a service worker and reloads once, so that the page comes through it. In the
// service worker it adds the two headers to pages, frames and workers. It does nothing where the page is isolated already.

{
  const HEADERS = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  // So that a page which stays unisolated (in a foreign frame, say) is not reloaded for ever. It is kept with the entry of the history:
  // what a page without isolation sees of the session's storage may be older than what an isolated one has written.
  const RELOADED = 'glasswal.isolate.reloaded';

  interface FetchEventLike extends Event {
    readonly request: Request;
    respondWith(response: Promise<Response>): void;
  }

  interface ServiceWorkerScope {
    skipWaiting(): Promise<void>;
    readonly clients: { claim(): Promise<void> };
    addEventListener(type: 'install', listener: () => void): void;
    addEventListener(type: 'activate', listener: (event: { waitUntil(work: Promise<void>): void }) => void): void;
    addEventListener(type: 'fetch', listener: (event: FetchEventLike) => void): void;
  }

  // Those that an isolated page needs the headers of; all else goes as if there were no service worker.
  const DESTINATIONS = ['document', 'iframe', 'frame', 'embed', 'object', 'worker', 'sharedworker'];

  const withHeaders = (response: Response): Response => {
    const { status, statusText } = response;
    // An opaque answer says nothing of itself, and one of a status that is none of HTTP's cannot be rebuilt.
    if (status < 200 || status > 599) return response;
    // One that is rebuilt has the address that was asked for, and what it imports is looked for there. So the browser is sent to
    // where it comes from, and asks again.
    if (response.redirected) return Response.redirect(response.url);
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    const empty = [204, 205, 304].includes(status);
    return new Response(empty ? null : response.body, { status, statusText, headers });
  };

  const serve = (scope: ServiceWorkerScope): void => {
    scope.addEventListener('install', () => void scope.skipWaiting());
    scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
    scope.addEventListener('fetch', (event) => {
      const { request } = event;
      if (!DESTINATIONS.includes(request.destination)) return;
      // Such a request may only be answered from the cache; browsers make it for their own tools.
      if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
      event.respondWith(fetch(request).then(withHeaders));
    });
  };

  /** Whether this load is the one that reload() asked for; the page gets back the state that it had before. */
  const takeMark = (): boolean => {
    const { state } = history as { readonly state: unknown };
    const isMarked = typeof state === 'object' && state !== null && RELOADED in state;
    if (isMarked) history.replaceState((state as Record<string, unknown>)[RELOADED], '');
    return isMarked;
  };

  /** Never resolves, for the page is loaded anew. */
  const reload = (): Promise<string> => {
    history.replaceState({ [RELOADED]: history.state as unknown }, '');
    location.reload();
    return new Promise(() => undefined);
  };

  const register = async (script: string | undefined, wasReloaded: boolean): Promise<string> => {
    const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    if (container === undefined) return 'service workers need https (or localhost), and are off in some private windows';
    if (!script) return 'include isolate.js by <script src="isolate.js"></script>: it registers that file, and cannot be bundled';
    if (wasReloaded) return 'the page was loaded anew for the service worker, and is still not cross-origin isolated';
    const { scope } = await container.register(script);
    if (!location.href.startsWith(scope)) return `it only reaches pages below ${scope}: put isolate.js at the root of the site`;
    // A page that was loaded past the service worker (a hard reload) is never given to it. The next load comes through it.
    await container.ready;
    return reload();
  };

  const giveUp = (why: string): string => {
    console.warn('glasswal/isolate:', why);
    return why;
  };

  if (typeof document === 'undefined') {
    serve(globalThis as unknown as ServiceWorkerScope);
  } else if (globalThis.crossOriginIsolated) {
    takeMark();
  } else {
    const { src } = (document.currentScript ?? {}) as { readonly src?: string };
    // createRuntime() waits for it, so that a page which is about to be loaded anew has no errors to show (wasm/ts/port/environment.ts).
    Object.assign(globalThis, { [Symbol.for('glasswal.isolating')]: register(src, takeMark()).catch(String).then(giveUp) });
  }
}
