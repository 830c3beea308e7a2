/** SQLite's result codes and constants by name. */

export const SQLITE_OK = 0;
export const SQLITE_ERROR = 1;
export const SQLITE_BUSY = 5;
export const SQLITE_BUSY_SNAPSHOT = 517;
export const SQLITE_LOCKED = 6;
export const SQLITE_NOMEM = 7;
export const SQLITE_READONLY = 8;
export const SQLITE_IOERR = 10;
export const SQLITE_IOERR_NOMEM = 3082;
export const SQLITE_CORRUPT = 11;
export const SQLITE_FULL = 13;
export const SQLITE_CANTOPEN = 14;
export const SQLITE_MISUSE = 21;
export const SQLITE_NOTADB = 26;
export const SQLITE_ROW = 100;
export const SQLITE_DONE = 101;

export const SQLITE_OPEN_READONLY = 0x1;
export const SQLITE_OPEN_READWRITE = 0x2;
export const SQLITE_OPEN_CREATE = 0x4;
export const SQLITE_OPEN_URI = 0x40;

export const SQLITE_PREPARE_PERSISTENT = 1;

export const SQLITE_UTF8 = 1;
export const SQLITE_DETERMINISTIC = 0x800;
export const SQLITE_DIRECTONLY = 0x80000;

/** The primary codes in SQLite's order. */
const PRIMARY = ('OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN ' +
  'PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB NOTICE WARNING').split(' ');

/** The extended codes: a primary one and its kinds from 1 on; a dash is a number that SQLite does not use. */
const EXTENDED: Readonly<Record<string, string>> = {
  ERROR: 'MISSING_COLLSEQ RETRY SNAPSHOT RESERVESIZE KEY UNABLE',
  ABORT: '- ROLLBACK',
  BUSY: 'RECOVERY SNAPSHOT TIMEOUT',
  LOCKED: 'SHAREDCACHE VTAB',
  READONLY: 'RECOVERY CANTLOCK ROLLBACK DBMOVED CANTINIT DIRECTORY',
  IOERR:
    'READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM ACCESS CHECKRESERVEDLOCK ' +
    'LOCK CLOSE DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK DELETE_NOENT MMAP GETTEMPPATH CONVPATH VNODE AUTH ' +
    'BEGIN_ATOMIC COMMIT_ATOMIC ROLLBACK_ATOMIC DATA CORRUPTFS IN_PAGE BADKEY CODEC',
  CORRUPT: 'VTAB SEQUENCE INDEX',
  CANTOPEN: 'NOTEMPDIR ISDIR FULLPATH CONVPATH DIRTYWAL SYMLINK',
  CONSTRAINT: 'CHECK COMMITHOOK FOREIGNKEY FUNCTION NOTNULL PRIMARYKEY TRIGGER UNIQUE VTAB ROWID PINNED DATATYPE',
};

/** The name of a primary code, such as 'SQLITE_BUSY'. */
export function primaryCodeName(code: number): string {
  const name = PRIMARY[code & 0xff];
  return name === undefined ? `SQLITE_${code & 0xff}` : `SQLITE_${name}`;
}

/** The name of an extended code, such as 'SQLITE_CONSTRAINT_UNIQUE'; that of the primary code where there is none. */
export function extendedCodeName(code: number): string {
  const kinds = EXTENDED[PRIMARY[code & 0xff] ?? '']?.split(' ') ?? [];
  const kind = kinds[(code >> 8) - 1];
  return kind === undefined || kind === '-' ? primaryCodeName(code) : `${primaryCodeName(code)}_${kind}`;
}

/** The number of a code by name; that of SQLITE_ERROR for a name that is none of SQLite's. */
export function codeNumber(name: string): number {
  for (let primary = 0; primary < PRIMARY.length; primary++) {
    if (primaryCodeName(primary) === name) return primary;
    const kinds = EXTENDED[PRIMARY[primary]!]?.split(' ') ?? [];
    const kind = kinds.findIndex((each) => `${primaryCodeName(primary)}_${each}` === name);
    if (kind >= 0) return primary | ((kind + 1) << 8);
  }
  return 1;
}
