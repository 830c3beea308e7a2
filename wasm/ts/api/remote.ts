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
import { newTicket } from '../port/environment.js';
import { GlasswalError, MisuseError, messageOf } from '../given/errors.js';
import { textOf } from '../given/given_options.js';
import { Life, whenLifeEnds } from './remote_life.js';
import { type Greeting, isFarewell, isHello, isResponse, type Method, type Request, unpack } from './remote_messages.js';
import { hear, hearEnd, hearFailure, type RemotePort } from './remote_port.js';
import type { Row, RunResult } from './statement.js';
import type { QueryResult } from './statement_cache.js';
import type { Bindings } from '../engine/values.js';

/**
 * A database of another thread. What would be thrown there rejects the promise here, as the same kind of error. Requests that are
 * made before the other end serves are held until it does. Where it is proved that nobody will answer (the worker was terminated,
 * or failed to start, or stopped serving), what waits is rejected with a GlasswalError REMOTE, and so is what comes, until
 * somebody serves again.
 */
export interface RemoteDatabase {
  /** Runs all statements of `sql`. */
  exec(sql: string): Promise<void>;
  /** Runs one statement, and tells what it changed. */
  run(sql: string, ...values: Bindings): Promise<RunResult>;
  /** The first row, or undefined. */
  get<R = Row>(sql: string, ...values: Bindings): Promise<R | undefined>;
  /** All rows. */
  all<R = Row>(sql: string, ...values: Bindings): Promise<R[]>;
  /** Runs one statement of whatever kind: its rows, if it returns some, and what run() tells. */
  query(sql: string, ...values: Bindings): Promise<QueryResult>;
  /** Asks no more, and rejects what is still waiting. The database stays open. */
  close(): void;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

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

  ask<T>(method: Method, sql: string, values: Bindings): Promise<T> {
    if (this.#closed) return Promise.reject(new GlasswalError('CLOSED', 'The remote database was closed here: connect() again.'));
    if (this.#end !== undefined) return Promise.reject(notAnswered(this.#end));
    return new Promise<T>((resolve, reject) => {
      // The other end takes it for a message of somebody else.
      textOf(sql, 'The SQL');
      const request: Request = { glasswal: 'request', id: ++this.#lastId, method, sql, values };
      try {
        if (this.#served) this.#port.postMessage(request);
        else this.#held.push(structuredClone(request));
      } catch (error) {
        throw new MisuseError('MISUSE', `A value cannot be sent to the other thread: ${messageOf(error)}.`);
      }
      this.#waiting.set(request.id, { resolve, reject });
    });
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
      if (message.error !== undefined) promise?.reject(unpack(message.error));
      else promise?.resolve(message.result as never);
    } else if (isHello(message)) {
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
    for (const request of this.#held.splice(0)) this.#port.postMessage(request);
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
    for (const { reject } of waiting) reject(error());
  }
}

function notAnswered(why: string): GlasswalError {
  return new GlasswalError('REMOTE', `The remote database did not answer: ${why}. Let a worker serve() it, and connect() to that.`);
}

/** The database that serve() gives, or is going to give, to the other end of `port`. Connect to a worker right after it was made. */
export function connect(port: RemotePort): RemoteDatabase {
  const asker = new Asker(port);
  return {
    exec: (sql) => asker.ask('exec', sql, []),
    run: (sql, ...values) => asker.ask('run', sql, values),
    get: (sql, ...values) => asker.ask('get', sql, values),
    all: (sql, ...values) => asker.ask('all', sql, values),
    query: (sql, ...values) => asker.ask('query', sql, values),
    close: () => asker.close(),
  };
}
