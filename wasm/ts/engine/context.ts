/**
 * What all connections of one client share: the scratch of the call in progress, the JavaScript functions that SQL can
 * call, and the exception that one of them threw.
 */
import { HOST_FORGET, HOST_THREW } from '../generated/encoding.js';
import type { Engine } from './engine.js';
import { MisuseError } from '../given/errors.js';
import { Scratch, allocate, free } from './scratch.js';
import type { ModuleExports } from '../generated/exports.js';
import { encodeUtf8, writeUtf8 } from './text.js';

/** Answers one kind of glasswal_host_call. Addresses are unsigned. If it throws, the module will not run again. */
export type HostCall = (id: number, state: number, argc: number, frame: number) => number;

/** What a user function threw. */
interface Thrown {
  readonly error: unknown;
  /** Whether the statement may know nothing of it. */
  readonly uncertain: boolean;
}

/**
 * User functions whose statements call user functions, and so on: each is kept on the stacks of the module and of
 * JavaScript, of which the end would cost the client.
 */
const MOST_DEPTH = 64;

/** Text in the module's memory, with a zero byte after it. */
export interface PlacedText {
  readonly address: number;
  /** Bytes with the zero. */
  readonly size: number;
  /** Whether releaseText has something to do. */
  readonly owned: boolean;
}

/** One for each engine: see contextOf. */
export class Context {
  readonly engine: Engine;
  /** Kept apart because each run of a statement calls it. */
  readonly execute: ModuleExports['glasswal_execute'];
  readonly exports: ModuleExports;
  /** What the call in progress uses. A user function's own statements use another one. */
  scratch: Scratch;
  /** What the module asks for by a number: functions, collations, tables and their scans. */
  readonly known = new Map<number, object>();

  readonly #answers: (HostCall | undefined)[] = [];
  #lastKnown = 0;
  readonly #scratches: Scratch[];
  /** By depth: what user functions threw, on the way to the failure of the statement that called them. */
  readonly #thrown: (Thrown | undefined)[] = [];
  #depth = 0;

  constructor(engine: Engine) {
    this.engine = engine;
    this.exports = engine.exports;
    this.execute = this.exports.glasswal_execute;
    this.scratch = new Scratch(engine);
    this.#scratches = [this.scratch];
    this.answerWith(HOST_FORGET, (id) => Number(this.known.delete(id)));
    engine.host.call = (kind, id, state, argc, frame) => this.#answer(kind, id, state >>> 0, argc, frame >>> 0);
  }

  /** The number of `what`, by which the module asks for it until it lets go of it. */
  know(what: object): number {
    this.known.set(++this.#lastKnown, what);
    return this.#lastKnown;
  }

  /** Whether a user function is running: a statement of this client waits for it. */
  get inHostCall(): boolean {
    return this.#depth > 0;
  }

  /** Makes `answer` what the module gets for `kind` (HOST_*). */
  answerWith(kind: number, answer: HostCall): void {
    this.#answers[kind] = answer;
  }

  #answer(kind: number, id: number, state: number, argc: number, frame: number): number {
    this.#depth++;
    try {
      return this.#answers[kind]!(id, state, argc, frame);
    } finally {
      this.#depth--;
      this.scratch = this.#scratches[this.#depth]!;
    }
  }

  /** Runs user code for the module: what it gives, or `failed` with the exception kept for the statement that fails. */
  runUserCode(run: () => number, failed = 1): number {
    try {
      this.useOwnScratch();
      const result = run();
      // What it called may have been given up, and then the module must not go on.
      this.engine.fate.check();
      return result;
    } catch (error) {
      this.engine.fate.check();
      this.threw(error);
      return failed;
    }
  }

  /** To be called before user code runs in a host call: what it does must not disturb the statement that waits for it. */
  useOwnScratch(): void {
    if (this.#depth > MOST_DEPTH) throw tooDeep();
    this.scratch = this.#scratches[this.#depth] ??= new Scratch(this.engine);
  }

  /** Puts `text` where the module can read it: into the scratch if it is short, which the next call may overwrite. */
  placeText(text: string, purpose: string): PlacedText {
    const { parameters } = this.scratch;
    if (text.length * 3 < parameters.size) {
      const end = writeUtf8(text, parameters.u8, 0);
      parameters.u8[end] = 0;
      return { address: parameters.address, size: end + 1, owned: false };
    }
    const bytes = encodeUtf8(text);
    const address = allocate(this.engine, bytes.length + 1, purpose);
    const { u8 } = this.engine;
    u8.set(bytes, address);
    u8[address + bytes.length] = 0;
    return { address, size: bytes.length + 1, owned: true };
  }

  releaseText(text: PlacedText): void {
    if (text.owned) free(this.engine, text.address);
  }

  /**
   * Keeps what the running user function threw for the statement that called it. The first one counts. `uncertain`: the
   * last call of an aggregate, which SQLite also makes when it cleans up, and then nobody waits for what comes of it.
   */
  threw(error: unknown, uncertain = false): void {
    const first = this.#thrown[this.#depth];
    if (first === undefined || (first.uncertain && !uncertain)) this.#thrown[this.#depth] = { error, uncertain };
  }

  /** Whether the statement that called the running user function has failed already, by another one. */
  get failing(): boolean {
    return this.#thrown[this.#depth]?.uncertain === false;
  }

  /** To be called before a statement runs: what those before it left is not its own. */
  forgetThrown(): void {
    this.#thrown[this.#depth + 1] = undefined;
  }

  /** The exception of the user function that made the last statement fail, as it did with the extended code `code`, once. */
  takeThrown(code: number): { readonly error: unknown } | undefined {
    const thrown = this.#thrown[this.#depth + 1];
    this.forgetThrown();
    return thrown?.uncertain && code !== HOST_THREW ? undefined : thrown;
  }
}

function tooDeep(): Error {
  return new MisuseError(
    'MISUSE', `User functions run statements that call user functions, ${MOST_DEPTH} deep: that is as far as it may go.`,
  );
}

const contexts = new WeakMap<Engine, Context>();

/** The context of `engine`. */
export function contextOf(engine: Engine): Context {
  let context = contexts.get(engine);
  if (context === undefined) {
    context = new Context(engine);
    contexts.set(engine, context);
  }
  return context;
}
