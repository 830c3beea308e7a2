/**
 * Which statement each connection of wa-sqlite runs, told to the engine's connection behind it: text, redaction, times and
 * cancellation are the engine's, as for its own statements.
 *
 * wa-sqlite's builds let nobody trace statements (sqlite3_trace_v2 takes a function of the module, and there is no room for another), but
 * they can be asked which ones are under way (sqlite3_next_stmt, sqlite3_stmt_busy). To ask and to tell costs as much as a tenth of
 * a short read. So it is done where somebody may want to know: when a connection takes the lock to write, begins to read in a transaction of
 * several statements, waits for a lock or is refused it, when a statement has run for a thousand instructions, and when one has been left
 * open for some milliseconds. What a statement came to is looked at in the next microtask, before anybody can call the connection again. So the
 * VFS by itself does not know short reads that are a transaction of their own, nor short statements within a transaction that was begun
 * before them, nor how many rows any gave. An API whose calls are followed (followed_api.ts) tells each of them, and nobody needs to look.
 *
 * A connection has one progress handler: an application that sets its own has it, and then a computation is neither seen nor can it be cancelled
 * before its end.
 *
 * Thread-safety: belongs to one thread.
 */
import type { Engine } from '../../engine/engine.js';
import { header, regionOffset } from '../../generated/facts.js';
import { regionOptions } from '../../generated/options.js';
import { SQLITE_DONE, SQLITE_INTERRUPT, SQLITE_LOCK_NONE, SQLITE_OK, SQLITE_ROW } from '../../generated/sqlite.js';
import { type Holding, READING } from './holding.js';
import type { Pager } from './pager.js';
import { reasonOf } from './refusal.js';
import type { Thread } from './thread.js';
import { type AskableModule, isAskable } from './wa_module.js';

/** So many at a time; further ones are not known (wasm/module/pager.c). */
const MOST_RUNS = 8;
/** So many instructions of SQLite's are some 20 us, and asking costs nothing beside them. */
const STEPS_PER_LOOK = 1000;
/** How often the end of a statement is looked for that may come without a lock, and after how long one is that may have been left open. */
const LOOK_MS = 20;
const TRACKING = (regionOffset + header.statementTracking) >>> 2;
const TRACKS_NONE = regionOptions.statements.indexOf('off');
/** After so many runs open statements are counted anew. */
const RUNS_PER_COUNT = 64;
const FLAG_BYTES = 4;
/** Of what comes after it in a microtask Node makes less than of queueMicrotask(). */
const now = Promise.resolve();

/** A main database of a connection. */
interface StatementFile {
  readonly engine: Engine;
  readonly pager: Pager;
  /** As wa-sqlite has it locked: SQLITE_LOCK_*. */
  readonly lock: number;
  readonly thread: Thread;
  /** Those of the same connection, this one included. */
  readonly siblings: ReadonlySet<StatementFile>;
  /** What of the connection's statements is known. */
  statements: ConnectionStatements | undefined;
}

/** A statement that has begun. */
interface Run {
  /** Its address, */
  readonly statement: number;
  /** which may be another one's by now, whose text is not this; */
  readonly text: Uint8Array;
  /** and its number among those that run. */
  readonly number: number;
  rows: number;
  /** It was refused its lock, and that was told; to SQLite it is under way until somebody resets it. */
  isOver: boolean;
}

/** A statement of an API that is followed. */
export interface ToldStatement {
  readonly connection: ConnectionStatements;
  readonly address: number;
  readonly text: Uint8Array;
  run: Run | undefined;
}

/** Is told why a statement was ended by somebody. */
export type OnInterrupt = (error: Error) => void;

/** The statements of one connection. */
export class ConnectionStatements {
  /** Its API tells of each, and nobody looks. */
  #isTold = false;
  #isApart = false;
  readonly #runs: Run[] = [];
  /** The one that is being called now; one call runs without a pause. */
  #current: Run | undefined;
  #untilCount = 0;
  /** The last that was copied. */
  #text: Uint8Array | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly module: AskableModule, private readonly address: number, readonly files: ReadonlySet<StatementFile>,
    private readonly engine: Engine, private readonly onInterrupt: OnInterrupt,
  ) {
    // Not as the module itself does it (progress_handler), which knows but one for all of its connections.
    const key = module._sqlite3_malloc(FLAG_BYTES);
    if (key === 0) return;
    module.HEAPU8.fill(0, key, key + FLAG_BYTES);
    module.setCallback(key, () => Number(this.#isToEnd()));
    module._libprogress_progress_handler(address, STEPS_PER_LOOK, 1, key);
  }

  /** Runs what is none of the application's, and told to nobody. */
  async apart(call: () => Promise<unknown>): Promise<void> {
    this.#isApart = true;
    try {
      await call();
    } finally {
      this.#isApart = false;
    }
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What an API tells

  /** From now on that is what is known. */
  beTold(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    for (const run of [...this.#runs]) this.#end(run, SQLITE_OK);
  }

  /** What it tells of the statement at this address until that is gone. */
  tell(address: number): ToldStatement {
    const at = this.module._sqlite3_sql(address);
    const text = at === 0 ? new Uint8Array() : this.#textAt(at);
    return { connection: this, address, text: text, run: undefined };
  }

  /** It is called to go on with a statement. */
  steps(told: ToldStatement): void {
    told.run ??= this.#begin(told.address, told.text);
  }

  /** That has given a row, or ends with this code. */
  stepped(told: ToldStatement, code: number): void {
    const { run } = told;
    if (run === undefined) return;
    if (code === SQLITE_ROW) {
      ++run.rows;
      return;
    }
    told.run = undefined;
    this.#end(run, code === SQLITE_DONE ? SQLITE_OK : this.#extended(code));
  }

  /** A code of which SQLite may know more. */
  #extended(code: number): number {
    const last = this.#code();
    return (last & 0xff) === (code & 0xff) ? last : code;
  }

  /** A statement is reset, or gone. */
  left(told: ToldStatement): void {
    if (told.run !== undefined) this.#end(told.run, SQLITE_OK);
    told.run = undefined;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What the VFS sees

  /** The connection begins a transaction of this kind, or goes on to it. */
  takes(kind: Holding): void {
    if (this.#isTold || this.#current !== undefined) return;
    if (this.#runs.length === 0) {
      if (this.#isOff) return;
      if (kind === READING && this.module._sqlite3_get_autocommit(this.address) !== 0) return this.#lookLater();
    }
    this.waits();
  }

  /** It has taken a lock, or released one. */
  moved(): void {
    if (this.#runs.length > 0) this.waits();
  }

  /** It has to wait for a lock, or is going to be refused it. */
  waits(): void {
    if (this.#isTold || this.#current !== undefined) return;
    for (const run of this.#runs) if (run.isOver && !this.#isUnderWay(run)) this.#forget(run);
    this.#find();
    if (this.#runs.length > 0) void now.then(this.#settle);
  }

  /** What is called now was refused its lock. */
  refused(code: number): void {
    if (this.#isTold) return;
    const run = this.#current ?? this.#runs.find(({ isOver }) => !isOver);
    if (run === undefined) return;
    this.#tellEnd(run, code);
    run.isOver = true;
  }

  /** Nobody wants to know of statements. */
  get #isOff(): boolean {
    return this.engine.u32[TRACKING] === TRACKS_NONE;
  }

  get isCancelled(): boolean {
    for (const file of this.files) if (file.pager.isCancelled) return true;
    return false;
  }

  #isToEnd(): boolean {
    if (this.#current === undefined && !this.#isTold) {
      this.#find();
      void now.then(this.#settle);
    }
    return this.isCancelled;
  }

  /** Begins what is under way and was not known. The newest first: what SQLite runs inside of a statement it has prepared before. */
  #find(): void {
    if (this.#runs.length === 0 && this.#isOff) return;
    for (let statement = 0; (statement = this.module._sqlite3_next_stmt(this.address, statement)) !== 0;) {
      // Those that SQLite makes for itself, such as to read the schema, have no text.
      if (this.module._sqlite3_stmt_busy(statement) === 0) continue;
      const at = this.module._sqlite3_sql(statement);
      if (at === 0) continue;
      const known = this.#runs.length > 0 ? this.#runs.find((run) => run.statement === statement) : undefined;
      if (known !== undefined && this.#isAt(at, known.text)) continue;
      if (known !== undefined) this.#end(known, SQLITE_OK);
      this.#current = this.#begin(statement, this.#textAt(at));
      return;
    }
    if (this.#runs.length === 1) [this.#current] = this.#runs;
  }

  readonly #settle = (): void => {
    this.#current = undefined;
    this.#look(this.#code());
  };

  /** Ends those that are not under way any more; looks again later if there are others. */
  #look(code: number): void {
    if (this.files.size === 0) return;
    for (let i = this.#runs.length - 1; i >= 0; --i) {
      const run = this.#runs[i]!;
      if (this.#isUnderWay(run)) continue;
      if (run.isOver) this.#forget(run);
      else this.#end(run, code);
    }
    if (this.#runs.length > 0) this.#lookLater();
  }

  #lookLater(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isTold) return;
      this.#findOpen();
      this.#look(SQLITE_OK);
    }, LOOK_MS);
    // In Node it would keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Begins one that has been left open, if there is any. */
  #findOpen(): void {
    for (const { lock } of this.files) {
      if (lock === SQLITE_LOCK_NONE) continue;
      this.#find();
      this.#current = undefined;
      return;
    }
  }

  /** One that is gone is not. */
  #isUnderWay(run: Run): boolean {
    // What is left of one that is gone says nothing for certain but that.
    if (this.module._sqlite3_stmt_busy(run.statement) === 0) return false;
    for (let each = 0; (each = this.module._sqlite3_next_stmt(this.address, each)) !== 0;) {
      if (each === run.statement) return this.module._sqlite3_stmt_busy(each) !== 0 && this.#isOf(run);
    }
    return false;
  }

  /** Whether what is at its address now has its text. */
  #isOf({ statement, text }: Run): boolean {
    return this.#isAt(this.module._sqlite3_sql(statement), text);
  }

  #isAt(at: number, text: Uint8Array): boolean {
    const heap = this.module.HEAPU8;
    for (let i = 0; i < text.length; ++i) if (heap[at + i] !== text[i]) return false;
    return heap[at + text.length] === 0;
  }

  /** The one at `at`, which is not 0. To compare costs less than to copy, and what runs is often what ran before. */
  #textAt(at: number): Uint8Array {
    if (this.#text === undefined || !this.#isAt(at, this.#text)) {
      const heap = this.module.HEAPU8;
      this.#text = heap.slice(at, heap.indexOf(0, at));
    }
    return this.#text;
  }

  // -------------------------------------------------------------------------------------------------------------------

  /** What the last call of the connection came to. */
  #code(): number {
    const code = this.module._sqlite3_extended_errcode(this.address);
    return code === SQLITE_ROW || code === SQLITE_DONE ? SQLITE_OK : code;
  }

  #begin(statement: number, text: Uint8Array): Run | undefined {
    let number = 0;
    if (this.#runs.length > 0) while (this.#runs.some((run) => run.number === number)) ++number;
    if (this.#isApart || this.#isOff || number === MOST_RUNS || text.length === 0) return undefined;
    const run = { statement, text, number, rows: 0, isOver: false };
    this.#runs.push(run);
    for (const file of this.files) file.pager.run(number, text);
    if (--this.#untilCount < 0) this.#count();
    return run;
  }

  #end(run: Run, code: number): void {
    this.#forget(run);
    if (!run.isOver) this.#tellEnd(run, code);
  }

  #forget(run: Run): void {
    if (this.#runs.length === 1) this.#runs.pop();
    else this.#runs.splice(this.#runs.indexOf(run), 1);
  }

  #tellEnd({ number, rows }: Run, code: number): void {
    for (const file of this.files) {
      file.pager.ran(number, rows, code);
      if ((code & 0xff) === SQLITE_INTERRUPT) this.onInterrupt(new Error(reasonOf(file.pager.connection, SQLITE_INTERRUPT)));
    }
  }

  #count(): void {
    this.#untilCount = RUNS_PER_COUNT;
    let open = 0;
    for (let each = 0; (each = this.module._sqlite3_next_stmt(this.address, each)) !== 0;) ++open;
    for (const file of this.files) file.pager.prepared(open);
  }
}

/** By wa-sqlite's module, and the address of the connection. */
const modules = new WeakMap<object, Map<number, ConnectionStatements>>();

/** Those of the connection at `address`; undefined where it has no database of glasswal's. */
export function statementsOf(module: object, address: number): ConnectionStatements | undefined {
  const known = modules.get(module)?.get(address);
  return known !== undefined && known.files.size > 0 ? known : undefined;
}

/** Looks from now on at the statements of the connection at `address`, whose files are those of `file` (joinConnection). */
export function watchStatements(file: StatementFile, module: object, address: number, onInterrupt: OnInterrupt): void {
  if (!isAskable(module)) return;
  const connections = modules.get(module) ?? new Map<number, ConnectionStatements>();
  modules.set(module, connections);
  let known = connections.get(address);
  // Those of a connection that was closed are gone, and its address may be another one's.
  if (known?.files !== file.siblings) {
    for (const [old, { files }] of connections) if (files.size === 0) connections.delete(old);
    known = new ConnectionStatements(module, address, file.siblings, file.engine, onInterrupt);
    connections.set(address, known);
  }
  file.statements = known;
}
