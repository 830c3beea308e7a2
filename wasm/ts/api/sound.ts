/** Whether bytes are a sound database that can be taken in. */
import type { Connection } from './connection.js';
import { GlasswalError, MisuseError, SqliteError } from '../given/errors.js';
import { firstValue, firstValues } from './execution.js';
import { SQLITE_CORRUPT, SQLITE_ERROR, SQLITE_NOTADB } from '../generated/sqlite.js';

const MAGIC = 'SQLite format 3\0';
/** The smallest page that there is. */
export const LEAST_BYTES = 512;

/** Where the header says which journal the file was written with: 1 is a rollback journal, 2 a write-ahead log. */
export const WRITE_VERSION_AT = 18;
export const READ_VERSION_AT = 19;
const PAGE_SIZE_AT = 16;
const CHANGES_AT = 24;
const PAGES_AT = 28;
const ENCODING_AT = 56;
/** The value of CHANGES_AT for which PAGES_AT is right. */
const PAGES_VALID_FOR_AT = 92;

const ENCODINGS = ['UTF-8', 'UTF-8', 'UTF-16le', 'UTF-16be'];
const MOST_FINDINGS = 3;

function refuse(what: string): never {
  throw new GlasswalError('NOT_A_DATABASE', `${what} Nothing was replaced.`);
}

/** The size of the pages that the header tells. */
export function pageSizeOf(bytes: Uint8Array): number {
  const size = (bytes[PAGE_SIZE_AT]! << 8) | bytes[PAGE_SIZE_AT + 1]!;
  return size === 1 ? 65536 : size;
}

/** Throws unless `bytes` begin as a database, and are as many as that says. */
export function checkHeader(bytes: Uint8Array): void {
  const { length } = bytes;
  if (length < LEAST_BYTES || [...MAGIC].some((character, i) => bytes[i] !== character.charCodeAt(0))) {
    refuse(`The ${length} bytes are no SQLite database: those begin with '${MAGIC.slice(0, -1)}', and have ${LEAST_BYTES} at least.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const pageSize = pageSizeOf(bytes);
  if (pageSize < LEAST_BYTES || (pageSize & (pageSize - 1)) !== 0) {
    refuse(`The header says that pages have ${pageSize} bytes, which no SQLite database has: it is damaged.`);
  }
  const version = bytes[READ_VERSION_AT]!;
  if (version !== 1 && version !== 2) refuse(`The header says that the format is version ${version}, and SQLite reads 1 and 2.`);
  if (ENCODINGS[view.getUint32(ENCODING_AT)] === undefined) refuse('The header names no encoding of texts that SQLite knows: it is damaged.');
  const pages = length / pageSize;
  const said = view.getUint32(PAGES_AT);
  const isSaid = said > 0 && view.getUint32(CHANGES_AT) === view.getUint32(PAGES_VALID_FOR_AT);
  if (!Number.isInteger(pages) || (isSaid && said > pages)) {
    refuse(`The file was cut off: of ${isSaid ? said : 'its'} pages of ${pageSize} bytes only ${pages.toFixed(1)} are there.`);
  }
}

/** Throws if the contents of `temporary` are damaged. */
export function checkContents(temporary: Connection): void {
  let found = quickCheck(temporary, String(MOST_FINDINGS));
  if (found === undefined) {
    const sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')";
    const tables = firstValues(temporary, sql) as string[];
    found = tables.flatMap((table) => quickCheck(temporary, `'${table.replaceAll("'", "''")}'`) ?? []);
  }
  const bad = found.filter((finding) => finding !== 'ok').slice(0, MOST_FINDINGS);
  if (bad.length === 0) return;
  refuse(`The database is damaged: ${bad.join('; ').replaceAll('\n', ' ')}. ({ check: false } takes it in all the same.)`);
}

/** What is found wrong; undefined where a function or collation of the application is needed, which is not known here. */
function quickCheck(temporary: Connection, argument: string): unknown[] | undefined {
  try {
    return firstValues(temporary, `PRAGMA quick_check(${argument})`);
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    const primary = error.resultCode & 0xff;
    if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB) return [error.message];
    if (primary === SQLITE_ERROR) return undefined;
    throw error;
  }
}

/** Throws if texts are encoded otherwise than in the database of `connection`: connections that are open could not read them. */
export function checkEncoding(connection: Connection, bytes: Uint8Array): void {
  const given = ENCODINGS[bytes[ENCODING_AT + 3]!];
  const own = firstValue(connection, 'PRAGMA encoding');
  if (given === own || (firstValue(connection, 'PRAGMA page_count') as number) === 0) return;
  throw new MisuseError(
    'MISUSE',
    `The texts of the given database are ${String(given)} and those of '${connection.path}' ${String(own)}, which connections ` +
      'that are open cannot change. Take it in at a new path, or remove this database first (client.remove). Nothing was replaced.',
  );
}
