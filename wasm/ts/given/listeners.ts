/** Calling what an application gave us to be called. */

/** Reports what nobody can catch as any uncaught exception is. */
export function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/**
 * Calls `listener`. What it throws is the application's own: it is reported as any uncaught exception is, and keeps neither
 * the other listeners nor the next call from happening.
 */
export function callListener<Values extends unknown[]>(listener: (...values: Values) => void, ...values: Values): void {
  try {
    listener(...values);
  } catch (error) {
    reportError(error);
  }
}
