/**
 * What wa-sqlite's locks of a main database are to the engine: SHARED begins to read, or to write where that is said before; RESERVED goes on to
 * writing; PENDING and EXCLUSIVE are had with that.
 */
import { SQLITE_BUSY, SQLITE_LOCK_EXCLUSIVE, SQLITE_LOCK_NONE, SQLITE_LOCK_RESERVED, SQLITE_OK } from '../../generated/sqlite.js';
import { type Holding, READING, type Wait, WRITING } from './holding.js';
import { lookForLock, momentOf, retryAfter, startWait } from './lock_wait.js';
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

function refuse(main: MainFile, listener: LockListener, refusal: Refusal): number {
  main.statements?.waits();
  const code = listener.refused(refusal);
  main.statements?.refused(code);
  return code;
}

/** Takes `level` (SQLITE_LOCK_*) for `main`; SQLITE_BUSY where wa-sqlite is to call again, or not to have it. */
export function takeLock(main: MainFile, level: number, module: WaModule, listener: LockListener): number {
  if (main.lock !== SQLITE_LOCK_NONE) {
    return takeMore(main, level, listener);
  }
  if (main.wantsAlone) main.takeAlone();
  main.willWriteAlone = false;
  const kind = main.willWrite || (main.isExclusive && !main.isReadonly) ? WRITING : READING;
  main.willWrite = false;
  main.statements?.takes(kind);
  const { wait } = main;
  if (wait !== undefined && wait.result === undefined && !(wait.isOverdue && kind === READING)) return joinWait(main, wait, kind, module);
  const result = wait === undefined ? undefined : fetchResult(main, wait, kind);
  if (typeof result === 'object') return refuse(main, listener, result);
  if (main.holds >= kind) return SQLITE_OK;
  return main.isLastTry ? takeAtLast(main, kind, listener) : takeOrWait(main, kind, module, listener);
}

/**
 * A connection has one wait at a time, for all of its statements. Also one that only reads comes after it: SQLite ends no transaction as long as a statement
 * of the connection is to write, so that one could only write to the snapshot of before the wait. But it is not kept for longer than a moment, since
 * whoever has the lock may be waiting for just that.
 */
function joinWait(main: MainFile, wait: Wait, kind: Holding, module: WaModule): number {
  main.statements?.waits();
  if (kind >= wait.kind) wait.callers += 1;
  retryAfter(module, kind === READING && wait.kind === WRITING && !wait.isOverdue ? momentOf(wait) : wait.ended);
  return SQLITE_BUSY;
}

/** What came of the wait for the call that is now; undefined if it goes on, or was another one's. */
function fetchResult(main: MainFile, wait: Wait, kind: Holding): Wait['result'] {
  const { result } = wait;
  if (result === undefined) return undefined;
  beginLastTry(main);
  if (kind < wait.kind) return undefined;
  wait.callers -= 1;
  // The first has the lock, for all of the connection's statements. A refusal is told to each.
  if (result === 'granted' || wait.callers <= 0) main.wait = undefined;
  return result;
}

/**
 * Once it has waited wa-sqlite does not call again: the call that it is in, which runs without a pause, is its last. Where the schema has changed it lets go
 * of the lock that it has waited for, and wants it once more: until the end of the call it is kept for that (MainFile.release).
 */
function beginLastTry(main: MainFile): void {
  const all = [...main.siblings];
  for (const each of all) each.isLastTry = true;
  queueMicrotask(() => {
    for (const each of all) {
      each.isLastTry = false;
      if (each.wait?.result !== 'granted') each.settle();
    }
  });
}

/** Nobody would call again after another wait: what that got would stay with a connection that does not know of it. */
function takeAtLast(main: MainFile, kind: Holding, listener: LockListener): number {
  const { code, refusal } = lookForLock(main, kind, LAST_TRY_MS);
  return refusal === undefined ? code : refuse(main, listener, refusal);
}

/** Goes on from a lock that the connection has. */
function takeMore(main: MainFile, level: number, listener: LockListener): number {
  if (level < SQLITE_LOCK_RESERVED) return SQLITE_OK;
  main.statements?.takes(WRITING);
  const result = main.wait === undefined ? undefined : fetchResult(main, main.wait, WRITING);
  if (typeof result === 'object') return refuse(main, listener, result);
  // One that has read what others have changed since would wait for nothing.
  let code = main.begin(WRITING, 0);
  if (code === SQLITE_OK && level >= SQLITE_LOCK_EXCLUSIVE) code = main.lockOut(LAST_TRY_MS);
  return code === SQLITE_OK ? code : refuse(main, listener, main.refusalOf(code));
}

function takeOrWait(main: MainFile, kind: Holding, module: WaModule, listener: LockListener): number {
  const { code, refusal, isWorthWaiting } = lookForLock(main, kind);
  if (refusal === undefined) return code;
  if (!isWorthWaiting) return refuse(main, listener, refusal);
  if (main.wait === undefined || main.wait.result !== undefined) main.wait = startWait(main, kind, (met) => listener.waitsLong(met));
  return joinWait(main, main.wait, kind, module);
}
