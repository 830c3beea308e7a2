/** Functions that run inside a transaction. */
import type { Connection } from './connection.js';
import { exec, execNow } from './exec.js';
import { MisuseError } from '../given/errors.js';
import { kindOf } from '../given/kinds.js';

/** A function that runs inside a transaction, and its variants. Each returns what the function returns. */
export interface Transaction<A extends unknown[], T, D = unknown> {
  /** Begins with BEGIN. */
  (...args: A): T;
  /** The same function. */
  readonly default: Transaction<A, T, D>;
  /** Begins with BEGIN: the write lock is taken at the first write, and refused then if somebody else wrote meanwhile. */
  readonly deferred: Transaction<A, T, D>;
  /** Begins with BEGIN IMMEDIATE: waits for the write lock first, so that no later statement is refused it. */
  readonly immediate: Transaction<A, T, D>;
  /**
   * Begins with BEGIN EXCLUSIVE: in WAL mode the same as immediate, and readers go on. On a database that nobody has
   * written to yet (it comes to WAL mode with its first write), and with a rollback journal, readers are locked out.
   */
  readonly exclusive: Transaction<A, T, D>;
  /** The database that it runs in. */
  readonly database: D;
}

// Names with a space are nobody else's.
const SAVEPOINT = '"glasswal nested"';

/**
 * Makes `fn` run inside a transaction that is committed when it returns, and rolled back when it throws. Inside another
 * transaction it is a savepoint of that one, whatever the variant.
 */
export function makeTransaction<A extends unknown[], T, D>(
  connection: Connection,
  fn: (...args: A) => T,
): Transaction<A, T, D> {
  if (typeof fn !== 'function') throw new MisuseError('MISUSE', `transaction() takes a function, and got ${kindOf(fn)}.`);
  if (/Generator/.test(Object.prototype.toString.call(fn))) {
    throw new MisuseError('MISUSE', 'transaction() was given a generator, of which nothing runs before the transaction ends: give a function.');
  }
  if (!connection.transacts) connection.checkIdle();
  connection.transacts = true;
  const variant = (begin: string) => {
    const value: (this: unknown, ...args: A) => T = function (...args) {
      return run(connection, begin, () => fn.apply(this, args));
    };
    return { value };
  };
  const properties = {
    default: variant('BEGIN'),
    deferred: variant('BEGIN DEFERRED'),
    immediate: variant('BEGIN IMMEDIATE'),
    exclusive: variant('BEGIN EXCLUSIVE'),
  };
  for (const { value } of Object.values(properties)) {
    Object.defineProperties(value, {
      ...properties,
      database: { value: connection.database, enumerable: true },
      name: { value: 'sqliteTransaction' },
    });
  }
  return properties.default.value as unknown as Transaction<A, T, D>;
}

function run<T>(connection: Connection, begin: string, body: () => T): T {
  connection.checkWritable();
  const nested = connection.inTransaction;
  execNow(connection, nested ? `SAVEPOINT ${SAVEPOINT}` : begin);
  try {
    const result = body();
    if (isPromise(result)) {
      throw new MisuseError(
        'MISUSE',
        'The function of a transaction returned a promise: it must do everything before it returns, since the ' +
          'transaction ends then. It was rolled back.',
      );
    }
    exec(connection, nested ? `RELEASE ${SAVEPOINT}` : 'COMMIT');
    return result;
  } catch (error) {
    rollBack(connection, nested);
    throw error;
  }
}

/** SQLite may have rolled back already, and the error of the body is the one to tell of. */
function rollBack(connection: Connection, nested: boolean): void {
  if (!connection.inTransaction) return;
  try {
    execNow(connection, nested ? `ROLLBACK TO ${SAVEPOINT}; RELEASE ${SAVEPOINT}` : 'ROLLBACK');
  } catch {
    // The next statement says what state the connection is in.
  }
}

function isPromise(value: unknown): boolean {
  return Boolean(value) && typeof (value as { then?: unknown }).then === 'function';
}
