/** Looking for spans now and then, for whoever shows them. */
import { eventLevels } from '../generated/codes.js';
import { callListener, reportError } from '../given/listeners.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { shown } from '../given/given_options.js';
import { kindOf } from '../given/kinds.js';
import { type Span, SpanReader, type SpanSource } from './spans.js';

/** Between two looks; the ring of events keeps some thousands meanwhile. */
const restMs = 100;

/** How spans are looked for. */
export interface WatchOptions {
  /** Milliseconds between two looks; 100 if not given. What happens more often than the ring of events has room for is lost. */
  readonly intervalMs?: number;
}

/** What watchSpans() knows of the options. */
export const watchOptions = ['intervalMs'];

function intervalOf(given: unknown): number {
  if (given === undefined) return restMs;
  if (typeof given === 'number' && given >= 1 && given <= 60_000) return given;
  throw new MisuseError('OPTION', `The option intervalMs is ${shown(given)}: give a number from 1 to 60000.`);
}

/**
 * Gives the spans of all clients to `take` as they end, with how many events were lost since the last time; what ends it, after a last
 * look. What is needed is recorded from the level 'debug' on, which is set for so long.
 */
export function watchSpans(source: SpanSource, method: string, given: Readonly<Record<string, unknown>>, take: (spans: readonly Span[], lost: number) => void): () => void {
  const { diagnostics, events, setEventLevel } = Object(source) as Partial<SpanSource>;
  if (![diagnostics, events, setEventLevel].every((each) => typeof each === 'function')) {
    throw new MisuseError('MISUSE', `${method} was given ${kindOf(source)}: give a runtime, or a client of one.`);
  }
  const intervalMs = intervalOf(given['intervalMs']);
  const { level } = source.diagnostics().events;
  const levelBefore = eventLevels.find((each) => each === level)!;
  const needsMore = eventLevels.indexOf(levelBefore) < eventLevels.indexOf('debug');
  if (needsMore) source.setEventLevel('debug');
  const reader = new SpanReader(source);
  let lost = 0;
  let timer: ReturnType<typeof setInterval> | undefined = setInterval(() => look(), intervalMs);
  (timer as unknown as { unref?: () => void }).unref?.();
  const end = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const tell = (spans: readonly Span[]): void => {
    if (spans.length !== 0 || reader.lost !== lost) callListener(take, spans, reader.lost - lost);
    lost = reader.lost;
  };
  const look = (): void => {
    try {
      tell(reader.read());
    } catch (error) {
      // Of a client that has left nothing more comes.
      end();
      if (!(error instanceof GlasswalError && error.code === 'CLOSED')) reportError(error);
    }
  };
  return () => {
    if (timer === undefined) return;
    look();
    if (timer === undefined) return;
    end();
    tell(reader.rest());
    if (needsMore) source.setEventLevel(levelBefore);
  };
}
