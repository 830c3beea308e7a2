// Workers with either SQLite write one table; some of them are terminated, and others come.
import { join } from '/glasswal/index.js';

const SQL = 'INSERT INTO rows(writer) VALUES (?)';
/** The versions of wa-sqlite that writers have; undefined: glasswal itself. */
const LASTING = { 'wa-sqlite 2.0.6': '2.0.6', 'wa-sqlite 1.7.0': '1.7.0', native: undefined };
const MORTAL = ['2.0.6', undefined, '1.7.0'];
const MOST_WRITERS = 1000;
const STOP = 0;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Writer {
  static #count = 0;
  failure;

  constructor(mix, name, version) {
    this.name = name;
    this.counts = mix.counts;
    this.at = 1 + 2 * Writer.#count++;
    this.worker = new Worker(new URL('./wa_writer.js', import.meta.url), { type: 'module', name });
    this.atWork = this.#heard();
    this.worker.postMessage({ runtime: mix.runtime, name, version, sql: SQL, counts: mix.counts, at: this.at, stop: STOP, pauseMs: 0 });
  }

  #heard() {
    return new Promise((resolve, reject) => {
      const fail = (what) => {
        this.failure = new Error(`${this.name}: ${what}`);
        reject(this.failure);
      };
      this.worker.onmessage = ({ data }) => (data.failure === undefined ? resolve() : fail(data.failure));
      this.worker.onerror = ({ message }) => fail(message);
    });
  }

  async start() {
    await this.atWork;
    this.done = this.#heard();
    // Whoever asks is told of it; who was killed first never asks.
    this.done.catch(() => undefined);
    while (this.acked === 0 && this.failure === undefined) await sleep(2);
    return this;
  }

  get acked() {
    return Atomics.load(this.counts, this.at);
  }

  get longestMs() {
    return this.counts[this.at + 1] / 1000;
  }
}

export class Mix {
  counts = new Int32Array(new SharedArrayBuffer(4 * (2 * MOST_WRITERS + 1)));
  lasting = [];
  dead = [];
  mortal;

  constructor(runtime, watcher) {
    this.runtime = runtime;
    this.watcher = watcher;
  }

  /** All that last are at work, and the first that does not. */
  async start() {
    const db = this.watcher.open();
    db.exec('CREATE TABLE rows(writer TEXT)');
    db.close();
    this.lasting = await Promise.all(Object.entries(LASTING).map(([name, version]) => new Writer(this, name, version).start()));
    await this.#next();
    this.names = [...this.lasting, this.mortal].map(({ name }) => name);
  }

  async #next() {
    const number = this.dead.length;
    this.mortal = await new Writer(this, `mortal-${number}`, MORTAL[number % MORTAL.length]).start();
  }

  /** Terminates one after another for `ms`; then all end. */
  async run(ms) {
    for (const until = performance.now() + ms; performance.now() < until; ) {
      await sleep(50 + Math.random() * 200);
      this.mortal.worker.terminate();
      this.dead.push(this.mortal);
      await this.#next();
    }
    Atomics.store(this.counts, STOP, 1);
    const ended = [...this.lasting, this.mortal];
    await Promise.all(ended.map(({ done }) => done));
    return {
      ended: ended.map(({ name, acked, longestMs }) => ({ name, acked, longestMs })),
      dead: this.dead.map(({ name, acked }) => ({ name, acked })),
    };
  }

  /** Rows by writer, and what a glasswal connection thinks of the database. */
  async look() {
    const client = await join(this.runtime, { name: 'looks' });
    const db = client.open();
    const rows = Object.fromEntries(db.prepare('SELECT writer, count(*) FROM rows GROUP BY writer').raw().all());
    const sound = db.pragma('integrity_check', { simple: true });
    db.close();
    client.close();
    return { rows, sound };
  }
}
