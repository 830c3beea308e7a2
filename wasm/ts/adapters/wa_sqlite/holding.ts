/** What of a transaction the engine's connection has, and how it waits for more. */
import type { Refusal } from './refusal.js';

export const NOTHING = -1;
export const READING = 0;
export const WRITING = 1;
/** One of the three above. */
export type Holding = -1 | 0 | 1;

/** A wait for a lock that another one has, for one or more calls of wa-sqlite's. */
export interface Wait {
  readonly kind: Holding;
  /** Resolves after a moment, when who reads need not wait for the end any more: */
  moment: Promise<void> | undefined;
  isOverdue: boolean;
  /** How many are to be told what came of it. */
  callers: number;
  /** Resolves at the end. */
  ended: Promise<void>;
  /** What came of it: a lock that is yet to be fetched, or why there is none. undefined: it goes on. */
  result: 'granted' | Refusal | undefined;
}
