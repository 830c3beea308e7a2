// Write-ahead logs, rollback journals and super-journals: files of the region without locks of
// their own.
//
// A write-ahead log makes sure, before a frame is written, that everything the frame will need
// later is there: the wal-index block that describes it, and the database segment that its page
// will be copied to. So SQLITE_FULL comes at the statement that needs the space, and neither a
// commit nor a checkpoint can fail for want of it afterwards.
//
// A log whose connection cannot be told (sqlite/open_databases.h) does the same under the
// directory's lock with the client's own intent.
//
// Thread-safety: used by one thread at a time, as SQLite does.
#ifndef GLASSWAL_VFS_SQLITE_LOG_FILE_H_
#define GLASSWAL_VFS_SQLITE_LOG_FILE_H_

#include <memory>

#include "sqlite/database_file.h"

namespace glasswal::sqlite {

struct LogFile {
  sqlite3_file base;
  Vfs* vfs;
  std::shared_ptr<Runtime> runtime;
  // The connection it belongs to; null for a super-journal, and where a VFS shim has hidden it.
  DatabaseFile* database;
  store::File file;
  // The database's bytes when the connection is hidden; not open otherwise.
  store::File pages;
  bool is_wal = false;

  static LogFile* Of(sqlite3_file* file) { return reinterpret_cast<LogFile*>(file); }
};

extern const sqlite3_io_methods kLogMethods;

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_LOG_FILE_H_
