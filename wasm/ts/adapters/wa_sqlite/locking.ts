/**
 * What wa-sqlite's locks of a main database are to the engine: SHARED begins to read, or to write where that is said before; RESERVED goes on to
 * writing; PENDING and EXCLUSIVE are had with that.
 */
import { SQLITE_BUSY, SQLITE_LOCK_NONE, SQLITE_LOCK_RESERVED, SQLITE_OK } from '../../generated/sqlite.js';
import { type Holding, READING, type Wait, WRITING } from './holding.js';
import { lookForLock, retryAfter, startWait } from './lock_wait.js';
import type { MainFile } from './main_file.js';
import type { Refusal } from './refusal.js';
import type { WaModule } from './wa_module.js';

/** For so long a call sleeps at most that cannot wait in another way. */
const LAST_TRY_MS = 5000;

/** Who is told. */
export interface LockListener {
  /** The lock is not to be had: the code for wa-sqlite. */
  refused(refusal: Refusal): number;
  /** It has been waited for for long, and still is. */
  waitsLong(refusal: Refusal): void;
}

/** Takes `level` (SQLITE_LOCK_*) for `main`; SQLITE_BUSY where wa-sqlite is to call again, or not to have it. */
export function takeLock(main: MainFile, level: number, module: WaModule, listener: LockListener): number {
  if (main.lock !== SQLITE_LOCK_NONE) {
    if (level >= SQLITE_LOCK_RESERVED && main.wait !== undefined) fetchResult(main, main.wait, WRITING);
    // One that has read what others have changed since would wait for nothing.
    return level < SQLITE_LOCK_RESERVED || main.holds === WRITING ? SQLITE_OK : takeNow(main, listener);
  }
  const hindered = main.wantsAlone ? main.takeAlone() : undefined;
  if (hindered !== undefined) return listener.refused(hindered);
  const kind = main.willWrite || main.isExclusive ? WRITING : READING;
  main.willWrite = false;
  const { wait } = main;
  if (wait !== undefined && wait.result === undefined && !(wait.isOverdue && kind === READING)) return joinWait(wait, kind, module);
  const result = wait === undefined ? undefined : fetchResult(main, wait, kind);
  if (typeof result === 'object') return listener.refused(result);
  if (main.holds >= kind) return SQLITE_OK;
  return main.isLastTry ? takeAtLast(main, kind, listener) : takeOrWait(main, kind, module, listener);
}

/**
 * A connection has one wait at a time, for all of its statements. Also one that only reads comes after it: SQLite ends no transaction as long as a statement
 * of the connection is to write, so that one could only write to the snapshot of before the wait. But it is not kept for longer than a moment, since
 * whoever has the lock may be waiting for just that.
 */
function joinWait(wait: Wait, kind: Holding, module: WaModule): number {
  wait.callers += 1;
  retryAfter(module, kind === READING && wait.kind === WRITING ? Promise.race([wait.ended, wait.moment]) : wait.ended);
  return SQLITE_BUSY;
}

/** What came of the wait for the call that is now; undefined if it goes on, or was another one's. */
function fetchResult(main: MainFile, wait: Wait, kind: Holding): Wait['result'] {
  const { result } = wait;
  if (result === undefined) return undefined;
  beginLastTry(main);
  wait.callers -= 1;
  // The first that writes has the lock, for all of the connection's statements. A refusal is told to each.
  if (result === 'granted' ? kind >= wait.kind : wait.callers <= 0) main.wait = undefined;
  return kind >= wait.kind ? result : undefined;
}

/** Once it has waited wa-sqlite does not call again: the call that it is in, which runs without a pause, is its last. */
function beginLastTry(main: MainFile): void {
  main.isLastTry = true;
  queueMicrotask(() => (main.isLastTry = false));
}

/**
 * Where the schema has changed a statement lets go of the lock that it has waited for, and wants it once more. Nobody would call again after another wait:
 * what that got would stay with a connection that does not know of it.
 */
function takeAtLast(main: MainFile, kind: Holding, listener: LockListener): number {
  const { code, refusal } = lookForLock(main, kind, LAST_TRY_MS);
  return refusal === undefined ? code : listener.refused(refusal);
}

function takeNow(main: MainFile, listener: LockListener): number {
  const code = main.begin(WRITING, 0);
  return code === SQLITE_OK ? code : listener.refused(main.refusalOf(code));
}

function takeOrWait(main: MainFile, kind: Holding, module: WaModule, listener: LockListener): number {
  const { code, refusal, isWorthWaiting } = lookForLock(main, kind);
  if (refusal === undefined) return code;
  if (!isWorthWaiting) return listener.refused(refusal);
  main.wait = startWait(main, kind, (met) => listener.waitsLong(met));
  return joinWait(main.wait, kind, module);
}
