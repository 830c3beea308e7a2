// Runs statements: one call binds, steps, encodes the rows and resets.
//
// Thread-safety: an instance has one thread.
#include <cstdint>

#include "module/collations.h"
#include "module/encoding.h"
#include "module/exports.h"
#include "module/host.h"
#include "module/parameters.h"
#include "module/rows.h"
#include "sqlite3.h"

namespace glasswal::wasm {
namespace {

/// Encodes the row that the statement stands on; false if it does not fit, or is lost.
bool EncodeRow(sqlite3_stmt* statement, RowWriter* writer) {
  const int columns = sqlite3_data_count(statement);
  bool fits = writer->Begin(columns);
  for (int i = 0; fits && i < columns; ++i) fits = writer->Add(sqlite3_column_value(statement, i));
  if (fits) {
    writer->Commit();
  } else {
    writer->Abandon();
  }
  return fits;
}

/// How large a buffer must be for the row that the statement stands on; the most that there is if
/// none can be.
uint32_t BytesForRow(sqlite3_stmt* statement) {
  const int columns = sqlite3_data_count(statement);
  uint64_t payload = 0;
  for (int i = 0; i < columns; ++i) {
    const int type = sqlite3_column_type(statement, i);
    if (type == SQLITE_TEXT || type == SQLITE_BLOB)
      payload += static_cast<uint64_t>(sqlite3_column_bytes(statement, i));
  }
  const uint64_t needed = BatchBytesFor(columns, payload);
  return needed < UINT32_MAX ? static_cast<uint32_t>(needed) : UINT32_MAX;
}

/// Steps and encodes until there are `max_rows`, no more, or no room. SQLITE_ROW: the statement
/// stands on a row. SQLITE_NOMEM may be a row that was lost.
int Step(sqlite3_stmt* statement, RowWriter* writer, bool stands_on_row, int max_rows) {
  int code = stands_on_row ? SQLITE_ROW : StepOrFail(statement);
  BatchHeader& header = writer->header();
  while (code == SQLITE_ROW && header.rows < max_rows) {
    if (!EncodeRow(statement, writer)) {
      if (writer->lost()) return SQLITE_NOMEM;
      header.flags |= kBatchPending;
      if (header.rows == 0) header.needed_bytes = BytesForRow(statement);
      return code;
    }
    if (header.rows == max_rows) return code;
    code = StepOrFail(statement);
  }
  return code;
}

/// Ends the statement of which the last step gave `code`; SQLITE_OK or the failure.
int Finish(sqlite3_stmt* statement, int code) {
  const int reset = sqlite3_reset(statement);
  if (CollationScope::Failed()) CollationScope::TakeBack(statement);
  sqlite3_finalize(statement);
  return reset != SQLITE_OK || code == SQLITE_DONE ? reset : code;
}

/// Says in the header what came of it.
void Report(sqlite3* database, int64_t changes_before, BatchHeader* header) {
  if (sqlite3_total_changes64(database) != changes_before) {
    header->changes = static_cast<double>(sqlite3_changes64(database));
  }
  header->last_rowid_64 = sqlite3_last_insert_rowid(database);
  header->last_rowid = static_cast<double>(header->last_rowid_64);
}

}  // namespace

extern "C" int32_t glasswal_execute(sqlite3_stmt* statement, const Parameter* parameters,
                                    int32_t count, uint32_t flags, void* buffer, uint32_t capacity,
                                    int32_t max_rows) {
  sqlite3* const database = sqlite3_db_handle(statement);
  const CollationScope scope;
  RowWriter writer(buffer, capacity, (flags & kExecuteSafeIntegers) != 0);
  BatchHeader& header = writer.header();
  const int64_t changes_before = sqlite3_total_changes64(database);
  int code = SQLITE_OK;
  if ((flags & kExecuteBind) != 0) {
    code = BindParameters(statement, parameters, count, /*copy=*/false);
  }
  if (code == SQLITE_OK)
    code = Step(statement, &writer, (flags & kExecuteStandsOnRow) != 0, max_rows);
  const bool pending = (header.flags & kBatchPending) != 0;
  if (code != SQLITE_ROW || ((flags & kExecuteResetAtLimit) != 0 && !pending)) {
    // Ending a statement early may commit it, and that may fail; the failure of a step is said once
    // more.
    const int reset = sqlite3_reset(statement);
    if (reset != SQLITE_OK) code = reset;
    if (CollationScope::Failed()) CollationScope::TakeBack(statement);
    if ((flags & kExecuteForget) != 0) sqlite3_clear_bindings(statement);
  }
  header.columns = sqlite3_column_count(statement);
  header.reprepared =
      static_cast<uint32_t>(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0));
  Report(database, changes_before, &header);
  return code;
}

extern "C" int32_t glasswal_exec(sqlite3* database, const char* sql, uint32_t size_bytes,
                                 void* buffer) {
  const CollationScope scope;
  BatchHeader& header = RowWriter(buffer, sizeof(BatchHeader), false).header();
  const int64_t changes_before = sqlite3_total_changes64(database);
  const char* at = sql;
  const char* const end = sql + size_bytes;
  header.error_offset = -1;
  int code = SQLITE_OK;
  while (code == SQLITE_OK && at + 1 < end) {
    sqlite3_stmt* statement = nullptr;
    const char* tail = end;
    code = sqlite3_prepare_v3(database, at, static_cast<int>(end - at), 0, &statement, &tail);
    while (statement != nullptr && (code = StepOrFail(statement)) == SQLITE_ROW) {
    }
    if (statement != nullptr) code = Finish(statement, code);
    const int offset = code == SQLITE_OK ? -1 : sqlite3_error_offset(database);
    if (offset >= 0) header.error_offset = static_cast<int32_t>(at - sql) + offset;
    at = tail;
  }
  Report(database, changes_before, &header);
  return code;
}

extern "C" int32_t glasswal_bind(sqlite3_stmt* statement, const Parameter* parameters,
                                 int32_t count) {
  return BindParameters(statement, parameters, count, /*copy=*/true);
}

}  // namespace glasswal::wasm
