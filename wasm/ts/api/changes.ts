/** Telling of commits that have touched certain tables of a database, with a connection of its own. */
import type { DatabaseClient } from './connection.js';
import type { Engine } from '../engine/engine.js';
import { MisuseError } from '../given/errors.js';
import { optionsOf, textOf } from '../given/given_options.js';
import { kindOf } from '../given/kinds.js';
import { openConnection } from './open.js';
import { watchTables } from './table_watch.js';

/** Which changes to tell of. */
export interface ChangeOptions {
  /** Of these tables, by their names; they need not be there yet. '*' is all of them. */
  readonly tables: readonly string[];
  /** Of which database; the runtime's own if not given. */
  readonly path?: string;
}

/** Calls `changed` after commits that have touched one of the tables; what ends it. */
export function watchChanges(
  engine: Engine, client: DatabaseClient<never>, ownPath: string, given: ChangeOptions, changed: () => void,
): () => void {
  const options = optionsOf(given, 'onChange()', ['tables', 'path']);
  const tables: unknown = options.tables;
  if (!Array.isArray(tables) || tables.length === 0) {
    throw new MisuseError('OPTION', `The option tables is ${kindOf(tables)}: give an array of the tables' names.`);
  }
  const names = tables.map((table: unknown) => textOf(table, 'A name of a table'));
  const path = options.path === undefined ? ownPath : textOf(options.path, 'The path');
  // It waits for nobody: what cannot be read now is read a little later.
  const { connection } = openConnection(engine, client, 'glasswal', path, { busyTimeout: 0 });
  try {
    const end = watchTables(connection, names, changed);
    return () => {
      end();
      connection.close();
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}
