#include "module/collations.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "module/encoding.h"
#include "module/exports.h"
#include "module/host.h"
#include "module/host_call.h"

namespace glasswal::wasm {
namespace {

/// After how many instructions a statement sees that a comparison has failed.
constexpr int kInstructions = 1000;

bool failed = false;

int CompareBytes(int left_bytes, const void* left, int right_bytes, const void* right) {
  const auto common = static_cast<size_t>(std::min(left_bytes, right_bytes));
  const int order = common == 0 ? 0 : std::memcmp(left, right, common);
  return order != 0 ? order : left_bytes - right_bytes;
}

int Compare(void* id, int left_bytes, const void* left, int right_bytes, const void* right) {
  if (!failed) {
    const ComparedTexts texts{Address(left), static_cast<uint32_t>(left_bytes), Address(right),
                              static_cast<uint32_t>(right_bytes)};
    const int32_t order =
        glasswal_host_call(kHostCompare, static_cast<int32_t>(Address(id)), Address(&texts), 0, 0);
    if (order != kCompareFailed) return order;
    failed = true;
  }
  return CompareBytes(left_bytes, left, right_bytes, right);
}

/// SQLite asks it now and then while a statement runs, and before a commit: not zero stops that.
int HasFailed(void* /*unused*/) { return failed ? 1 : 0; }

void Forget(void* id) {
  glasswal_host_call(kHostForget, static_cast<int32_t>(Address(id)), 0, 0, 0);
}

}  // namespace

CollationScope::CollationScope() : outer_failed_(failed) { failed = false; }
CollationScope::~CollationScope() { failed = outer_failed_; }

bool CollationScope::Failed() { return failed; }

void CollationScope::TakeBack(sqlite3_stmt* statement) {
  sqlite3* const database = sqlite3_db_handle(statement);
  failed = false;
  // As SQLite does when a statement that writes is interrupted.
  if (sqlite3_stmt_readonly(statement) == 0 && sqlite3_get_autocommit(database) == 0)
    sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
}

int StepOrFail(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  return failed && (code == SQLITE_ROW || code == SQLITE_DONE) ? SQLITE_ABORT : code;
}

extern "C" int32_t glasswal_create_collation(sqlite3* database, const char* name, int32_t id) {
  sqlite3_progress_handler(database, kInstructions, HasFailed, nullptr);
  sqlite3_commit_hook(database, HasFailed, nullptr);
  void* const known = reinterpret_cast<void*>(static_cast<uintptr_t>(id));
  return sqlite3_create_collation_v2(database, name, SQLITE_UTF8, known,
                                     id != 0 ? Compare : nullptr, id != 0 ? Forget : nullptr);
}

}  // namespace glasswal::wasm
