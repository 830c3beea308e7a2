/** Functions that run inside a transaction. */
import type { Connection } from './connection.js';

/** When a transaction takes its write lock: at the first write, at its start, or at its start and against readers. */
export type TransactionMode = 'deferred' | 'immediate' | 'exclusive';

/** A function that runs inside a transaction, and its variants. Each returns what the function returns. */
export interface Transaction<A extends unknown[], T> {
  /** Begins with BEGIN. */
  (...args: A): T;
  /** Begins with BEGIN: the write lock is taken at the first write, and refused then if somebody else wrote meanwhile. */
  deferred(...args: A): T;
  /** Begins with BEGIN IMMEDIATE: waits for the write lock first, so that no later statement is refused it. */
  immediate(...args: A): T;
  /** Begins with BEGIN EXCLUSIVE: in WAL mode the same as immediate. */
  exclusive(...args: A): T;
}

// Names with a space are nobody else's.
const SAVEPOINT = '"glasswal nested"';

/**
 * Makes `fn` run inside a transaction that is committed when it returns, and rolled back when it throws. Inside another
 * transaction it is a savepoint of that one, whatever the variant.
 */
export function makeTransaction<A extends unknown[], T>(
  connection: Connection,
  fn: (...args: A) => T,
): Transaction<A, T> {
  if (typeof fn !== 'function') throw new TypeError(`transaction() takes a function, and got ${typeof fn}.`);
  const variant = (begin: string) =>
    function (this: unknown, ...args: A): T {
      return run(connection, begin, () => fn.apply(this, args));
    };
  return Object.assign(variant('BEGIN'), {
    deferred: variant('BEGIN DEFERRED'),
    immediate: variant('BEGIN IMMEDIATE'),
    exclusive: variant('BEGIN EXCLUSIVE'),
  });
}

function run<T>(connection: Connection, begin: string, body: () => T): T {
  connection.check();
  const nested = connection.inTransaction;
  connection.exec(nested ? `SAVEPOINT ${SAVEPOINT}` : begin);
  try {
    const result = body();
    if (isPromise(result)) {
      throw new TypeError(
        'The function of a transaction returned a promise: it must do everything before it returns, since the ' +
          'transaction ends then. It was rolled back.',
      );
    }
    connection.exec(nested ? `RELEASE ${SAVEPOINT}` : 'COMMIT');
    return result;
  } catch (error) {
    rollBack(connection, nested);
    throw error;
  }
}

/** SQLite may have rolled back already, and the error of the body is the one to tell of. */
function rollBack(connection: Connection, nested: boolean): void {
  if (connection.pointer === 0 || !connection.inTransaction) return;
  try {
    connection.exec(nested ? `ROLLBACK TO ${SAVEPOINT}; RELEASE ${SAVEPOINT}` : 'ROLLBACK');
  } catch {
    // The next statement says what state the connection is in.
  }
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
