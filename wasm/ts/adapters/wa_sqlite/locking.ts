/**
 * What wa-sqlite's locks of a main database are to the engine: SHARED begins to read, or to write where that is said before; RESERVED goes on to
 * writing; PENDING and EXCLUSIVE are had with that.
 */
import { SQLITE_BUSY, SQLITE_LOCK_NONE, SQLITE_LOCK_RESERVED, SQLITE_OK } from '../../generated/sqlite.js';
import { lookForLock, retryAfter, waitForLock } from './lock_wait.js';
import { type Holding, type MainFile, READING, WRITING } from './main_file.js';
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
    // One that has read what others have changed since would wait for nothing.
    return level < SQLITE_LOCK_RESERVED || main.holds === WRITING ? SQLITE_OK : takeNow(main, listener);
  }
  const kind = main.willWrite || main.isExclusive ? WRITING : READING;
  main.willWrite = false;
  if (main.wait !== undefined && main.wait !== 'waiting') beginLastTry(main);
  const { wait } = main;
  main.wait = undefined;
  if (typeof wait === 'object') return listener.refused(wait);
  if (main.holds >= kind) return SQLITE_OK;
  return main.isLastTry ? takeAtLast(main, kind, listener) : takeOrWait(main, kind, module, listener);
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
  main.wait = 'waiting';
  const waited = waitForLock(main, kind, (met) => listener.waitsLong(met)).then((result) => {
    main.wait = result;
    // The call that has waited comes before the next turn, or not at all.
    setTimeout(() => main.forgetWait(result));
  });
  retryAfter(module, waited);
  return SQLITE_BUSY;
}
