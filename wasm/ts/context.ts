/**
 * What all connections of one client share: the scratch of the call in progress, the JavaScript functions that SQL can
 * call, and the exception that one of them threw.
 */
import type { Engine } from './engine.js';
import { Scratch, allocate, free } from './scratch.js';
import { type SqliteExports, sqliteOf } from './sqlite_exports.js';
import { encodeUtf8, writeUtf8 } from './text.js';

/** Answers glasswal_host_call. */
type HostCall = (kind: number, id: number, state: number, argc: number, frame: number) => number;

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
  readonly execute: SqliteExports['glasswal_execute'];
  readonly exports: SqliteExports;
  /** What the call in progress uses. A user function's own statements use another one. */
  scratch: Scratch;
  /** What a user function threw on the way to the failure of the statement that called it. */
  thrown: { readonly error: unknown } | undefined;

  readonly #scratches: Scratch[];
  #depth = 0;

  constructor(engine: Engine) {
    this.engine = engine;
    this.exports = sqliteOf(engine);
    this.execute = this.exports.glasswal_execute;
    this.scratch = new Scratch(engine);
    this.#scratches = [this.scratch];
  }

  /** Whether a user function is running: a statement of this client waits for it. */
  get inHostCall(): boolean {
    return this.#depth > 0;
  }

  /** Makes `answer` what user functions of SQL reach. If it throws, the module will not run again. */
  answerWith(answer: HostCall): void {
    this.engine.host.call = (kind, id, state, argc, frame) => {
      this.#depth++;
      try {
        return answer(kind, id, state, argc, frame);
      } finally {
        this.#depth--;
        this.scratch = this.#scratches[this.#depth]!;
      }
    };
  }

  /** To be called before user code runs in a host call: what it does must not disturb the statement that waits for it. */
  useOwnScratch(): void {
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

  /** The exception of the user function that made the last statement fail, once. */
  takeThrown(): { readonly error: unknown } | undefined {
    const { thrown } = this;
    this.thrown = undefined;
    return thrown;
  }
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
