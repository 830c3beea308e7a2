// Virtual tables whose rows a JavaScript generator yields.
//
// The parameters of the generator are hidden columns of the table, so that SQL can call it like a
// function. A row is encoded once, when the scan comes to it, and each column is copied out of
// that.
//
// Thread-safety: an instance has one thread.
#include <cstdint>
#include <iterator>

#include "module/encoding.h"
#include "module/exports.h"
#include "module/host.h"
#include "module/host_call.h"
#include "module/parameters.h"
#include "sqlite3.h"

namespace glasswal::wasm {
namespace {

constexpr int kMaxParameters = 32;
constexpr uint32_t kRowTextBytes = 1024;
/// So expensive that SQLite runs no scan within a loop if it can be avoided.
constexpr int kEstimatedRows = 1'000'000'000;

struct Table {
  sqlite3_vtab base;
  TableShape shape;
};

struct Cursor {
  sqlite3_vtab_cursor base;
  Scan scan;
  int64_t rowid;
  sqlite3_value* given[kMaxParameters];
};

const TableShape& ShapeOf(const Cursor* cursor) {
  return reinterpret_cast<const Table*>(cursor->base.pVtab)->shape;
}
Table* TableOf(sqlite3_vtab* base) { return reinterpret_cast<Table*>(base); }
Cursor* CursorOf(sqlite3_vtab_cursor* base) { return reinterpret_cast<Cursor*>(base); }

int32_t Ask(int32_t kind, uint32_t id, const void* state = nullptr, int32_t argc = 0,
            const void* argv = nullptr) {
  return glasswal_host_call(kind, static_cast<int32_t>(id), Address(state), argc, Address(argv));
}

/// Tells SQLite of the table that JavaScript has defined.
int Declare(sqlite3* database, const TableShape& shape, char** error) {
  auto* const schema = reinterpret_cast<char*>(static_cast<uintptr_t>(shape.schema));
  int code = sqlite3_declare_vtab(database, schema);
  sqlite3_free(schema);
  if (code == SQLITE_OK && (shape.flags & kTableDirectOnly) != 0)
    code = sqlite3_vtab_config(database, SQLITE_VTAB_DIRECTONLY);
  if (code != SQLITE_OK) *error = sqlite3_mprintf("%s", sqlite3_errmsg(database));
  return code;
}

int Connect(sqlite3* database, void* module, int argc, const char* const* argv,
            sqlite3_vtab** table, char** error) {
  TableShape shape{};
  if (Ask(kHostConnect, Address(module), &shape, argc, argv) != 0) return kHostThrew;
  int code = Declare(database, shape, error);
  if (code == SQLITE_OK) {
    auto* const made = static_cast<Table*>(sqlite3_malloc(sizeof(Table)));
    if (made != nullptr) {
      *made = Table{.base = {}, .shape = shape};
      *table = &made->base;
      return SQLITE_OK;
    }
    code = SQLITE_NOMEM;
  }
  Ask(kHostForget, shape.id);
  return code;
}

/// SQLite takes a module whose xCreate is xConnect for one that has a table without CREATE.
int Create(sqlite3* database, void* module, int argc, const char* const* argv, sqlite3_vtab** table,
           char** error) {
  return Connect(database, module, argc, argv, table, error);
}

int Disconnect(sqlite3_vtab* table) {
  Ask(kHostForget, TableOf(table)->shape.id);
  sqlite3_free(table);
  return SQLITE_OK;
}

/// Parameters must be given with `=`, in a place where SQLite can compute them before the scan.
int BestIndex(sqlite3_vtab* base, sqlite3_index_info* info) {
  const TableShape& shape = TableOf(base)->shape;
  int given[kMaxParameters];
  for (int& at : given) at = -1;
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    // These two are about no column.
    if (constraint.op == SQLITE_INDEX_CONSTRAINT_LIMIT ||
        constraint.op == SQLITE_INDEX_CONSTRAINT_OFFSET)
      continue;
    const int column = constraint.iColumn;
    if (column < 0 || static_cast<uint32_t>(column) >= shape.parameters) continue;
    if (constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) {
      sqlite3_free(base->zErrMsg);
      const int32_t message = Ask(kHostRefuse, shape.id, nullptr, column);
      base->zErrMsg = reinterpret_cast<char*>(static_cast<uintptr_t>(message));
      return SQLITE_ERROR;
    }
    // Without its argument the generator would yield other rows.
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    if (given[column] < 0) given[column] = i;
  }
  int arguments = 0;
  for (uint32_t column = 0; column < shape.parameters; ++column) {
    if (given[column] < 0) continue;
    info->idxNum = static_cast<int>(static_cast<uint32_t>(info->idxNum) | 1U << column);
    info->aConstraintUsage[given[column]].argvIndex = ++arguments;
    info->aConstraintUsage[given[column]].omit = 1;
  }
  info->estimatedRows = kEstimatedRows / (arguments + 1);
  info->estimatedCost = static_cast<double>(info->estimatedRows);
  return SQLITE_OK;
}

int Open(sqlite3_vtab* table, sqlite3_vtab_cursor** out) {
  const uint32_t row_bytes =
      TableOf(table)->shape.columns * uint32_t{sizeof(Parameter)} + kRowTextBytes;
  static_assert(sizeof(Cursor) % alignof(Parameter) == 0);
  auto* const cursor = static_cast<Cursor*>(sqlite3_malloc64(sizeof(Cursor) + row_bytes));
  if (cursor == nullptr) return SQLITE_NOMEM;
  *cursor = Cursor{};
  cursor->scan.slots = Address(cursor + 1);
  cursor->scan.size_bytes = row_bytes;
  *out = &cursor->base;
  return SQLITE_OK;
}

void End(Cursor* cursor) {
  if (cursor->scan.id != 0) Ask(kHostEnd, cursor->scan.id);
  cursor->scan.id = 0;
  for (sqlite3_value*& value : cursor->given) {
    sqlite3_value_free(value);
    value = nullptr;
  }
}

int Close(sqlite3_vtab_cursor* base) {
  End(CursorOf(base));
  sqlite3_free(base);
  return SQLITE_OK;
}

/// Keeps the values of the parameters: they are columns, too.
int KeepGiven(Cursor* cursor, uint32_t given, sqlite3_value** argv) {
  for (int i = 0; i < kMaxParameters; ++i) {
    if ((given & 1U << i) == 0) continue;
    cursor->given[i] = sqlite3_value_dup(*argv++);
    if (cursor->given[i] == nullptr) return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}

int Filter(sqlite3_vtab_cursor* base, int given, const char* /*unused*/, int argc,
           sqlite3_value** argv) {
  Cursor* const cursor = CursorOf(base);
  End(cursor);
  cursor->rowid = 1;
  cursor->scan.given = static_cast<uint32_t>(given);
  cursor->scan.done = 1;
  for (int i = 0; i < argc; ++i) {
    // Nothing is equal to NULL.
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return SQLITE_OK;
  }
  const int code = KeepGiven(cursor, cursor->scan.given, argv);
  if (code != SQLITE_OK) return code;
  cursor->scan.done = 0;
  const TableShape& shape = ShapeOf(cursor);
  Parameter nothing;
  return CallHost(kHostFilter, static_cast<int32_t>(shape.id),
                  (shape.flags & kTableSafeIntegers) != 0, &cursor->scan, argc, argv, &nothing);
}

int Next(sqlite3_vtab_cursor* base) {
  Cursor* const cursor = CursorOf(base);
  ++cursor->rowid;
  return Ask(kHostNext, cursor->scan.id, &cursor->scan) != 0 ? kHostThrew : SQLITE_OK;
}

int Eof(sqlite3_vtab_cursor* base) { return CursorOf(base)->scan.done != 0 ? 1 : 0; }

int Column(sqlite3_vtab_cursor* base, sqlite3_context* context, int column) {
  Cursor* const cursor = CursorOf(base);
  const auto parameters = static_cast<int>(ShapeOf(cursor).parameters);
  if (column < parameters) {
    if (cursor->given[column] != nullptr) sqlite3_result_value(context, cursor->given[column]);
    return SQLITE_OK;
  }
  const int at = column - parameters;
  Parameter value = reinterpret_cast<const Parameter*>(cursor + 1)[at];
  const auto tag = static_cast<Tag>(value.tag);
  if (tag == Tag::kError) {
    Ask(kHostValueLost, cursor->scan.id, nullptr, at);
    return kHostThrew;
  }
  // A column can be asked for again, so it stays JavaScript's.
  if (tag == Tag::kOwnedText) value.tag = static_cast<uint32_t>(Tag::kText);
  if (tag == Tag::kOwnedBlob) value.tag = static_cast<uint32_t>(Tag::kBlob);
  SetResult(context, value);
  return SQLITE_OK;
}

int Rowid(sqlite3_vtab_cursor* base, sqlite3_int64* rowid) {
  *rowid = CursorOf(base)->rowid;
  return SQLITE_OK;
}

constexpr sqlite3_module ModuleWith(decltype(sqlite3_module::xCreate) create) {
  sqlite3_module module{};
  module.xCreate = create;
  module.xConnect = Connect;
  module.xBestIndex = BestIndex;
  module.xDisconnect = Disconnect;
  module.xDestroy = Disconnect;
  module.xOpen = Open;
  module.xClose = Close;
  module.xFilter = Filter;
  module.xNext = Next;
  module.xEof = Eof;
  module.xColumn = Column;
  module.xRowid = Rowid;
  return module;
}

constexpr sqlite3_module kModule = ModuleWith(Create);
constexpr sqlite3_module kEponymousModule = ModuleWith(nullptr);

void Forget(void* module) { Ask(kHostForget, Address(module)); }

}  // namespace

extern "C" int32_t glasswal_create_module(sqlite3* database, const char* name, int32_t id,
                                          int32_t eponymous) {
  return sqlite3_create_module_v2(database, name, eponymous != 0 ? &kEponymousModule : &kModule,
                                  reinterpret_cast<void*>(static_cast<uintptr_t>(id)), Forget);
}

}  // namespace glasswal::wasm
