/** What Node.js has in the place of a browser's locks and fetch. Nothing here is loaded in a browser. */

interface NodeWorker {
  readonly threadId: number;
  once(event: 'exit', listener: () => void): void;
}
interface NodeProcess {
  on(event: 'worker', listener: (worker: NodeWorker) => void): void;
  off(event: 'worker', listener: (worker: NodeWorker) => void): void;
}

// A name in a variable, so that bundlers for the browser do not look for the module.
async function builtin<T>(name: string): Promise<T> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as T;
}

/** What this thread's clients write into the holder words. */
export async function threadTicket(): Promise<number> {
  return (await builtin<{ threadId: number }>('node:worker_threads')).threadId + 1;
}

/** The ticket of a worker that this thread has started. */
export function ticketOfWorker(worker: object): number | undefined {
  const { threadId } = worker as Partial<NodeWorker>;
  return threadId !== undefined && threadId > 0 ? threadId + 1 : undefined;
}

/** Calls `gone` with the ticket of `worker` once its thread has ended: the proof that its clients are dead. */
export function whenGone(worker: object, gone: (ticket: number) => void): void {
  const ticket = ticketOfWorker(worker);
  if (ticket !== undefined) (worker as NodeWorker).once('exit', () => gone(ticket));
}

/** The same for every worker that this thread starts from now on; what stops it. */
export function whenAnyGone(gone: (ticket: number) => void): () => void {
  const { process } = globalThis as unknown as { process: NodeProcess };
  const started = (worker: NodeWorker): void => whenGone(worker, gone);
  process.on('worker', started);
  return () => process.off('worker', started);
}

/** The bytes of a file of the package. */
export async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const files = await builtin<{ readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> }>('node:fs/promises');
  return files.readFile(url);
}
