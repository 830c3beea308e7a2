/** The serving side of a remote database: it answers what connect() at the other end of a port asks. */
import { engineIn, runOf } from './cancel.js';
import { type Database, placeOf } from './database.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { isSeen, Life } from './remote_life.js';
import { type Farewell, type Hello, isGreeting, isRequest, pack, progressOf, type Request, requestState, type Response, runBefore } from './remote_messages.js';
import { hear, type RemotePort } from './remote_port.js';
import { StatementCache } from './statement_cache.js';
import { type Bindings } from '../engine/values.js';
import { kindOf } from '../given/kinds.js';

const served = new WeakSet<RemotePort>();
/** SQLite's most parameters. */
const MOST_VALUES = 32766;

/**
 * Answers connect() at the other end of `port` from `database`. Call what it returns to stop: whoever is connected is told. A
 * port can be served once at a time. It posts a message when it begins, for whoever connected before.
 */
export function serve(database: Database, port: RemotePort): () => void {
  if (typeof (database as Database | null | undefined)?.prepare !== 'function') {
    throw new MisuseError('MISUSE', `serve() takes a database, and got ${kindOf(database)}.`);
  }
  if (served.has(port)) {
    throw new GlasswalError(
      'MISUSE',
      'This port is served already, so every request would be run twice: call what serve() has returned first, or give each database a port of its own.',
    );
  }
  const life = new Life();
  const statements = new StatementCache(database);
  const say = (message: Hello | Farewell | Response): void => port.postMessage(message);
  const greet = async (probe: string): Promise<void> => {
    const name = await life.name;
    const isShared = name !== '' && (await isSeen(probe));
    if (!stopped) say({ glasswal: 'hello', life: isShared ? name : '', place: placeOf(database) });
  };
  let stopped = false;
  const stop = hear(port, (message) => {
    if (isGreeting(message)) void greet(message.probe);
    else if (isRequest(message)) respond(say, message, () => runNow(database), () => answer(database, statements, message));
  });
  served.add(port);
  say({ glasswal: 'hello' });
  return () => {
    if (stopped) return;
    stopped = true;
    stop();
    served.delete(port);
    say({ glasswal: 'farewell' });
    life.end();
    try {
      statements.clear();
    } catch {
      // A function of one of them has stopped it: they end when nobody has them any more.
    }
  };
}

/** What is too large to be posted is an error, too: whoever asked waits. */
function respond(say: (response: Response) => void, { id, state }: Request, run: () => number, work: () => unknown): void {
  const progress = state === undefined ? undefined : progressOf(state);
  if (state !== undefined) runBefore(state)[0] = run();
  // Whoever asked has given it up.
  if (progress !== undefined && Atomics.compareExchange(progress, 0, requestState.waiting, requestState.running) !== requestState.waiting) return;
  try {
    const result = work();
    if (progress !== undefined) Atomics.store(progress, 0, requestState.done);
    say({ glasswal: 'response', id, result });
  } catch (error) {
    if (progress !== undefined) Atomics.store(progress, 0, requestState.done);
    say({ glasswal: 'response', id, error: pack(error) });
  }
}

/** Which run its connection is at: that of an iterator that is open, say. 0: none. */
function runNow(database: Database): number {
  const place = placeOf(database);
  const engine = place === undefined ? undefined : engineIn(place.runtime);
  return engine === undefined ? 0 : runOf(engine, place!);
}

function answer(database: Database, statements: StatementCache, { method, sql, values: given }: Request): unknown {
  if (method === 'exec') return void database.exec(sql);
  // Arguments are kept on the stack; more than any statement takes are refused as the array that they are.
  const values = given.length > MOST_VALUES ? [given as Bindings[0]] : given;
  return method === 'query' ? statements.query(sql, values) : statements.take(sql)[method](...values);
}
