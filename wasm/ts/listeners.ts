/** Calling what an application gave us to be called. */

/**
 * Calls `listener`. What it throws is the application's own: it is reported as any uncaught exception is, and keeps neither
 * the other listeners nor the next call from happening.
 */
export function callListener<Values extends unknown[]>(listener: (...values: Values) => void, ...values: Values): void {
  try {
    listener(...values);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
