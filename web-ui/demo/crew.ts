// The workers that the page started: who they are, what they reported, and how they end.
import type { Runtime } from '/glasswal/index.js';
import type { FromWorker, Role, Source, ToWorker, Totals } from './messages.js';

const MODULES: Record<Role, URL> = {
  writer: new URL('./writer.js', import.meta.url),
  reader: new URL('./reader.js', import.meta.url),
};

const NO_TOTALS: Totals = { rows: 0, commits: 0, queries: 0, checks: 0, torn: 0 };

export interface Member {
  readonly name: string;
  readonly role: Role;
  readonly worker: Worker;
  totals: Totals;
  doing: string;
}

export type Answer = Extract<FromWorker, { kind: 'answer' }>;

/** Events: `change` (who is there), `answer`, `trouble`. */
export class Crew extends EventTarget {
  readonly members = new Map<string, Member>();
  readonly #runtime: Runtime;
  readonly #source: Source;
  readonly #numbers: Record<Role, number> = { writer: 0, reader: 0 };
  // What those who are gone had done: totals never go backwards.
  readonly #gone: Totals = { ...NO_TOTALS };
  #paused = false;

  constructor(runtime: Runtime, source: Source) {
    super();
    this.#runtime = runtime;
    this.#source = source;
  }

  count(role: Role): number {
    return [...this.members.values()].filter((member) => member.role === role).length;
  }

  add(role: Role): void {
    const name = `${role}-${++this.#numbers[role]}`;
    const worker = new Worker(MODULES[role], { type: 'module', name });
    const member: Member = { name, role, worker, totals: { ...NO_TOTALS }, doing: 'joining' };
    this.members.set(name, member);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(member, data);
    worker.onerror = (event) => this.#trouble(member, event.message);
    this.#send(member, { kind: 'start', runtime: this.#runtime, name, source: this.#source });
    if (this.#paused) this.#send(member, { kind: 'pause', paused: true });
    this.#changed();
  }

  /** Asks the youngest of that role to close its database and go. */
  dismiss(role: Role): void {
    const member = [...this.members.values()].filter((one) => one.role === role).at(-1);
    if (member === undefined) return;
    this.#forget(member);
    this.#send(member, { kind: 'leave' });
  }

  /** Ends a worker wherever it is; nothing in it runs any more, and nothing is tidied up. */
  kill(name: string): void {
    const member = this.members.get(name);
    if (member === undefined) return;
    member.worker.terminate();
    this.#forget(member);
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    for (const member of this.members.values()) this.#send(member, { kind: 'pause', paused });
  }

  /** Gives the question to a reader; false if there is none. */
  search(id: number, text: string): boolean {
    const reader = [...this.members.values()].find((member) => member.role === 'reader');
    if (reader !== undefined) this.#send(reader, { kind: 'search', id, text });
    return reader !== undefined;
  }

  totals(): Totals {
    const sum = { ...this.#gone };
    for (const { totals } of this.members.values()) addTotals(sum, totals);
    return sum;
  }

  #send(member: Member, message: ToWorker): void {
    member.worker.postMessage(message);
  }

  #forget(member: Member): void {
    this.members.delete(member.name);
    addTotals(this.#gone, member.totals);
    this.#changed();
  }

  #hear(member: Member, message: FromWorker): void {
    if (message.kind === 'totals' && this.members.has(member.name)) {
      member.totals = message.totals;
      member.doing = message.doing;
    }
    if (message.kind === 'ready') member.doing = `joined in ${message.joinMs.toFixed(1)} ms`;
    if (message.kind === 'answer') {
      this.dispatchEvent(new CustomEvent('answer', { detail: { member, answer: message } }));
    }
    if (message.kind === 'trouble') this.#trouble(member, message.message);
    if (message.kind === 'left') member.worker.terminate();
  }

  #trouble(member: Member, message: string): void {
    member.doing = message;
    this.dispatchEvent(new CustomEvent('trouble', { detail: `${member.name}: ${message}` }));
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function addTotals(sum: Totals, more: Totals): void {
  for (const key of Object.keys(sum) as (keyof Totals)[]) sum[key] += more[key];
}
