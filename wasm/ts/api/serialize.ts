/** A database as the bytes of an SQLite file, and back. */
import type { Bytes } from '../given/bytes.js';
import { Connection } from './connection.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { booleanOption, optionsOf } from '../given/given_options.js';
import { outOfMemory } from '../memory/memory_limit.js';
import { ALL_PAGES, PageCopy } from './page_copy.js';
import { SQLITE_OPEN_CREATE, SQLITE_OPEN_READWRITE } from '../generated/sqlite.js';
import { free } from '../engine/scratch.js';
import { allocateBytes, bytesOf } from '../engine/slots.js';
import { LEAST_BYTES, READ_VERSION_AT, WRITE_VERSION_AT, checkContents, checkEncoding, checkHeader } from './sound.js';
import { kindOf } from '../given/kinds.js';

/** What is done before the contents of a database are replaced. */
export interface ImportOptions {
  /**
   * Checks all of the given bytes first (SQLite's quick_check, on a private copy). true if not given; the header is always
   * checked.
   */
  readonly check?: boolean;
}

/** Which database is serialized. */
export interface SerializeOptions {
  /** 'main', or the name of an attached one. */
  readonly attached?: string;
}

const DESERIALIZE_FREE_ON_CLOSE = 1;
const DESERIALIZE_RESIZEABLE = 2;

/**
 * The bytes of `schema`. They are marked as a file without a write-ahead log, since all is in them: a database in
 * memory, of this or another library, could not open them otherwise.
 */
export function serialize(connection: Connection, schema: string): Bytes {
  connection.check();
  const { engine, context } = connection;
  const { batch } = context.scratch;
  const name = context.placeText(schema, 'a name');
  batch.i64[0] = 0n;
  connection.exports.glasswal_take_refused_bytes();
  const address = connection.exports.sqlite3_serialize(connection.pointer, name.address, batch.address, 0) >>> 0;
  context.releaseText(name);
  const size = Number(batch.i64[0]);
  if (address === 0) {
    const refused = connection.exports.glasswal_take_refused_bytes() >>> 0;
    if (size <= 0 && refused === 0) throw new GlasswalError('NOT_FOUND', `'${schema}' cannot be serialized: there is no such database.`);
    throw outOfMemory(engine.views, refused, `the copy of '${schema}'`);
  }
  const bytes = engine.u8.slice(address, address + size);
  free(engine, address);
  markAsRollback(bytes);
  return bytes;
}

/** The schema that the options of serialize() or backup() name. */
export function schemaOf(options: SerializeOptions): string {
  if (typeof options !== 'object') throw new MisuseError('OPTION', `The options are ${kindOf(options)}: give an object.`);
  const schema: unknown = 'attached' in options ? options.attached : 'main';
  if (typeof schema === 'string' && schema !== '') return schema;
  throw new MisuseError(
    'OPTION', `The option 'attached' is ${schema === '' ? 'an empty text' : kindOf(schema)}: give the name of an attached database.`);
}

/** Replaces the contents of 'main' by `given`, in one transaction: what `method` was called for. */
export function deserialize(connection: Connection, given: unknown, options: ImportOptions | null | undefined, method: string): void {
  const isChecked = booleanOption({ check: true, ...optionsOf(options, method, ['check']) }, 'check');
  connection.checkQuiet();
  const bytes = bytesOf(given);
  if (bytes === undefined) throw new MisuseError('MISUSE', `${method} takes a Uint8Array or an ArrayBuffer, and got ${kindOf(given)}.`);
  if (connection.inTransaction) {
    throw new MisuseError('MISUSE', `A transaction is open: commit it or roll it back before ${method}.`);
  }
  checkHeader(bytes);
  checkEncoding(connection, bytes);
  const source = openTemporary(connection, bytes);
  try {
    if (isChecked) checkContents(source);
    const copy = new PageCopy(source, 'main', connection);
    if (copy.step(ALL_PAGES) !== true) throw copy.giveUp();
    copy.finish();
  } finally {
    source.close();
  }
}

function markAsRollback(bytes: Uint8Array): void {
  if (bytes.length < LEAST_BYTES) return;
  bytes[WRITE_VERSION_AT] = 1;
  bytes[READ_VERSION_AT] = 1;
}

/**
 * A private database in memory, of the instance of `connection`, that holds `bytes`. They are marked as a file without a write-ahead log, unless
 * `mark` does otherwise with them.
 */
export function openTemporary(connection: Connection, bytes: Uint8Array, mark: (copy: Uint8Array) => void = markAsRollback): Connection {
  const { engine, context } = connection;
  const { batch } = context.scratch;
  const path = context.placeText(':memory:', 'a path');
  const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const opened = connection.exports.sqlite3_open_v2(path.address, batch.address, flags, 0);
  const temporary = new Connection(context, batch.u32[0]!, ':memory:', { name: 'deserialize', check() {} });
  try {
    temporary.expect(opened, 'A database in memory cannot be opened');
    const address = allocateBytes(engine, bytes, 'the database to take in');
    mark(engine.u8.subarray(address, address + bytes.length));
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
