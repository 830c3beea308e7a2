/** Creating a runtime, and what its creator can do with it. */
import type { Bytes } from './given/bytes.js';
import type { CaptureOptions, TraceOptions } from './given/capture_options.js';
import type { CancelTarget, StatementTracking } from './api/cancel.js';
import { Client } from './life/client.js';
import type { ChangeOptions } from './api/changes.js';
import type { EventBatch, EventLevel } from './api/diagnostics.js';
import { isNode, isPage, requireSharedMemory } from './port/environment.js';
import { GlasswalError, MisuseError } from './given/errors.js';
import { waitToInherit } from './life/heir.js';
import { evictClient, type EvictTarget, type WayToEnd } from './life/evict.js';
import { clientName, isName, optionsOf, shown } from './given/given_options.js';
import { packageVersion } from './generated/facts.js';
import type { Snapshot } from './generated/snapshot.js';
import { isPrivate, openConnection } from './api/open.js';
import { hearRecoveries } from './life/janitor_start.js';
import { startLog } from './life/log_drain.js';
import { enter, loadCode, type RuntimeParts } from './life/membership.js';
import { newRuntimeId } from './life/founding.js';
import { newMemory } from './life/new_memory.js';
import { checkOptions, logTargets, type RuntimeOptions } from './life/options.js';
import { type RecoveryReport, RecoveryWatch } from './life/recovery_watch.js';
import { type ImportOptions, deserialize, serialize } from './api/serialize.js';
import { watchChild, watchChildren, watchThreads } from './life/threads.js';
import { captureUnseen, traceUnseen } from './inspector/unseen_capture.js';
import { kindOf } from './given/kinds.js';
import { openWhole } from './api/whole.js';

interface Insides {
  readonly client: Client;
  readonly recoveries: RecoveryWatch;
  readonly workers: Set<object>;
}

// Kept apart from the runtime's own properties, which are cloned when it is posted.
const insides = new WeakMap<Runtime, Insides>();

function insidesOf(runtime: Runtime): Insides {
  const found = insides.get(runtime);
  if (found === undefined) throw new GlasswalError('MISUSE', 'This is a copy of a runtime: its methods are where it was created.');
  return found;
}

/**
 * One shared memory with one or more databases. Hand it to dedicated workers as it is, `worker.postMessage({ runtime })`:
 * what arrives has the data and none of the methods, and is what join() wants.
 *
 * Browsers hand shared memory to nobody else. Posted to a SharedWorker, a service worker, another tab or a frame of another site it
 * arrives there as a `messageerror` event instead of a `message`, and the sender hears nothing.
 */
export class Runtime implements RuntimeParts, Disposable {
  readonly id: string;
  readonly path: string;
  readonly version: string;
  /** {@inheritDoc RuntimeParts.memory} */
  readonly memory: WebAssembly.Memory;
  /** {@inheritDoc RuntimeParts.module} */
  readonly module: WebAssembly.Module;
  /** {@inheritDoc RuntimeParts.block} */
  readonly block: WebAssembly.Module;
  /** How large the memory can become; less than was asked for where the engine has no more. */
  readonly capacityBytes: number;

  /** @internal */
  constructor(parts: Required<Omit<RuntimeParts, 'options'>> & { readonly capacityBytes: number }) {
    if (Object(parts) !== parts) throw new MisuseError('MISUSE', "A runtime is made by createRuntime(), and not by 'new Runtime()'.");
    this.id = parts.id;
    this.path = parts.path;
    this.version = parts.version;
    this.memory = parts.memory;
    this.module = parts.module;
    this.block = parts.block;
    this.capacityBytes = parts.capacityBytes;
  }

  /** This thread's own client, for databases opened right here. In a page a contended lock fails at once. */
  get client(): Client {
    return insidesOf(this).client;
  }

  /** All diagnostics, taken without making anybody wait. */
  diagnostics(): Snapshot {
    return this.client.diagnostics();
  }

  /** Events of all clients from sequence number `from` on (0: the oldest there is), `limit` at most. */
  events(from = 0, limit = 1000): EventBatch {
    return this.client.events(from, limit);
  }

  /** Sets which events are recorded, by all clients, from now on. */
  setEventLevel(level: EventLevel): void {
    this.client.setEventLevel(level);
  }

  /**
   * Ends the statements that a client, or one of its connections, runs now: each fails with SQLITE_INTERRUPT and the name of this
   * client, within 50 ms, and the worker goes on. So does the transaction of one that only reads; one that writes has SQLite roll
   * back its whole transaction, BEGIN and all that came after it. Throws NOT_FOUND where nothing runs.
   */
  cancel(target: CancelTarget): void {
    this.client.cancel(target);
  }

  /** Sets how statements are followed, by all clients, from now on. */
  setStatements(tracking: StatementTracking): void {
    this.client.setStatements(tracking);
  }

  /** Calls `committed` after any client has committed; what ends it. Several commits may make one call. */
  onCommit(committed: () => void): () => void {
    return this.client.onCommit(committed);
  }

  /**
   * Calls `changed` after commits of any client that have touched one of these tables: `{ tables: ['stock'] }`, of the runtime's
   * database or that of `path`; a view or a virtual table stands for the tables behind it. At most once a frame in a page. What ends it.
   */
  onChange(options: ChangeOptions, changed: () => void): () => void {
    return this.client.onChange(options, changed);
  }

  /** Calls `recovered` after each recovery from a client, with what it was and why (`cause`); what ends it. */
  onRecovery(recovered: (recovery: RecoveryReport) => void): () => void {
    return insidesOf(this).recoveries.add(recovered);
  }

  /**
   * Tells the runtime of a worker: so that Node's thread exit serves as proof of its death also when the worker was
   * started before the runtime was created. Workers that are started afterwards need no telling.
   */
  watch(worker: object): void {
    const own = insidesOf(this);
    if (Object(worker) !== worker) throw new MisuseError('MISUSE', `watch() was given ${kindOf(worker)}: give the worker.`);
    if (own.workers.has(worker)) return;
    own.workers.add(worker);
    own.client.atClose(watchChild(own.client.engine, worker, () => void own.recoveries.look()));
  }

  /** Ends a client for good by `how`, waits for the proof of its death, and recovers from it. */
  async evict(target: EvictTarget, how: WayToEnd): Promise<void> {
    await evictClient(this.client, this.id, target, how);
    await insidesOf(this).recoveries.look();
  }

  /** The bytes of a database: an ordinary SQLite file. */
  export(path: string = this.path): Bytes {
    const { client } = this;
    const options = { readonly: true, fileMustExist: true };
    const { connection } = openConnection(client.engine, client, 'glasswal', path, options);
    try {
      return serialize(connection, 'main');
    } finally {
      connection.close();
    }
  }

  /**
   * Replaces the contents of a database by those of an SQLite file, in one transaction. The bytes are checked first:
   * NOT_A_DATABASE says what is wrong with them, and nothing has changed then.
   */
  import(bytes: Uint8Array | ArrayBuffer, path: string = this.path, options?: ImportOptions | null): void {
    // A getter of the options is user code.
    const given = { ...optionsOf(options, 'import()', ['check']) };
    const { client } = this;
    const { connection, close } = openWhole(client.engine, client, path, 'import()');
    let isDone = false;
    try {
      deserialize(connection, bytes, given, 'import()');
      isDone = true;
    } finally {
      close(isDone);
    }
  }

  /**
   * The region as a file that any inspector opens: metadata, events and black boxes, and what the databases contain only if
   * that is asked for. Nobody is stopped meanwhile. A bundle has the code for that only if it asks for it: ENVIRONMENT otherwise, and
   * captureRuntime() of `glasswal/inspector` does the same.
   */
  async capture(options?: CaptureOptions | null): Promise<Bytes> {
    return captureUnseen(this, options);
  }

  /**
   * The newest events of all clients, and what lasts, as a trace: JSON that https://ui.perfetto.dev and chrome://tracing open.
   * Transactions, statements and waits are in it where events are recorded from the level 'debug' on, locks from 'trace' on. For
   * bundles what capture() says is true of it, with traceRuntime().
   */
  async exportTrace(options?: TraceOptions | null): Promise<string> {
    return traceUnseen(this, options);
  }

  /** Leaves. Another client looks after the others from then on. The memory goes when the last worker that has it does. */
  close(): void {
    this.client.close();
  }

  /** The same as close(): for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function requirePath(path: unknown): void {
  if (isName(path, 240) && !isPrivate(path)) return;
  throw new GlasswalError(
    'OPTION', `The path is ${shown(path)}, but must be a name of 1 to 240 bytes, such as '/app.sqlite'; the options come after it.`,
  );
}

/**
 * Creates a runtime, in a page or in a dedicated worker. `path` names the database that clients open by default. What it returns can
 * be posted to dedicated workers; elsewhere (a SharedWorker, a service worker, another tab) only a `messageerror` event arrives. Prefer
 * the page: a worker of Firefox gets no janitor, so the dead are recovered from by clients that are not in a statement.
 *
 * Throws a GlasswalError: OPTION names an option that will not do; ENVIRONMENT what is missing here, and how to have it (headers, a
 * policy, Web Locks, memory); VERSION where glasswal.wasm is not of this version; FULL without memory.
 */
export async function createRuntime(path = '/app.sqlite', options: RuntimeOptions = {}): Promise<Runtime> {
  await requireSharedMemory();
  requirePath(path);
  const checked = checkOptions(options);
  const targets = logTargets(options);
  const name = clientName(options.name ?? (isPage ? 'page' : 'main'));
  const loading = loadCode(options.wasm);
  // Whoever enters is told.
  loading.catch(() => undefined);
  const { memory, capacityBytes, options: given } = newMemory(checked);
  const parts = { id: newRuntimeId(), path, version: packageVersion, memory };
  const membership = await enter({ ...parts, options: given }, name, undefined, loading);
  const runtime = new Runtime({ ...parts, ...(await loading), capacityBytes });
  const { id } = runtime;
  const client = new Client(membership, name, path);
  const recoveries = new RecoveryWatch(client, id);
  const look = (): void => void recoveries.look();
  insides.set(runtime, { client, recoveries, workers: new Set() });
  client.atClose(watchChildren(membership.engine, look));
  client.atClose(watchThreads(membership.engine, id, look));
  if (!isNode) client.atClose(hearRecoveries(id, look));
  if (!isNode) await new Promise<void>((decided) => client.atClose(waitToInherit(runtime, membership, decided)));
  if (targets.length !== 0) client.atClose(startLog(client, targets));
  return runtime;
}
