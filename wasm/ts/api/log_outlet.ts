/** One logger of a runtime, which is somebody else's code: it filters for it, and keeps what it throws. */
import { levelNumber, type LogRecord, type LogSource, type LogTarget } from './log.js';

export class LogOutlet {
  /** Of what it wants to hear at most. */
  readonly level: number;
  readonly #target: LogTarget;
  readonly #source: LogSource;
  #isTold = false;
  #failures = 0;

  constructor(target: LogTarget, source: LogSource) {
    this.#target = target;
    this.#source = source;
    this.level = levelNumber(target.level ?? 'trace');
  }

  /** Hands it a record. Nobody knows what was lost, so loss is for everybody. */
  tell(record: LogRecord): void {
    if (levelNumber(record.level) > this.level && record.event !== 'events.lost') return;
    this.#isTold = true;
    this.#call(() => this.#target.log(record, this.#source));
  }

  /** There is no more for now. */
  flush(): void {
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#call(() => this.#target.flush?.());
  }

  /** There is no more at all. */
  end(): void {
    this.flush();
    if (this.#failures > 1) console.error(`glasswal: the logger threw ${this.#failures} times`);
  }

  #call(say: () => unknown): void {
    try {
      const said = say();
      // An asynchronous function is a logger, too.
      if (said instanceof Promise) said.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A logger that is broken is so for every record: once is enough to be told of it. */
  #fail(error: unknown): void {
    if (++this.#failures > 1) return;
    console.error('glasswal: the logger threw. It gets the next records all the same; what else it throws is only counted.', error);
  }
}
