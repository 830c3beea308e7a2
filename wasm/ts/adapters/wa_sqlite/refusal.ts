/** Why something was refused, as wa-sqlite's users are told: in `vfs.lastError`, and by the logger. */
import type { Connection } from '../../api/connection.js';
import { SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT } from '../../generated/sqlite.js';
import type { Client } from '../../life/client.js';

/** How a refusal is told: the code for wa-sqlite's pager, and the sentence. */
export interface Refusal {
  readonly code: number;
  readonly error: Error;
  /** The number of the client that has the lock; undefined where waiting would not help. */
  readonly client: number | undefined;
}

const OLD_SNAPSHOT = 'others have committed since this transaction began to read: roll it back, and begin again with BEGIN IMMEDIATE';

/** What the VFS says of its failure with `code`. */
export function reasonOf({ exports, engine, path }: Connection, code: number): string {
  return exports.glasswal_last_error(code) !== 0 ? engine.text() : `SQLite gave ${code} for ${path}`;
}

/** What a connection is told that has the lock by another name, and would wait for itself. */
export function attachedTwice(path: string): Refusal {
  const error = new Error(`this connection writes to ${path} already, by another name of it: write by one name to a database that is attached twice`);
  return { code: SQLITE_BUSY, error, client: undefined };
}

/** What a VACUUM to another page size is told where the database is open elsewhere. */
export function openElsewhere(path: string, pageSize: number): Refusal {
  const error = new Error(
    `pages of another size can be had only while no other connection has ${path} open: close the others, or keep the size with PRAGMA page_size = ${pageSize}`,
  );
  return { code: SQLITE_BUSY, error, client: undefined };
}

/** Why a lock was refused with `code`. */
export function refusalOf(connection: Connection, code: number): Refusal {
  const { exports, engine, pointer } = connection;
  if ((code & 0xff) !== SQLITE_BUSY) return { code, error: new Error(reasonOf(connection, code)), client: undefined };
  // What was refused before that is not why.
  if (code === SQLITE_BUSY_SNAPSHOT || exports.glasswal_last_refusal(pointer, 0) === 0) return { code: SQLITE_BUSY, error: new Error(OLD_SNAPSHOT), client: undefined };
  const { message, client } = JSON.parse(engine.text()) as { message: string; client: number };
  return { code: SQLITE_BUSY, error: new Error(message), client };
}

/** Who keeps a checkpoint of the database at `path` from its end: a reader of what is in the log, or who has a lock. */
export function whoHoldsBack(client: Client, path: string): Error {
  const wal = client.diagnostics().wals.find(({ database }) => database === path);
  const { holder } = wal?.heldBackBy ?? wal?.oldestReader ?? {};
  const who = holder?.clientName ?? wal?.writer?.clientName ?? wal?.checkpointer?.clientName;
  return new Error(`the checkpoint is held back${who === undefined ? ' by another connection' : ` by \`${who}\``}: try it again when that is done`);
}
