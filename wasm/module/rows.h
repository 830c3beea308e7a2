// Writes values of SQLite into a batch (module/encoding.h).
//
// Thread-safety: used by one thread.
#ifndef GLASSWAL_WASM_MODULE_ROWS_H_
#define GLASSWAL_WASM_MODULE_ROWS_H_

#include <cstdint>

#include "module/encoding.h"
#include "sqlite3.h"

namespace glasswal::wasm {

/// Fills a batch row by row. A row that does not fit leaves the batch as it was.
class RowWriter {
 public:
  /// `buffer` is aligned to 8 bytes and `capacity` at least sizeof(BatchHeader).
  RowWriter(void* buffer, uint32_t capacity, bool safe_integers);

  /// Begins a row; false if not even its fixed part fits.
  bool Begin(int columns);
  /// Adds the next value of the row; false if it does not fit, or SQLite has lost it.
  bool Add(sqlite3_value* value);
  /// The row is complete.
  void Commit();
  /// Takes back what was written since Begin().
  void Abandon();

  /// Whether SQLite had no memory to give a value as what it is: a larger buffer would not help.
  bool lost() const { return lost_; }

  BatchHeader& header() { return *header_; }

 private:
  bool AddText(sqlite3_value* value);
  bool AddBytes(Tag tag, const void* bytes, uint32_t size_bytes);
  void AddInteger(int64_t integer);

  uint8_t* const base_;
  BatchHeader* const header_;
  const bool safe_integers_;
  uint32_t at_ = sizeof(BatchHeader);  // The first free byte.
  uint32_t row_at_ = 0;                // Where the row begins.
  uint32_t tag_at_ = 0;                // Where the next value's tag goes,
  uint32_t slot_at_ = 0;               // and its eight bytes.
  uint32_t row_text_at_ = 0;           // What the text zone was when the row began.
  uint32_t row_text_units_ = 0;
  uint32_t row_flags_ = 0;
  bool lost_ = false;
};

/// A capacity that is enough for one row of these columns, of which the texts and BLOBs have
/// `payload_bytes`.
constexpr uint64_t BatchBytesFor(int columns, uint64_t payload_bytes) {
  const auto count = static_cast<uint64_t>(columns);
  // Each BLOB is padded to 8 bytes.
  return sizeof(BatchHeader) + sizeof(RowHead) + ((count + 7) & ~7ULL) + 16 * count +
         ((payload_bytes + 7) & ~7ULL);
}

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_ROWS_H_
