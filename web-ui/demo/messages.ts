// What the page and its workers say to each other. A worker is told once to start; after that everything it does to
// the database it does by itself, and only reports.
import type { Runtime } from '/glasswal/index.js';

export type Role = 'writer' | 'reader';

/** The rows to load, in one shared buffer: batch i is the UTF-8 text between offsets i and i + 1. */
export interface Source {
  readonly bytes: SharedArrayBuffer;
  readonly offsets: Uint32Array;
  readonly rows: number;
}

export interface City {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly lat: number;
  readonly lng: number;
}

export type ToWorker =
  | { kind: 'start'; runtime: Runtime; name: string; source: Source }
  | { kind: 'pause'; paused: boolean }
  | { kind: 'search'; id: number; text: string }
  | { kind: 'leave' };

/** Totals since the worker started; they only grow. */
export interface Totals {
  rows: number;
  commits: number;
  queries: number;
  /** How often a reader compared its snapshot with what the writers promised, and how often it was not whole. */
  checks: number;
  torn: number;
}

export type FromWorker =
  | { kind: 'ready'; joinMs: number }
  | { kind: 'totals'; totals: Totals; doing: string }
  | { kind: 'answer'; id: number; cities: City[]; total: number; ms: number }
  | { kind: 'trouble'; message: string }
  | { kind: 'left' };
