// TablesOf: what SQLite's authorizer names while a statement is prepared, with views left out (what
// they are made of is named as well) and virtual tables as the tables that they keep their rows in.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glasswal/table_watch.h"
#include "sqlite/schema_names.h"

namespace glasswal {
namespace {

using sqlite::SchemaRow;

using Names = std::vector<std::string>;

/// In order, and each once. They are few.
void Put(std::string name, Names* names) {
  size_t at = names->size();
  while (at > 0 && name < (*names)[at - 1]) --at;
  if (at > 0 && (*names)[at - 1] == name) return;
  names->push_back(std::move(name));
  for (size_t i = names->size() - 1; i > at; --i) std::swap((*names)[i], (*names)[i - 1]);
}

/// The schema and the name of a table as the authorizer gives them; without a schema where the
/// statement did not say one. No name has a zero, which is between them.
constexpr char kBetween = '\0';

int OnAuthorize(void* context, int action, const char* first, const char*, const char* schema,
                const char*) {
  const bool names_table = action == SQLITE_READ || action == SQLITE_INSERT ||
                           action == SQLITE_UPDATE || action == SQLITE_DELETE;
  if (names_table && first != nullptr) {
    Put(std::string(schema != nullptr ? schema : "") + kBetween + first,
        static_cast<Names*>(context));
  }
  return SQLITE_OK;
}

Result<Names> AskAuthorizer(sqlite3* db, const std::string& sql) {
  Names named;
  sqlite3_stmt* statement = nullptr;
  (void)sqlite3_set_authorizer(db, OnAuthorize, &named);
  const int code =
      sqlite3_prepare_v2(db, sql.c_str(), static_cast<int>(sql.size()) + 1, &statement, nullptr);
  const std::string message = code == SQLITE_OK ? "" : sqlite3_errmsg(db);
  (void)sqlite3_set_authorizer(db, nullptr, nullptr);
  sqlite3_finalize(statement);
  if (code == SQLITE_OK) return named;
  const bool is_busy = (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
  return Status(is_busy ? StatusCode::kBusy : StatusCode::kInvalidArgument,
                "the tables of a statement cannot be told, for it cannot be prepared: " + message);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

constexpr std::string_view kSpaces = " \t\r\n";

/// What the tables of a module add to the name of the virtual one, with a space behind each.
struct Module {
  std::string_view name;
  std::string_view suffixes;
};

const Module* FindModule(std::string_view name) {
  constexpr std::string_view kOfRtree = "_node _rowid _parent ";
  static constexpr Module kModules[] = {
      {"fts5", "_data _idx _content _docsize _config "},
      {"fts4", "_content _segments _segdir _docsize _stat "},
      {"fts3", "_content _segments _segdir "},
      {"rtree", kOfRtree},
      {"rtree_i32", kOfRtree},
      {"geopoly", kOfRtree},
  };
  for (const Module& module : kModules) {
    if (module.name == name) return &module;
  }
  return nullptr;
}

/// The module that `CREATE VIRTUAL TABLE t USING module(...)` names, in small letters; and what is
/// in the parentheses, likewise.
struct Creation {
  std::string module;
  std::string arguments;
};

Creation CreationOf(const std::string& sql) {
  const std::string lower = Lower(sql);
  constexpr std::string_view kUsing = "using";
  const size_t at = lower.find(kUsing);
  if (at == std::string::npos) return {};
  const size_t begin = lower.find_first_not_of(kSpaces, at + kUsing.size());
  if (begin == std::string::npos) return {};
  const size_t end = lower.find_first_of(" \t\r\n(;", begin);
  if (end == std::string::npos) return {lower.substr(begin), ""};
  return {lower.substr(begin, end - begin), lower.substr(end)};
}

/// What `content = ...` says among the arguments, quotes and all, as far as the next comma; nothing
/// where no such option is: FTS5 may index what is in another table, or a view.
std::optional<std::string_view> ContentOption(std::string_view arguments) {
  constexpr std::string_view kContent = "content";
  for (size_t at = 0; (at = arguments.find(kContent, at)) != std::string_view::npos;) {
    const bool is_word =
        at == 0 || std::string_view(" \t\r\n,(").find(arguments[at - 1]) != std::string_view::npos;
    at += kContent.size();
    const size_t next = arguments.find_first_not_of(kSpaces, at);
    if (!is_word || next == std::string_view::npos || arguments[next] != '=') continue;
    const size_t begin = arguments.find_first_not_of(kSpaces, next + 1);
    if (begin == std::string_view::npos) return std::string_view();
    return arguments.substr(begin, arguments.find_first_of(",)", begin) - begin);
  }
  return std::nullopt;
}

/// Virtual tables that nobody has to create, and that read no table.
bool ReadsNoTable(const std::string& name) {
  const std::string lower = Lower(name);
  return lower == "json_each" || lower == "json_tree" || lower == "jsonb_each" ||
         lower == "jsonb_tree" || lower == "generate_series" || lower.starts_with("glasswal_");
}

/// The tables behind the names of one schema.
class Resolver {
 public:
  Resolver(sqlite3* db, const std::string& schema) : schema_(schema), rows_(db, schema) {}

  const Status& status() const { return rows_.status(); }
  bool Has(const std::string& name) {
    return sqlite::IsSchemaTable(name) || rows_.Find(name).is_there;
  }

  void Add(const std::string& name, Names* tables) {
    if (sqlite::IsSchemaTable(name) || Lower(name).starts_with("pragma_")) {
      return PutTable("sqlite_schema", tables);
    }
    const SchemaRow row = rows_.Find(name);
    if (!row.is_there) {
      if (!ReadsNoTable(name)) PutTable("*", tables);
    } else if (row.root != 0) {
      PutTable(row.name, tables);
    } else if (!row.is_view) {
      AddVirtual(row, tables);
    }
  }

 private:
  void PutTable(const std::string& name, Names* tables) {
    Put(sqlite::JoinName(schema_, name), tables);
  }

  void AddVirtual(const SchemaRow& table, Names* tables) {
    const Creation creation = CreationOf(table.sql);
    const Module* module = FindModule(creation.module);
    if (module == nullptr) return PutTable("*", tables);
    const std::optional<std::string_view> content = ContentOption(creation.arguments);
    const bool reads_no_other =
        !content || content->starts_with("''") || content->starts_with("\"\"");
    if (!reads_no_other) return PutTable("*", tables);
    std::string_view rest = module->suffixes;
    for (size_t end; (end = rest.find(' ')) != std::string_view::npos;
         rest.remove_prefix(end + 1)) {
      const SchemaRow row = rows_.Find(table.name + std::string(rest.substr(0, end)));
      if (row.root != 0) PutTable(row.name, tables);
    }
  }

  const std::string schema_;
  sqlite::SchemaNames rows_;
};

/// Adds the tables behind one name of the authorizer's.
Status Resolve(sqlite3* db, const std::string& schema, const std::string& table, Names* tables) {
  // As SQLite looks for a name without a schema: temp is number 1, and the first to be asked. It may
  // also be the name of a common table expression, which is in none of them.
  for (int i = 0; const char* name = sqlite3_db_name(db, i < 2 ? 1 - i : i); ++i) {
    if (!schema.empty() && sqlite3_stricmp(schema.c_str(), name) != 0) continue;
    Resolver resolver(db, name);
    const bool is_meant = !schema.empty() || resolver.Has(table);
    if (is_meant && sqlite3_stricmp(name, "temp") != 0) resolver.Add(table, tables);
    if (is_meant || !resolver.status().ok()) return resolver.status();
  }
  return Status::Ok();
}

}  // namespace

Result<std::vector<std::string>> TablesOf(sqlite3* db, const std::string& sql) {
  const Result<Names> named = AskAuthorizer(db, sql);
  if (!named.ok()) return named.status();
  Names tables;
  for (const std::string& name : *named) {
    const size_t between = name.find(kBetween);
    const Status resolved = Resolve(db, name.substr(0, between), name.substr(between + 1), &tables);
    if (!resolved.ok()) return resolved;
  }
  return tables;
}

}  // namespace glasswal
