// A connection for tests: opens, executes, asks for numbers, and keeps the first error as a
// sentence.
//
// Thread-safety: as for one SQLite connection.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_SQL_H_
#define GLASSWAL_TESTS_MULTIPROCESS_SQL_H_

#include <cstdint>
#include <string>

#include "sqlite3.h"

namespace glasswal::test {

class Sql {
 public:
  /// Opens `path` of the VFS `vfs`; see code().
  Sql(const std::string& path, const std::string& vfs, int busy_ms = 5000) {
    code_ =
        sqlite3_open_v2(path.c_str(), &db_,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, vfs.c_str());
    if (code_ == SQLITE_OK) sqlite3_busy_timeout(db_, busy_ms);
  }
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;
  ~Sql() { sqlite3_close(db_); }

  sqlite3* db() const { return db_; }
  /// The primary result code of the last call.
  int code() const { return code_ & 0xff; }
  bool ok() const { return code_ == SQLITE_OK; }
  std::string error() const {
    return "code " + std::to_string(code_) + " (" + sqlite3_errmsg(db_) + ") of: " + last_;
  }

  bool Run(const std::string& sql) {
    last_ = sql;
    code_ = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code_ != SQLITE_OK) code_ = sqlite3_extended_errcode(db_);
    return ok();
  }

  /// The first column of the first row; -1 when there is none, or an error (see ok()).
  int64_t Number(const std::string& sql) {
    const std::string text = Text(sql);
    return text.empty() ? -1 : std::stoll(text);
  }

  std::string Text(const std::string& sql) {
    last_ = sql;
    std::string text;
    bool seen = false;
    ForEachRow(sql, [&](sqlite3_stmt* row) {
      const unsigned char* value = seen ? nullptr : sqlite3_column_text(row, 0);
      if (value != nullptr) text = reinterpret_cast<const char*>(value);
      seen = true;
    });
    return text;
  }

  template <typename Visit>
  bool ForEachRow(const std::string& sql, const Visit& visit) {
    last_ = sql;
    sqlite3_stmt* statement = nullptr;
    code_ = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
    if (code_ != SQLITE_OK) {
      code_ = sqlite3_extended_errcode(db_);
      return false;
    }
    while ((code_ = sqlite3_step(statement)) == SQLITE_ROW) visit(statement);
    if (code_ == SQLITE_DONE) code_ = SQLITE_OK;
    if (code_ != SQLITE_OK) code_ = sqlite3_extended_errcode(db_);
    sqlite3_finalize(statement);
    return ok();
  }

 private:
  sqlite3* db_ = nullptr;
  int code_ = SQLITE_OK;
  std::string last_;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_SQL_H_
