/** What a capture or a trace of a runtime holds. */
import { MisuseError } from './errors.js';
import { booleanOption, optionsOf, shown } from './given_options.js';

/** What is in a capture. */
export interface CaptureOptions {
  /** Whether the contents of the databases are; false if not given. */
  readonly contents?: boolean;
  /** How many seconds are recorded before it is made, up to 300, so that who opens it sees that time; 0 if not given. */
  readonly seconds?: number;
}

/** What is in a trace. */
export type TraceOptions = Pick<CaptureOptions, 'seconds'>;

/** What an inspector's capture holds besides all that it saw. */
export type InspectorCaptureOptions = Pick<CaptureOptions, 'contents'>;

const MOST_SECONDS = 300;

/** Whether the contents of the databases are wanted of an inspector, which records by itself. */
export function wantsContents(options: InspectorCaptureOptions | null | undefined): boolean {
  return booleanOption(optionsOf(options, 'capture()', ['contents']), 'contents');
}

function secondsOption(options: Readonly<Record<string, unknown>>): number {
  const seconds = options['seconds'] ?? 0;
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MOST_SECONDS)) {
    throw new MisuseError('OPTION', `The option seconds is ${shown(seconds)}: give a number from 0 to ${MOST_SECONDS}, or leave it out.`);
  }
  return seconds;
}

/** The options, each with its value. */
export function captureOptions(given: CaptureOptions | null | undefined): Required<CaptureOptions> {
  const options = optionsOf(given, 'capture()', ['contents', 'seconds']);
  return { contents: booleanOption(options, 'contents'), seconds: secondsOption(options) };
}

/** How many seconds are recorded before a trace is made. */
export function traceSeconds(given: TraceOptions | null | undefined): number {
  return secondsOption(optionsOf(given, 'exportTrace()', ['seconds']));
}
