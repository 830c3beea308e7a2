/**
 * Follows the calls of wa-sqlite's API, which knows each statement, however short, and how many rows it gave. Without it the VFS tells of statements what it sees by itself (statements.ts).
 *
 * Thread-safety: belongs to one thread.
 */
import { MisuseError } from '../../given/errors.js';
import { kindOf } from '../../given/kinds.js';
import { SQLITE_ERROR } from '../../generated/sqlite.js';
import { statementsOf, type ToldStatement } from './statements.js';
import { isAskable } from './wa_module.js';

/** What of wa-sqlite's API is used: all statements go through the first three. */
export interface MemoryWriteAheadFollowedApi {
  /** Goes on with a statement. */
  step(stmt: number): Promise<number>;
  /** Has it begin anew. */
  reset(stmt: number): Promise<number>;
  /** Frees it. */
  finalize(stmt: number): Promise<number>;
  /** How many parameters it has. */
  bind_parameter_count(stmt: number): number;
}

const followed = new WeakSet<object>();

/**
 * Has every statement that `sqlite3`, which Factory(module) returned, runs on a database of glasswal's be known, with its rows: in the
 * diagnostics, in refusals, and to who cancels. Without this call the VFS knows those that take the lock to write or begin to read in a
 * transaction of several, those that wait or are refused, and those that run or are left open for long; short reads on their own are not counted.
 * Call it once, before anything else uses `sqlite3`; other calls that wrap its methods come after it. Throws a GlasswalError for what is
 * none of wa-sqlite's.
 */
export function followStatements(sqlite3: MemoryWriteAheadFollowedApi, module: object): void {
  const { step, reset, finalize } = (sqlite3 ?? {}) as Partial<MemoryWriteAheadFollowedApi>;
  if (typeof step !== 'function' || typeof reset !== 'function' || typeof finalize !== 'function') {
    throw new MisuseError('MISUSE', `followStatements() was given ${kindOf(sqlite3)} as the API: give what wa-sqlite's Factory(module) returned.`);
  }
  if (typeof module !== 'object' || module === null || !isAskable(module)) {
    throw new MisuseError('MISUSE', `followStatements() was given ${kindOf(module)} as the module: give what wa-sqlite's own factory resolves to.`);
  }
  if (followed.has(sqlite3)) return;
  followed.add(sqlite3);
  // Until they are finalized.
  const known = new Map<number, ToldStatement>();
  const told = (statement: number): ToldStatement | undefined => {
    const before = known.get(statement);
    if (before !== undefined && before.connection.files.size > 0) return before;
    // Throws for what is no statement, as a step of it would.
    sqlite3.bind_parameter_count(statement);
    const connection = statementsOf(module, module._sqlite3_db_handle(statement));
    if (connection === undefined) return undefined;
    connection.beTold();
    const made = connection.tell(statement);
    known.set(statement, made);
    return made;
  };
  const leave = (statement: number): void => {
    const left = known.get(statement);
    if (left !== undefined) left.connection.left(left);
  };
  sqlite3.step = (statement) => {
    let stepped: ToldStatement | undefined;
    try {
      stepped = told(statement);
    } catch {
      // The API says the same itself.
    }
    if (stepped === undefined) return step.call(sqlite3, statement);
    const { connection } = stepped;
    connection.steps(stepped);
    return step.call(sqlite3, statement).then((code) => {
      connection.stepped(stepped, code);
      return code;
    }, (error: unknown) => {
      connection.stepped(stepped, (error as { readonly code?: number }).code ?? SQLITE_ERROR);
      throw error;
    });
  };
  sqlite3.reset = (statement) => {
    const result = reset.call(sqlite3, statement);
    leave(statement);
    return result;
  };
  sqlite3.finalize = (statement) => {
    const result = finalize.call(sqlite3, statement);
    leave(statement);
    known.delete(statement);
    return result;
  };
}
