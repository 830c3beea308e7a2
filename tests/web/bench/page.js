// The page of the benchmark: holds one worker per engine, and does what the driver outside asks of it (rounds.mjs).

class EngineWorker {
  #waiting = new Map();
  #lastId = 0;

  constructor() {
    this.worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.ready = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.worker.onmessage = ({ data: { id, value, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    };
    this.worker.onerror = (event) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(event.message));
    };
  }

  ask(kind, message) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, kind, ...message });
    });
  }
}

const workers = new Map();
const runtimes = new Map();

globalThis.bench = {
  /** Opens the engine in a worker of its own; `shares` names the worker whose runtime it joins. */
  async open(name, { module, flavour, shares }) {
    const worker = new EngineWorker();
    workers.set(name, worker);
    await worker.ready;
    const { runtime, ...took } = await worker.ask('open', { module, flavour, runtime: runtimes.get(shares) });
    if (runtime !== undefined) runtimes.set(name, runtime);
    return took;
  },
  run: (name, workload) => workers.get(name).ask('run', { workload }),
  /** Several workers at the same time: [[name, workload], ...]. */
  together: (pairs) => Promise.all(pairs.map(([name, workload]) => workers.get(name).ask('run', { workload }))),
  close() {
    for (const { worker } of workers.values()) worker.terminate();
    workers.clear();
    runtimes.clear();
  },
};
