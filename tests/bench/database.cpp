#include "database.h"

#include <cstdio>
#include <cstdlib>

namespace glasswal::bench {

void Die(const std::string& message) {
  std::fprintf(stderr, "glasswal_bench: %s\n", message.c_str());
  std::exit(1);
}

Database::Database(const std::string& uri, const char* vfs) {
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(uri.c_str(), &handle, flags, vfs);
  handle_.reset(handle);
  if (result != SQLITE_OK) Die(uri + " cannot be opened: " + sqlite3_errmsg(handle));
}

void Database::Execute(const char* sql) const {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    Die(std::string(sql) + ": " + sqlite3_errmsg(handle()));
  }
}

int64_t Database::Number(const char* sql) const {
  int64_t sum = 0;
  if (Statement(*this, sql).Run(&sum) != SQLITE_OK) Die(std::string(sql) + ": busy");
  return sum;
}

Statement::Statement(const Database& database, const char* sql) {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr) !=
      SQLITE_OK) {
    Die(std::string(sql) + ": " + sqlite3_errmsg(database.handle()));
  }
  handle_.reset(handle);
}

int Statement::Run() const {
  int64_t sum = 0;
  return Run(&sum);
}

int Statement::Run(int64_t* sum) const {
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(handle())) == SQLITE_ROW) {
    *sum += sqlite3_column_int64(handle(), 0);
  }
  sqlite3_reset(handle());
  if (result == SQLITE_DONE) return SQLITE_OK;
  if ((result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED) return SQLITE_BUSY;
  Die(std::string(sqlite3_sql(handle())) + ": " + sqlite3_errmsg(sqlite3_db_handle(handle())));
}

}  // namespace glasswal::bench
