// The loadable extension: `.load glasswal`, then `file:/app.sqlite?vfs=glasswal&region=NAME`.
//
// It registers one VFS, "glasswal", which takes the region from each database's URI; without one
// the region is private to the process. The VFS stays for the life of the process, since open
// databases point to it, and so does the library.
//
// SQLite says of a database that could not be opened no more than "unable to open database file".
// The reason goes to SQLite's log, and every connection of the process has a function for it:
//
//   SELECT glasswal_last_error();
//
// Every connection also has the tables of the diagnostics (sqlite/tables.h).
#include "sqlite/extension.h"

#include <string>

#include "sqlite/sqlite_api.h"
#include "sqlite/tables.h"
#include "sqlite/vfs.h"

#if GLASSWAL_LOADABLE
const sqlite3_api_routines* sqlite3_api = nullptr;
#endif

namespace {

// SQLite 3.51.3 repaired the WAL-reset bug. An older host works, and is warned that it may corrupt
// its (ephemeral) data when several processes write.
constexpr int kOldestSqlite = 3051003;

glasswal::sqlite::Vfs* vfs = nullptr;

void LastError(sqlite3_context* context, int, sqlite3_value**) {
  const std::string message = vfs->LastError();
  if (message.empty()) return sqlite3_result_null(context);
  sqlite3_result_text(context, message.c_str(), -1, SQLITE_TRANSIENT);
}

/// Also called by SQLite for every connection that is opened after the extension was loaded.
int AddToConnection(sqlite3* db, char** error, const sqlite3_api_routines* api) {
  const int result =
      sqlite3_create_function_v2(db, "glasswal_last_error", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS,
                                 nullptr, LastError, nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? glasswal::sqlite::AddTablesTo(db, error, api) : result;
}

}  // namespace

namespace glasswal::sqlite {

bool HasEngine() {
#if GLASSWAL_LOADABLE
  return sqlite3_api != nullptr;
#else
  return true;
#endif
}

int Introduce(sqlite3* db, char** error, const sqlite3_api_routines* api) {
#if GLASSWAL_LOADABLE
  if (db == nullptr || api == nullptr) return SQLITE_MISUSE;
  sqlite3_api = api;
#else
  (void)api;
#endif
  if (sqlite3_libversion_number() < kOldestSqlite) {
    sqlite3_log(SQLITE_WARNING,
                "glasswal: SQLite %s has the WAL-reset bug (mended in 3.51.3): several writers may "
                "corrupt a database",
                sqlite3_libversion());
  }
  if (vfs == nullptr) vfs = new Vfs("glasswal", nullptr);
  int result = vfs->Register(/*make_default=*/false);
  if (result == SQLITE_OK) result = AddToConnection(db, error, api);
  if (result == SQLITE_OK) {
    result = sqlite3_auto_extension(reinterpret_cast<void (*)()>(AddToConnection));
  }
  return result;
}

}  // namespace glasswal::sqlite

extern "C" __attribute__((visibility("default"))) int sqlite3_glasswal_init(
    sqlite3* db, char** error, const sqlite3_api_routines* api) {
  const int result = glasswal::sqlite::Introduce(db, error, api);
  return result == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : result;
}
