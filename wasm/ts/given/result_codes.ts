/** SQLite's result codes by name. */
import { extendedCodes, primaryCodes } from '../generated/sqlite.js';

const PRIMARY = primaryCodes.split(' ');

/** The name of a primary code, such as 'SQLITE_BUSY'. */
export function primaryCodeName(code: number): string {
  const name = PRIMARY[code & 0xff];
  return name === undefined ? `SQLITE_${code & 0xff}` : `SQLITE_${name}`;
}

/** The name of an extended code, such as 'SQLITE_CONSTRAINT_UNIQUE'; that of the primary code where there is none. */
export function extendedCodeName(code: number): string {
  const kinds = extendedCodes[PRIMARY[code & 0xff] ?? '']?.split(' ') ?? [];
  const kind = kinds[(code >> 8) - 1];
  return kind === undefined || kind === '-' ? primaryCodeName(code) : `${primaryCodeName(code)}_${kind}`;
}

/** The number of a code by name; that of SQLITE_ERROR for a name that is none of SQLite's. */
export function codeNumber(name: string): number {
  for (let primary = 0; primary < PRIMARY.length; primary++) {
    if (primaryCodeName(primary) === name) return primary;
    const kinds = extendedCodes[PRIMARY[primary]!]?.split(' ') ?? [];
    const kind = kinds.findIndex((each) => `${primaryCodeName(primary)}_${each}` === name);
    if (kind >= 0) return primary | ((kind + 1) << 8);
  }
  return 1;
}
