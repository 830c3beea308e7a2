/**
 * Waiting for a lock of the engine. A thread that may sleep does so for a moment, in which the holder's release wakes it; then its other
 * connections get a turn, and the wait goes on beside them: wa-sqlite calls a statement again when what it finds in
 * `module.retryOps` is done.
 */
import type { Engine } from '../../engine/engine.js';
import { header, regionOffset } from '../../generated/facts.js';
import { SQLITE_BUSY, SQLITE_INTERRUPT, SQLITE_LOCK_NONE, SQLITE_OK } from '../../generated/sqlite.js';
import { isOwnSlot } from '../../life/membership.js';
import { type Holding, READING, type Wait } from './holding.js';
import type { MainFile } from './main_file.js';
import { attachedTwice, type Refusal } from './refusal.js';

/** For so long a thread sleeps at a time, and nothing else of it goes on. */
const NAP_MS = 20;
/** For so long it waits at most for somebody to commit; locks are also released without a commit. */
const LOOK_AGAIN_MS = 10;
/** After so long without an end a wait is told to the logger. */
const LONG_MS = 1000;
/** For so long other statements of the connection do not read before the one that waits. */
const MOMENT_MS = 200;

/**
 * Has wa-sqlite's API await `done` before it calls again what is being called now. It does so for everything that is in
 * `module.retryOps`, with whatever statement it is at, of any connection of the module: so it would wait with the COMMIT of the one
 * connection for the end of the other's wait for just that, and would step for a second time what others have stepped meanwhile. So the
 * promise comes there with the last microtask before the API looks what is there for this call, and the first look takes it away.
 */
export function retryAfter(module: { readonly retryOps: Promise<unknown>[] }, done: Promise<unknown>): void {
  queueMicrotask(() => {
    const operations = module.retryOps;
    operations.push(done);
    operations[Symbol.iterator] = () => operations.splice(0).values();
  });
}

/** A turn of this thread's event loop, in which others can do something. */
const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves after anybody's next commit, or a moment later. */
async function commitOrMoment(engine: Engine): Promise<void> {
  if (typeof (Atomics as { waitAsync?: unknown }).waitAsync !== 'function') return turn(LOOK_AGAIN_MS / 2);
  const sequence = (regionOffset + header.commitSequence) >>> 2;
  const waiters = (regionOffset + header.commitWaiters) >>> 2;
  Atomics.add(engine.i32, waiters, 1);
  const waiting = Atomics.waitAsync(engine.i32, sequence, Atomics.load(engine.i32, sequence), LOOK_AGAIN_MS);
  // The timer is the one that keeps time, and in Node the one that keeps the process alive.
  await Promise.race([waiting.value, turn(waiting.async ? LOOK_AGAIN_MS : 0)]);
  Atomics.sub(engine.i32, waiters, 1);
}

/** Begins `kind`, sleeping for `ms` at most. */
function attempt(file: MainFile, kind: Holding, ms: number): { readonly code: number; readonly refusal?: Refusal } {
  // To find that nobody sleeps for what only this thread can do takes one look without sleeping.
  const first = file.begin(kind, file.engine.mayWait && !file.isThreadWriting && kind === READING ? ms : 0);
  if ((first & 0xff) !== SQLITE_BUSY) return first === SQLITE_OK ? { code: first } : { code: first, refusal: file.refusalOf(first) };
  const refusal = file.refusalOf(first);
  const isOwn = file.isThreadWriting || (refusal.client !== undefined && isOwnSlot(file.engine.views.memory, refusal.client));
  if (ms === 0 || isOwn || !file.engine.mayWait || file.isOutdated || refusal.client === undefined) return { code: first, refusal };
  const code = file.begin(kind, ms);
  return code === SQLITE_OK ? { code } : { code, refusal: file.refusalOf(code) };
}

/** What came of the first look for a lock. */
export type Looked = { readonly code: number; readonly refusal?: Refusal; readonly isWorthWaiting: boolean };

/** Takes it if it can be had without sleeping for more than `mostMs`. */
export function lookForLock(file: MainFile, kind: Holding, mostMs = NAP_MS): Looked {
  const { busyTimeoutMs } = file;
  // What is waited for is not refused yet.
  file.tryQuietly(busyTimeoutMs !== 0);
  const looked = attempt(file, kind, busyTimeoutMs < 0 ? mostMs : Math.min(mostMs, busyTimeoutMs));
  file.tryQuietly(false);
  const isBusy = (looked.code & 0xff) === SQLITE_BUSY;
  if (isBusy && file.hasItself) return { code: SQLITE_BUSY, refusal: attachedTwice(file.path), isWorthWaiting: false };
  return { ...looked, isWorthWaiting: isBusy && busyTimeoutMs !== 0 && !file.isOutdated };
}

/**
 * Waits for it beside whatever else the thread does; `isLong` is told once when that takes long. What it got and nobody has fetched by the
 * next turn is given back.
 */
export function startWait(file: MainFile, kind: Holding, isLong: (refusal: Refusal) => void): Wait {
  const wait: Wait = { kind, callers: 0, result: undefined, ended: Promise.resolve(), moment: undefined, isOverdue: false };
  wait.ended = waitForLock(file, kind, isLong).then((result) => {
    wait.result = result;
    // The calls that have waited come before the next turn, or not at all.
    setTimeout(() => file.forget(wait));
  });
  return wait;
}

/** Resolves at the end of the wait, or after a moment. */
export function momentOf(wait: Wait): Promise<void> {
  wait.moment ??= turn(MOMENT_MS).then(() => void (wait.isOverdue = true));
  return Promise.race([wait.ended, wait.moment]);
}

/** Takes it, or gives up at the end of the timeout. Never rejects. */
async function waitForLock(file: MainFile, kind: Holding, isLong: (refusal: Refusal) => void): Promise<'granted' | Refusal> {
  try {
    return await tryUntilDeadline(file, kind, isLong);
  } catch (error) {
    return { code: SQLITE_BUSY, error: error as Error, client: undefined };
  } finally {
    if (!file.isClosed) file.tryQuietly(false);
  }
}

async function tryUntilDeadline(file: MainFile, kind: Holding, isLong: (refusal: Refusal) => void): Promise<'granted' | Refusal> {
  const began = performance.now();
  const deadline = file.busyTimeoutMs < 0 ? Infinity : began + file.busyTimeoutMs;
  let toldAt = began + LONG_MS;
  for (;;) {
    // Whoever of this thread has the lock gets a turn first.
    await commitOrMoment(file.engine);
    if (file.isClosed) return { code: SQLITE_BUSY, error: new Error('the connection that waited was closed'), client: undefined };
    if (file.pager.isCancelled) return { code: SQLITE_INTERRUPT, error: new Error('somebody wanted the statement to end'), client: undefined };
    const leftMs = deadline - performance.now();
    file.tryQuietly(leftMs > 0);
    const { code, refusal } = attempt(file, kind, Math.max(0, Math.min(NAP_MS, leftMs)));
    if (refusal === undefined) return 'granted';
    const waited = withWait(refusal, performance.now() - began);
    // Another statement of the connection reads, and will as long as this one waits: the snapshot stays the one of before.
    const isOld = file.lock !== SQLITE_LOCK_NONE && refusal.client === undefined;
    if ((code & 0xff) !== SQLITE_BUSY || leftMs <= 0 || isOld || file.isOutdated) return waited;
    if (performance.now() < toldAt) continue;
    toldAt = Infinity;
    isLong(waited);
  }
}

/** A refusal as it is after all of the wait, of which the engine knows the last nap. */
function withWait(refusal: Refusal, waitedMs: number): Refusal {
  const message = refusal.error.message.replace(/you waited \d+ ms/, `you waited ${Math.round(waitedMs)} ms`);
  return { ...refusal, error: new Error(message) };
}
