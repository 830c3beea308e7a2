// Kills workers with wa-sqlite at random moments while a survivor of either SQLite writes, and looks after each death whether anything
// was lost.
import { createMemoryWriteAheadSharedRuntime } from '/glasswal/adapters/wa_sqlite.js';
import { join } from '/glasswal/index.js';
import { seeded, Witness } from './massacre.js';
import { Wa } from './wa.js';

const LANES = 4;
const MODES = ['write', 'statement', 'spill', 'wait', 'hold', 'open', 'found'];
const VERSIONS = ['2.0.6', '1.7.0'];
// Where in the shared numbers, behind those of the lanes, a survivor has its two, and all look whether to end.
const SURVIVORS = { 'survivor of wa-sqlite': { at: LANES, version: '2.0.6' }, 'survivor of glasswal': { at: LANES + 2 } };
const STOP = LANES + 4;
const COUNT_UP = 'UPDATE survivors SET n = n + 1 WHERE name = ?';
const AT_MOST_MS = 30_000;
const PAUSE_MS = 2;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves with the worker's next message; rejects when it tells of a failure. */
function heard(worker, who) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.failure === undefined ? resolve(data) : reject(new Error(`${who}: ${data.failure}`)));
    worker.onerror = (event) => reject(new Error(`${who}: ${event.message}`));
  });
}

export class WaMassacre {
  #random;
  #runtime;
  #client;
  #witness = new Witness();
  #counts = new Int32Array(new SharedArrayBuffer(4 * (STOP + 1)));
  #survivors = [];
  #epoch = 0;
  kills = 0;
  byMode = {};
  slowestProofMs = 0;
  slowestFoundingMs = 0;

  static async prepare(seed) {
    const massacre = new WaMassacre();
    massacre.#random = seeded(seed);
    // A victim in an endless statement holds the log back for as long as the browser takes to end it.
    massacre.#runtime = createMemoryWriteAheadSharedRuntime('/kill.sqlite', {
      initialDatabaseCapacityBytes: 65536, initialWriteAheadCapacityBytes: 65536, maxWriteAheadCapacityBytes: 2 ** 30,
    });
    massacre.#client = await join(massacre.#runtime, { name: 'watcher' });
    const db = massacre.#client.open();
    db.exec(`CREATE TABLE kept(lane INT, epoch INT, n INT, PRIMARY KEY(lane, epoch, n)) WITHOUT ROWID;
             CREATE TABLE scratch(v INT); INSERT INTO scratch VALUES (0);
             CREATE TABLE survivors(name TEXT PRIMARY KEY, n INT)`);
    for (const name of Object.keys(SURVIVORS)) db.prepare('INSERT INTO survivors VALUES (?, 0)').run(name);
    db.close();
    await massacre.#witness.ask('start', { runtime: massacre.#runtime });
    for (const [name, place] of Object.entries(SURVIVORS)) await massacre.#startSurvivor(name, place);
    return massacre;
  }

  async #startSurvivor(name, place) {
    const worker = new Worker(new URL('./wa_writer.js', import.meta.url), { type: 'module' });
    const atWork = heard(worker, name);
    worker.postMessage({ runtime: this.#runtime, name, counts: this.#counts, stop: STOP, pauseMs: PAUSE_MS, sql: COUNT_UP, ...place });
    await atWork;
    const survivor = { name, ...place, failure: undefined };
    survivor.ended = heard(worker, name).catch((error) => void (survivor.failure = error));
    this.#survivors.push(survivor);
  }

  /** Kills `count` workers in all, in lanes that know nothing of each other. */
  async run(count) {
    let left = count;
    const lane = async (number) => {
      while (left > 0) {
        left -= 1;
        await this.#killOne(number);
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
  }

  async #killOne(lane) {
    const mode = MODES[Math.floor(this.#random() * MODES.length)];
    const version = VERSIONS[Math.floor(this.#random() * VERSIONS.length)];
    const epoch = ++this.#epoch;
    Atomics.store(this.#counts, lane, 0);
    const worker = new Worker(new URL('./wa_victim.js', import.meta.url), { type: 'module' });
    let failure;
    const atWork = heard(worker, `victim ${lane} (${mode})`).catch((error) => void (failure = error));
    worker.postMessage({ runtime: this.#runtime, lane, epoch, mode, version, acked: this.#counts });
    let said;
    // One that writes for ever says nothing; the others say when they are where they are to be killed.
    if (mode === 'write') await this.#until(() => failure !== undefined || Atomics.load(this.#counts, lane) > 0);
    else said = await atWork;
    if (failure !== undefined) throw failure;
    // The random moment is what this test is about, so this is not a wait for anything.
    await sleep(this.#random() * (mode === 'open' || mode === 'found' ? 250 : 40));
    if (failure !== undefined) throw failure;
    const started = performance.now();
    worker.terminate();
    if (mode === 'found') await this.#moveIn(said.founding);
    else {
      await this.#until(() => !this.#isThere(`victim-${lane}`));
      this.slowestProofMs = Math.max(this.slowestProofMs, performance.now() - started);
      await this.#check(lane, epoch, mode);
    }
    this.kills += 1;
    this.byMode[mode] = (this.byMode[mode] ?? 0) + 1;
  }

  /** Comes into a runtime whose founder was killed, at whatever it was, and writes. */
  async #moveIn(runtime) {
    const started = performance.now();
    const client = await Promise.race([join(runtime, { name: 'heir' }), sleep(AT_MOST_MS)]);
    if (client === undefined) throw new Error('nobody can come into the runtime of a dead founder');
    this.slowestFoundingMs = Math.max(this.slowestFoundingMs, performance.now() - started);
    const db = client.open();
    db.exec('CREATE TABLE t(v); INSERT INTO t VALUES (1)');
    if (db.prepare('SELECT count(*) FROM t').pluck().get() !== 1) throw new Error('a row is lost');
    db.close();
    client.close();
  }

  #isThere(name) {
    return this.#client.diagnostics().clients.some((client) => client.name === name && client.state !== 'free');
  }

  async #until(holds) {
    const started = performance.now();
    while (!holds()) {
      const failed = this.#survivors.find(({ failure }) => failure !== undefined);
      if (failed !== undefined) throw failed.failure;
      if (performance.now() - started > AT_MOST_MS) {
        const { clients, locks } = this.#client.diagnostics();
        throw new Error(`in vain: ${holds}; ${JSON.stringify({ clients, held: locks.filter((lock) => lock.holders.length > 0) })}`);
      }
      // What is waited for happens in other threads, and shared memory has no events for a page.
      await sleep(2);
    }
  }

  async #check(lane, epoch, mode) {
    const acked = Atomics.load(this.#counts, lane);
    const { rows, highest, uncommitted } = await this.#witness.ask('look', { lane, epoch });
    const about = `lane ${lane}, epoch ${epoch}, killed in ${mode}`;
    if (rows !== highest) throw new Error(`${about}: ${rows} rows, but the last is number ${highest}`);
    if (rows < acked || rows > acked + 1) throw new Error(`${about}: ${acked} commits were acknowledged, ${rows} are there`);
    if (uncommitted !== 0) throw new Error(`${about}: ${uncommitted} rows that were never committed`);
  }

  /** Ends the survivors: each has exactly what it has acknowledged, and the database is sound to both. */
  async end() {
    Atomics.store(this.#counts, STOP, 1);
    Atomics.notify(this.#counts, STOP);
    await Promise.all(this.#survivors.map(({ ended }) => ended));
    for (const { failure } of this.#survivors) if (failure !== undefined) throw failure;
    const wa = await Wa.load(this.#runtime);
    const db = await wa.open();
    const counted = Object.fromEntries(await db.rows('SELECT name, n FROM survivors'));
    const sound = [await this.#witness.ask('soundness'), await db.one('PRAGMA integrity_check')];
    await db.close();
    const rest = () => this.#client.diagnostics().clients.filter(({ state }) => state !== 'free').map(({ name }) => name);
    await this.#until(() => !rest().some((name) => name.startsWith('victim')));
    const survivors = this.#survivors.map(({ name, at }) => ({
      name, acked: this.#counts[at], counted: counted[name], longestMs: this.#counts[at + 1] / 1000,
    }));
    const { kills, byMode, slowestProofMs, slowestFoundingMs } = this;
    return { kills, byMode, slowestProofMs, slowestFoundingMs, survivors, sound, clients: rest() };
  }

  /** What the region looks like when something went wrong, and what had happened before beside the commits. */
  scene() {
    const { events } = this.#client.events(0, 100_000);
    return { ...this.#client.diagnostics(), events: events.filter(({ kind }) => kind !== 'commit' && kind !== 'checkpoint.done') };
  }
}
