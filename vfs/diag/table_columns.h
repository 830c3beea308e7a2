// How a record of the diagnostics becomes a row of an SQL table: from the fields that
// vfs/diag/fields.cmake lists, and from nothing else, so that a new field is a new column.
//
//   a field                 is a column of its name: numbers and flags INTEGER, all else TEXT
//   a record in a record    is a column for each of its fields, with the outer name before them
//   what is not there       is NULL
//   a list                  is a JSON array, for json_each(); what an event carries is an object
//   counters                are not shown within other records: they are a table of their own
//
// Thread-safety: as the sink.
#ifndef GLASSWAL_VFS_DIAG_TABLE_COLUMNS_H_
#define GLASSWAL_VFS_DIAG_TABLE_COLUMNS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "diag/json_values.h"
#include "diag/table_rows.h"

namespace glasswal::diag {

template <typename T>
inline constexpr bool kIsList = false;
template <typename T>
inline constexpr bool kIsList<std::vector<T>> = true;
template <typename T, size_t kCount>
inline constexpr bool kIsList<std::array<T, kCount>> = true;

/// Hands the columns of a record to a sink, one after the other:
///
///   Keep(description)        what it wants of descriptions, which is handed on as `described`
///   Number(name, described, value), Text(name, described, value),
///   Json(name, described, write, value)
///                            a column; write(value) makes the JSON
///   BeginNull(is_null)       whether the next columns are NULL; returns what was said before, for
///   EndNull(before)
///   Enter(name), Leave(size) what is put before the next names, and to how many bytes it is cut again
template <typename Sink>
class ColumnVisitor {
 public:
  explicit ColumnVisitor(Sink* sink) : sink_(*sink) {}

  // Inlined, or programs whose sinks keep no descriptions would have all of them.
  template <typename T>
  [[gnu::always_inline]] void operator()(const char* name, const T& value,
                                         const char* description) const {
    Take(name, value, Sink::Keep(description));
  }

 private:
  template <typename T, typename Described>
  void Take(const char* name, const T& value, Described described) const {
    if constexpr (std::is_same_v<T, EventArguments>) {
      sink_.Json(
          name, described,
          [](const void* arguments) { return static_cast<const T*>(arguments)->ToJson(); }, &value);
    } else if constexpr (std::is_arithmetic_v<T>) {
      sink_.Number(name, described, static_cast<uint64_t>(value));
    } else if constexpr (std::is_enum_v<T>) {
      sink_.Text(name, described, Name(value));
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      sink_.Text(name, described, value);
    } else if constexpr (kIsList<T>) {
      sink_.Json(
          name, described,
          [](const void* list) { return JsonTextOf(*static_cast<const T*>(list)); }, &value);
    } else if constexpr (!std::is_same_v<T, CounterValues>) {
      const auto outer = sink_.Enter(name);
      VisitFields(value, *this);
      sink_.Leave(outer);
    }
  }
  template <typename T, typename Described>
  void Take(const char* name, const std::optional<T>& value, Described described) const {
    const bool outer = sink_.BeginNull(!value.has_value());
    value.has_value() ? Take(name, *value, described) : Take(name, T{}, described);
    sink_.EndNull(outer);
  }

  Sink& sink_;
};

/// Visits the columns of one row.
/// @{
template <typename Row, typename Visitor>
void VisitColumns(const Row& row, Visitor&& visit) {
  VisitFields(row, visit);
}
template <typename Visitor>
void VisitColumns(const CounterRow& row, Visitor&& visit) {
  VisitFields(row, visit);
  VisitFields(row.counters, visit);
}
/// The region's row: all of a snapshot that is no list and no counter.
template <typename Visitor>
void VisitColumns(const Snapshot& snapshot, Visitor&& visit) {
  VisitFields(snapshot.region, visit);
  VisitFields(snapshot, [&visit](const char* name, const auto& field, const char* description) {
    using Field = std::decay_t<decltype(field)>;
    if constexpr (!kIsList<Field> && !std::is_same_v<Field, RegionSnapshot>) {
      visit(name, field, description);
    }
  });
}
/// @}

/// The tables: name, what a row is (a type), what the table shows, and the columns that are called
/// otherwise than their fields, in pairs: what names a thing has the same name everywhere, so that
/// tables are joined by equal names.
#define GLASSWAL_SQL_TABLES(X)                                                                     \
  X(region, Snapshot, "The region as a whole, in one row.")                                        \
  X(files, FileSnapshot, "The files of the region: databases, write-ahead logs and journals.",     \
    "number", "file", "database", "database_file")                                                 \
  X(segments, SegmentRun, "What memory is used for: neighbouring segments of one kind and owner.") \
  X(clients, ClientSnapshot, "The clients: processes, workers and pages that joined.", "slot",     \
    "client")                                                                                      \
  X(connections, ConnectionSnapshot, "The open connections, and what each is doing.", "slot",      \
    "connection", "statement_row", "statement", "transaction", "transaction_number")               \
  X(locks, LockSnapshot, "All locks, with who holds them and who waits.", "name", "lock")          \
  X(waits, WaitRow, "Who waits for a lock at this moment, and who is in the way.")                 \
  X(wal, WalSnapshot, "The write-ahead log of each database, and what keeps it from shrinking.")   \
  X(events, EventRow, "The events that are still in the ring; reading them takes none out.",       \
    "transaction", "transaction_number")                                                           \
  X(recoveries, RecoverySnapshot, "The last recoveries from dead clients, with black boxes.")      \
  X(counters, CounterRow, "What the region, its databases and its connections did.")               \
  X(statements, StatementTotals, "What was run, by which connection, and what it has cost.",       \
    "row", "statement")

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_TABLE_COLUMNS_H_
