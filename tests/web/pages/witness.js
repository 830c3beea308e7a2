// The worker that stays alive beside those that are killed: it writes after each death, and counts what is there.
import { join } from '/glasswal/index.js';

let db;

const answers = {
  async start({ runtime }) {
    const client = await join(runtime, { name: 'witness' });
    db = client.open({ busyTimeout: 30_000 });
  },
  /** A write of its own, then the rows of one lane and epoch and those that must not be there. */
  look({ lane, epoch }) {
    const started = performance.now();
    db.exec('UPDATE scratch SET v = v + 1');
    return {
      tookMs: performance.now() - started,
      rows: db.prepare('SELECT count(*) FROM kept WHERE lane = ? AND epoch = ?').pluck().get(lane, epoch),
      highest: db.prepare('SELECT coalesce(max(n), 0) FROM kept WHERE lane = ? AND epoch = ?').pluck().get(lane, epoch),
      uncommitted: db.prepare('SELECT count(*) FROM kept WHERE epoch < 0').pluck().get(),
    };
  },
  soundness: () => db.pragma('integrity_check', { simple: true }),
};

onmessage = async ({ data: { id, question, ...rest } }) => {
  const asked = performance.now();
  try {
    postMessage({ id, value: await answers[question](rest) });
  } catch (error) {
    postMessage({ id, error: `${question}, after ${Math.round(performance.now() - asked)} ms: ${error}` });
  }
};
