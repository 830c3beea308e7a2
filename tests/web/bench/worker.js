// The worker of one engine. The page sends one message at a time and waits for its answer.
import { runWorkload } from './workloads.js';

let engine;

const handlers = {
  /** Loads the engine, opens its database and asks it for a row; the answer is how long that took, and a runtime if there is one. */
  async open({ module, flavour, runtime }) {
    const started = performance.now();
    const { open } = await import(`./engines/${module}.js`);
    engine = await open(flavour, runtime);
    await engine.query('SELECT 1');
    const { joinMs, joinLaterMs } = engine;
    return { ms: performance.now() - started, joinMs, joinLaterMs, runtime: engine.runtime };
  },
  run: ({ workload }) => runWorkload(workload, engine),
};

self.onmessage = async ({ data: { id, kind, ...message } }) => {
  try {
    self.postMessage({ id, value: await handlers[kind](message) });
  } catch (error) {
    self.postMessage({ id, error: `${error.message}\n${error.stack}` });
  }
};
self.postMessage({ id: 0 });
