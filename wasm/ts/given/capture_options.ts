/** What a capture of a runtime holds. */
import { booleanOption, optionsOf } from './given_options.js';

/** What is in a capture. */
export interface CaptureOptions {
  /** Whether the contents of the databases are; false if not given. */
  readonly contents?: boolean;
}

/** Whether the contents of the databases are wanted. */
export function wantsContents(options: CaptureOptions | null | undefined): boolean {
  return booleanOption(optionsOf(options, 'capture()', ['contents']), 'contents');
}
