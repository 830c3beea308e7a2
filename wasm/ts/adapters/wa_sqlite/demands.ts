/**
 * What wa-sqlite wants of a main database: the lock that it has or waits for, and what its pragmas have said.
 *
 * Thread-safety: belongs to one thread.
 */
import type { Wait } from './holding.js';

const AUTOCHECKPOINT_FRAMES = 1000;

export class Demands {
  /** As wa-sqlite has it locked: SQLITE_LOCK_*. */
  lock = 0;
  /** It writes with its next lock, as SQLite says before it takes it. */
  willWrite = false;
  /** It does so alone, as a VACUUM. */
  willWriteAlone = false;
  /** PRAGMA locking_mode = exclusive. */
  isExclusive = false;
  /** PRAGMA busy_timeout; -1: for as long as it takes. */
  busyTimeoutMs = -1;
  autocheckpointFrames = AUTOCHECKPOINT_FRAMES;
  /** The wait for a lock that another one has. */
  wait: Wait | undefined;
  /** It is called for the last time by a statement that has waited. */
  isLastTry = false;
  /** The connection that has it open, by the address of wa-sqlite's sqlite3. */
  handle = 0;
}
