/**
 * This thread's client of a runtime, which all of its VFSs share: its connections appear under one name, and when the thread dies
 * they are recovered from together.
 */
import { clientKind } from '../../generated/facts.js';
import { type Client, joinAs } from '../../life/client.js';
import type { RuntimeParts } from '../../life/membership.js';
import { isName, MOST_NAME_BYTES } from '../../given/given_options.js';
import { isPage } from '../../port/environment.js';

/** What the connections of a thread share. */
export interface Thread {
  readonly client: Client;
}

/** Those of this thread that have a write transaction, in whatever runtime. */
export const writers = new Set<object>();

const entering = new Map<string, Promise<Thread>>();
const entered = new Map<string, Thread>();

/** What others call this thread, unless it is told otherwise: a worker has the name that it was started with. */
function usualName(): string {
  const { name } = globalThis as { readonly name?: unknown };
  if (isPage) return 'page';
  return isName(name, MOST_NAME_BYTES) ? name : 'wa-sqlite';
}

/** This thread's client; undefined as long as it is not one. */
export function threadOf(runtime: RuntimeParts): Thread | undefined {
  const thread = entered.get(runtime.id);
  return thread?.client.gone === false ? thread : undefined;
}

async function enter(runtime: RuntimeParts, name: string): Promise<Thread> {
  const client = await joinAs(runtime, name, clientKind.waSqlite);
  const thread: Thread = { client };
  entered.set(runtime.id, thread);
  return thread;
}

/** Comes into the runtime, once for each thread, and anew after this thread's client was lost. */
export async function enterThread(runtime: RuntimeParts, name = usualName()): Promise<Thread> {
  const known = entering.get(runtime.id);
  if (known !== undefined && entered.get(runtime.id)?.client.gone !== true) return known;
  const thread = enter(runtime, name);
  entering.set(runtime.id, thread);
  try {
    return await thread;
  } catch (error) {
    if (entering.get(runtime.id) === thread) entering.delete(runtime.id);
    throw error;
  }
}

/** Leaves it, also if this thread is only about to come in. */
export function leaveThread(runtime: RuntimeParts): void {
  const known = entering.get(runtime.id);
  entering.delete(runtime.id);
  entered.delete(runtime.id);
  known?.then(({ client }) => client.close()).catch(() => undefined);
}
