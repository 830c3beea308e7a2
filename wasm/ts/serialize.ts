/** A database as the bytes of an SQLite file, and back. */
import { Connection } from './connection.js';
import { GlasswalError, SqliteError } from './errors.js';
import { SQLITE_DONE, SQLITE_OK, SQLITE_OPEN_CREATE, SQLITE_OPEN_READWRITE } from './result_codes.js';
import { allocate, free } from './scratch.js';
import { Statement } from './statement.js';

const MAGIC = 'SQLite format 3\0';
const LEAST_BYTES = 512;

/** Where the header says which journal the file was written with: 2 is WAL. */
const WRITE_VERSION_AT = 18;
const READ_VERSION_AT = 19;

const DESERIALIZE_FREE_ON_CLOSE = 1;
const DESERIALIZE_RESIZEABLE = 2;
const ALL_PAGES = -1;

/**
 * The bytes of `schema`. They are marked as a file without a write-ahead log, since all is in them: a database in
 * memory, of this or another library, could not open them otherwise.
 */
export function serialize(connection: Connection, schema: string): Uint8Array {
  connection.check();
  const { engine, context } = connection;
  const { batch } = context.scratch;
  const name = context.placeText(schema, 'a name');
  batch.i64[0] = 0n;
  const address = connection.exports.sqlite3_serialize(connection.pointer, name.address, batch.address, 0) >>> 0;
  context.releaseText(name);
  const size = Number(batch.i64[0]);
  if (address === 0) {
    const why = size > 0 ? `the module's heap has no ${size} bytes for the copy` : 'there is no such database';
    throw new GlasswalError(size > 0 ? 'OUT_OF_MEMORY' : 'MISUSE', `'${schema}' cannot be serialized: ${why}.`);
  }
  const bytes = engine.u8.slice(address, address + size);
  free(engine, address);
  markAsRollback(bytes);
  return bytes;
}

/** Replaces the contents of 'main' by `bytes`, in one transaction. */
export function deserialize(connection: Connection, given: Uint8Array | ArrayBuffer): void {
  connection.check();
  const bytes = given instanceof ArrayBuffer ? new Uint8Array(given) : given;
  if (!(bytes instanceof Uint8Array)) throw new TypeError('deserialize() takes a Uint8Array or an ArrayBuffer.');
  if (!isDatabase(bytes)) {
    throw new GlasswalError(
      'NOT_A_DATABASE', `The ${bytes.length} bytes are no SQLite database: those begin with '${MAGIC.slice(0, -1)}'.`,
    );
  }
  if (connection.inTransaction) {
    throw new GlasswalError('MISUSE', 'A transaction is open: commit it or roll it back before deserialize().');
  }
  const source = openTemporary(connection, bytes);
  try {
    copy(source, connection);
  } finally {
    source.close();
  }
}

function isDatabase(bytes: Uint8Array): boolean {
  if (bytes.length < LEAST_BYTES) return false;
  for (let i = 0; i < MAGIC.length; i++) {
    if (bytes[i] !== MAGIC.charCodeAt(i)) return false;
  }
  return true;
}

function markAsRollback(bytes: Uint8Array): void {
  if (bytes.length < LEAST_BYTES) return;
  bytes[WRITE_VERSION_AT] = 1;
  bytes[READ_VERSION_AT] = 1;
}

/** A private database in memory that holds `bytes`. */
function openTemporary(connection: Connection, bytes: Uint8Array): Connection {
  const { engine, context } = connection;
  const { batch } = context.scratch;
  const path = context.placeText(':memory:', 'a path');
  const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const opened = connection.exports.sqlite3_open_v2(path.address, batch.address, flags, 0);
  const temporary = new Connection(context, batch.u32[0]!, ':memory:', { name: 'deserialize', check() {} });
  try {
    temporary.expect(opened, 'A database in memory cannot be opened');
    const address = allocate(engine, bytes.length, 'the database to take in');
    engine.u8.set(bytes, address);
    engine.u8.fill(1, address + WRITE_VERSION_AT, address + READ_VERSION_AT + 1);
    const size = BigInt(bytes.length);
    const name = context.placeText('main', 'a name');
    const code = connection.exports.sqlite3_deserialize(
      temporary.pointer, name.address, address, size, size, DESERIALIZE_FREE_ON_CLOSE | DESERIALIZE_RESIZEABLE,
    );
    temporary.expect(code, 'The bytes cannot be read as a database');
    return temporary;
  } catch (error) {
    temporary.close();
    throw error;
  }
}

function pageSize(connection: Connection): number {
  const statement = new Statement(connection, 'PRAGMA page_size', false);
  const size = statement.pluck().get() as number;
  statement.finalize();
  return size;
}

function copy(source: Connection, target: Connection): void {
  const { exports } = target;
  const name = target.context.placeText('main', 'a name');
  const backup = exports.sqlite3_backup_init(target.pointer, name.address, source.pointer, name.address) >>> 0;
  if (backup === 0) throw target.failure();
  const stepped = exports.sqlite3_backup_step(backup, ALL_PAGES);
  const finished = exports.sqlite3_backup_finish(backup);
  if (stepped === SQLITE_DONE && finished === SQLITE_OK) return;
  throw copyFailure(source, target);
}

function copyFailure(source: Connection, target: Connection): unknown {
  const error = target.failure();
  const [given, own] = [pageSize(source), pageSize(target)];
  if (error instanceof SqliteError && error.code === 'SQLITE_READONLY' && given !== own) {
    return new GlasswalError(
      'MISUSE',
      `The given database has pages of ${given} bytes and this one of ${own}, which a database in WAL mode keeps. Make ` +
        `them equal where the bytes come from, with: PRAGMA journal_mode = DELETE; PRAGMA page_size = ${own}; VACUUM`,
    );
  }
  if (error instanceof SqliteError) error.message = `The contents cannot be replaced: ${error.message}`;
  return error;
}
