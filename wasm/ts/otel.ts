/**
 * `glasswal/otel`: what databases do as spans of OpenTelemetry.
 *
 *     const stop = startSpans(runtime, trace.getTracer('app'));
 *
 * Transactions, statements, waits and checkpoints of all clients become spans, a statement within its transaction and a wait within its
 * statement, with the names of the semantic conventions for databases. They are made some milliseconds after they have ended, with the
 * times of when they were.
 *
 * Of `@opentelemetry/api` only types are used, so that no second copy of it is loaded beside the application's.
 * @module glasswal/otel
 */
import type { Attributes, Context, HrTime, Span as OtelSpan, Tracer } from '@opentelemetry/api';
import { MisuseError } from './given/errors.js';
import { kindOf } from './given/kinds.js';
import { optionsOf } from './given/given_options.js';
import { watchOptions, type WatchOptions, watchSpans } from './api/span_watch.js';
import type { Span, SpanSource } from './api/spans.js';

export type { SpanSource, WatchOptions };

/** What startSpans() can be told. */
export interface SpanOptions extends WatchOptions {
  /** What the spans of transactions and single statements are made in: none, so that each begins a trace, unless it is given. */
  readonly context?: Context;
}

// The numbers of SpanKind and SpanStatusCode.
const internalKind = 0;
const clientKind = 2;
const errorStatus = 2;
// What api.trace.setSpan() puts it under: keys of contexts are symbols that all copies of the API share.
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');

/** A context with one value more, as the API's own. */
class OneMore implements Context {
  readonly #key: symbol;
  readonly #value: unknown;
  readonly #rest: Context | undefined;

  constructor(key: symbol, value: unknown, rest: Context | undefined) {
    this.#key = key;
    this.#value = value;
    this.#rest = rest;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#rest?.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new OneMore(key, value, this);
  }

  deleteValue(key: symbol): Context {
    return new OneMore(key, undefined, this);
  }
}

function hrTime(ns: number): HrTime {
  const seconds = Math.floor(ns / 1e9);
  return [seconds, ns - seconds * 1e9];
}

function attributesOf({ kind, name, client, path, connection, facts }: Span): Attributes {
  const attributes: Attributes = { 'db.system.name': 'sqlite', 'db.namespace': path, 'glasswal.client': client, 'glasswal.connection': connection };
  if (kind === 'statement') {
    attributes['db.query.text'] = name;
    attributes['db.operation.name'] = /^\w*/.exec(name)![0].toUpperCase();
    attributes['db.response.returned_rows'] = facts['rows']!;
    if ('code' in facts) attributes['db.response.status_code'] = String(facts['code']);
  }
  for (const [fact, value] of Object.entries(facts)) {
    if (fact !== 'rows' && fact !== 'code') attributes[`glasswal.${fact}`] = value;
  }
  return attributes;
}

function emit(tracer: Tracer, span: Span, context: Context): void {
  const attributes = attributesOf(span);
  if (span.failure !== undefined) attributes['error.type'] = String(span.facts['code'] ?? span.failure);
  const made: OtelSpan = tracer.startSpan(
    span.name, { kind: span.kind === 'statement' ? clientKind : internalKind, startTime: hrTime(span.beginNs), attributes }, context,
  );
  if (span.failure !== undefined) made.setStatus({ code: errorStatus, message: span.failure });
  const within = new OneMore(spanKey, made, context);
  for (const child of span.children) emit(tracer, child, within);
  made.end(hrTime(span.endNs));
}

/**
 * Makes spans of what all clients of the runtime do, from now until the returned function is called. Events are recorded at the level
 * 'debug' for so long.
 */
export function startSpans(runtime: SpanSource, tracer: Tracer, options?: SpanOptions | null): () => void {
  if (typeof (tracer as Partial<Tracer> | null | undefined)?.startSpan !== 'function') {
    throw new MisuseError('MISUSE', `startSpans() was given ${kindOf(tracer)} as its tracer: give what trace.getTracer() returns.`);
  }
  const given = optionsOf(options, 'startSpans()', [...watchOptions, 'context']);
  const context = (given['context'] as Context | undefined) ?? new OneMore(spanKey, undefined, undefined);
  return watchSpans(runtime, 'startSpans()', given, (spans) => {
    for (const span of spans) emit(tracer, span, context);
  });
}
