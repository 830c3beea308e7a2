// Temporary files: private to one connection, in this client's own heap, gone when they are closed.
//
// They hold what SQLite spills (sorters, statement journals, temporary tables with
// temp_store=FILE).
//
// Thread-safety: used by one thread at a time, as SQLite does.
#ifndef GLASSWAL_VFS_SQLITE_TEMP_FILE_H_
#define GLASSWAL_VFS_SQLITE_TEMP_FILE_H_

#include <cstdint>

#include "sqlite/file_control.h"
#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {

inline constexpr int64_t kTempChunkBytes = 64 * 1024;

struct TempFile {
  sqlite3_file base;
  int64_t size_bytes;
  uint8_t** chunks;  // Zeroed blocks of kTempChunkBytes from sqlite3_malloc64.
  int64_t chunk_count;
  int64_t chunk_capacity;
  Vfs* vfs;
  FileSettings settings;

  static TempFile* Of(sqlite3_file* file) { return reinterpret_cast<TempFile*>(file); }
};

/// Turns `file` into an empty temporary file.
void OpenTempFile(Vfs* vfs, sqlite3_file* file);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_TEMP_FILE_H_
