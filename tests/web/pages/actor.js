// A worker of the tests. It is told what to do by the text of a function (see stage.mjs), which is called with a
// context: the package, the runtime, its client and database once it joined, numbers shared by all workers of the page
// (signals), and a place to keep things.
import { describeError, play } from './play.js';

const context = { keep: {} };

async function join({ runtime, name, open, signals }) {
  context.signals = signals;
  context.glasswal = await import('/glasswal/index.js');
  context.runtime = runtime;
  const started = performance.now();
  context.client = await context.glasswal.join(runtime, { name });
  const joinMs = performance.now() - started;
  if (open !== undefined) context.db = context.client.open(open);
  return joinMs;
}

self.onmessage = async ({ data: { id, source, values, joining } }) => {
  try {
    self.postMessage({ id, value: joining === undefined ? await play(source, context, values) : await join(joining) });
  } catch (error) {
    self.postMessage({ id, error: describeError(error) });
  }
};
