// What a program's SQLite calls to get to know glasswal, where that SQLite is not linked but hands
// over its functions; see extension.cpp.
//
// Thread-safety: SQLite calls the entry points while it opens a connection or loads an extension; one
// thread must have come through one of them before others use the VFS.
#ifndef GLASSWAL_VFS_SQLITE_EXTENSION_H_
#define GLASSWAL_VFS_SQLITE_EXTENSION_H_

struct sqlite3;
struct sqlite3_api_routines;

namespace glasswal::sqlite {

/// Whether there is an SQLite to call.
bool HasEngine();

/// Keeps `api`, registers the VFS "glasswal" with that SQLite, and gives `db` and every later
/// connection the function glasswal_last_error() and the tables of the diagnostics. Returns an SQLite result code.
int Introduce(sqlite3* db, char** error, const sqlite3_api_routines* api);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_EXTENSION_H_
