// The limit of a test that waits: seconds in which whoever could run had a core. tests/tools/suites/counted_time.py says why.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const SAMPLE_MS = 200;

/** How many times as long everything takes as on a machine with nothing else to do. */
function slowness() {
  // `0.20 0.18 0.12 1/80 11206`: the fourth field begins with the threads that run or want to, this one included.
  const runnable = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[3].split('/')[0]) - 1;
  return Math.max(1, runnable / availableParallelism());
}

/** The body of a test, failing when it (or `what`, in the message) has not ended after `limitMs` counted milliseconds. */
export function within(limitMs, body, what = 'it') {
  return async (t) => {
    let timer;
    const tooLong = new Promise((_, reject) => {
      let countedMs = 0;
      let before = performance.now();
      timer = setInterval(() => {
        const now = performance.now();
        countedMs += (now - before) / slowness();
        before = now;
        if (countedMs > limitMs) reject(new Error(`${what} took longer than ${limitMs / 1000} counted seconds`));
      }, SAMPLE_MS);
    });
    try {
      return await Promise.race([body(t), tooLong]);
    } finally {
      clearInterval(timer);
    }
  };
}
