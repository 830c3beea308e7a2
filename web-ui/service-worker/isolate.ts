// Cross-origin isolation for hosts whose response headers cannot be set, such as GitHub Pages.
//
// One file, two lives. Put it at the root of the site and include it first in the page:
//     <script src="/isolate.js"></script>
// In the page it registers itself as a service worker and reloads once, so that the page comes through it. In the
// service worker it adds the two headers to every answer. It does nothing where the page is isolated already.

{
  const HEADERS = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  // So that a page which stays unisolated (in a foreign frame, say) is not reloaded for ever.
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

  const withHeaders = (response: Response): Response => {
    // An opaque answer says nothing of itself and cannot be rebuilt.
    if (response.status === 0) return response;
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    const { status, statusText } = response;
    const empty = [101, 204, 205, 304].includes(status);
    return new Response(empty ? null : response.body, { status, statusText, headers });
  };

  const serve = (scope: ServiceWorkerScope): void => {
    scope.addEventListener('install', () => void scope.skipWaiting());
    scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
    scope.addEventListener('fetch', (event) => {
      const { request } = event;
      // Such a request may only be answered from the cache; browsers make it for their own tools.
      if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
      event.respondWith(fetch(request).then(withHeaders));
    });
  };

  const reloadOnce = (): void => {
    if (sessionStorage.getItem(RELOADED) !== null) {
      console.warn('glasswal/isolate: the page came through the service worker and is still not cross-origin isolated');
      return;
    }
    sessionStorage.setItem(RELOADED, 'yes');
    location.reload();
  };

  const register = async (script: string): Promise<void> => {
    const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    if (container === undefined) {
      console.warn('glasswal/isolate: service workers need https (or localhost), and are off in some private windows');
      return;
    }
    await container.register(script);
    await container.ready;
    if (container.controller === null) {
      await new Promise((resolve) => container.addEventListener('controllerchange', resolve, { once: true }));
    }
    reloadOnce();
  };

  if (typeof document === 'undefined') {
    serve(globalThis as unknown as ServiceWorkerScope);
  } else if (globalThis.crossOriginIsolated) {
    sessionStorage.removeItem(RELOADED);
  } else {
    const { src } = document.currentScript as HTMLScriptElement;
    register(src).catch((error: unknown) => console.warn('glasswal/isolate:', error));
  }
}
