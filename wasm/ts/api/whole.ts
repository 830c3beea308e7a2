/** A database that is replaced as a whole, by a backup or an import: one that was not there before goes again if that fails. */
import type { Connection, DatabaseClient } from './connection.js';
import type { Engine } from '../engine/engine.js';
import { MisuseError, SqliteError } from '../given/errors.js';
import { firstValue } from './execution.js';
import { textOf } from '../given/given_options.js';
import { callNumber, withText } from '../engine/instance.js';
import { isPrivate, openConnection } from './open.js';
import { SQLITE_CANTOPEN } from '../generated/sqlite.js';

/** A connection to `path`, and what closes it in the end, with whether it was `done`. */
export function openWhole(
  engine: Engine, client: DatabaseClient<never>, path: string, method: string,
): { readonly connection: Connection; readonly close: (done: boolean) => void } {
  if (isPrivate(textOf(path, 'The path')) || path.startsWith('file:')) {
    const files = '(A file on disk is a URL for backup(), and bytes for import().)';
    throw new MisuseError('MISUSE', `${method} takes a path of this runtime, and got '${path}'. ${files}`);
  }
  const open = (fileMustExist: boolean): Connection =>
    openConnection(engine, client, 'glasswal', path, { fileMustExist }).connection;
  try {
    const connection = open(true);
    return { connection, close: () => connection.close() };
  } catch (error) {
    if (!(error instanceof SqliteError) || (error.resultCode & 0xff) !== SQLITE_CANTOPEN) throw error;
  }
  const connection = open(false);
  return {
    connection,
    close: (done) => {
      const isLeft = !done && isEmpty(connection);
      connection.close();
      if (isLeft) withText(engine, connection.path, (pointer) => callNumber(engine, 'glasswal_remove_file', pointer));
    },
  };
}

/** Whether nobody else has filled it meanwhile. */
function isEmpty(connection: Connection): boolean {
  try {
    return firstValue(connection, 'PRAGMA page_count') === 0;
  } catch {
    // It was closed, or is in use.
    return false;
  }
}
