// The tables of a database by name, as SQLite's own schema table has them.
//
// Thread-safety: as for the connection.
#ifndef GLASSWAL_VFS_SQLITE_SCHEMA_NAMES_H_
#define GLASSWAL_VFS_SQLITE_SCHEMA_NAMES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "glasswal/status.h"
#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {

/// A table, a virtual table (of root 0) or a view.
struct SchemaRow {
  bool is_there = false;
  bool is_view = false;
  uint32_t root = 0;
  std::string name;
  std::string sql;
};

/// The tables and views of one schema.
class SchemaNames {
 public:
  SchemaNames(sqlite3* db, const std::string& schema);
  ~SchemaNames();
  SchemaNames(const SchemaNames&) = delete;
  SchemaNames& operator=(const SchemaNames&) = delete;

  /// What has this name, in whichever letters, small or capital. Each is read at a moment of its own.
  SchemaRow Find(const std::string& name);
  /// kBusy if they cannot be read now. Nothing is found from then on.
  const Status& status() const { return status_; }

 private:
  void Check(int code);

  sqlite3* const db_;
  sqlite3_stmt* statement_ = nullptr;
  Status status_;
};

/// Whether it is the name of the table that SchemaNames reads, which is in no schema itself.
bool IsSchemaTable(const std::string& name);

/// "stock" is of main, and "other.stock" of `other` if that is attached; a name may have a point.
std::pair<std::string, std::string> SplitName(sqlite3* db, const std::string& name);

/// SplitName() the other way round.
std::string JoinName(const std::string& schema, const std::string& table);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_SCHEMA_NAMES_H_
