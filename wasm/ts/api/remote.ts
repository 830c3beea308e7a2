/**
 * A database that another thread has: a page's main thread, which should not wait, asks a worker.
 *
 * The worker calls serve(db, port), the page connect(port), in whatever order; a port is a MessagePort or the worker itself.
 * Messages that are not ours pass by, so that the same port can carry others.
 *
 *   connect                                        serve
 *     greeting  ------------------------------------>   may be lost, if nobody serves yet
 *     <------------------------------------------ hello   said when it begins; may be lost, if nobody has connected yet
 *     greeting, again  ----------------------------->
 *     <----------------------- hello, with the proof of life
 *     request ... ---------------------------------->   held back until then
 *     <---------------------------------- response ...
 *     <-------------------------------------- farewell   or its life ends
 */
import { cancelRun, type ConnectionPlace, engineIn, runOf } from './cancel.js';
import type { Engine } from '../engine/engine.js';
import { SQLITE_INTERRUPT } from '../generated/sqlite.js';
import { newTicket } from '../port/environment.js';
import { GlasswalError, MisuseError, messageOf } from '../given/errors.js';
import { textOf } from '../given/given_options.js';
import { Life, whenLifeEnds } from './remote_life.js';
import { type Greeting, isFarewell, isHello, isResponse, type CarriedError, type Method, progressOf, type Request, requestState, runBefore, STATE_BYTES, unpack } from './remote_messages.js';
import { hear, hearEnd, hearFailure, type RemotePort } from './remote_port.js';
import type { Row, RunResult } from './statement.js';
import type { QueryResult } from './statement_cache.js';
import type { Bindings } from '../engine/values.js';

/**
 * A database of another thread. What would be thrown there rejects the promise here, as the same kind of error. Requests that are
 * made before the other end serves are held until it does. Where it is proved that nobody will answer (the worker was terminated,
 * or failed to start, or stopped serving), what waits is rejected with a GlasswalError REMOTE, and so is what comes, until
 * somebody serves again.
 *
 * An AbortSignal may stand behind the values. Once it is aborted the promise is rejected with its reason, and what has not begun is
 * never run. What runs is ended within 50 ms, and rejected when it has ended, if this thread has a client in the same runtime, as
 * a page that made it has; otherwise the promise is rejected at once, and the statement goes on. A write that is ended takes its
 * whole transaction back, as one that `cancel()` ends.
 */
export interface RemoteDatabase {
  /** Runs all statements of `sql`. */
  exec(sql: string, signal?: RemoteSignal): Promise<void>;
  /** Runs one statement, and tells what it changed. */
  run(sql: string, ...values: RemoteValues): Promise<RunResult>;
  /** The first row, or undefined. */
  get<R = Row>(sql: string, ...values: RemoteValues): Promise<R | undefined>;
  /** All rows. */
  all<R = Row>(sql: string, ...values: RemoteValues): Promise<R[]>;
  /** Runs one statement of whatever kind: its rows, if it returns some, and what run() tells. */
  query(sql: string, ...values: RemoteValues): Promise<QueryResult>;
  /** Asks no more, and rejects what is still waiting. The database stays open. */
  close(): void;
}

/** An AbortSignal, as far as it is used. */
export interface RemoteSignal {
  /** Whether it was aborted. */
  readonly aborted: boolean;
  /** Why. */
  readonly reason?: unknown;
  /** Has `listener` called when it is aborted. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Has it called no more. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What the statement is given, and behind it the signal that ends it. */
export type RemoteValues = Bindings | readonly [...Bindings, RemoteSignal];

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (reason: unknown) => void;
  /** How far the other end is, where both share memory. */
  state: SharedArrayBuffer | undefined;
  /** Ends it, once it has been aborted. */
  readonly signal: RemoteSignal | undefined;
  /** Hears no more of the signal. */
  readonly forget: () => void;
}

// A request may be many statements; the one that runs is ended, and then the next if it runs yet.
const ABORT_AGAIN_MS = 5;

/** The asking side. */
class Asker {
  readonly #port: RemotePort;
  readonly #probe = new Life();
  readonly #waiting = new Map<number, Waiting>();
  /** What waits for somebody to serve. */
  readonly #held: Request[] = [];
  readonly #stops: (() => void)[];
  /** Several may ask through one port, and each hears all answers. */
  #lastId = newTicket() * 2 ** 21;
  #served = false;
  #closed = false;
  /** Why nobody will answer, if that is proved. */
  #end: string | undefined;
  #watched = '';
  /** Which connection answers, once it has said so. */
  #place: ConnectionPlace | undefined;
  #stopWatching = (): void => undefined;

  constructor(port: RemotePort) {
    this.#port = port;
    this.#stops = [
      hear(port, (message) => this.#hear(message)),
      hearEnd(port, (why) => this.#ended(why)),
      // Errors of a worker that serves are its own affair.
      hearFailure(port, (why) => (this.#served ? undefined : this.#ended(why))),
    ];
    void this.#greet();
  }

  ask<T>(method: Method, sql: string, given: RemoteValues): Promise<T> {
    const [values, signal] = withoutSignal(given);
    if (this.#closed) return Promise.reject(new GlasswalError('CLOSED', 'The remote database was closed here: connect() again.'));
    if (this.#end !== undefined) return Promise.reject(notAnswered(this.#end));
    return new Promise<T>((resolve, reject) => {
      // The other end takes it for a message of somebody else.
      textOf(sql, 'The SQL');
      const request: Request = { glasswal: 'request', id: ++this.#lastId, method, sql, values };
      if (signal?.aborted) throw signal.reason;
      const abort = (): void => this.#abort(request.id);
      const forget = (): void => signal?.removeEventListener('abort', abort);
      const waiting: Waiting = { resolve, reject, signal, forget, state: undefined };
      try {
        if (this.#served) this.#post(request, waiting);
        else this.#held.push(structuredClone(request));
      } catch (error) {
        throw new MisuseError('MISUSE', `A value cannot be sent to the other thread: ${messageOf(error)}.`);
      }
      signal?.addEventListener('abort', abort);
      this.#waiting.set(request.id, waiting);
    });
  }

  /** Sends a request; one that may have to end with the memory that tells how far it is. */
  #post(request: Request, waiting: Waiting | undefined): void {
    if (waiting?.signal === undefined || this.#engine() === undefined) return this.#port.postMessage(request);
    const state = new SharedArrayBuffer(STATE_BYTES);
    waiting.state = state;
    this.#port.postMessage({ ...request, state });
  }

  /** The engine of this thread that can end what the other end runs. */
  #engine(): Engine | undefined {
    return this.#place === undefined ? undefined : engineIn(this.#place.runtime);
  }

  /** Sees to it that the request ends, and again until it has. */
  #abort(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const { state, signal, reject, forget } = waiting;
    const held = this.#held.findIndex((request) => request.id === id);
    if (held >= 0) this.#held.splice(held, 1);
    const engine = this.#engine();
    const progress = state === undefined ? undefined : progressOf(state);
    const was = progress === undefined ? undefined : Atomics.compareExchange(progress, 0, requestState.waiting, requestState.aborted);
    if (was === requestState.done) return; // The answer is on its way.
    if (engine === undefined || was !== requestState.running) {
      this.#waiting.delete(id);
      forget();
      reject(signal!.reason);
      return;
    }
    const run = runOf(engine, this.#place!);
    // Where it is still the one that runs, that run was its own, unless it had begun before: an iterator that the worker has open.
    if (run > runBefore(state!)[0]! && Atomics.load(progress!, 0) === requestState.running) cancelRun(engine, this.#place!, run);
    setTimeout(() => this.#abort(id), ABORT_AGAIN_MS);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWatching();
    this.#probe.end();
    for (const stop of this.#stops) stop();
    this.#reject(() => new GlasswalError('REMOTE', 'The remote database was closed here before it answered.'));
  }

  async #greet(): Promise<void> {
    const probe = await this.#probe.name;
    if (!this.#closed) this.#port.postMessage({ glasswal: 'greeting', probe } satisfies Greeting);
  }

  #hear(message: unknown): void {
    if (isResponse(message)) {
      const promise = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      promise?.forget();
      if (message.error === undefined) promise?.resolve(message.result as never);
      else promise?.reject(promise.signal?.aborted && isInterrupt(message.error) ? promise.signal.reason : unpack(message.error));
    } else if (isHello(message)) {
      this.#place = message.place ?? this.#place;
      this.#hello(message.life);
    } else if (isFarewell(message)) {
      this.#ended('whoever had it stopped serving it');
    }
  }

  #hello(life: string | undefined): void {
    this.#end = undefined;
    // It has begun to serve, and may not have heard our greeting.
    if (life === undefined) return void this.#greet();
    // Only now: a request may keep it busy for good, and then nobody could prove its death.
    this.#served = true;
    for (const request of this.#held.splice(0)) this.#post(request, this.#waiting.get(request.id));
    if (life === this.#watched) return;
    this.#stopWatching();
    this.#watched = life;
    this.#stopWatching = whenLifeEnds(life, () => this.#ended('the thread that had it has ended'));
  }

  #ended(why: string): void {
    this.#served = false;
    this.#end = why;
    this.#reject(() => notAnswered(why));
  }

  #reject(error: () => GlasswalError): void {
    this.#held.length = 0;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, forget } of waiting) {
      forget();
      reject(error());
    }
  }
}

/** What is given to the statement, and the signal behind it if there is one. */
function withoutSignal(given: RemoteValues): [values: Bindings, signal: RemoteSignal | undefined] {
  const last: unknown = given[given.length - 1];
  return isSignal(last) ? [given.slice(0, -1) as Bindings, last] : [given as Bindings, undefined];
}

function isSignal(value: unknown): value is RemoteSignal {
  const signal = value as Partial<Record<keyof RemoteSignal, unknown>> | null | undefined;
  return typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
}

function isInterrupt({ sqlite }: CarriedError): boolean {
  return sqlite !== undefined && (sqlite.extendedCode & 0xff) === SQLITE_INTERRUPT;
}

function notAnswered(why: string): GlasswalError {
  return new GlasswalError('REMOTE', `The remote database did not answer: ${why}. Let a worker serve() it, and connect() to that.`);
}

/** The database that serve() gives, or is going to give, to the other end of `port`. Connect to a worker right after it was made. */
export function connect(port: RemotePort): RemoteDatabase {
  const asker = new Asker(port);
  return {
    exec: (sql, signal) => asker.ask('exec', sql, signal === undefined ? [] : [signal]),
    run: (sql, ...values) => asker.ask('run', sql, values),
    get: (sql, ...values) => asker.ask('get', sql, values),
    all: (sql, ...values) => asker.ask('all', sql, values),
    query: (sql, ...values) => asker.ask('query', sql, values),
    close: () => asker.close(),
  };
}
