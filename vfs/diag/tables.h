// The diagnostics as tables of rows and columns, for SQL (sqlite/tables.cpp); which there are, and how
// a record becomes a row, is told in diag/table_columns.h.
//
// Text of the region is shown as UTF-8, with U+FFFD for bytes that are none. Numbers beyond 2^63 - 1,
// which SQL has not got, are shown as that.
//
// Thread-safety: a moment belongs to one thread.
#ifndef GLASSWAL_VFS_DIAG_TABLES_H_
#define GLASSWAL_VFS_DIAG_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diag/table_rows.h"
#include "glasswal/observe.h"
#include "glasswal/snapshot.h"

namespace glasswal::diag {

/// What a region was like when it was looked at.
struct Moment {
  Snapshot snapshot;
  std::vector<SegmentRun> segments;
  std::vector<Event> events;
  bool has_events = false;  // LoadEvents was called.
};

/// Looks at a region.
Status TakeMoment(const RegionBytes& source, Moment* moment);

/// Adds the events up to `moment`, the last `limit` of those that are still there.
void LoadEvents(const RegionBytes& source, uint32_t limit, Moment* moment);

/// One value of a row.
struct Cell {
  enum class Kind : uint8_t { kNull, kNumber, kText };
  Kind kind = Kind::kNull;
  int64_t number = 0;
  std::string text;
};

/// Names that a table has for columns, in the place of those of the fields: field, column, ...
using Renames = std::span<const char* const>;

/// Picks one column out of a row, or lists the columns.
class RowSink {
 public:
  /// Puts the column's value into `cell`. REQUIRES: it outlives the sink.
  RowSink(uint32_t column, Cell* cell) : wanted_(column), cell_(cell) {}
  /// Appends `"name" TYPE, ` for each column to `columns`. REQUIRES: it outlives the sink.
  RowSink(Renames renames, std::string* columns) : renames_(renames), columns_(columns) {}

  struct Nothing {};
  [[gnu::always_inline]] static Nothing Keep(const char*) { return {}; }
  void Number(const char* name, Nothing, uint64_t value) { Number(name, value); }
  void Text(const char* name, Nothing, const char* value) { Text(name, value); }
  void Text(const char* name, Nothing, const std::string& value) { Text(name, value); }
  void Json(const char* name, Nothing, std::string (*write)(const void*), const void* value) {
    Json(name, write, value);
  }
  bool BeginNull(bool is_null);
  void EndNull(bool before) { is_null_ = before; }
  size_t Enter(const char* name);
  void Leave(size_t size) { prefix_.resize(size); }
  /// How many columns there have been.
  uint32_t columns() const { return at_; }

 private:
  void Number(const char* name, uint64_t value);
  void Text(const char* name, const char* value);
  void Text(const char* name, const std::string& value);
  void Json(const char* name, std::string (*write)(const void*), const void* value);
  /// Goes on to the next column, and says whether that is the one.
  bool IsWanted(const char* name, const char* type);
  void SetText(std::string_view text);

  uint32_t at_ = 0;
  uint32_t wanted_ = 0;
  bool is_null_ = false;
  Cell* cell_ = nullptr;
  Renames renames_;
  std::string prefix_;
  std::string* columns_ = nullptr;
};

struct Table {
  const char* name;  // "glasswal_clients".
  Renames renames;
  size_t (*count)(const Moment&);
  /// Visits the columns of a row; without a moment, those of a row with nothing in it.
  void (*visit)(const Moment* moment, size_t row, RowSink* sink);
};

/// All of them.
std::span<const Table> Tables();

/// Whether LoadEvents must have been called before the table is read.
bool ShowsEvents(const Table& table);

/// The column that a field is called by in a table: "waitedNs" is "waited_ns", unless it is renamed.
std::string ColumnName(std::string_view prefix, std::string_view field, Renames renames);

/// All tables with all columns, in Markdown: vfs/TABLES.md (diag/table_reference.cpp).
std::string TableReference();

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_TABLES_H_
