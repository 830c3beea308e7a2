// SQLite for this sample: a connection and a statement that close themselves, and the end of the
// program where something is amiss.
//
// Thread-safety: a Database belongs to one thread.
#ifndef GLASSWAL_SAMPLES_TRACING_DATABASE_H_
#define GLASSWAL_SAMPLES_TRACING_DATABASE_H_

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace tracing {

inline constexpr char kVfs[] = "glasswal";
inline constexpr char kPath[] = "/tracing.sqlite";

[[noreturn]] inline void Fail(const std::string& message) {
  fprintf(stderr, "tracing: %s\n", message.c_str());
  exit(1);
}

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

class Database {
 public:
  /// Opens `path` in `vfs` (null: SQLite's default).
  Database(const char* path, const char* vfs, int busy_timeout_ms) {
    if (sqlite3_open_v2(path, &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs) != SQLITE_OK) {
      Fail(sqlite3_errmsg(db_));
    }
    sqlite3_busy_timeout(db_, busy_timeout_ms);
  }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements; false if they were refused because somebody has a lock.
  bool Run(const char* sql) {
    const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK && code != SQLITE_BUSY) Fail(sqlite3_errmsg(db_));
    return code == SQLITE_OK;
  }
  Statement Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) != SQLITE_OK) {
      Fail(sqlite3_errmsg(db_));
    }
    return Statement(statement);
  }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace tracing

#endif  // GLASSWAL_SAMPLES_TRACING_DATABASE_H_
