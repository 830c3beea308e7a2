// How values cross between JavaScript and the module: bound parameters one way, batches of rows the
// other.
//
// One call carries all of them, because a call across the boundary costs as much as reading several
// values. The TypeScript side is wasm/ts/engine/encoding.ts; a test compares the numbers of the two files.
//
//   parameters  count Parameters of 16 bytes, the bytes of texts and BLOBs wherever `address`
//               points
//   a batch     BatchHeader | row | row | ... -> free <- ... the bytes of all texts, the last text
//               first
//   a row       RowHead | a tag byte for each column, padded to 8 | 8 bytes for each column | the
//               bytes of its BLOBs
//
// The texts of a batch lie together so that JavaScript decodes them with one call: a text's place
// is told in UTF-16 units from the END of the batch, because that is where the first text was put.
//
// Thread-safety: plain data.
#ifndef GLASSWAL_WASM_MODULE_ENCODING_H_
#define GLASSWAL_WASM_MODULE_ENCODING_H_

#include <cstddef>
#include <cstdint>

namespace glasswal::wasm {

enum class Tag : uint8_t {
  kNull = 0,
  kInt32 = 1,      // In the low four bytes.
  kNumber = 2,     // A double: of a row a REAL or an integer that a double holds exactly, of a
                   // parameter a REAL.
  kInteger = 3,    // Of a parameter only: a double that holds an integer.
  kInt64 = 4,      // Eight bytes.
  kText = 5,       // Of a row: units before it from the end (itself included), then units. Of a
                   // parameter: address.
  kBlob = 6,       // Of a row: byte offset in the batch, then bytes. Of a parameter: address.
  kBadText = 7,    // Of a row only: text that is no UTF-8, laid down as a BLOB.
  kOwnedText = 8,  // Of a parameter only: an address from sqlite3_malloc that SQLite now owns.
  kOwnedBlob = 9,  // Likewise.
  kError = 10,     // Of a result of a user function only: JavaScript keeps what it threw.
};

struct Parameter {
  uint32_t tag;
  uint32_t size_bytes;
  union {
    int32_t int32;
    double number;
    int64_t int64;
    uint32_t address;
  };
};
static_assert(sizeof(Parameter) == 16);

struct BatchHeader {
  int32_t rows;
  int32_t columns;
  uint32_t capacity;    // Bytes of the whole buffer.
  uint32_t text_at;     // The texts fill the bytes from here to `capacity`.
  uint32_t text_units;  // UTF-16 units of all texts together.
  uint32_t flags;       // Of kBatch*.
  // How often SQLite compiled the statement anew: the columns may have changed.
  uint32_t reprepared;
  uint32_t needed_bytes;  // A row did not fit into an empty buffer: a capacity with which it does.
  double changes;         // Rows that the statement changed; 0 if it changed none.
  double last_rowid;      // Exact if it is within +-(2^53 - 1).
  int64_t last_rowid_64;
  int32_t error_offset;  // Of a failed exec: the byte in the SQL, or -1.
  uint32_t reserved;
};
static_assert(sizeof(BatchHeader) == 64);

inline constexpr uint32_t kBatchAscii = 1;    // Each text is ASCII.
inline constexpr uint32_t kBatchPending = 2;  // The statement stands on a row that did not fit.

struct RowHead {
  uint32_t next;  // Where the next row begins, in units of 8 bytes from the start of the batch.
  uint32_t reserved;
};

/// What glasswal_execute is told.
inline constexpr uint32_t kExecuteBind = 1;           // Bind the parameters first.
inline constexpr uint32_t kExecuteSafeIntegers = 4;   // Every integer crosses as kInt64.
inline constexpr uint32_t kExecuteStandsOnRow = 8;    // Begin with the row that did not fit.
inline constexpr uint32_t kExecuteResetAtLimit = 16;  // Nothing more is wanted after max_rows.
inline constexpr uint32_t kExecuteForget = 32;  // Unbind at the end: the bytes are the caller's.

/// The kinds of glasswal_host_call.
inline constexpr int32_t kHostScalar = 1;
inline constexpr int32_t kHostStep = 2;
inline constexpr int32_t kHostInverse = 3;
inline constexpr int32_t kHostValue = 4;
inline constexpr int32_t kHostFinal = 5;
inline constexpr int32_t kHostForget = 6;   // SQLite has let go of the function, or table, or ...
inline constexpr int32_t kHostConnect = 7;  // Of a module: make a table (TableShape).
inline constexpr int32_t kHostFilter = 8;   // Of a table: begin a scan, at its first row (Scan).
inline constexpr int32_t kHostNext = 9;     // Of a scan: go to its next row.
inline constexpr int32_t kHostValueLost = 10;  // Of a scan: say why a column has no value.
inline constexpr int32_t kHostEnd = 11;        // Of a scan: no more of it is wanted.
inline constexpr int32_t kHostRefuse = 12;     // Of a table: why a parameter cannot be used so.
inline constexpr int32_t kHostCompare = 13;    // Of a collation: compare two texts (ComparedTexts).

/// What kHostCompare gives if it failed; -1, 0 or 1 otherwise.
inline constexpr int32_t kCompareFailed = 2;

/// What JavaScript makes of a table's definition.
struct TableShape {
  uint32_t id;
  uint32_t parameters;  // Hidden columns, which come first; 32 at most.
  uint32_t columns;     // The others.
  uint32_t flags;       // Of kTable*.
  uint32_t schema;      // The address of a CREATE TABLE statement, from sqlite3_malloc.
};
inline constexpr uint32_t kTableSafeIntegers = 1;
inline constexpr uint32_t kTableDirectOnly = 2;

/// One scan of a table, at which both sides look.
struct Scan {
  uint32_t id;          // 0 if none is running.
  uint32_t given;       // A bit for each parameter that has a value.
  uint32_t done;        // There are no more rows.
  uint32_t slots;       // The address of the row: a Parameter for each column, and bytes behind.
  uint32_t size_bytes;  // Of all that.
};

/// Two texts of UTF-8 without a zero.
struct ComparedTexts {
  uint32_t left;
  uint32_t left_bytes;
  uint32_t right;
  uint32_t right_bytes;
};

/// The extended result code of a statement that failed by a user function: an SQLITE_ERROR that is
/// none of SQLite's.
inline constexpr int32_t kHostThrew = 65281;

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_ENCODING_H_
