/** One thread's place in a runtime: it opens databases, and everything from there on is synchronous. */
import { type EventBatch, type EventLevel, readEvents, setEventLevel, takeSnapshot, watchCommits } from '../api/diagnostics.js';
import { cancel, type CancelTarget, mayCancel, setStatements, type StatementTracking } from '../api/cancel.js';
import { contextOf } from '../engine/context.js';
import { type ChangeOptions, watchChanges } from '../api/changes.js';
import { type Database, type OpenOptions, openDatabase } from '../api/database.js';
import type { Engine } from '../engine/engine.js';
import { isNode } from '../port/environment.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { clientName, requireListener, requireOptions } from '../given/given_options.js';
import type { Snapshot } from '../generated/snapshot.js';
import { waitToInherit } from './heir.js';
import { callNumber, check, withText } from '../engine/instance.js';
import { reportError } from '../given/listeners.js';
import { enter, type Membership, type RuntimeParts } from './membership.js';
import { kindOf } from '../given/kinds.js';
import { watchChildren, watchThreads } from './threads.js';

/** How a client joins. */
export interface JoinOptions {
  /** What refusals, diagnostics and the inspector call it: up to 63 bytes. 'worker' if not given. */
  readonly name?: string;
}

/** A file of a runtime. */
export interface FileEntry {
  /** As open() was given it. */
  readonly path: string;
  /** As SQLite sees it. */
  readonly sizeBytes: number;
  /** So many clients have it open. */
  readonly openClients: number;
}

/** Made by join(), or `runtime.client` in the thread that created the runtime. */
export class Client implements Disposable {
  /** What others call it. */
  readonly name: string;
  /** Its number in the runtime, as diagnostics and refusals show it. */
  readonly slot: number;
  /** Tells it from earlier clients of the same number. */
  readonly generation: number;

  readonly #membership: Membership;
  readonly #path: string;
  readonly #databases = new Set<Database>();
  readonly #endings = new Set<() => void>();
  #closed = false;

  /** @internal */
  constructor(membership: Membership, name: string, path: string) {
    if (typeof membership?.leave !== 'function') throw new MisuseError('MISUSE', "A client is made by join(runtime), and not by 'new Client()'.");
    this.#membership = membership;
    this.#path = path;
    this.name = name;
    this.slot = membership.slot;
    this.generation = membership.generation;
    this.#endings.add(mayCancel(membership.engine));
  }

  /** Whether it has left. */
  get closed(): boolean {
    return this.#closed;
  }

  /** @internal Whether it can do nothing any more: it has left, or was given up. */
  get gone(): boolean {
    return this.#closed || this.#membership.engine.fate.lost !== undefined;
  }

  /** @internal */
  get engine(): Engine {
    this.check();
    return this.#membership.engine;
  }

  /** Throws if it has left, or was given up. */
  check(): void {
    if (!this.#closed) return this.#membership.engine.fate.check();
    throw new GlasswalError('CLOSED', `The client '${this.name}' has left its runtime: join it again with join(runtime).`);
  }

  /** Opens the runtime's database. */
  open(options?: OpenOptions): Database;
  /** Opens the database at `path`, creating it if need be. */
  open(path: string, options?: OpenOptions): Database;
  open(first?: string | OpenOptions, second?: OpenOptions): Database {
    if (typeof first !== 'string' && first !== undefined && (!isOptions(first) || second !== undefined)) {
      throw new MisuseError('MISUSE', `open() was given ${kindOf(first)} as a path: give a string, and then the options.`);
    }
    const path = typeof first === 'string' ? first : this.#path;
    const options = (typeof first === 'object' ? first : second) ?? {};
    return openDatabase(this.engine, this, 'glasswal', path, options);
  }

  /** All files of the runtime: databases, and their logs and journals while there are any. */
  files(): FileEntry[] {
    const { engine } = this;
    check(engine, callNumber(engine, 'glasswal_list_files'));
    return JSON.parse(engine.text()) as FileEntry[];
  }

  /**
   * Removes a database that nobody has open, with its log and journals. A runtime has room for 1,024 files, and one that
   * is closed keeps its place and its memory; `files()` lists them. Throws NOT_FOUND, or BUSY with the name
   * of a client that has it open.
   */
  remove(path: string): void {
    const { engine } = this;
    check(engine, withText(engine, path, (pointer) => callNumber(engine, 'glasswal_remove_file', pointer)));
  }

  /** All diagnostics of the runtime, taken without making anybody wait. */
  diagnostics(): Snapshot {
    return takeSnapshot(this.engine);
  }

  /** Events of all clients from sequence number `from` on (0: the oldest there is), `limit` at most. */
  events(from = 0, limit = 1000): EventBatch {
    return readEvents(this.engine, from, limit);
  }

  /** Sets which events are recorded, by all clients, from now on. */
  setEventLevel(level: EventLevel): void {
    setEventLevel(this.engine, level);
  }

  /**
   * Ends the statements that a client, or one of its connections, runs now: each fails with SQLITE_INTERRUPT and the name of this
   * client, within 50 ms, and the worker goes on. So does the transaction of one that only reads; one that writes has SQLite roll
   * back its whole transaction, BEGIN and all that came after it. Throws NOT_FOUND where nothing runs.
   */
  cancel(target: CancelTarget): void {
    cancel(this.engine, target);
  }

  /** Sets how statements are followed, by all clients, from now on. */
  setStatements(tracking: StatementTracking): void {
    setStatements(this.engine, tracking);
  }

  /** Calls `committed` after anybody has committed; what ends it. Several commits may make one call. */
  onCommit(committed: () => void): () => void {
    requireListener(committed, 'onCommit()');
    const end = watchCommits(this.engine, committed);
    this.#endings.add(end);
    return () => {
      end();
      this.#endings.delete(end);
    };
  }

  /**
   * Calls `changed` after commits of anybody that have touched one of these tables: at most once a frame in a page, and elsewhere in a
   * task of its own; what ends it. It has a connection of its own meanwhile.
   */
  onChange(options: ChangeOptions, changed: () => void): () => void {
    requireListener(changed, 'onChange()');
    const end = watchChanges(this.engine, this, this.#path, options, changed);
    this.#endings.add(end);
    return () => {
      if (!this.#endings.delete(end)) return;
      end();
    };
  }

  /** Closes its databases and leaves. Its number and all of its memory are free again. */
  close(): void {
    if (this.#closed) return;
    if (this.#databases.size !== 0 && contextOf(this.#membership.engine).inHostCall) {
      throw new MisuseError('BUSY', 'A user function cannot close the client, whose statement waits for it: close it when the statement is done.');
    }
    // Also those that a generator opens when its scan ends.
    for (const database of this.#databases) database.end();
    this.#closing();
    this.#closed = true;
    // One that was given up is recovered from by others.
    if (this.#membership.engine.fate.lost === undefined) this.#membership.leave();
  }

  /** Ends everything that goes on beside the calls of the application. One that fails keeps none of the others from ending. */
  #closing(): void {
    for (const end of this.#endings) {
      try {
        end();
      } catch (error) {
        reportError(error);
      }
    }
  }

  /** The same as close(): for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal Runs `ending` when the client leaves. */
  atClose(ending: () => void): void {
    this.#endings.add(ending);
  }

  /** @internal */
  onDatabaseOpen(database: Database): void {
    this.#databases.add(database);
  }
  /** @internal */
  onDatabaseClose(database: Database): void {
    this.#databases.delete(database);
  }
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Joins a runtime: in a dedicated worker, or in the page. The runtime is what createRuntime() returned, as it arrived
 * in a message. Nothing is fetched; it takes the lock that proves that this client lives.
 */
export async function join(runtime: RuntimeParts, options: JoinOptions = {}): Promise<Client> {
  requireOptions(options, 'join()', ['name']);
  return joinAs(runtime, clientName(options.name ?? 'worker'));
}

/** The same as a client of another `kind`. */
export async function joinAs(runtime: RuntimeParts, name: string, kind?: number): Promise<Client> {
  const membership = await enter(runtime, name, kind);
  const client = new Client(membership, name, runtime.path);
  client.atClose(watchChildren(membership.engine));
  client.atClose(watchThreads(membership.engine, runtime.id));
  if (!isNode) client.atClose(waitToInherit(runtime, membership));
  return client;
}
