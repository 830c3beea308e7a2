#include "sqlite/schema_names.h"

namespace glasswal::sqlite {
namespace {

std::string TextOf(sqlite3_stmt* statement, int column) {
  const unsigned char* text = sqlite3_column_text(statement, column);
  return text != nullptr ? reinterpret_cast<const char*>(text) : "";
}

bool IsAttached(sqlite3* db, const std::string& schema) {
  return sqlite3_db_filename(db, schema.c_str()) != nullptr;
}

}  // namespace

SchemaNames::SchemaNames(sqlite3* db, const std::string& schema) : db_(db) {
  char* sql = sqlite3_mprintf(
      "SELECT type = 'view', rootpage, name, sql FROM \"%w\".sqlite_schema "
      "WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE",
      schema.c_str());
  Check(sql == nullptr ? SQLITE_NOMEM : sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr));
  sqlite3_free(sql);
}

SchemaNames::~SchemaNames() { sqlite3_finalize(statement_); }

SchemaRow SchemaNames::Find(const std::string& name) {
  SchemaRow row;
  if (!status_.ok()) return row;
  Check(
      sqlite3_bind_text(statement_, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC));
  row.is_there = sqlite3_step(statement_) == SQLITE_ROW;
  if (row.is_there) {
    row.is_view = sqlite3_column_int(statement_, 0) != 0;
    row.root = static_cast<uint32_t>(sqlite3_column_int64(statement_, 1));
    row.name = TextOf(statement_, 2);
    row.sql = TextOf(statement_, 3);
  }
  Check(sqlite3_reset(statement_));
  return row;
}

void SchemaNames::Check(int code) {
  if (code == SQLITE_OK || !status_.ok()) return;
  const bool is_busy = (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
  status_ = Status(is_busy ? StatusCode::kBusy : StatusCode::kSystem,
                   std::string("the names of tables cannot be read: ") + sqlite3_errmsg(db_));
}

bool IsSchemaTable(const std::string& name) {
  return sqlite3_stricmp(name.c_str(), "sqlite_schema") == 0 ||
         sqlite3_stricmp(name.c_str(), "sqlite_master") == 0;
}

std::pair<std::string, std::string> SplitName(sqlite3* db, const std::string& name) {
  const size_t point = name.find('.');
  if (point != std::string::npos && point != 0) {
    const std::string schema = name.substr(0, point);
    if (IsAttached(db, schema)) return {schema, name.substr(point + 1)};
  }
  return {"main", name};
}

std::string JoinName(const std::string& schema, const std::string& table) {
  return sqlite3_stricmp(schema.c_str(), "main") == 0 ? table : schema + "." + table;
}

}  // namespace glasswal::sqlite
