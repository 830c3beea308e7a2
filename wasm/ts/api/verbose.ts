/** Tells the application what its statements are before they run. */
import type { Connection } from './connection.js';
import { decodeCString } from '../engine/text.js';

/** The SQL of `statement` with its parameters' values; as it was given where SQLite has no room for that. */
export function expandedSql(connection: Connection, statement: number, sql: string): string {
  const { exports, engine } = connection;
  const address = exports.sqlite3_expanded_sql(statement) >>> 0;
  if (address === 0) return sql;
  const text = decodeCString(engine.u8, address);
  exports.sqlite3_free(address);
  return text;
}

/** Calls `verbose` for a statement that is about to run; meanwhile the connection is busy. */
export function logStatement(connection: Connection, statement: number, sql: string): void {
  const { busy } = connection;
  connection.busy = true;
  try {
    const { verbose } = connection;
    // Called by itself, so that the connection is not its `this`.
    verbose!(expandedSql(connection, statement, sql));
  } finally {
    connection.busy = busy;
  }
}
