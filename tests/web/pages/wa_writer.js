// A worker that commits `sql`, to which its name is bound, with either SQLite until it is told to end. In `counts` is how many commits
// were acknowledged, and the longest that one took, in microseconds.
import { join } from '/glasswal/index.js';
import { Wa } from './wa.js';

const BUSY_MS = 60_000;

/** A connection by which `commit` writes. */
async function connect({ runtime, name, version, sql }) {
  if (version === undefined) {
    const db = (await join(runtime, { name })).open({ busyTimeout: BUSY_MS });
    const update = db.prepare(sql);
    return { commit: () => update.run(name), close: () => db.close() };
  }
  const wa = await Wa.load(runtime, { version, clientName: name });
  const db = await wa.open({ busyTimeout: BUSY_MS });
  return { commit: () => db.rows(sql, name), close: () => db.close() };
}

async function live({ counts, at, stop, pauseMs, ...rest }) {
  const { commit, close } = await connect(rest);
  postMessage('at work');
  while (Atomics.load(counts, stop) === 0) {
    const started = performance.now();
    await commit();
    const tookUs = Math.ceil((performance.now() - started) * 1000);
    Atomics.add(counts, at, 1);
    Atomics.store(counts, at + 1, Math.max(Atomics.load(counts, at + 1), tookUs));
    if (pauseMs > 0) Atomics.wait(counts, stop, 0, pauseMs);
  }
  await close();
  postMessage('done');
}

onmessage = ({ data }) => {
  live(data).catch((error) => postMessage({ failure: `${data.name}: ${error}` }));
};
