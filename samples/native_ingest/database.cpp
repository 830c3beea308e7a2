#include "database.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

#include "glasswal/sqlite.h"

namespace native_ingest {
namespace {

constexpr int kBusyTimeoutMs = 20'000;

}  // namespace

Database::Database(const std::string& path, const char* vfs) {
  const int result =
      sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
  if (result != SQLITE_OK) Fail("opening " + path);
  // With the glasswal VFS a blocked writer sleeps in the lock and is woken by its release.
  sqlite3_busy_timeout(db_, kBusyTimeoutMs);
}

Database::~Database() { sqlite3_close(db_); }

void Database::Fail(const std::string& sql) {
  const glasswal::Refusal refusal = glasswal::LastRefusal(db_);
  fmt::print(stderr, "native_ingest: {}: {}{}\n", sql, sqlite3_errmsg(db_),
             refusal.present ? " (" + refusal.ToString() + ")" : "");
  std::_Exit(1);
}

void Database::Run(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) Fail(sql);
}

Statement Database::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) Fail(sql);
  return Statement(statement);
}

bool Database::Step(const Statement& statement) {
  const int result = sqlite3_step(statement.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) Fail(sqlite3_sql(statement.get()));
  return result == SQLITE_ROW;
}

int64_t Database::Number(const std::string& sql) {
  const Statement statement = Prepare(sql);
  return Step(statement) ? sqlite3_column_int64(statement.get(), 0) : 0;
}

std::string Database::Text(const std::string& sql) {
  const Statement statement = Prepare(sql);
  if (!Step(statement)) return "";
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
  return text != nullptr ? text : "";
}

}  // namespace native_ingest
