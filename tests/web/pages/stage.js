// The page of the tests: makes runtimes, starts workers and passes on what the test says to each (see stage.mjs).
import { describeError, play } from './play.js';

const glasswal = await import('/glasswal/index.js').catch((error) => ({ failedToLoad: String(error) }));
const runtimes = new Map();
const actors = new Map();
// Numbers that all workers of this page share, for tests that say 'now' from one to another.
const signals = new Int32Array(globalThis.crossOriginIsolated ? new SharedArrayBuffer(256) : 256);
const context = { glasswal, runtimes, actors, signals, keep: {} };

class Actor {
  #waiting = new Map();
  #lastId = 0;

  constructor(script, name) {
    this.worker = new Worker(new URL(`./${script}`, import.meta.url), { type: 'module', name });
    this.worker.onmessage = ({ data: { id, value, error } }) => {
      const resolve = this.#waiting.get(id);
      this.#waiting.delete(id);
      resolve({ value, error });
    };
    this.worker.onerror = (event) => this.#giveUp(event.message);
  }

  tell(message) {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.worker.postMessage({ id, ...message });
    });
  }

  end() {
    this.worker.terminate();
    this.#giveUp('the worker was terminated');
  }

  #giveUp(message) {
    for (const resolve of this.#waiting.values()) resolve({ error: { message } });
    this.#waiting.clear();
  }
}

// What stage.mjs calls. Nothing here throws: errors come back as values, with all that a test may ask of them.
globalThis.stage = {
  async inPage({ source, values }) {
    try {
      return { value: await play(source, context, values) };
    } catch (error) {
      return { error: describeError(error) };
    }
  },

  async createRuntime({ name, path, options }) {
    try {
      runtimes.set(name, await glasswal.createRuntime(path, options));
      return {};
    } catch (error) {
      return { error: describeError(error) };
    }
  },

  async start({ script, name, runtime, open }) {
    const actor = new Actor(script, name);
    actors.set(name, actor);
    return actor.tell({ joining: { runtime: runtimes.get(runtime), name, open, signals } });
  },

  /** Whether a condition holds of the first runtime's diagnostics, or of what a client says in its place. */
  holds: (source, values) => play(source, (context.keep.watcher ?? runtimes.get('runtime')).diagnostics(), [values]),

  tell: ({ name, source, values }) => actors.get(name).tell({ source, values }),

  terminate({ name }) {
    actors.get(name).end();
    actors.delete(name);
    return {};
  },
};
