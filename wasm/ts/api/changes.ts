/** Telling of commits that have touched certain tables of a database, with a connection of its own. */
import type { DatabaseClient } from './connection.js';
import type { Engine } from '../engine/engine.js';
import { MisuseError } from '../given/errors.js';
import { optionsOf, textOf } from '../given/given_options.js';
import { kindOf } from '../given/kinds.js';
import { callListener, tellOnce } from '../given/listeners.js';
import { openConnection } from './open.js';
import { follow } from './table_watch.js';
import { TablesBehind, tablesBehind } from './tables_behind.js';

/** Which changes to tell of. */
export interface ChangeOptions {
  /**
   * Of these tables, by their names; they need not be there yet. A view stands for the tables that it reads, a virtual table for
   * those that it keeps its rows in, or for all, if they are not known; see tablesOf(). '*' is all of them.
   */
  readonly tables: readonly string[];
  /** Of which database; the runtime's own if not given. */
  readonly path?: string;
}

/** Calls `changed` after commits that have touched one of the tables; what ends it. */
export function watchChanges(
  engine: Engine, client: DatabaseClient<never>, ownPath: string, given: ChangeOptions, changed: () => void,
): () => void {
  const options = optionsOf(given, 'onChange()', ['tables', 'path']);
  const wanted: unknown = options.tables;
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw new MisuseError('OPTION', `The option tables is ${kindOf(wanted)}: give an array of the tables' names.`);
  }
  const names = wanted.map((table: unknown) => textOf(table, 'A name of a table'));
  const path = options.path === undefined ? ownPath : textOf(options.path, 'The path');
  // It waits for nobody: what cannot be read now is read a little later.
  const { connection } = openConnection(engine, client, 'glasswal', path, { busyTimeout: 0 });
  try {
    const tables = new TablesBehind(connection, () => [...new Set(names.flatMap((name) => tablesBehind(connection, name)))]);
    const failed = tellOnce('onChange() cannot see whether its tables have changed. It looks again after the next commit.');
    const end = follow(connection, tables, () => callListener(changed), failed);
    return () => {
      end();
      connection.close();
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}
