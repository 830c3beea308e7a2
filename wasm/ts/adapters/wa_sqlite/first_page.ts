/**
 * What of page 1 is not the same on both sides. To wa-sqlite the database has no write-ahead log, and counts its changes by a number of the
 * connection's own. (What it writes is the C side's to look after: glasswal_pager_write_first.)
 */

/** Where a header says how large the pages are; 1 is 65,536. */
export const PAGE_SIZE_AT = 16;
/** Where it counts changes. A read that begins here is wa-sqlite's question whether its cache still holds. */
export const CHANGE_COUNTER_AT = 24;

const VERSIONS_AT = 18;
const VALID_FOR_AT = 92;
const HEADER_BYTES = 100;

/** Makes of bytes of page 1, which begin at `from`, what they are to wa-sqlite. */
export function disguise(bytes: Uint8Array, from: number, counter: number): void {
  if (from >= HEADER_BYTES) return;
  const put = (at: number, value: number): void => {
    if (at >= from && at < from + bytes.length) bytes[at - from] = value;
  };
  put(VERSIONS_AT, 1);
  put(VERSIONS_AT + 1, 1);
  for (let i = 0; i < 4; ++i) {
    const byte = (counter >>> (24 - 8 * i)) & 0xff;
    put(CHANGE_COUNTER_AT + i, byte);
    put(VALID_FOR_AT + i, byte);
  }
}
