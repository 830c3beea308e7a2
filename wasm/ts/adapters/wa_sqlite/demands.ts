/**
 * What wa-sqlite wants of a main database: the lock that it has or waits for, and what its pragmas have said.
 *
 * Thread-safety: belongs to one thread.
 */
import { SQLITE_OPEN_READWRITE } from '../../generated/sqlite.js';
import type { Engine } from '../../engine/engine.js';
import { type Holding, type Wait, WRITING } from './holding.js';
import type { Pager } from './pager.js';
import type { ConnectionStatements } from './statements.js';
import { type Thread, writers } from './thread.js';

const AUTOCHECKPOINT_FRAMES = 1000;

export abstract class Demands {
  #lock = 0;
  /** It writes with its next lock, as SQLite says before it takes it. */
  willWrite = false;
  /** It does so alone, as a VACUUM. */
  willWriteAlone = false;
  /** PRAGMA locking_mode = exclusive. */
  isExclusive = false;
  /** PRAGMA busy_timeout; -1: for as long as it takes. */
  busyTimeoutMs = -1;
  autocheckpointFrames = AUTOCHECKPOINT_FRAMES;
  /** PRAGMA page_size, for the connection's next VACUUM; 0: as it is. */
  nextPageBytes = 0;
  /** The wait for a lock that another one has. */
  wait: Wait | undefined;
  /** It is called for the last time by a statement that has waited. */
  isLastTry = false;
  /** What of the connection's statements is known. */
  statements: ConnectionStatements | undefined;
  /** The databases of the same connection, this one included; the first is the one that it was opened with. */
  siblings: Set<Demands> = new Set([this]);

  /** The database at `path`, opened with `flags` (SQLITE_OPEN_*). */
  constructor(readonly thread: Thread, readonly path: string, readonly flags: number) {}

  /** That of the engine's connection. */
  abstract get pager(): Pager;
  /** What of a transaction the engine's connection has. */
  abstract get holds(): Holding;
  /** Gives back what wa-sqlite has no lock for. */
  abstract settle(): void;
  /** Copies the log into the database; a code of SQLite. */
  abstract checkpoint(mode: number, ms?: number): number;

  /** As wa-sqlite has it locked: SQLITE_LOCK_*. */
  get lock(): number {
    return this.#lock;
  }
  set lock(level: number) {
    this.#lock = level;
    this.statements?.moved();
  }

  get engine(): Engine {
    return this.pager.engine;
  }

  get isReadonly(): boolean {
    return (this.flags & SQLITE_OPEN_READWRITE) === 0;
  }

  /** Whether another connection of this thread writes, which cannot go on while this one sleeps. */
  get isThreadWriting(): boolean {
    return [...writers].some((each) => !this.siblings.has(each as Demands));
  }

  /** Whether it may be one of several databases that this connection writes to. */
  get isOneOfSeveral(): boolean {
    return writers.size > 1;
  }

  /** Whether the same connection of wa-sqlite writes to the same database by another name. */
  get hasItself(): boolean {
    const { path, thread } = this;
    return [...this.siblings].some((each) => each !== this && each.path === path && each.thread === thread && each.holds === WRITING);
  }
}
