// The methods that files share which SQLite neither locks nor maps: logs, journals, temporary
// files.
//
// Thread-safety: constants and functions without state.
#ifndef GLASSWAL_VFS_SQLITE_PLAIN_FILE_H_
#define GLASSWAL_VFS_SQLITE_PLAIN_FILE_H_

#include "glasswal/sqlite.h"
#include "sqlite/database_file.h"

namespace glasswal::sqlite {

/// Version 1 of SQLite's methods, of a file that answers every lock with yes: it is used under the
/// locks of its database, or by one connection only.
constexpr sqlite3_io_methods PlainFileMethods(
    int (*close)(sqlite3_file*), int (*read)(sqlite3_file*, void*, int, sqlite3_int64),
    int (*write)(sqlite3_file*, const void*, int, sqlite3_int64),
    int (*truncate)(sqlite3_file*, sqlite3_int64), int (*sync)(sqlite3_file*, int),
    int (*file_size)(sqlite3_file*, sqlite3_int64*)) {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close;
  methods.xRead = read;
  methods.xWrite = write;
  methods.xTruncate = truncate;
  methods.xSync = sync;
  methods.xFileSize = file_size;
  methods.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
  methods.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
  methods.xCheckReservedLock = [](sqlite3_file*, int* reserved) {
    *reserved = 0;
    return SQLITE_OK;
  };
  methods.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
  methods.xSectorSize = [](sqlite3_file*) { return kSectorBytes; };
  methods.xDeviceCharacteristics = [](sqlite3_file*) { return kDeviceCharacteristics; };
  return methods;
}

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_PLAIN_FILE_H_
