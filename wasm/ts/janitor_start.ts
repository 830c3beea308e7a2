/** Gives a runtime its janitor: in a worker, or in this thread where that worker cannot be had. */
import { Janitor, slotTold } from './janitor.js';
import { channelName } from './liveness.js';
import type { Membership, RuntimeParts } from './membership.js';

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

/** Starts it; what stops it. */
export function startJanitor(runtime: RuntimeParts, membership: Membership): () => void {
  let own: Janitor | undefined;
  const worker = newJanitorWorker();
  const workHere = (): void => {
    own ??= new Janitor(membership.engine, runtime.id, membership.slot);
  };
  if (worker === undefined) {
    workHere();
  } else {
    // A policy that forbids the worker shows only here.
    worker.onerror = workHere;
    worker.onmessage = workHere;
    const { id, path, version, memory, module } = runtime;
    worker.postMessage({ runtime: { id, path, version, memory, module } });
  }
  return () => {
    worker?.terminate();
    own?.stop();
  };
}
