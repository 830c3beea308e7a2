/** What messages of a remote database go through, in browsers and in Node. */
import { MisuseError } from '../given/errors.js';
import { listenTo } from '../port/shared_listener.js';

/** What messages go through: a MessagePort, a Worker, a worker's own global scope, or Node's kinds of them. */
export interface RemotePort {
  /** Sends a message to the other end. */
  postMessage(message: unknown): void;
  /** Of a browser's kinds: hears the other end. */
  addEventListener?(type: 'message', listener: (event: { data: unknown }) => void): void;
  /** Of a browser's kinds. */
  removeEventListener?(type: 'message', listener: (event: { data: unknown }) => void): void;
  /** Of Node's kinds: hears the other end. */
  on?(type: 'message', listener: (data: unknown) => void): unknown;
  /** Of Node's kinds. */
  off?(type: 'message', listener: (data: unknown) => void): unknown;
  /** Of a MessagePort, which holds messages back until then. */
  start?(): void;
}

/** Calls `told` with each message; what ends it. */
export function hear(port: RemotePort, told: (message: unknown) => void): () => void {
  const { addEventListener, on } = (port ?? {}) as Partial<RemotePort>;
  if (addEventListener === undefined && on === undefined) throw new MisuseError('MISUSE', 'The port is none: give a MessagePort or a Worker.');
  const stop =
    addEventListener === undefined
      ? listenTo(port, 'message', told)
      : listenTo(port, 'message', ({ data }: { readonly data: unknown }) => told(data));
  port.start?.();
  return stop;
}

/**
 * Calls `ended` with the reason when the port itself tells that nobody answers there any more: Node's workers and ports do so, and
 * the ports of some browsers when the other end was closed. What ends it.
 */
export function hearEnd(port: RemotePort, ended: (why: string) => void): () => void {
  if ((port as { threadId?: number }).threadId === -1) queueMicrotask(() => ended('its worker had ended before'));
  return port.addEventListener === undefined
    ? listenTo(port, 'exit', () => ended('its worker has ended'))
    : listenTo(port, 'close', () => ended('the other end of its port was closed'));
}

/**
 * Calls `failed` with the reason at each error that nobody has caught in the browser's worker that the port is: its script may
 * have come no farther. What ends it.
 */
export function hearFailure(port: RemotePort, failed: (why: string) => void): () => void {
  // Node's workers end by them, which is told; and whoever listens to their errors keeps them from being reported.
  if (port.addEventListener === undefined || !('terminate' in port)) return () => undefined;
  // The error of a script that could not be loaded has no text.
  return listenTo(port, 'error', ({ message }: { readonly message?: string }) =>
    failed(`its worker failed before it called serve(): ${message || 'its script could not be loaded'}`),
  );
}
