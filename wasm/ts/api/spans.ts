/**
 * What databases did as spans with children: transactions, statements, waits for locks, checkpoints. Made of events, which tell of
 * most things when they end.
 *
 * A transaction begins and ends in the middle of statements; as in the trace of C++ (glasswal/trace.h) it has these statements whole,
 * and one that lies within a single statement is a part of that. So spans of a connection are handed out when its transaction has
 * ended, and with it the statement that ended it.
 */
import type { EventBatch, EventLevel, EventRecord } from './diagnostics.js';
import type { Snapshot } from '../generated/snapshot.js';

/** Where the events come from: a runtime, or a client of one. */
export interface SpanSource {
  /** A snapshot, which has the names of what events have numbers of. */
  diagnostics(): Snapshot;
  /** What has happened. */
  events(from?: number, limit?: number): EventBatch;
  /** Sets what is recorded. */
  setEventLevel(level: EventLevel): void;
}

/** What a span tells of. */
export type SpanKind = 'transaction' | 'statement' | 'checkpoint' | 'wait';

/** Something that a connection did, and how long it took. */
export interface Span {
  readonly kind: SpanKind;
  /** The statement's text, 'transaction 7', 'wait for WRITE'. */
  readonly name: string;
  readonly client: string;
  readonly path: string;
  readonly connection: number;
  /** Nanoseconds since 1970, to within a quarter of a microsecond. */
  beginNs: number;
  endNs: number;
  /** What else there is to know, by name. */
  readonly facts: Record<string, number | string>;
  /** What went wrong, if something did: a result code's number, or who was in the way. */
  failure: string | undefined;
  /** What lies within it, in the order of time. */
  readonly children: Span[];
}

const atOnce = 1000;
const mostKept = 10_000;
const order: readonly SpanKind[] = ['transaction', 'statement', 'checkpoint', 'wait'];

/** A connection, and what of it cannot be handed out yet. */
interface Held {
  spans: Span[];
  /** The last transaction that is known to have ended. */
  ended: number;
  /** The number of the read in which that was seen. */
  endedIn: number;
  /** A statement of which another event may follow. */
  told: { readonly event: EventRecord; readonly span: Span } | undefined;
  /** The wait that has begun. */
  wait: EventRecord | undefined;
  /** What the transaction has committed. */
  frames: number;
}

function keyOf({ client, clientGeneration, file, connection }: EventRecord): string {
  return `${client} ${clientGeneration} ${file} ${connection}`;
}

/** Puts spans that lie within others there. Of two that cross the later one ends with the one that it began in. */
function nest(spans: Span[]): Span[] {
  for (const transaction of spans.filter(({ kind }) => kind === 'transaction')) {
    for (const { kind, beginNs, endNs } of spans) {
      if (kind !== 'statement' || endNs <= transaction.beginNs || beginNs >= transaction.endNs) continue;
      // One that contains the transaction stays around it.
      if (beginNs <= transaction.beginNs && endNs >= transaction.endNs) continue;
      transaction.beginNs = Math.min(transaction.beginNs, beginNs);
      transaction.endNs = Math.max(transaction.endNs, endNs);
    }
  }
  spans.sort((a, b) => a.beginNs - b.beginNs || b.endNs - a.endNs || order.indexOf(a.kind) - order.indexOf(b.kind));
  const roots: Span[] = [];
  const open: Span[] = [];
  for (const span of spans) {
    while (open.length !== 0 && open.at(-1)!.endNs <= span.beginNs) open.pop();
    const around = open.at(-1);
    if (around !== undefined) span.endNs = Math.min(span.endNs, around.endNs);
    (around?.children ?? roots).push(span);
    open.push(span);
  }
  return roots;
}

/** Names of what events have as numbers. A snapshot is taken where one is missing, once for each read. */
class Names {
  readonly #source: SpanSource;
  readonly #names = new Map<string, string>();
  #isFresh = false;

  constructor(source: SpanSource) {
    this.#source = source;
  }

  age(): void {
    this.#isFresh = false;
  }

  of(key: string, otherwise: string): string {
    if (!this.#names.has(key)) this.#refresh();
    return this.#names.get(key) ?? otherwise;
  }

  client(slot: number, generation: number): string {
    return this.of(`client ${slot} ${generation}`, `client ${slot}`);
  }

  #refresh(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    const { clients, formerClients, files, statements, connections, locks } = this.#source.diagnostics();
    for (const { slot, generation, name } of [...formerClients, ...clients]) {
      this.#names.set(`client ${slot} ${generation}`, name);
      this.#names.set(`slot ${slot}`, name);
    }
    for (const { number, path } of files) this.#names.set(`file ${number}`, path);
    for (const { generation, row, text } of statements) this.#names.set(`statement ${generation * 65_536 + row + 1}`, text || 'statement');
    // Those of each database come in the order of their numbers.
    const { number: first } = files.find(({ number }) => locks.some(({ file }) => file === number)) ?? { number: -1 };
    locks.filter(({ file }) => file === first).forEach(({ name }, number) => this.#names.set(`lock ${number}`, name));
    for (const { file, slot, clientName } of connections) this.#names.set(`connection ${file} ${slot}`, clientName);
  }
}

export class SpanReader {
  readonly #source: SpanSource;
  readonly #names: Names;
  readonly #held = new Map<string, Held>();
  #next: number;
  #read = 0;
  /** How many events were overwritten before they could be read. */
  lost = 0;

  constructor(source: SpanSource) {
    this.#source = source;
    this.#names = new Names(source);
    this.#next = source.diagnostics().events.head;
  }

  /** What is whole by now. */
  read(): Span[] {
    ++this.#read;
    this.#names.age();
    const whole: Span[] = [];
    for (;;) {
      const { events, nextSequence, lost } = this.#source.events(this.#next, atOnce);
      this.lost += lost;
      for (const event of events) this.#take(event, whole);
      this.#next = Math.max(this.#next, nextSequence);
      if (events.length < atOnce) break;
    }
    // Where statements are not followed nothing tells of the one that has ended a transaction.
    for (const held of this.#held.values()) {
      if (held.ended !== 0 && held.endedIn < this.#read - 1 && held.spans.some(({ kind }) => kind === 'transaction')) this.#give(held, whole);
    }
    return whole;
  }

  /** All that is left, whole or not. */
  rest(): Span[] {
    const left: Span[] = [];
    for (const held of this.#held.values()) this.#give(held, left);
    return left;
  }

  #give(held: Held, to: Span[]): void {
    to.push(...nest(held.spans));
    held.spans = [];
    held.told = undefined;
  }

  #take(event: EventRecord, whole: Span[]): void {
    if (event.connection === null || event.file === null) return;
    const key = keyOf(event);
    if (event.kind === 'connection.closed') {
      const closed = this.#held.get(key);
      if (closed !== undefined) this.#give(closed, whole);
      this.#held.delete(key);
      return;
    }
    let held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, (held = { spans: [], ended: 0, endedIn: 0, told: undefined, wait: undefined, frames: 0 }));
    this.#takeOf(held, event);
    if (event.kind === 'statement' && (event.transaction <= held.ended || held.spans.length > mostKept)) this.#give(held, whole);
  }

  #takeOf(held: Held, event: EventRecord): void {
    const { kind, arguments: given, transaction } = event;
    const argument = (name: string): number => given[name] ?? 0;
    switch (kind) {
      case 'commit':
        held.frames = argument('frames');
        return;
      case 'transaction.ended':
        held.ended = transaction;
        held.endedIn = this.#read;
        this.#add(held, event, 'transaction', `transaction ${transaction}`, argument('elapsedNs'), held.frames === 0 ? {} : { frames: held.frames });
        held.frames = 0;
        return;
      case 'checkpoint.done':
        this.#add(held, event, 'checkpoint', 'checkpoint', argument('elapsedNs'), { frames: argument('frames'), backfilled: argument('backfilled') });
        return;
      case 'lock.wait':
        held.wait = event;
        return;
      case 'lock.waited':
        this.#takeWait(held, event, argument('waitedNs'), this.#holderOf(held.wait));
        return;
      case 'lock.refused':
        return this.#takeRefusal(held, event, argument('waitedNs'));
      default:
        if ('statement' in given) this.#takeStatement(held, event);
    }
  }

  #add(held: Held, event: EventRecord, kind: SpanKind, name: string, elapsedNs: number, facts: Record<string, number | string>): Span {
    const span: Span = {
      kind, name, facts, connection: event.connection!, beginNs: event.timeNs - elapsedNs, endNs: event.timeNs, failure: undefined,
      children: [], client: this.#names.client(event.client, event.clientGeneration),
      path: this.#names.of(`file ${event.file}`, `file ${event.file}`),
    };
    held.spans.push(span);
    return span;
  }

  /** One that was slow or failed is told of once more, right before. */
  #takeStatement(held: Held, event: EventRecord): void {
    const { statement = 0, elapsedNs = 0, rows = 0, code = 0, cancelledBy = 0 } = event.arguments;
    const { told } = held;
    const before = told?.event.arguments;
    const isSame = before !== undefined && before['statement'] === statement && before['elapsedNs'] === elapsedNs && before['rows'] === rows;
    const text = isSame ? '' : this.#names.of(`statement ${statement}`, 'statement');
    const span = isSame ? told!.span : this.#add(held, event, 'statement', text, elapsedNs, { rows, transaction: event.transaction });
    if (isSame) span.endNs = event.timeNs;
    span.beginNs = span.endNs - elapsedNs;
    if (code !== 0 && code !== 100 && code !== 101) span.facts['code'] = code;
    if (cancelledBy !== 0) span.facts['cancelledBy'] = this.#names.of(`slot ${cancelledBy - 1}`, `client ${cancelledBy - 1}`);
    if (event.kind === 'statement.slow') span.facts['slow'] = 1;
    if ('code' in span.facts) span.failure ??= `SQLite's result code ${span.facts['code']}`;
    if (event.kind !== 'statement' && event.kind !== 'statement.slow') span.failure = event.kind;
    held.told = event.kind === 'statement' ? undefined : { event, span };
  }

  #takeWait(held: Held, event: EventRecord, waitedNs: number, holder: string): Span {
    held.wait = undefined;
    const lock = this.#names.of(`lock ${event.arguments['lock']}`, 'a lock');
    return this.#add(held, event, 'wait', `wait for ${lock}`, waitedNs, holder === '' ? { lock } : { lock, holder });
  }

  /** Whoever is refused has waited, which 'lock.waited' has told if it is recorded. */
  #takeRefusal(held: Held, event: EventRecord, waitedNs: number): void {
    if (waitedNs === 0) return;
    const slot = event.arguments['holderClient'];
    const holder = this.#names.of(`slot ${slot}`, `client ${slot}`);
    const last = held.spans.findLast(({ kind }) => kind === 'wait');
    const isTold = last !== undefined && last.endNs > event.timeNs - waitedNs;
    const wait = isTold ? last : this.#takeWait(held, event, waitedNs, holder);
    wait.facts['holder'] = holder;
    wait.failure = `${holder} has the lock`;
  }

  /** Who had the lock when the wait began: connections, by their bits, of which one suffices. */
  #holderOf(wait: EventRecord | undefined): string {
    const holders = wait?.arguments['holders'] ?? 0;
    if (holders === 0) return '';
    return this.#names.of(`connection ${wait!.file} ${BigInt(holders).toString(2).length - 1}`, '');
  }
}
