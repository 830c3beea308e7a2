/**
 * Gives a runtime its janitor: in a worker, or in this thread where that worker cannot be had.
 *
 * A page starts the worker at once, and so does a worker that has just created the runtime. A worker that inherits does the
 * janitor's work itself at first: Firefox can block a worker for good in `new Worker()` while the browser is busy taking another
 * one down, which is just when somebody inherits. Until the janitor's own worker has joined there are two that watch, or one, and
 * never none.
 */
import { isPage } from './environment.js';
import { Janitor, slotTold } from './janitor.js';
import { watching } from './janitor_worker_messages.js';
import { channelName } from './liveness.js';
import type { Membership, RuntimeParts } from './membership.js';

/** When a worker that inherited may start a worker itself: whoever died is gone by then. */
const QUIET_MS = 2_000;

function newJanitorWorker(): Worker | undefined {
  try {
    return new Worker(new URL('./janitor_worker.js', import.meta.url), { type: 'module', name: 'glasswal janitor' });
  } catch {
    return undefined;
  }
}

/** Calls `recovered` after the janitor of a runtime, whoever keeps it, has recovered from somebody; what ends it. */
export function hearRecoveries(runtimeId: string, recovered: () => void): () => void {
  const channel = new BroadcastChannel(channelName(runtimeId));
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (slotTold(data, 'recovered') !== undefined) recovered();
  };
  return () => channel.close();
}

/**
 * Watches from this thread for as long as whoever inherits has no janitor's worker; what stops it. The heir may be called away
 * before it could recover from anybody, and wait for what the dead one held.
 */
export function helpOut(runtime: RuntimeParts, membership: Membership): () => void {
  const janitor = new Janitor(membership.engine, runtime.id, membership.slot);
  const timer = setTimeout(() => janitor.stop(), 2 * QUIET_MS);
  return () => {
    clearTimeout(timer);
    janitor.stop();
  };
}

/** Starts it; what stops it. `isFirst`: the runtime is new, so nobody has died. */
export function startJanitor(runtime: RuntimeParts, membership: Membership, isFirst: boolean): () => void {
  let own: Janitor | undefined;
  let worker: Worker | undefined;
  const workHere = (): void => {
    own ??= new Janitor(membership.engine, runtime.id, membership.slot);
  };
  const letWork = (): void => {
    worker = newJanitorWorker();
    if (worker === undefined) return workHere();
    // A policy that forbids the worker shows only here.
    worker.onerror = workHere;
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data !== watching) return workHere();
      own?.stop();
      own = undefined;
    };
    const { id, path, version, memory, module } = runtime;
    worker.postMessage({ runtime: { id, path, version, memory, module } });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  if (isPage || isFirst) {
    letWork();
  } else {
    workHere();
    timer = setTimeout(letWork, QUIET_MS);
  }
  return () => {
    clearTimeout(timer);
    worker?.terminate();
    own?.stop();
  };
}
