/** What Node.js has in the place of a browser's locks and fetch. Nothing here is called in a browser. */
import { newTicket } from './environment.js';
import { listenTo } from './shared_listener.js';
import { importUnseen } from '../given/import_unseen.js';

type Gone = (ticket: number) => void;

let ticket = 0;
let slotWord = 0n;

/** What this thread's clients write into the holder words. */
export async function threadTicket(): Promise<number> {
  const { threadId } = await importUnseen<{ threadId: number }>('node:worker_threads');
  files = await importUnseen<Files>('node:fs');
  // Deno numbers Node's kind of workers alone: those of the web's kind are all 0 there, as the main thread is.
  ticket ||= threadId === 0 && 'WorkerGlobalScope' in globalThis ? newTicket() : threadId + 1;
  slotWord = BigInt.asIntN(64, (BigInt(ownKernelThread()) << 32n) | BigInt(ticket));
  return ticket;
}

/** How this thread owns a slot: the ticket, and above it the kernel's thread. For whoever has its ticket already. */
export function ownSlotWord(): bigint {
  return slotWord;
}

/** The ticket of a worker that this thread has started. */
export function ticketOfWorker(worker: object): number | undefined {
  const { threadId, once } = worker as { threadId?: number; once?: unknown };
  // Bun's workers of the web's kind have a number, too, but tell nobody that they have ended.
  return threadId !== undefined && threadId > 0 && once !== undefined ? threadId + 1 : undefined;
}

/** Calls `gone` with the ticket of `worker` once its thread has ended: the proof that its clients are dead. What stops it. */
export function whenGone(worker: object, gone: Gone): () => void {
  const ticket = ticketOfWorker(worker);
  if (ticket === undefined) return () => undefined;
  return listenTo(worker, 'exit', () => gone(ticket));
}

// Of a worker that starts all of them are told, also those that begin to watch before it ends.
const watching = new Set<Gone>();
const tellAll: Gone = (ticket) => [...watching].forEach((gone) => gone(ticket));
let stopWatching: (() => void) | undefined;

/** The same for every worker that this thread starts from now on; what stops it. */
export function whenAnyGone(gone: Gone): () => void {
  const { process } = globalThis as unknown as { process: object };
  const own: Gone = (ticket) => gone(ticket);
  watching.add(own);
  stopWatching ??= listenTo(process, 'worker', (worker: object) => void whenGone(worker, tellAll));
  return () => {
    if (!watching.delete(own) || watching.size > 0) return;
    stopWatching?.();
    stopWatching = undefined;
  };
}

interface Files {
  readlinkSync(path: string): string;
  readFileSync(path: string, encoding: 'latin1'): string;
}
let files: Files | undefined;

/** When the thread started, in the kernel's ticks; undefined if there is none of that number. */
function startOf(id: number): string | undefined {
  try {
    const stat = files!.readFileSync(`/proc/self/task/${id}/stat`, 'latin1');
    // The name, in parentheses, may contain anything: the count begins behind it, with field 3; the start is field 22.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

const idBits = 22; // Linux has no more threads than that.

/** The number, and as much of the start as there is room for, in case that number is another thread's later. */
function threadWord(id: number, start: string): number {
  return ((Number(start) << idBits) | id) >>> 0;
}

/** This thread as the kernel knows it, on Linux; 0 elsewhere. */
function ownKernelThread(): number {
  try {
    const id = Number(files!.readlinkSync('/proc/thread-self').split('/').at(-1));
    const start = startOf(id);
    return start === undefined || id >= 2 ** idBits ? 0 : threadWord(id, start);
  } catch {
    return 0;
  }
}

/**
 * True when the kernel has no thread any more that owns a slot by this word: nothing of it runs. A question that cannot be
 * answered is not answered with a death.
 */
export function threadEnded(owner: bigint): boolean {
  const thread = Number(BigInt.asUintN(32, owner >> 32n));
  if (thread === 0 || files === undefined) return false;
  try {
    const id = thread & (2 ** idBits - 1);
    const start = startOf(id);
    return start === undefined || threadWord(id, start) !== thread;
  } catch {
    return false;
  }
}

/** A channel to the other threads that keeps no process running. Deno's never does, and has no unref(). */
export function openThreadChannel(name: string): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  (channel as unknown as { unref?: () => void }).unref?.();
  return channel;
}
