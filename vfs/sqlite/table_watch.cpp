#include "glasswal/table_watch.h"

#include <algorithm>
#include <utility>

#include "port/clock.h"
#include "port/futex.h"
#include "sqlite/file_control.h"
#include "sqlite/schema_names.h"
#include "sqlite/sqlite_api.h"
#include "store/table_versions.h"

namespace glasswal {
namespace sqlite {

/// What is known of one watched name.
struct WatchedTable {
  std::string name;
  uint32_t root = 0;  // 0: there is no such table.
  std::string sql;    // What has made it.
};

/// The watched tables of one database of the connection.
struct WatchedSchema {
  explicit WatchedSchema(std::string schema) : name(std::move(schema)) {}

  std::string name;
  bool everything = false;
  bool has_changed = false;  // And nobody was told.
  std::vector<WatchedTable> tables;
  const shm::ShmDatabase* database = nullptr;
  uint64_t since = 0;
};

}  // namespace sqlite

namespace {

using sqlite::SchemaNames;
using sqlite::SchemaRow;
using sqlite::VersionsPlace;
using sqlite::WatchedSchema;
using sqlite::WatchedTable;

constexpr uint32_t kSchemaRoot = 1;
constexpr uint64_t kLongestSleepNs = 250 * port::kNsPerMs;  // As every single wait: see LOCKING.md.

/// Looks where the tables are now. One that is somewhere else, or something else, has changed.
Status Locate(sqlite3* db, WatchedSchema* schema) {
  SchemaNames names(db, schema->name);
  for (WatchedTable& table : schema->tables) {
    SchemaRow row = names.Find(table.name);
    if (!names.status().ok()) return names.status();
    if (sqlite::IsSchemaTable(table.name)) row.root = kSchemaRoot;
    if (row.root != table.root || row.sql != table.sql) schema->has_changed = true;
    table.root = row.root;
    table.sql = std::move(row.sql);
  }
  return Status::Ok();
}

bool HasTouchedTables(const WatchedSchema& schema, uint64_t now) {
  for (const WatchedTable& table : schema.tables) {
    const bool is_there = table.root != 0;
    if (is_there && store::HasChanged(*schema.database, table.root, schema.since, now)) return true;
  }
  return false;
}

WatchedSchema* FindOrAdd(std::vector<WatchedSchema>* schemas, const std::string& name) {
  for (WatchedSchema& schema : *schemas) {
    if (schema.name == name) return &schema;
  }
  return &schemas->emplace_back(name);
}

}  // namespace

struct TableWatch::Inside {
  sqlite3* db;
  std::vector<WatchedSchema> schemas;

  Result<VersionsPlace> PlaceOf(const WatchedSchema& schema) const;
  Result<bool> Look(WatchedSchema* schema);
};

Result<VersionsPlace> TableWatch::Inside::PlaceOf(const WatchedSchema& schema) const {
  VersionsPlace place;
  if (sqlite3_file_control(db, schema.name.c_str(), sqlite::kFcntlVersions, &place) == SQLITE_OK) {
    return place;
  }
  return Status(
      StatusCode::kInvalidArgument,
      "'" + schema.name + "' is no database of a region: only those have versions of their tables");
}

Result<bool> TableWatch::Inside::Look(WatchedSchema* schema) {
  const Result<VersionsPlace> place = PlaceOf(*schema);
  if (!place.ok()) return place.status();
  const bool is_other = place->database != schema->database;
  const uint64_t now = store::Changes(*place->database);
  if (!is_other && now == schema->since) return false;
  // Who is in a transaction reads what was before it, and would look for the tables where they were.
  if (sqlite3_txn_state(db, schema->name.c_str()) != SQLITE_TXN_NONE) {
    return Status(StatusCode::kBusy,
                  "the connection is in a transaction: look when that has ended");
  }
  const bool all = is_other || store::HasChangedAll(*schema->database, schema->since, now);
  // Noted, so that it is not lost where the names cannot be read.
  if (all || schema->everything || HasTouchedTables(*schema, now)) schema->has_changed = true;
  if (all || store::HasChanged(*schema->database, kSchemaRoot, schema->since, now)) {
    if (Status located = Locate(db, schema); !located.ok()) return located;
  }
  schema->database = place->database;
  schema->since = now;
  return std::exchange(schema->has_changed, false);
}

TableWatch::TableWatch(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
TableWatch::~TableWatch() = default;

Result<std::unique_ptr<TableWatch>> TableWatch::Create(sqlite3* db,
                                                       const std::vector<std::string>& tables) {
  auto inside = std::make_unique<Inside>(Inside{db, {}});
  for (const std::string& given : tables) {
    const std::pair<std::string, std::string> name = sqlite::SplitName(db, given);
    WatchedSchema* schema = FindOrAdd(&inside->schemas, name.first);
    if (name.second == "*") {
      schema->everything = true;
    } else {
      schema->tables.push_back(WatchedTable{name.second, 0, ""});
    }
  }
  for (WatchedSchema& schema : inside->schemas) {
    const Result<VersionsPlace> place = inside->PlaceOf(schema);
    if (!place.ok()) return place.status();
    schema.database = place->database;
    schema.since = store::Changes(*schema.database);
    if (Status located = Locate(db, &schema); !located.ok()) return located;
    schema.has_changed = false;
  }
  return std::unique_ptr<TableWatch>(new TableWatch(std::move(inside)));
}

Result<bool> TableWatch::Look() {
  bool has_changed = false;
  for (WatchedSchema& schema : inside_->schemas) {
    const Result<bool> looked = inside_->Look(&schema);
    // What another schema has said already must not get lost with it.
    if (!looked.ok()) return has_changed ? Result<bool>(true) : Result<bool>(looked.status());
    has_changed = has_changed || *looked;
  }
  return has_changed;
}

Result<bool> TableWatch::Wait(uint32_t timeout_ms) {
  if (inside_->schemas.empty()) return false;
  const Result<VersionsPlace> place = inside_->PlaceOf(inside_->schemas.front());
  if (!place.ok()) return place.status();
  shm::ShmHeader* header = place->header;
  const uint64_t end_ns = port::NowNs() + uint64_t{timeout_ms} * port::kNsPerMs;
  for (;;) {
    // Counted before it looks: whoever commits in between does not let it sleep.
    header->commit_waiters.fetch_add(1);
    const uint32_t commits = header->commit_sequence.load();
    Result<bool> looked = Look();
    const uint64_t now_ns = port::NowNs();
    const bool goes_on = looked.ok() && !*looked && now_ns < end_ns;
    if (goes_on) {
      port::FutexWait(&header->commit_sequence, commits,
                      std::min(end_ns - now_ns, kLongestSleepNs));
    }
    header->commit_waiters.fetch_sub(1);
    if (!goes_on) return looked;
  }
}

}  // namespace glasswal
