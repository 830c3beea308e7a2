/** Drains the event ring into a logger. The database never waits for it: what is overwritten first is counted. */
import type { Client } from './client.js';
import { deliver, type Logger, toLogRecord } from './log.js';

const drainEveryMs = 50;
const mostAtOnce = 1000;

/** Starts draining; what stops it, after a last look. */
export function startLog(client: Client, logger: Logger): () => void {
  let next = 0;
  const drain = (): void => {
    // One that was given up can look no more; the events are there for any other client.
    if (client.gone) return;
    const batch = client.events(next, mostAtOnce);
    next = batch.nextSequence;
    for (const event of batch.events) deliver(logger, toLogRecord(event));
  };
  const timer = setInterval(drain, drainEveryMs);
  (timer as unknown as { unref?: () => void }).unref?.();
  return () => {
    clearInterval(timer);
    drain();
  };
}
