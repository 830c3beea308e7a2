// A connection and its statements, as the benches use them: anything unexpected ends the program
// with a sentence, because a measurement of something that failed is worth nothing.
//
// Thread-safety: used by one thread at a time, as SQLite does.
#ifndef GLASSWAL_TESTS_BENCH_DATABASE_H_
#define GLASSWAL_TESTS_BENCH_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "sqlite3.h"

namespace glasswal::bench {

/// Ends the program.
[[noreturn]] void Die(const std::string& message);

class Database {
 public:
  /// Opens the database that `uri` names through the VFS `vfs`; null is SQLite's default.
  Database(const std::string& uri, const char* vfs);

  sqlite3* handle() const { return handle_.get(); }
  void Execute(const char* sql) const;
  /// The first column of the first row.
  int64_t Number(const char* sql) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

class Statement {
 public:
  Statement(const Database& database, const char* sql);

  sqlite3_stmt* handle() const { return handle_.get(); }
  /// Runs it to its end and resets it. SQLITE_BUSY is returned; any other failure ends the program.
  int Run() const;
  /// The same, with the first column of the last row added to `*sum`.
  int Run(int64_t* sum) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_DATABASE_H_
