// actor.js with a connection of wa-sqlite: `wa` is the library with its VFS, `db` the connection (wa.js).
import { describeError, play } from './play.js';
import { Wa } from './wa.js';

const context = { keep: {} };

async function join({ runtime, open, signals }) {
  context.signals = signals;
  context.runtime = runtime;
  const started = performance.now();
  context.wa = await Wa.load(runtime, { version: open?.version });
  const joinMs = performance.now() - started;
  if (open !== undefined) context.db = await context.wa.open(open);
  return joinMs;
}

self.onmessage = async ({ data: { id, source, values, joining } }) => {
  try {
    self.postMessage({ id, value: joining === undefined ? await play(source, context, values) : await join(joining) });
  } catch (error) {
    self.postMessage({ id, error: describeError(error) });
  }
};
