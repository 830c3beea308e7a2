/**
 * `glasswal/trace`: what databases do, in the performance panel of the browser's developer tools.
 *
 *     const stop = startTimings(runtime);
 *
 * Each transaction, statement, wait and checkpoint of any client becomes a `performance.measure()` with the details that Chromium's
 * tools show: a track for each connection in the group glasswal, a colour, and what else there is to know. A PerformanceObserver gets
 * the same.
 *
 * `runtime.exportTrace()` needs none of this: it is a trace of its own, for Perfetto.
 * @module glasswal/trace
 */
import { optionsOf } from './given/given_options.js';
import { watchOptions, type WatchOptions, watchSpans } from './api/span_watch.js';
import type { Span, SpanKind, SpanSource } from './api/spans.js';

export type { SpanSource, WatchOptions };

/** What DevTools knows as the `devtools` of an entry's detail. */
interface DevToolsDetail {
  readonly dataType: 'track-entry' | 'marker';
  readonly track?: string;
  readonly trackGroup?: string;
  readonly color: string;
  readonly tooltipText: string;
  readonly properties: readonly (readonly [string, string])[];
}

const colors: Readonly<Record<SpanKind, string>> = {
  transaction: 'primary-light', statement: 'primary', checkpoint: 'tertiary', wait: 'secondary-dark',
};

function millisecondsText(ns: number): string {
  return `${(ns / 1e6).toFixed(3)} ms`;
}

function detailOf(span: Span): DevToolsDetail {
  const { kind, name, client, path, connection, beginNs, endNs, facts, failure } = span;
  const properties = [['client', client], ['database', path], ['connection', String(connection)]] as [string, string][];
  for (const [fact, value] of Object.entries(facts)) properties.push([fact, String(value)]);
  if (failure !== undefined) properties.push(['failure', failure]);
  return {
    dataType: 'track-entry', track: `${client} ${path} ${connection}`, trackGroup: 'glasswal', properties,
    color: failure === undefined ? colors[kind] : 'error', tooltipText: `${name}, ${millisecondsText(endNs - beginNs)}`,
  };
}

/** The names of what was measured. */
function measure(spans: readonly Span[], names: Set<string>): void {
  for (const span of spans) {
    const [start, end] = [span.beginNs, span.endNs].map((ns) => ns / 1e6 - performance.timeOrigin) as [number, number];
    // What began before the page cannot be shown.
    if (end >= 0) {
      performance.measure(span.name, { start: Math.max(start, 0), end: Math.max(end, start, 0), detail: { devtools: detailOf(span) } });
      names.add(span.name);
    }
    measure(span.children, names);
  }
}

function tellLost(lost: number): void {
  const devtools: DevToolsDetail = { dataType: 'marker', color: 'error', tooltipText: `glasswal: ${lost} events were lost`, properties: [] };
  performance.mark('glasswal lost', { detail: { devtools } });
  performance.clearMarks('glasswal lost');
}

/**
 * Measures what all clients of the runtime do, from now until the returned function is called. Events are recorded at the level
 * 'debug' for so long.
 *
 * The entries are there for tools and observers alone: from the page's own list of entries, which is never emptied by itself, they are
 * taken at once, with any others of the same name.
 */
export function startTimings(runtime: SpanSource, options?: WatchOptions | null): () => void {
  return watchSpans(runtime, 'startTimings()', optionsOf(options, 'startTimings()', watchOptions), (spans, lost) => {
    const names = new Set<string>();
    measure(spans, names);
    for (const name of names) performance.clearMeasures(name);
    if (lost !== 0) tellLost(lost);
  });
}
