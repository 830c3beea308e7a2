/**
 * What serve() and connect() tell each other. Whoever has the other end of the port can post anything: what is not whole passes
 * by like a message of others.
 */
import { GlasswalError, type GlasswalErrorCode, type LockRefusal, MisuseError, SqliteError } from '../given/errors.js';
import { type Bindings } from '../engine/values.js';
import { type ConnectionPlace, isIndex } from './cancel.js';
import { kindOf } from '../given/kinds.js';

export type Method = 'exec' | 'run' | 'get' | 'all' | 'query';

export interface Request {
  readonly glasswal: 'request';
  readonly id: number;
  readonly method: Method;
  readonly sql: string;
  readonly values: Bindings;
  /** How far it is (progressOf, runBefore), for who may want it to end: only where both ends share memory. */
  readonly state?: SharedArrayBuffer;
}

export const requestState = { waiting: 0, running: 1, aborted: 2, done: 3 } as const;

/** A request's `state`: how far it is, and which run its connection was at when it began, which is none of its own. */
export const STATE_BYTES = 16;

/** How far the request is. */
export function progressOf(state: SharedArrayBuffer): Int32Array {
  return new Int32Array(state, 0, 1);
}

/** Which run the connection was at before the request; written before it runs. */
export function runBefore(state: SharedArrayBuffer): Float64Array {
  return new Float64Array(state, 8, 1);
}

export interface Response {
  readonly glasswal: 'response';
  readonly id: number;
  readonly result?: unknown;
  readonly error?: CarriedError;
}

/** connect() asks whether anybody serves here. */
export interface Greeting {
  readonly glasswal: 'greeting';
  /** A Web Lock that the asker has: whoever does not see it does not share locks with it, and cannot prove its life by one. */
  readonly probe: string;
}

/** serve() is here: said when it begins, without `life`, and in answer to a greeting. */
export interface Hello {
  readonly glasswal: 'hello';
  /** The Web Lock that its thread has for as long as it serves and lives; '' where there is none that the asker could see. */
  readonly life?: string;
  /** Which connection it serves, for who has a client in the same runtime. */
  readonly place?: ConnectionPlace | undefined;
}

/** serve() was stopped. */
export interface Farewell {
  readonly glasswal: 'farewell';
}

type Fields<Message> = Partial<Record<keyof Message, unknown>>;

/** The fields of a message of that kind, whatever they are; undefined if it is another. */
function fieldsOf<Message>(message: unknown, kind: string): Fields<Message> | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  return (message as { glasswal?: unknown }).glasswal === kind ? message : undefined;
}

const methods: readonly unknown[] = ['exec', 'run', 'get', 'all', 'query'] satisfies Method[];

/** `method` becomes the name of what is called. */
export function isRequest(message: unknown): message is Request {
  const request = fieldsOf<Request>(message, 'request');
  return (
    Number.isSafeInteger(request?.id) &&
    methods.includes(request!.method) &&
    typeof request!.sql === 'string' &&
    Array.isArray(request!.values) &&
    (request!.state === undefined || isState(request!.state))
  );
}

function isState(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object SharedArrayBuffer]' && (value as SharedArrayBuffer).byteLength === STATE_BYTES;
}

export function isResponse(message: unknown): message is Response {
  const response = fieldsOf<Response>(message, 'response');
  return Number.isSafeInteger(response?.id) && (response!.error === undefined || isCarriedError(response!.error));
}

export function isGreeting(message: unknown): message is Greeting {
  return typeof fieldsOf<Greeting>(message, 'greeting')?.probe === 'string';
}

export function isHello(message: unknown): message is Hello {
  const hello = fieldsOf<Hello>(message, 'hello');
  return (
    hello !== undefined &&
    (hello.life === undefined || typeof hello.life === 'string') &&
    (hello.place === undefined || isPlace(hello.place))
  );
}

function isPlace(value: unknown): boolean {
  const place = value as Partial<Record<keyof ConnectionPlace, unknown>> | null;
  const numbers = [place?.client, place?.generation, place?.file, place?.connection];
  return typeof place?.runtime === 'string' && numbers.every(isIndex);
}

export function isFarewell(message: unknown): message is Farewell {
  return fieldsOf<Farewell>(message, 'farewell') !== undefined;
}

/** An error as a message carries it: classes do not survive the way. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly glasswalCode?: GlasswalErrorCode;
  readonly sqlite?: { extendedCode: number; sql: string | undefined; offset: number | undefined; lock: LockRefusal | undefined };
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

/** What was thrown, for a message. */
export function pack(thrown: unknown): CarriedError {
  try {
    const carried = carriedBy(thrown);
    // Whoever asked takes only what is whole, and what cannot be cloned would not even be sent.
    if (isCarriedError(carried)) return structuredClone(carried);
  } catch {
    // It was revoked, or does not want to be looked at.
  }
  const message = `What was thrown there cannot be sent, for it is ${kindOf(thrown)}: throw an Error whose name and message are texts.`;
  return { name: 'Error', message, stack: undefined };
}

function carriedBy(thrown: unknown): CarriedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack } = error;
  if (error instanceof SqliteError) {
    const { resultCode: extendedCode, sql, offset, lock } = error;
    return { name, message, stack, sqlite: { extendedCode, sql, offset, lock } };
  }
  const hasCode = error instanceof GlasswalError || error instanceof MisuseError;
  return { name, message, stack, ...(hasCode ? { glasswalCode: error.code } : {}) };
}

/** The error that a message carried, as the same kind of error. */
export function unpack(carried: CarriedError): Error {
  const error = revive(carried);
  if (carried.stack !== undefined) error.stack = carried.stack;
  return error;
}

function revive({ name, message, glasswalCode, sqlite }: CarriedError): Error {
  if (sqlite !== undefined) return new SqliteError(message, sqlite);
  if (glasswalCode !== undefined) return new (name === 'MisuseError' ? MisuseError : GlasswalError)(glasswalCode, message);
  if (name === 'TypeError') return new TypeError(message);
  if (name === 'RangeError') return new RangeError(message);
  return Object.assign(new Error(message), { name });
}
