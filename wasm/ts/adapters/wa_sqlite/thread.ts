/**
 * This thread's client of a runtime, which all of its VFSs share: its connections appear under one name, and when the thread dies
 * they are recovered from together.
 */
import { clientKind } from '../../generated/facts.js';
import { type Client, joinAs } from '../../life/client.js';
import type { RuntimeParts } from '../../life/membership.js';
import { isName, MOST_NAME_BYTES } from '../../given/given_options.js';
import { isPage } from '../../port/environment.js';

/** A connection that writes. */
export interface Writer {
  readonly path: string;
  /** wa-sqlite's module, */
  readonly module: object;
  /** and the address of its sqlite3. */
  readonly handle: number;
}

/** What the connections of a thread share. */
export interface Thread {
  readonly client: Client;
  /** Those that have a write transaction. */
  readonly writers: Set<Writer>;
}

/** Whether another connection than `one` writes, */
export function hasOther({ writers }: Thread, one: Writer): boolean {
  return writers.size > (writers.has(one) ? 1 : 0);
}

/** and whether that is the same connection of wa-sqlite, by another name of the database. */
export function hasSame({ writers }: Thread, one: Writer): boolean {
  const { path, module, handle } = one;
  return [...writers].some((each) => each !== one && each.path === path && each.module === module && each.handle === handle);
}

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
  const thread: Thread = { client, writers: new Set() };
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
