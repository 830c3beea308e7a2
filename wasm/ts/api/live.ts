/** A query that runs again when, and only when, a commit by anybody has touched what it reads. */
import type { Connection } from './connection.js';
import { MisuseError } from '../given/errors.js';
import { requireListener } from '../given/given_options.js';
import { callListener, tellOnce } from '../given/listeners.js';
import { TablesBehind, viewsNamedIn } from './tables_behind.js';
import type { Statement } from './statement.js';
import { follow, isBusy, tablesOf } from './table_watch.js';

/**
 * Runs `statement` now and after each commit that has touched what it reads, and gives `rows` what it returns, and `failed` what a later
 * run throws; what ends it.
 */
export function live<R>(
  connection: Connection, statement: Statement<R>, parameters: unknown, rows: (rows: R[]) => void,
  failed?: ((error: unknown) => void) | null,
): () => void {
  requireListener(rows, 'live()');
  if (failed !== undefined && failed !== null) requireListener(failed, 'live(), for its errors,');
  if (!statement.reader || !statement.readonly) {
    throw new MisuseError('MISUSE', `live() is for statements that return rows and change nothing: ${statement.source}`);
  }
  const values = (parameters === undefined || parameters === null ? [] : Array.isArray(parameters) ? parameters : [parameters]) as [];
  // Watched before they are read, so that nothing is missed in between.
  const { source } = statement;
  const tables = new TablesBehind(connection, () => [...tablesOf(connection, source), ...viewsNamedIn(connection, source)]);
  const tell = tellOnce(
    `live() cannot run ${source}. It does so again after the next change; a function as the fourth argument is told instead.`,
  );
  const fail = (error: unknown): void => (failed ? callListener(failed, error) : tell(error));
  const run = (): void => {
    let found: R[];
    try {
      found = statement.all(...values);
    } catch (error) {
      if (isBusy(error)) throw error;
      fail(error);
      return;
    }
    callListener(rows, found);
  };
  try {
    const first = statement.all(...values);
    const end = follow(connection, tables, run, fail);
    callListener(rows, first);
    return end;
  } catch (error) {
    tables.end();
    throw error;
  }
}
