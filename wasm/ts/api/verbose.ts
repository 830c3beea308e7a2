/** Tells the application what its statements are before they run. */
import type { Connection } from './connection.js';
import { compile } from './prepare.js';
import { SQLITE_DONE, SQLITE_ROW } from '../given/result_codes.js';
import { decodeCString, unitsOfUtf8Bytes } from '../engine/text.js';

/** Receives the SQL of each statement that runs, with the values of its parameters in it. */
export type Verbose = (sql: string) => void;

const ALL_ROWS = 0x7fffffff;

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

/** Runs each statement of `sql` after telling of it, if somebody listens. */
export function execOneByOne(connection: Connection, sql: string): void {
  const { context, exports } = connection;
  for (let rest = withoutStart(sql); rest !== ''; ) {
    const text = connection.placeSql(rest);
    let next: { statement: number; tail: number };
    try {
      next = compile(connection, text.address, text.size, rest);
    } finally {
      context.releaseText(text);
    }
    const units = unitsOfUtf8Bytes(rest, next.tail - text.address);
    if (next.statement !== 0) {
      try {
        if (connection.verbose !== undefined) logStatement(connection, next.statement, rest.slice(0, units));
        runToEnd(connection, next.statement, rest);
      } finally {
        exports.sqlite3_finalize(next.statement);
      }
    }
    rest = withoutStart(rest.slice(units));
  }
}

/** The SQL from its first word or comment on. */
function withoutStart(sql: string): string {
  return sql.replace(/^[ ;\t-\r]+/, '');
}

function runToEnd(connection: Connection, statement: number, sql: string): void {
  const { context } = connection;
  context.forgetThrown();
  let code: number = SQLITE_ROW;
  while (code === SQLITE_ROW) {
    const { batch } = context.scratch;
    // A row that does not fit is passed over: nobody wants the rows.
    code = context.execute(statement, 0, 0, 0, batch.address, batch.size, ALL_ROWS);
  }
  if (code !== SQLITE_DONE) throw connection.failure({ sql });
}
