// The loadable extension: `.load glasswal`, then `file:/app.sqlite?vfs=glasswal&region=NAME`.
//
// It registers one VFS, "glasswal", which takes the region from each database's URI; without one
// the region is private to the process. The VFS stays for the life of the process, since open
// databases point to it, and so does the library.
#include <string>

#include "sqlite/sqlite_api.h"
#include "sqlite/vfs.h"

#if GLASSWAL_LOADABLE
const sqlite3_api_routines* sqlite3_api = nullptr;
#endif

namespace {

// SQLite 3.51.3 repaired the WAL-reset bug. An older host works, and is warned that it may corrupt
// its (ephemeral) data when several processes write.
constexpr int kOldestSqlite = 3051003;

}  // namespace

extern "C" __attribute__((visibility("default"))) int sqlite3_glasswal_init(
    sqlite3*, char**, const sqlite3_api_routines* api) {
#if GLASSWAL_LOADABLE
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
  static glasswal::sqlite::Vfs* vfs = nullptr;
  if (vfs == nullptr) vfs = new glasswal::sqlite::Vfs("glasswal", nullptr);
  const int result = vfs->Register(/*make_default=*/false);
  return result == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : result;
}
