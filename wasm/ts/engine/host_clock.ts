/**
 * The clocks of an instance (GLASSWAL_IMPORTS, glasswal_host_now).
 *
 * A reading of the clock takes as long as a fifth of a transaction (Chromium: 200 ns). For what is only told, such as since when a
 * transaction lasts, the module uses one reading some times (wasm/module/libc.cpp), but never in another turn of the event loop, so
 * that a client that did nothing for an hour does not tell the time of an hour ago.
 */

/** The function for one instance, whose thread is the only caller. `forget` is called before the next turn after a reading of clock 2. */
export function hostClock(forget: () => void): (clock: number) => number {
  // Each worker counts from an origin of its own; since 1970 they all count alike.
  const { timeOrigin } = performance;
  let isToForget = false;
  const forgetOnce = (): void => {
    isToForget = false;
    forget();
  };
  return (clock) => {
    if (clock === 1) return Date.now();
    if (clock === 2 && !isToForget) {
      isToForget = true;
      queueMicrotask(forgetOnce);
    }
    return timeOrigin + performance.now();
  };
}
