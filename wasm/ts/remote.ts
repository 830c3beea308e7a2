/**
 * A database that another thread has: a page's main thread, which should not wait, asks a worker.
 *
 * The worker calls serve(db, port), the page connect(port); a port is a MessagePort or the worker itself. Messages that
 * are not ours pass by, so that the same port can carry others.
 */
import type { Database } from './database.js';
import { GlasswalError, type GlasswalErrorCode, type LockRefusal, SqliteError } from './errors.js';
import type { RunResult, Row, Statement } from './statement.js';
import type { Bindings } from './values.js';

/** What messages go through: a MessagePort, a Worker, a worker's own global scope, or Node's kinds of them. */
export interface RemotePort {
  postMessage(message: unknown): void;
  addEventListener?(type: 'message', listener: (event: { data: unknown }) => void): void;
  removeEventListener?(type: 'message', listener: (event: { data: unknown }) => void): void;
  on?(type: 'message', listener: (data: unknown) => void): unknown;
  off?(type: 'message', listener: (data: unknown) => void): unknown;
  start?(): void;
}

/** A database of another thread. What would be thrown there rejects the promise here, as the same kind of error. */
export interface RemoteDatabase {
  /** Runs all statements of `sql`. */
  exec(sql: string): Promise<void>;
  /** Runs one statement that returns no rows. */
  run(sql: string, ...values: Bindings): Promise<RunResult>;
  /** The first row, or undefined. */
  get<R = Row>(sql: string, ...values: Bindings): Promise<R | undefined>;
  /** All rows. */
  all<R = Row>(sql: string, ...values: Bindings): Promise<R[]>;
  /** Asks no more, and rejects what is still waiting. The database stays open. */
  close(): void;
}

type Method = 'exec' | 'run' | 'get' | 'all';

interface Request {
  readonly glasswal: 'request';
  readonly id: number;
  readonly method: Method;
  readonly sql: string;
  readonly values: Bindings;
}

interface Response {
  readonly glasswal: 'response';
  readonly id: number;
  readonly result?: unknown;
  readonly error?: CarriedError;
}

/** An error as a message carries it: classes do not survive the way. */
interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly glasswalCode?: GlasswalErrorCode;
  readonly sqlite?: { extendedCode: number; sql: string | undefined; offset: number | undefined; lock: LockRefusal | undefined };
}

const CACHED_STATEMENTS = 64;

/** Answers connect() at the other end of `port` from `database`. Call what it returns to stop. */
export function serve(database: Database, port: RemotePort): () => void {
  const statements = new Map<string, Statement>();
  const stop = listen(port, (message) => {
    if (!isRequest(message)) return;
    port.postMessage(answer(database, statements, message));
  });
  return () => {
    stop();
    for (const statement of statements.values()) statement.finalize();
    statements.clear();
  };
}

function answer(database: Database, statements: Map<string, Statement>, request: Request): Response {
  const { id, method, sql, values } = request;
  try {
    const result = method === 'exec' ? void database.exec(sql) : cached(database, statements, sql)[method](...values);
    return { glasswal: 'response', id, result };
  } catch (error) {
    return { glasswal: 'response', id, error: pack(error) };
  }
}

/** The statement of `sql`; those not used for the longest time are finalized. */
function cached(database: Database, statements: Map<string, Statement>, sql: string): Statement {
  const known = statements.get(sql);
  const statement = known ?? database.prepare(sql);
  statements.delete(sql);
  statements.set(sql, statement);
  if (statements.size > CACHED_STATEMENTS) {
    const [oldest] = statements;
    oldest![1].finalize();
    statements.delete(oldest![0]);
  }
  return statement;
}

/** The database that serve() has given to the other end of `port`. */
export function connect(port: RemotePort): RemoteDatabase {
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let closed = false;
  const stop = listen(port, (message) => {
    if (!isResponse(message)) return;
    const promise = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error !== undefined) promise?.reject(unpack(message.error));
    else promise?.resolve(message.result as never);
  });
  const ask = <T>(method: Method, sql: string, values: Bindings): Promise<T> => {
    if (closed) return Promise.reject(new GlasswalError('CLOSED', 'The remote database was closed here: connect() again.'));
    return new Promise<T>((resolve, reject) => {
      const id = ++lastId;
      // Values that cannot be cloned make this throw, and so reject.
      port.postMessage({ glasswal: 'request', id, method, sql, values } satisfies Request);
      waiting.set(id, { resolve, reject });
    });
  };
  return {
    exec: (sql) => ask('exec', sql, []),
    run: (sql, ...values) => ask('run', sql, values),
    get: (sql, ...values) => ask('get', sql, values),
    all: (sql, ...values) => ask('all', sql, values),
    close() {
      closed = true;
      stop();
      for (const { reject } of waiting.values()) {
        reject(new GlasswalError('REMOTE', 'The remote database was closed here before it answered.'));
      }
      waiting.clear();
    },
  };
}

function listen(port: RemotePort, onMessage: (message: unknown) => void): () => void {
  if (port.addEventListener !== undefined) {
    const listener = (event: { data: unknown }): void => onMessage(event.data);
    port.addEventListener('message', listener);
    port.start?.();
    return () => port.removeEventListener!('message', listener);
  }
  if (port.on === undefined) throw new TypeError('The port is none: give a MessagePort or a Worker.');
  port.on('message', onMessage);
  return () => void port.off!('message', onMessage);
}

const methods: readonly unknown[] = ['exec', 'run', 'get', 'all'] satisfies Method[];

// Whoever has the other end of the port can post anything. What is not whole passes by like a message of others; above all
// `method` becomes the name of what is called.

function isRequest(message: unknown): message is Request {
  const request = message as Partial<Record<keyof Request, unknown>> | null;
  return (
    typeof request === 'object' &&
    request?.glasswal === 'request' &&
    Number.isSafeInteger(request.id) &&
    methods.includes(request.method) &&
    typeof request.sql === 'string' &&
    Array.isArray(request.values)
  );
}

function isResponse(message: unknown): message is Response {
  const response = message as Partial<Record<keyof Response, unknown>> | null;
  return (
    typeof response === 'object' &&
    response?.glasswal === 'response' &&
    Number.isSafeInteger(response.id) &&
    (response.error === undefined || isCarriedError(response.error))
  );
}

function isCarriedError(value: unknown): value is CarriedError {
  const error = value as Partial<Record<keyof CarriedError, unknown>> | null;
  return (
    typeof error === 'object' &&
    typeof error?.name === 'string' &&
    typeof error.message === 'string' &&
    (error.stack === undefined || typeof error.stack === 'string') &&
    (error.glasswalCode === undefined || typeof error.glasswalCode === 'string') &&
    (error.sqlite === undefined || isCarriedSqlite(error.sqlite))
  );
}

function isCarriedSqlite(value: unknown): boolean {
  const sqlite = value as { extendedCode?: unknown; sql?: unknown } | null;
  return (
    typeof sqlite === 'object' &&
    Number.isSafeInteger(sqlite?.extendedCode) &&
    (sqlite?.sql === undefined || typeof sqlite.sql === 'string')
  );
}

function pack(thrown: unknown): CarriedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack } = error;
  if (error instanceof SqliteError) {
    const { resultCode: extendedCode, sql, offset, lock } = error;
    return { name, message, stack, sqlite: { extendedCode, sql, offset, lock } };
  }
  return { name, message, stack, ...(error instanceof GlasswalError ? { glasswalCode: error.code } : {}) };
}

function unpack(carried: CarriedError): Error {
  const error = revive(carried);
  if (carried.stack !== undefined) error.stack = carried.stack;
  return error;
}

function revive({ name, message, glasswalCode, sqlite }: CarriedError): Error {
  if (sqlite !== undefined) return new SqliteError(message, sqlite);
  if (glasswalCode !== undefined) return new GlasswalError(glasswalCode, message);
  if (name === 'TypeError') return new TypeError(message);
  if (name === 'RangeError') return new RangeError(message);
  return Object.assign(new Error(message), { name });
}
