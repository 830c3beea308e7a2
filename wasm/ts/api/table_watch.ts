/**
 * Who changed what: whether a commit, by whichever client, has touched certain tables. The module compares a few words of the shared
 * memory (vfs/store/table_versions.h); this side looks when somebody has committed, and at most once a frame.
 */
import type { Connection } from './connection.js';
import { watchCommits } from './diagnostics.js';
import { check } from '../engine/instance.js';
import { GlasswalError, MisuseError, SqliteError } from '../given/errors.js';
import { isPage } from '../port/environment.js';

/** The tables that a statement reads or writes, also by views, triggers and foreign keys. */
export function tablesOf(connection: Connection, sql: string): string[] {
  connection.checkIdle();
  const text = connection.placeSql(sql);
  try {
    const ask = (): void => check(connection.engine, connection.exports.glasswal_tables_of(connection.pointer, text.address));
    // A virtual table of SQLite's own may read others while it is connected, as R-Tree does sqlite_stat1, but never again.
    ask();
    ask();
  } finally {
    connection.context.releaseText(text);
  }
  return JSON.parse(connection.engine.text()) as string[];
}

/** Tells whether tables were touched since it was asked before. */
export class TableWatch {
  #pointer: number;

  /** Watches tables by names as tablesOf() gives them. */
  constructor(private readonly connection: Connection, tables: readonly string[]) {
    const { context, exports, pointer, engine } = connection;
    const names = context.placeText(tables.map((table) => `${table}\0`).join(''), 'names of tables');
    const out = context.scratch.batch;
    out.u32[0] = 0;
    try {
      // The zero behind the text itself ends no name.
      check(engine, exports.glasswal_watch_tables(pointer, names.address, names.size - 1, out.address));
    } finally {
      context.releaseText(names);
    }
    this.#pointer = out.u32[0];
  }

  /** Whether a commit has touched one of them. */
  look(): boolean {
    const looked = this.connection.exports.glasswal_look_at_tables(this.#pointer);
    check(this.connection.engine, looked);
    return looked !== 0;
  }

  end(): void {
    if (this.#pointer !== 0 && this.connection.usable) this.connection.exports.glasswal_end_watch(this.#pointer);
    this.#pointer = 0;
  }
}

const retryMs = 10;

/** Calls `then` when a page draws next, so that nothing is done twice for one picture; elsewhere as the next thing. */
function inNextFrame(then: () => void): void {
  // A page that is not seen draws nothing.
  if (isPage && typeof requestAnimationFrame === 'function' && document.visibilityState === 'visible') requestAnimationFrame(then);
  else setTimeout(then, 0);
}

/** Whether it went wrong only because of the moment: somebody has a lock, or the connection is amid something. */
export function isBusy(error: unknown): boolean {
  if (error instanceof SqliteError) return /^SQLITE_(BUSY|LOCKED)/.test(error.code);
  return (error instanceof GlasswalError || error instanceof MisuseError) && error.code === 'BUSY';
}

/** What tells whether something has changed since it was asked before. */
interface Watch {
  look(): boolean;
  end(): void;
}

/**
 * Calls `touched` after commits after which `watch` says yes, and again a little later where it throws that something is busy; what
 * ends both. They end with the connection by themselves. `failed` is told of any other error, and they go on.
 */
export function follow(connection: Connection, watch: Watch, touched: () => void, failed: (error: unknown) => void): () => void {
  let ended = false;
  let isDue = false;
  // What the watch has said, and `touched` has not been done for: the watch does not say it twice.
  let isOwed = false;
  const lookNow = (): void => {
    isDue = false;
    if (ended) return;
    try {
      connection.checkIdle();
      if (watch.look()) isOwed = true;
      if (isOwed) touched();
      isOwed = false;
    } catch (error) {
      if (isBusy(error)) {
        isDue = true;
        setTimeout(lookNow, retryMs);
        return;
      }
      if (!connection.usable) end();
      failed(error);
    }
  };
  const endCommits = watchCommits(connection.engine, () => {
    if (isDue) return;
    isDue = true;
    inNextFrame(lookNow);
  });
  const end = (): void => {
    if (ended) return;
    ended = true;
    endCommits();
    connection.endings.delete(end);
    watch.end();
  };
  connection.endings.add(end);
  return end;
}
