// Kills workers at random moments, several at once, and looks after each death whether anything was lost.
import { createRuntime } from '/glasswal/index.js';

const LANES = 6;
const MODES = ['idle', 'write', 'statement', 'wait', 'hold', 'grow', 'join'];

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Witness {
  #worker = new Worker(new URL('./witness.js', import.meta.url), { type: 'module' });
  #waiting = new Map();
  #lastId = 0;

  constructor() {
    this.#worker.onmessage = ({ data: { id, value, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error !== undefined) reject(new Error(error));
      else resolve(value);
    };
  }

  ask(question, rest = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, question, ...rest });
    });
  }
}

export class Massacre {
  #random;
  #runtime;
  #witness = new Witness();
  #acked = new Int32Array(new SharedArrayBuffer(4 * LANES));
  #epoch = 0;
  kills = 0;
  byMode = {};
  slowestWriteMs = 0;
  slowestProofMs = 0;

  static async prepare(seed) {
    const massacre = new Massacre();
    massacre.#random = seeded(seed);
    // As little as can be at the start, so that there is much to grow. A victim in an endless statement holds the log back
    // for as long as the browser takes to end it, which may be seconds, and others commit all the time: so small pages, and
    // room for many of them.
    massacre.#runtime = await createRuntime('/kill.sqlite', {
      initialDatabaseCapacityBytes: 65536,
      initialWriteAheadCapacityBytes: 65536,
      maxWriteAheadCapacityBytes: 2 ** 30,
    });
    const db = massacre.#runtime.client.open();
    db.exec(`PRAGMA page_size=1024;
             CREATE TABLE kept(lane INT, epoch INT, n INT, PRIMARY KEY(lane, epoch, n)) WITHOUT ROWID;
             CREATE TABLE scratch(v INT); INSERT INTO scratch VALUES (0);
             CREATE TABLE bulk(lane INTEGER PRIMARY KEY, body BLOB)`);
    db.close();
    await massacre.#witness.ask('start', { runtime: massacre.#runtime });
    return massacre;
  }

  /** Kills `count` workers in all, in lanes that know nothing of each other; then everything must be sound. */
  async run(count) {
    let left = count;
    const lane = async (number) => {
      while (left > 0) {
        left -= 1;
        await this.#killOne(number);
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    const sound = await this.#witness.ask('soundness');
    if (sound !== 'ok') throw new Error(`integrity_check: ${sound}`);
    await this.#everythingBack();
  }

  async #killOne(lane) {
    const mode = MODES[Math.floor(this.#random() * MODES.length)];
    const epoch = ++this.#epoch;
    Atomics.store(this.#acked, lane, 0);
    const worker = new Worker(new URL('./victim.js', import.meta.url), { type: 'module' });
    let failure;
    const atWork = new Promise((resolve) => {
      const fail = (what) => resolve((failure = `victim ${lane} (${mode}): ${what}`));
      worker.onmessage = ({ data }) => (data.failure === undefined ? resolve() : fail(data.failure));
      worker.onerror = (event) => fail(event.message);
    });
    worker.postMessage({ runtime: this.#runtime, lane, epoch, mode, acked: this.#acked });
    // One that writes for ever says nothing; the others say when they are where they are to be killed.
    if (mode === 'write') await this.#until(() => failure !== undefined || Atomics.load(this.#acked, lane) > 0);
    else await atWork;
    if (failure !== undefined) throw new Error(failure);
    // The random moment is what this test is about, so this is not a wait for anything.
    await new Promise((resolve) => setTimeout(resolve, this.#random() * 40));
    const started = performance.now();
    worker.terminate();
    await this.#until(() => !this.#isThere(`victim-${lane}`));
    this.slowestProofMs = Math.max(this.slowestProofMs, performance.now() - started);
    await this.#check(lane, epoch, mode);
    this.kills += 1;
    this.byMode[mode] = (this.byMode[mode] ?? 0) + 1;
  }

  #isThere(name) {
    return this.#runtime.diagnostics().clients.some((client) => client.name === name && client.state !== 'free');
  }

  async #until(holds) {
    const started = performance.now();
    while (!holds()) {
      if (performance.now() - started > 30_000) {
        const { clients, locks } = this.#runtime.diagnostics();
        const held = locks.filter((lock) => lock.holders.length > 0);
        throw new Error(`in vain: ${holds}; ${JSON.stringify({ clients, held })}`);
      }
      // What is waited for happens in other threads, and shared memory has no events for a page.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async #check(lane, epoch, mode) {
    const acked = Atomics.load(this.#acked, lane);
    const { tookMs, rows, highest, uncommitted } = await this.#witness.ask('look', { lane, epoch });
    this.slowestWriteMs = Math.max(this.slowestWriteMs, tookMs);
    const about = `lane ${lane}, epoch ${epoch}, killed in ${mode}`;
    if (rows !== highest) throw new Error(`${about}: ${rows} rows, but the last is number ${highest}`);
    if (rows < acked || rows > acked + 1) throw new Error(`${about}: ${acked} commits were acknowledged, ${rows} are there`);
    if (uncommitted !== 0) throw new Error(`${about}: ${uncommitted} rows that were never committed`);
  }

  /** Nobody but the page, the janitor and the witness is left, and nothing of the dead. */
  async #everythingBack() {
    const rest = () => this.#runtime.diagnostics().clients.filter((client) => client.state !== 'free').map((client) => client.name);
    await this.#until(() => rest().every((name) => ['page', 'janitor', 'witness'].includes(name)));
    const { clients } = this.#runtime.diagnostics();
    const handles = clients.filter((client) => client.name === 'page' && client.handles !== 0);
    if (handles.length !== 0) throw new Error(`the page has ${handles[0].handles} handles left`);
  }

  /** What the region looks like when something went wrong, and what had happened before beside the commits. */
  scene() {
    const { events } = this.#runtime.events(0, 100_000);
    const rare = events.filter(({ kind }) => kind !== 'commit' && kind !== 'checkpoint.done');
    return { ...this.#runtime.diagnostics(), events: rare };
  }

  report() {
    const { kills, byMode, slowestWriteMs, slowestProofMs } = this;
    const { region } = this.#runtime.diagnostics();
    return { kills, byMode, slowestWriteMs, slowestProofMs, region };
  }
}
