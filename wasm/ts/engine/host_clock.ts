/**
 * The clocks of an instance (GLASSWAL_IMPORTS, glasswal_host_now).
 *
 * A reading of the clock takes as long as a fifth of a transaction (Chromium: 200 ns). For what is only told, such as since when a
 * transaction lasts, one reading does for many: it is used again so many times, and never in another turn of the event loop, so that
 * a client that did nothing for an hour does not tell the time of an hour ago.
 */

/** How often a reading is used. */
const uses = 16;

/** The function for one instance; its thread is the only caller. */
export function hostClock(): (clock: number) => number {
  // Each worker counts from an origin of its own; since 1970 they all count alike.
  const { timeOrigin } = performance;
  let reading = 0;
  let left = 0;
  let isToForget = false;
  const forget = (): void => {
    left = 0;
    isToForget = false;
  };
  const read = (): number => {
    // Before anybody else's turn: what is asked for then is read anew.
    if (!isToForget) queueMicrotask(forget);
    isToForget = true;
    left = uses;
    reading = timeOrigin + performance.now();
    return reading;
  };
  return (clock) => {
    if (clock === 1) return Date.now();
    return clock === 2 && left-- > 0 ? reading : read();
  };
}
