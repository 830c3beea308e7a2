/**
 * Whether an instance of the module may still be called.
 *
 * An exception that leaves the module (a trap, a stack that is used up, an abort) leaves C code half done: its instance
 * must never run again. It is lost then, which is told to whoever has its slot, so that others recover from it as from any
 * client that died; the thread itself can join anew.
 *
 * Where the stack of JavaScript is used up, the code that notices may itself find no room. So calls are counted in and
 * out: one that never came out is found by the next one.
 */
import { GlasswalError } from '../given/errors.js';

type Call = (...args: unknown[]) => unknown;
type HostCall = (kind: number, id: number, context: number, argc: number, argv: number) => number;

/** Of one instance. */
export class Fate {
  /** Why the instance is lost. */
  #lost: GlasswalError | undefined;
  /** Calls into the module that have not come out, and calls of the module to us. They take turns. */
  #inside = 0;
  #hosted = 0;
  readonly #whenLost: (() => void)[] = [];

  /** `describe` says what happened, for people. */
  constructor(private readonly describe: (error: unknown) => string) {}

  /** Why the instance must not be called any more, if that is so. */
  get lost(): GlasswalError | undefined {
    if (this.#lost === undefined && this.#inside !== this.#hosted) this.#lose(undefined);
    return this.#lost;
  }

  /** Throws if the instance must not be called any more. */
  check(): void {
    const { lost } = this;
    if (lost !== undefined) throw lost;
  }

  /** Calls `tell` when the instance is lost: nothing of it runs any more from then on. */
  whenLost(tell: () => void): void {
    this.#whenLost.push(tell);
  }

  /** Ends it as planned: every later call throws `reason`, and nobody is told, for nothing is lost. */
  end(reason: GlasswalError): void {
    this.#whenLost.length = 0;
    this.#lost ??= reason;
  }

  /** Gives the instance up for a reason that lies outside of it, which the next call says. */
  giveUp(reason: GlasswalError): void {
    if (this.lost === undefined) this.#lose(reason);
  }

  /** A function of the module that can only be called, and only comes back, while the instance is sound. */
  guard(call: Call): Call {
    // No function that is called often has more parameters, and those that a function does not have it does not see.
    if (call.length > 8) return (...args) => this.guard(() => call(...args))();
    return (a, b, c, d, e, f, g, h) => {
      if (this.#lost !== undefined || this.#inside !== this.#hosted) this.check();
      this.#inside++;
      try {
        const result = call(a, b, c, d, e, f, g, h);
        this.#inside--;
        return result;
      } catch (error) {
        throw this.#lose(error);
      }
    };
  }

  /** A function that the module calls, and that may itself call the module. */
  host(call: HostCall): HostCall {
    return (kind, id, context, argc, argv) => {
      this.#hosted++;
      const result = call(kind, id, context, argc, argv);
      // What was called from here may have been lost, and then the module must not go on.
      this.#hosted--;
      if (this.#lost !== undefined || this.#inside !== this.#hosted + 1) throw this.#lose(undefined);
      return result;
    };
  }

  #lose(error: unknown): GlasswalError {
    const lost = (this.#lost ??= error instanceof GlasswalError ? error : new GlasswalError('ABORTED', this.describe(error)));
    // This may find no room on the stack, too: then a call farther out tells it, which has more.
    for (let tell = this.#whenLost[0]; tell !== undefined; tell = this.#whenLost[0]) {
      tell();
      this.#whenLost.shift();
    }
    return lost;
  }
}
