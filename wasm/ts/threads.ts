/** Node's proof of death: the exit of a thread, seen by the thread that started it. Browsers have locks for that. */
import type { Engine } from './engine.js';
import { isNode } from './environment.js';
import { maxClients } from './generated/facts.js';
import { buryHolder } from './janitor.js';
import { holderOf } from './liveness.js';
import { whenAnyGone, whenGone } from './node.js';

type Recovered = (slot: number) => void;

/** Recovers from all clients of the thread with this ticket, which is known to have ended. */
export async function buryThread(engine: Engine, ticket: number, recovered: Recovered): Promise<void> {
  const slots = [...Array(maxClients).keys()].filter((slot) => holderOf(engine.views, slot) === ticket);
  for (const slot of slots) if (await buryHolder(engine, slot)) recovered(slot);
}

/** Recovers from the workers that this thread starts from now on, when they end; what stops it. */
export function watchChildren(engine: Engine, recovered: Recovered = () => undefined): () => void {
  if (!isNode) return () => undefined;
  return whenAnyGone((ticket) => void buryThread(engine, ticket, recovered));
}

/** The same for a worker that was started before. */
export function watchChild(engine: Engine, worker: object, recovered: Recovered): void {
  if (isNode) whenGone(worker, (ticket) => void buryThread(engine, ticket, recovered));
}
