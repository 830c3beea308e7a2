// An SQLite connection for tests: opens, runs statements, shows rows as text, closes.
//
// Thread-safety: as for the connection.
#ifndef GLASSWAL_TESTS_CONTRACT_DATABASE_H_
#define GLASSWAL_TESTS_CONTRACT_DATABASE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sqlite3.h"

namespace glasswal::test {

inline constexpr int kReadWriteCreate =
    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;

class Database {
 public:
  Database() = default;
  Database(const std::string& path, const std::string& vfs, int flags = kReadWriteCreate) {
    Open(path, vfs, flags);
  }
  Database(Database&& other) noexcept : db_(other.db_), open_code_(other.open_code_) {
    other.db_ = nullptr;
  }
  Database& operator=(Database&& other) noexcept;
  ~Database() { Close(); }

  /// The result code of sqlite3_open_v2. The handle stays, for its error message.
  int Open(const std::string& path, const std::string& vfs, int flags = kReadWriteCreate);
  /// The result code of sqlite3_close.
  int Close();

  sqlite3* get() const { return db_; }
  int open_code() const { return open_code_; }
  std::string error() const { return sqlite3_errmsg(db_); }

  /// Runs all statements of `sql`; the primary result code of the first that fails, or SQLITE_OK.
  int Exec(const std::string& sql);
  /// Runs all statements, and fails the test if one of them fails.
  void Run(const std::string& sql);
  /// All rows of all statements: columns joined by '|', rows by a space. "error N: ..." on failure.
  std::string Rows(const std::string& sql);
  /// The first column of the first row.
  int64_t Int(const std::string& sql);
  /// What the extended result code of the last failure was.
  int extended() const { return sqlite3_extended_errcode(db_); }

 private:
  sqlite3* db_ = nullptr;
  int open_code_ = SQLITE_MISUSE;
};

/// A prepared statement that is finalized at the end.
class Statement {
 public:
  Statement(const Database& database, const std::string& sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  sqlite3_stmt* get() const { return statement_; }
  int Step() { return sqlite3_step(statement_); }
  int Reset() { return sqlite3_reset(statement_); }
  int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// One recursive statement that inserts `rows` rows of `bytes` random bytes into table(x).
std::string InsertBlobs(const std::string& table, int rows, int bytes);

/// The seed of a randomised test: GLASSWAL_SEED, or one that differs each time. It is printed.
uint64_t TestSeed();

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_CONTRACT_DATABASE_H_
