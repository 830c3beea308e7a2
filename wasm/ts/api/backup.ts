/** Copies of a database that is in use: to another path or runtime, or in Node to a file on disk. */
import { Connection, type DatabaseClient } from './connection.js';
import { isNode } from '../port/environment.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { firstValue } from './execution.js';
import { FileCopy } from './file_copy.js';
import { optionsOf } from '../given/given_options.js';
import { DEFAULT_BUSY_TIMEOUT_MS, setBusyTimeout } from './open.js';
import { ALL_PAGES, type BackupProgress, PageCopy, refuseItself } from './page_copy.js';
import { type SerializeOptions, openTemporary, schemaOf, serialize } from './serialize.js';
import { kindOf } from '../given/kinds.js';
import { openWhole } from './whole.js';

/** How a backup is made. */
export interface BackupOptions extends SerializeOptions {
  /**
   * Called before each step. It may return how many pages the next step copies: 100 if it never does, 0 to pause. What it
   * throws ends the backup.
   */
  readonly progress?: (progress: BackupProgress) => number | undefined | void;
}

/** What copies. Steps are synchronous; other work of this thread is done between them. */
interface Transfer {
  readonly progress: BackupProgress;
  /** Whether all is copied; undefined if somebody is in the way now. */
  step(pages: number): boolean | undefined;
  /** Makes it last. */
  finish(): void;
  /** Ends it where it is; why it came no further. */
  giveUp(): unknown;
  /** Ends it; what was not finished is taken back. */
  end(): void;
}

const STEP_PAGES = 100;
/** Others commit so often that small steps come to no end: the rest is copied at once. */
const MOST_RESTARTS = 3;
const PAUSE_MS = 10;

/** Copies a database to another database, to a path of the same runtime, or to a file. */
export async function backup(
  source: Connection, client: DatabaseClient<never>, target: Connection | string | URL, given: BackupOptions | null | undefined,
): Promise<BackupProgress> {
  const options = optionsOf(given, 'backup()', ['attached', 'progress']) as BackupOptions;
  const schema = schemaOf(options);
  const { progress } = options;
  if (progress !== undefined && progress !== null && typeof progress !== 'function') {
    throw new MisuseError('OPTION', `The option 'progress' is ${kindOf(progress)}: give a function.`);
  }
  source.checkIdle();
  // Where a thread may not wait, nobody set how long; but this does not block it.
  const patienceMs = source.engine.mayWait ? Number(firstValue(source, 'PRAGMA busy_timeout')) : DEFAULT_BUSY_TIMEOUT_MS;
  const transfer = await begin(source, schema, client, target);
  try {
    const result = await run(transfer, progress ?? (() => undefined), patienceMs);
    transfer.finish();
    return result;
  } finally {
    transfer.end();
  }
}

async function begin(
  source: Connection, schema: string, client: DatabaseClient<never>, target: Connection | string | URL,
): Promise<Transfer> {
  if (target instanceof URL) {
    if (target.protocol !== 'file:') throw new MisuseError('MISUSE', `backup() writes files, and '${target.href}' is none: give a file: URL.`);
    if (isNode) return FileCopy.begin(serialize(source, schema), target);
    throw new GlasswalError('ENVIRONMENT', 'Only Node writes files: here take serialize(), and save the bytes.');
  }
  if (typeof target === 'string') return copyToPath(source, schema, client, target.trim());
  if (!(target instanceof Connection)) {
    throw new MisuseError('MISUSE', `backup() takes a database, a path, or in Node a file: URL, and got ${kindOf(target)}.`);
  }
  target.check();
  return source.engine === target.engine ? new PageCopy(source, schema, target, unwaiting(target)) : copyToOther(source, schema, target);
}

/** Into another memory: as the source is now. */
function copyToOther(source: Connection, schema: string, target: Connection): Transfer {
  refuseItself(source, schema, target);
  const temporary = openTemporary(target, serialize(source, schema));
  const restore = unwaiting(target);
  return new PageCopy(temporary, 'main', target, () => {
    temporary.close();
    restore();
  });
}

function copyToPath(source: Connection, schema: string, client: DatabaseClient<never>, path: string): Transfer {
  const { connection, close } = openWhole(source.engine, client, path, 'backup()');
  unwaiting(connection);
  return new PageCopy(source, schema, connection, close);
}

/** No step waits for a lock: what has it may be of this thread, and go on between the steps. What lets `target` wait again. */
function unwaiting(target: Connection): () => void {
  const milliseconds = firstValue(target, 'PRAGMA busy_timeout') as number;
  setBusyTimeout(target, 0);
  return () => {
    if (target.usable) setBusyTimeout(target, milliseconds);
  };
}

async function run(
  transfer: Transfer, tell: NonNullable<BackupOptions['progress']>, patienceMs: number,
): Promise<BackupProgress> {
  let rate = 0;
  let restarts = 0;
  let before: BackupProgress | undefined;
  let busySince: number | undefined;
  for (;;) {
    await turn(busySince !== undefined || (before !== undefined && rate === 0));
    const done = transfer.step(restarts < MOST_RESTARTS ? rate : ALL_PAGES);
    if (done === undefined) {
      busySince ??= performance.now();
      if (performance.now() - busySince < patienceMs) continue;
      throw transfer.giveUp();
    }
    busySince = undefined;
    const { progress } = transfer;
    if (done) return progress;
    // Where somebody else has committed, SQLite begins again.
    if (before !== undefined && copied(progress) < copied(before) + rate) restarts++;
    const wanted = tell(progress);
    rate = wanted === undefined ? (before === undefined ? STEP_PAGES : rate) : checkRate(wanted);
    before = progress;
  }
}

function copied({ totalPages, remainingPages }: BackupProgress): number {
  return totalPages - remainingPages;
}

function checkRate(wanted: unknown): number {
  if (typeof wanted === 'number' && !Number.isNaN(wanted)) return Math.max(0, Math.min(0x7fffffff, Math.round(wanted)));
  throw new MisuseError('OPTION', `The option 'progress' returned ${kindOf(wanted)}: return how many pages to copy next, or nothing.`);
}

/** Lets this thread do what else it has to do; for a while if the backup pauses. */
function turn(pauses: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (pauses) {
      setTimeout(resolve, PAUSE_MS);
      return;
    }
    // Sooner than a timeout, which pages in the background get once in a second.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
