// SQLite for this sample: a connection that closes itself and ends the process on an error that the
// story does not expect, after saying what it was.
//
// Thread-safety: a Database belongs to one thread.
#ifndef GLASSWAL_SAMPLES_NATIVE_INGEST_DATABASE_H_
#define GLASSWAL_SAMPLES_NATIVE_INGEST_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "sqlite3.h"

namespace native_ingest {

/// The VFS that each process registers for the shared region, and the database in it.
inline constexpr char kVfsName[] = "glasswal";
inline constexpr char kDatabasePath[] = "/cities.sqlite";

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

class Database {
 public:
  /// Opens `path` in `vfs` (null: SQLite's default), creating it if need be.
  Database(const std::string& path, const char* vfs);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  sqlite3* handle() const { return db_; }

  /// Runs statements without results.
  void Run(const std::string& sql);
  Statement Prepare(const std::string& sql);
  /// Steps: true for a row, false when done.
  bool Step(const Statement& statement);
  /// The first column of the first row.
  int64_t Number(const std::string& sql);
  std::string Text(const std::string& sql);

 private:
  [[noreturn]] void Fail(const std::string& sql);

  sqlite3* db_ = nullptr;
};

}  // namespace native_ingest

#endif  // GLASSWAL_SAMPLES_NATIVE_INGEST_DATABASE_H_
