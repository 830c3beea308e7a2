// The life of a worker of the demo: joins the runtime, repeats its work in slices, and reports.
//
// Everything between two slices is synchronous SQLite. Between slices the worker takes its messages: so it works at
// full speed, and still answers within a slice.
import { join, type Client, type Database } from '/glasswal/index.js';
import type { FromWorker, Source, ToWorker, Totals } from './messages.js';

const SLICE_MS = 12;
const REPORT_EVERY_MS = 100;

export interface Work {
  /** One piece of the work; returns what it was, in a few words. It may leave a transaction open. */
  step(): string;
  /** Ends what the last step left open, since nothing more is coming for a while. */
  rest?(): void;
  search?(text: string): Omit<Extract<FromWorker, { kind: 'answer' }>, 'kind' | 'id' | 'ms'>;
}

type MakeWork = (db: Database, source: Source, totals: Totals) => Work;

function send(message: FromWorker): void {
  postMessage(message);
}

/** A turn of the event loop without the delay that timers have: messages that wait are delivered in it. */
function createYield(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  let resume = () => {};
  port1.onmessage = () => resume();
  return () => new Promise((resolve) => {
    resume = resolve;
    port2.postMessage(null);
  });
}

class WorkLoop {
  readonly #totals: Totals = { rows: 0, commits: 0, queries: 0, checks: 0, torn: 0 };
  readonly #client: Client;
  readonly #db: Database;
  readonly #work: Work;
  #resume: (() => void) | undefined;
  #paused = false;
  #leaving = false;

  constructor(client: Client, source: Source, makeWork: MakeWork) {
    this.#client = client;
    this.#db = client.open({ busyTimeout: 10_000 });
    this.#work = makeWork(this.#db, source, this.#totals);
  }

  async run(): Promise<void> {
    const nextTurn = createYield();
    let reported = 0;
    while (!this.#leaving) {
      const doing = this.#paused ? 'paused' : this.#slice();
      const now = performance.now();
      if (now - reported > REPORT_EVERY_MS || this.#paused) {
        reported = now;
        send({ kind: 'totals', totals: this.#totals, doing });
      }
      if (this.#paused) await this.#rest();
      else await nextTurn();
    }
    this.#work.rest?.();
    this.#db.close();
    this.#client.close();
    send({ kind: 'left' });
  }

  async #rest(): Promise<void> {
    this.#work.rest?.();
    await new Promise<void>((resolve) => (this.#resume = resolve));
  }

  #slice(): string {
    const end = performance.now() + SLICE_MS;
    let doing: string;
    do doing = this.#work.step();
    while (performance.now() < end);
    return doing;
  }

  handle(message: ToWorker): void {
    if (message.kind === 'search') this.#answer(message.id, message.text);
    if (message.kind === 'pause') this.#paused = message.paused;
    if (message.kind === 'leave') this.#leaving = true;
    if (this.#leaving || !this.#paused) this.#resume?.();
  }

  #answer(id: number, text: string): void {
    const started = performance.now();
    const answer = this.#work.search?.(text);
    if (answer !== undefined) send({ kind: 'answer', id, ...answer, ms: performance.now() - started });
  }
}

/** What a worker module calls once: the first message starts it. */
export function startWorker(makeWork: MakeWork): void {
  let loop: WorkLoop | undefined;
  const handle = async (data: ToWorker): Promise<void> => {
    try {
      if (data.kind !== 'start') {
        loop?.handle(data);
        return;
      }
      const started = performance.now();
      const client = await join(data.runtime, { name: data.name });
      send({ kind: 'ready', joinMs: performance.now() - started });
      loop = new WorkLoop(client, data.source, makeWork);
      await loop.run();
    } catch (error) {
      send({ kind: 'trouble', message: error instanceof Error ? error.message : String(error) });
    }
  };
  addEventListener('message', ({ data }: MessageEvent<ToWorker>) => void handle(data));
}
