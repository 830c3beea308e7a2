/** Running SQL of several statements whose rows nobody wants. */
import { AT_ERROR_OFFSET } from '../generated/encoding.js';
import { unitsOfUtf8Bytes } from '../engine/text.js';
import { textOf } from '../given/given_options.js';
import { SQLITE_DONE, SQLITE_OK, SQLITE_ROW } from '../generated/sqlite.js';
import type { Connection } from './connection.js';
import { compile } from './prepare.js';
import { logStatement } from './verbose.js';

const ALL_ROWS = 0x7fffffff;

/** Runs each statement of `sql`. */
export function exec(connection: Connection, sql: string): void {
  const text = textOf(sql, 'The SQL');
  connection.checkWritable();
  execNow(connection, text);
}

/** Likewise, although an iterator may be open. */
export function execNow(connection: Connection, sql: string): void {
  const { busy } = connection;
  connection.busy = true;
  try {
    if (connection.verbose === undefined && !connection.setsTimeout(sql)) execAtOnce(connection, sql);
    else execOneByOne(connection, sql);
  } finally {
    connection.busy = busy;
  }
}

function execAtOnce(connection: Connection, sql: string): void {
  const { context, exports } = connection;
  const text = connection.placeSql(sql);
  const { batch } = context.scratch;
  context.forgetThrown();
  const code = exports.glasswal_exec(connection.pointer, text.address, text.size, batch.address);
  context.releaseText(text);
  if (code !== SQLITE_OK) throw connection.failure({ sql, offset: batch.i32[AT_ERROR_OFFSET]! });
}

/** Runs each statement of `sql` after telling of it, if somebody listens. */
function execOneByOne(connection: Connection, sql: string): void {
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
