/**
 * Ending what others run: the statement fails with SQLITE_INTERRUPT, and the worker that ran it goes on. Whoever ends it writes one
 * word of the shared memory, at which the statement looks; nothing is asked of a worker that is in the middle of it.
 */
import type { Engine } from '../engine/engine.js';
import { callNumber, check } from '../engine/instance.js';
import { MisuseError } from '../given/errors.js';
import { shown } from '../given/given_options.js';
import { header, regionOffset } from '../generated/facts.js';
import { type RegionOptions, regionOptions } from '../generated/options.js';
import { isSlot, slotState } from '../memory/client_slots.js';

/** Whose statements to end: what diagnostics and refusals say of a client or of one of its connections, or a client's number. */
export type CancelTarget =
  | number
  | {
      /** The client's number. */
      readonly slot: number;
      /** Tells it from others of that number; whoever has it now, if not given. */
      readonly generation?: number;
    }
  | {
      /** The number of the client whose connection it is. */
      readonly client: number;
      /** Tells that client from others of its number. */
      readonly clientGeneration?: number;
      /** The number of the database's file. */
      readonly file: number;
      /** The number of the connection. */
      readonly slot: number;
      /** What it ran when the snapshot was taken: what it runs since is not ended then. */
      readonly statement?: {
        /** Which run of the connection it was. */
        readonly run: number;
      } | null;
    };

/** What is known of statements: see the option `statements`. */
export type StatementTracking = NonNullable<RegionOptions['statements']>;

/** Which connection of a runtime it is. */
export interface ConnectionPlace {
  /** The runtime, by its id. */
  readonly runtime: string;
  readonly client: number;
  readonly generation: number;
  readonly file: number;
  readonly connection: number;
}

const ALL_FILES = 0xffffffff;

/** Ends what `target` runs now; throws NOT_FOUND where that is nothing. */
export function cancel(engine: Engine, target: CancelTarget): void {
  const wanted = (typeof target === 'number' ? { slot: target } : (target ?? {})) as Partial<Record<string, unknown>>;
  const ofConnection = wanted.client !== undefined && wanted.client !== null;
  const client = ofConnection ? wanted.client : wanted.slot;
  const given = ofConnection ? wanted.clientGeneration : wanted.generation;
  if (!isSlot(client) || (ofConnection && !(isIndex(wanted.file) && isIndex(wanted.slot)))) {
    const wanting = "give the number of a client, or what diagnostics say of one or of a connection: { slot, generation }, { client, file, slot }";
    throw new MisuseError('MISUSE', `cancel() was given ${shown(target)}: ${wanting}.`);
  }
  const generation = typeof given === 'number' ? given : slotState(engine.views, client).generation;
  const run = (wanted.statement as { run?: unknown } | null | undefined)?.run;
  // 0 would be whatever it runs now.
  if (run !== undefined && !(Number.isSafeInteger(run) && (run as number) > 0)) {
    throw new MisuseError('MISUSE', `cancel() was given the run ${shown(run)}: give the statement that diagnostics say of the connection, or none.`);
  }
  const [file, connection] = ofConnection ? [wanted.file as number, wanted.slot as number] : [ALL_FILES, 0];
  check(engine, callNumber(engine, 'glasswal_cancel', client, generation, file, connection, (run as number | undefined) ?? 0));
}

/** Whether it can be the number of a file or of a connection: the module takes 32 bits of it, and ALL_FILES for something else. */
export function isIndex(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < ALL_FILES;
}

/** Sets how statements are followed from now on, by all clients. */
export function setStatements(engine: Engine, tracking: StatementTracking): void {
  const trackings: readonly unknown[] = regionOptions.statements;
  const number = trackings.indexOf(tracking);
  if (number < 0) throw new MisuseError('MISUSE', `setStatements() was given ${shown(tracking)}: give ${trackings.join(', ')}.`);
  callNumber(engine, 'glasswal_set_statements', number);
}

/** The run that the connection is at; 0: it runs nothing. */
export function runOf(engine: Engine, { file, connection }: ConnectionPlace): number {
  return callNumber(engine, 'glasswal_running', file, connection);
}

/** Ends one run of a connection, if it is still at that. */
export function cancelRun(engine: Engine, place: ConnectionPlace, run: number): void {
  callNumber(engine, 'glasswal_cancel', place.client, place.generation, place.file, place.connection, run);
}

const engines = new Set<Engine>();

/** An engine that has joined a runtime can end what others run there; call what is returned when it leaves. */
export function mayCancel(engine: Engine): () => void {
  engines.add(engine);
  return () => void engines.delete(engine);
}

/** The engine of this thread that has joined the runtime, if one has and can still be used. */
export function engineIn(runtime: string): Engine | undefined {
  for (const engine of engines) if (engine.fate.lost === undefined && runtimeOf(engine) === runtime) return engine;
  return undefined;
}

/** The id of the runtime that the engine has joined. */
export function runtimeOf(engine: Engine): string {
  const at = regionOffset + header.runtimeId;
  return Array.from(engine.u8.slice(at, at + 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
