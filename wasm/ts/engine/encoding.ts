/**
 * How values cross between JavaScript and the module: the numbers of wasm/module/encoding.h, which describes the
 * format. A test compares the two files.
 */

/** What kind of value a slot holds. */
export const TAG_NULL = 0;
export const TAG_INT32 = 1;
export const TAG_NUMBER = 2;
export const TAG_INTEGER = 3;
export const TAG_INT64 = 4;
export const TAG_TEXT = 5;
export const TAG_BLOB = 6;
export const TAG_BAD_TEXT = 7;
export const TAG_OWNED_TEXT = 8;
export const TAG_OWNED_BLOB = 9;
export const TAG_ERROR = 10;

/** Bytes of a Parameter: its tag and size, then eight bytes of value. */
export const PARAMETER_BYTES = 16;

/** Bytes of a BatchHeader, and where its fields are: in units of 4 bytes (`AT_`) or of 8 (`AT8_`). */
export const HEADER_BYTES = 64;
export const AT_ROWS = 0;
export const AT_COLUMNS = 1;
export const AT_CAPACITY = 2;
export const AT_TEXT_AT = 3;
export const AT_TEXT_UNITS = 4;
export const AT_FLAGS = 5;
export const AT_REPREPARED = 6;
export const AT_NEEDED_BYTES = 7;
export const AT8_CHANGES = 4;
export const AT8_LAST_ROWID = 5;
export const AT8_LAST_ROWID_64 = 6;
export const AT_ERROR_OFFSET = 14;

export const BATCH_ASCII = 1;
export const BATCH_PENDING = 2;

/** Bytes before the tags of a row. */
export const ROW_HEAD_BYTES = 8;

export const EXECUTE_BIND = 1;
export const EXECUTE_SAFE_INTEGERS = 4;
export const EXECUTE_STANDS_ON_ROW = 8;
export const EXECUTE_RESET_AT_LIMIT = 16;
export const EXECUTE_FORGET = 32;

export const HOST_SCALAR = 1;
export const HOST_STEP = 2;
export const HOST_INVERSE = 3;
export const HOST_VALUE = 4;
export const HOST_FINAL = 5;
export const HOST_FORGET = 6;
export const HOST_CONNECT = 7;
export const HOST_FILTER = 8;
export const HOST_NEXT = 9;
export const HOST_VALUE_LOST = 10;
export const HOST_END = 11;
export const HOST_REFUSE = 12;
export const HOST_COMPARE = 13;

export const COMPARE_FAILED = 2;

/** The fields of a TableShape, in units of 4 bytes; a Scan begins likewise with its id. */
export const AT_TABLE_ID = 0;
export const AT_TABLE_PARAMETERS = 1;
export const AT_TABLE_COLUMNS = 2;
export const AT_TABLE_FLAGS = 3;
export const AT_TABLE_SCHEMA = 4;
export const TABLE_SAFE_INTEGERS = 1;
export const TABLE_DIRECT_ONLY = 2;

/** The fields of a Scan, likewise. */
export const AT_SCAN_ID = 0;
export const AT_SCAN_GIVEN = 1;
export const AT_SCAN_DONE = 2;
export const AT_SCAN_SLOTS = 3;
export const AT_SCAN_SIZE_BYTES = 4;

/** The extended result code of a statement that failed by a user function. */
export const HOST_THREW = 65281;
