/** Calling what an application gave us to be called. */

/** Reports what nobody can catch as any uncaught exception is. */
export function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Tells the console of errors that nobody asked to be told of: of each message once, for what goes wrong may do so after each commit. */
export function tellOnce(what: string): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const message = String(error);
    if (told.has(message)) return;
    told.add(message);
    console.error(`glasswal: ${what}`, error);
  };
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
