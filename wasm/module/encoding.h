// How values cross between JavaScript and the module: bound parameters one way, batches of rows the
// other.
//
// One call carries all of them, because a call across the boundary costs as much as reading several
// values. All numbers come from the tables of this file; wasm/ts/generated/encoding.ts has them
// too.
//
//   parameters  count Parameters of 16 bytes, the bytes of texts and BLOBs wherever `address`
//   points a batch     BatchHeader | row | row | ... -> free <- ... the bytes of all texts, the
//   last first a row       RowHead | a tag byte for each column, padded to 8 | 8 bytes for each
//   column | bytes
//               of its BLOBs
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

/// What kind of value a slot holds: name, number.
#define GLASSWAL_TAGS(X)                                                                          \
  X(kNull, 0)                                                                                     \
  X(kInt32, 1)     /* In the low four bytes. */                                                   \
  X(kNumber, 2)    /* A double: of a row a REAL or an integer that it holds exactly, of a */      \
                   /* parameter a REAL. */                                                        \
  X(kInteger, 3)   /* Of a parameter only: a double that holds an integer. */                     \
  X(kInt64, 4)     /* Eight bytes. */                                                             \
  X(kText, 5)      /* Of a row: units before it from the end (itself included), then units. Of */ \
                   /* a parameter: address. */                                                    \
  X(kBlob, 6)      /* Of a row: byte offset in the batch, then bytes. Of a parameter: address. */ \
  X(kBadText, 7)   /* Of a row only: text that is no UTF-8, laid down as a BLOB. */               \
  X(kOwnedText, 8) /* Of a parameter only: memory of sqlite3_malloc that SQLite now owns. */      \
  X(kOwnedBlob, 9) /* Likewise. */                                                                \
  X(kError, 10)    /* Of a result of a user function only: JavaScript keeps what it threw. */

enum class Tag : uint8_t {
#define GLASSWAL_TAG(name, number) name = number,
  GLASSWAL_TAGS(GLASSWAL_TAG)
#undef GLASSWAL_TAG
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

/// The fields of what both sides read: type, name.
#define GLASSWAL_BATCH_HEADER(X)                                                                \
  X(int32_t, rows)                                                                              \
  X(int32_t, columns)                                                                           \
  X(uint32_t, capacity)     /* Bytes of the whole buffer. */                                    \
  X(uint32_t, text_at)      /* The texts fill the bytes from here to `capacity`. */             \
  X(uint32_t, text_units)   /* UTF-16 units of all texts together. */                           \
  X(uint32_t, flags)        /* Of kBatch*. */                                                   \
  X(uint32_t, reprepared)   /* How often SQLite compiled the statement anew: the columns may */ \
                            /* have changed. */                                                 \
  X(uint32_t, needed_bytes) /* A row did not fit into an empty buffer: with these it does. */   \
  X(double, changes)        /* Rows that the statement changed; 0 if it changed none. */        \
  X(double, last_rowid)     /* Exact if it is within +-(2^53 - 1). */                           \
  X(int64_t, last_rowid_64)                                                                     \
  X(int32_t, error_offset) /* Of a failed exec: the byte in the SQL, or -1. */                  \
  X(uint32_t, reserved)

/// What JavaScript makes of a table's definition.
#define GLASSWAL_TABLE_SHAPE(X)                                               \
  X(uint32_t, id)                                                             \
  X(uint32_t, parameters) /* Hidden columns, which come first; 32 at most. */ \
  X(uint32_t, columns)    /* The others. */                                   \
  X(uint32_t, flags)      /* Of kTable*. */                                   \
  X(uint32_t, schema)     /* The address of a CREATE TABLE statement, from sqlite3_malloc. */

/// One scan of a table, at which both sides look.
#define GLASSWAL_SCAN(X)                                                                           \
  X(uint32_t, id)         /* 0 if none is running. */                                              \
  X(uint32_t, given)      /* A bit for each parameter that has a value. */                         \
  X(uint32_t, done)       /* There are no more rows. */                                            \
  X(uint32_t, slots)      /* The address of the row: a Parameter for each column, bytes behind. */ \
  X(uint32_t, size_bytes) /* Of all that. */

/// Two texts of UTF-8 without a zero.
#define GLASSWAL_COMPARED_TEXTS(X) \
  X(uint32_t, left)                \
  X(uint32_t, left_bytes)          \
  X(uint32_t, right)               \
  X(uint32_t, right_bytes)

#define GLASSWAL_FIELD(type, name) type name;
struct BatchHeader {
  GLASSWAL_BATCH_HEADER(GLASSWAL_FIELD)
};
struct TableShape {
  GLASSWAL_TABLE_SHAPE(GLASSWAL_FIELD)
};
struct Scan {
  GLASSWAL_SCAN(GLASSWAL_FIELD)
};
struct ComparedTexts {
  GLASSWAL_COMPARED_TEXTS(GLASSWAL_FIELD)
};
#undef GLASSWAL_FIELD
static_assert(sizeof(BatchHeader) == 64);

struct RowHead {
  uint32_t next;  // Where the next row begins, in units of 8 bytes from the start of the batch.
  uint32_t reserved;
};

/// Flags: those of a batch, what glasswal_execute is told, those of a table.
#define GLASSWAL_ENCODING_FLAGS(X)                                                  \
  X(kBatchAscii, 1)           /* Each text is ASCII. */                             \
  X(kBatchPending, 2)         /* The statement stands on a row that did not fit. */ \
  X(kExecuteBind, 1)          /* Bind the parameters first. */                      \
  X(kExecuteSafeIntegers, 4)  /* Every integer crosses as kInt64. */                \
  X(kExecuteStandsOnRow, 8)   /* Begin with the row that did not fit. */            \
  X(kExecuteResetAtLimit, 16) /* Nothing more is wanted after max_rows. */          \
  X(kExecuteForget, 32)       /* Unbind at the end: the bytes are the caller's. */  \
  X(kTableSafeIntegers, 1)                                                          \
  X(kTableDirectOnly, 2)

/// The kinds of glasswal_host_call, and two results.
#define GLASSWAL_HOST_CALLS(X)                                                              \
  X(kHostScalar, 1)                                                                         \
  X(kHostStep, 2)                                                                           \
  X(kHostInverse, 3)                                                                        \
  X(kHostValue, 4)                                                                          \
  X(kHostFinal, 5)                                                                          \
  X(kHostForget, 6)     /* SQLite has let go of the function, or table, or ... */           \
  X(kHostConnect, 7)    /* Of a module: make a table (TableShape). */                       \
  X(kHostFilter, 8)     /* Of a table: begin a scan, at its first row (Scan). */            \
  X(kHostNext, 9)       /* Of a scan: go to its next row. */                                \
  X(kHostValueLost, 10) /* Of a scan: say why a column has no value. */                     \
  X(kHostEnd, 11)       /* Of a scan: no more of it is wanted. */                           \
  X(kHostRefuse, 12)    /* Of a table: why a parameter cannot be used so. */                \
  X(kHostCompare, 13)   /* Of a collation: compare two texts (ComparedTexts). */            \
  X(kCompareFailed, 2)  /* What kHostCompare gives if it failed; -1, 0 or 1 otherwise. */   \
  X(kHostThrew, 65281)  /* The extended result code of a statement that failed by a user */ \
                        /* function: an SQLITE_ERROR that is none of SQLite's. */

#define GLASSWAL_FLAG(name, number) inline constexpr uint32_t name = number;
GLASSWAL_ENCODING_FLAGS(GLASSWAL_FLAG)
#undef GLASSWAL_FLAG
#define GLASSWAL_HOST_CALL(name, number) inline constexpr int32_t name = number;
GLASSWAL_HOST_CALLS(GLASSWAL_HOST_CALL)
#undef GLASSWAL_HOST_CALL

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_ENCODING_H_
