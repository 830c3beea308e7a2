#include "sqlite/tables.h"

#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "diag/tables.h"
#include "glasswal/observe.h"
#include "glasswal/sqlite.h"
#include "port/printable.h"

namespace glasswal::sqlite {

LookingRules looking_rules;

namespace {

/// One look at a region, for one statement.
struct Look {
  Look* next = nullptr;  // Another one of the connection's.
  int cursors = 0;       // That show it.
  int statement = 0;
  const void* region = nullptr;  // Tells it from others.
  diag::Moment moment;
};

/// What the tables of one connection share.
struct Connection {
  sqlite3* db = nullptr;
  std::shared_ptr<const RegionBytes>
      given;       // What they show, if it is not the connection's region.
  int tables = 0;  // How many of SQLite's modules refer to this.
  // The statement that was planned last, by SQLite's own object for it, and the number drawn for it.
  const void* planned = nullptr;
  int statement = 0;
  Look* looks = nullptr;  // Those of statements that run.
  SilenceTracker silence;

  int StatementBeingPlanned();
  /// The look of a statement that runs, for one cursor more.
  Result<Look*> LookFor(int running, const RegionBytes& bytes, const void* region);
  /// A cursor needs it no longer.
  void Drop(Look* look);
};

struct VirtualTable {
  sqlite3_vtab base;
  Connection* connection;
  const diag::Table* table;
  int columns;  // The hidden one comes behind them.

  static VirtualTable* Of(sqlite3_vtab* table) { return reinterpret_cast<VirtualTable*>(table); }
};

struct Cursor {
  sqlite3_vtab_cursor base;
  Look* look;
  std::string schema;
  size_t row;
  size_t rows;

  static Cursor* Of(sqlite3_vtab_cursor* cursor) { return reinterpret_cast<Cursor*>(cursor); }
};

constexpr int kStatementBits = 30;
constexpr int kNamesSchema = 1;  // In idxNum, beside the statement.

// SQLite lists the newest statement first, and has made one before it plans it. One that plans anew
// is made anew. (Two of different numbers in one statement would cost that its tables agree; nobody
// prepares another while SQLite plans one.)
int Connection::StatementBeingPlanned() {
  const void* newest = sqlite3_next_stmt(db, nullptr);
  if (newest != planned) {
    planned = newest;
    statement = (statement + 1) & ((1 << kStatementBits) - 1);
  }
  return statement;
}

Result<Look*> Connection::LookFor(int running, const RegionBytes& bytes, const void* region) {
  for (Look* look = looks; look != nullptr; look = look->next) {
    if (look->statement != running || look->region != region) continue;
    ++look->cursors;
    return look;
  }
  const auto room_for = looking_rules.room_for_snapshot;
  const Status room = room_for != nullptr ? room_for() : Status::Ok();
  if (!room.ok()) return room;
  auto look = std::make_unique<Look>();
  const Status taken = diag::TakeMoment(bytes, &look->moment);
  if (!taken.ok()) return taken;
  silence.Apply(bytes.NowNs(), &look->moment.snapshot);
  look->cursors = 1;
  look->statement = running;
  look->region = region;
  look->next = std::exchange(looks, look.get());
  return look.release();
}

void Connection::Drop(Look* look) {
  if (look == nullptr || --look->cursors != 0) return;
  Look** place = &looks;
  while (*place != look) place = &(*place)->next;
  *place = look->next;
  delete look;
}

int Refuse(sqlite3_vtab* table, const std::string& why) {
  sqlite3_free(table->zErrMsg);
  table->zErrMsg =
      sqlite3_mprintf("%s: %s", VirtualTable::Of(table)->table->name, port::Printable(why).c_str());
  return SQLITE_ERROR;
}

bool LiesInRegion(sqlite3* db, const char* schema, RegionPlace* place) {
  return sqlite3_file_control(db, schema, kFcntlRegion, place) == SQLITE_OK;
}

/// The region of main, or of the first attached database that lies in one.
bool FindRegion(sqlite3* db, RegionPlace* place) {
  for (int i = 0; const char* schema = sqlite3_db_name(db, i); ++i) {
    if (LiesInRegion(db, schema, place)) return true;
  }
  if (looking_rules.only_region == nullptr) return false;
  *place = looking_rules.only_region();
  return true;
}

// The methods of SQLite's modules.

int Connect(sqlite3* db, void* context, int, const char* const* names, sqlite3_vtab** out,
            char** error) {
  const std::string_view name = names[0];
  const auto tables = diag::Tables();
  const auto table = std::find_if(tables.begin(), tables.end(),
                                  [name](const diag::Table& each) { return name == each.name; });
  if (table == tables.end()) return SQLITE_INTERNAL;
  std::string columns;
  diag::RowSink sink(table->renames, &columns);
  table->visit(nullptr, 0, &sink);
  const std::string declaration = "CREATE TABLE x(" + columns + "schema TEXT HIDDEN)";
  int result = sqlite3_declare_vtab(db, declaration.c_str());
  if (result == SQLITE_OK) result = sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
  if (result != SQLITE_OK) {
    *error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
    return result;
  }
  auto* made = static_cast<VirtualTable*>(sqlite3_malloc(sizeof(VirtualTable)));
  if (made == nullptr) return SQLITE_NOMEM;
  *made = {{}, static_cast<Connection*>(context), &*table, static_cast<int>(sink.columns())};
  *out = &made->base;
  return SQLITE_OK;
}

int Disconnect(sqlite3_vtab* table) {
  sqlite3_free(table);
  return SQLITE_OK;
}

int BestIndex(sqlite3_vtab* base, sqlite3_index_info* info) {
  const VirtualTable& table = *VirtualTable::Of(base);
  info->idxNum = table.connection->StatementBeingPlanned() << 1;
  info->estimatedCost = 1000;
  info->estimatedRows = 100;
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn != table.columns || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) {
      continue;
    }
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    info->aConstraintUsage[i].argvIndex = 1;
    info->aConstraintUsage[i].omit = 1;
    info->idxNum |= kNamesSchema;
    break;
  }
  return SQLITE_OK;
}

int Open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  void* memory = sqlite3_malloc(sizeof(Cursor));
  if (memory == nullptr) return SQLITE_NOMEM;
  *out = &(new (memory) Cursor{})->base;
  return SQLITE_OK;
}

int Close(sqlite3_vtab_cursor* base) {
  Cursor* cursor = Cursor::Of(base);
  VirtualTable::Of(base->pVtab)->connection->Drop(cursor->look);
  cursor->~Cursor();
  sqlite3_free(cursor);
  return SQLITE_OK;
}

/// Has the cursor show the bytes at the moment of its statement.
int Show(Cursor* cursor, int statement, const RegionBytes& bytes, const void* region) {
  const VirtualTable& table = *VirtualTable::Of(cursor->base.pVtab);
  // The old one is let go after the new one is there: a cursor that begins anew goes on with its own.
  Look* before = std::exchange(cursor->look, nullptr);
  const Result<Look*> look = table.connection->LookFor(statement, bytes, region);
  table.connection->Drop(before);
  if (!look.ok()) return Refuse(cursor->base.pVtab, look.status().message());
  cursor->look = *look;
  diag::Moment* moment = &cursor->look->moment;
  if (diag::ShowsEvents(*table.table) && !moment->has_events) {
    uint32_t most = moment->snapshot.events.capacity;
    if (looking_rules.room_for_events != nullptr) most = looking_rules.room_for_events(most);
    diag::LoadEvents(bytes, most, moment);
  }
  cursor->rows = table.table->count(*moment);
  return SQLITE_OK;
}

int Filter(sqlite3_vtab_cursor* base, int index, const char*, int, sqlite3_value** values) {
  Cursor* cursor = Cursor::Of(base);
  const VirtualTable& table = *VirtualTable::Of(base->pVtab);
  Connection* connection = table.connection;
  cursor->row = 0;
  cursor->rows = 0;
  const bool is_schema_named = (index & kNamesSchema) != 0;
  const unsigned char* named = is_schema_named ? sqlite3_value_text(values[0]) : nullptr;
  cursor->schema = named != nullptr ? reinterpret_cast<const char*>(named) : "";
  const int statement = index >> 1;
  if (connection->given != nullptr) {
    return Show(cursor, statement, *connection->given, connection->given.get());
  }
  RegionPlace place;
  if (is_schema_named && !LiesInRegion(connection->db, cursor->schema.c_str(), &place)) {
    return Refuse(base->pVtab, "no database of glasswal's is open as \"" + cursor->schema +
                                   "\": name main, or one that was attached");
  }
  if (!is_schema_named && !FindRegion(connection->db, &place)) {
    return Refuse(base->pVtab,
                  "it shows the region that a database lies in, and this connection has none that "
                  "lies in one: open or attach one with vfs=glasswal");
  }
  const auto bytes = NewMappedBytes(place.bytes, place.size_bytes);
  return Show(cursor, statement, *bytes, place.bytes);
}

int Next(sqlite3_vtab_cursor* cursor) {
  ++Cursor::Of(cursor)->row;
  return SQLITE_OK;
}

int IsAtEnd(sqlite3_vtab_cursor* base) {
  const Cursor& cursor = *Cursor::Of(base);
  return cursor.row >= cursor.rows ? 1 : 0;
}

int Column(sqlite3_vtab_cursor* base, sqlite3_context* context, int column) {
  const Cursor& cursor = *Cursor::Of(base);
  const VirtualTable& table = *VirtualTable::Of(base->pVtab);
  diag::Cell cell;
  if (column < table.columns) {
    diag::RowSink sink(static_cast<uint32_t>(column), &cell);
    table.table->visit(&cursor.look->moment, cursor.row, &sink);
  } else if (!cursor.schema.empty()) {
    cell = {diag::Cell::Kind::kText, 0, cursor.schema};
  }
  if (cell.kind == diag::Cell::Kind::kNumber) {
    sqlite3_result_int64(context, cell.number);
  } else if (cell.kind == diag::Cell::Kind::kText) {
    sqlite3_result_text64(context, cell.text.data(), cell.text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8);
  }
  return SQLITE_OK;
}

int RowId(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(Cursor::Of(cursor)->row) + 1;
  return SQLITE_OK;
}

/// Without xCreate a module is a table by itself, and cannot be made one; without xUpdate it can
/// only be read.
const sqlite3_module* Module() {
  static constexpr sqlite3_module kModule = [] {
    sqlite3_module module{};
    module.xConnect = Connect;
    module.xBestIndex = BestIndex;
    module.xDisconnect = Disconnect;
    module.xOpen = Open;
    module.xClose = Close;
    module.xFilter = Filter;
    module.xNext = Next;
    module.xEof = IsAtEnd;
    module.xColumn = Column;
    module.xRowid = RowId;
    return module;
  }();
  return &kModule;
}

void Forget(void* context) {
  auto* connection = static_cast<Connection*>(context);
  if (--connection->tables == 0) delete connection;
}

int AddTo(sqlite3* db, std::shared_ptr<const RegionBytes> given) {
  auto* connection = new Connection;
  connection->db = db;
  connection->given = std::move(given);
  int result = SQLITE_OK;
  ++connection->tables;  // Until all are there.
  for (const diag::Table& table : diag::Tables()) {
    if (result != SQLITE_OK) break;
    ++connection->tables;  // A failure forgets it, too.
    result = sqlite3_create_module_v2(db, table.name, Module(), connection, Forget);
  }
  Forget(connection);
  return result;
}

}  // namespace

int AddTablesTo(sqlite3* db, char**, const sqlite3_api_routines*) { return AddTo(db, nullptr); }

}  // namespace glasswal::sqlite

namespace glasswal {

Status AddTables(sqlite3* db, std::shared_ptr<const RegionBytes> region) {
  const int result = sqlite::AddTo(db, std::move(region));
  if (result == SQLITE_OK) return Status::Ok();
  return Status(StatusCode::kSystem,
                std::string("the tables could not be made: ") + sqlite3_errmsg(db));
}

}  // namespace glasswal
