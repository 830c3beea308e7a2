// Which open database a log or a journal belongs to.
//
// SQLite makes the names of a database's journal and of its log beside the name of the database,
// and passes those very strings to xOpen (sqlite3_filename_journal, sqlite3_filename_wal), whatever
// VFS shims are in between. So the address of a name says whose it is. A shim may also pass copies
// of names (multiplex does): those belong to nobody here. sqlite3_database_file_object() would not
// help: under a shim it gives the shim's file, and for a copied name it reads what was never there.
//
// Thread-safety: all functions may be called from any thread. What Find() gives stays open for as
// long as the log is open, since SQLite closes a log before its database.
#ifndef GLASSWAL_VFS_SQLITE_OPEN_DATABASES_H_
#define GLASSWAL_VFS_SQLITE_OPEN_DATABASES_H_

#include <map>
#include <mutex>

namespace glasswal::sqlite {

struct DatabaseFile;

class OpenDatabases {
 public:
  /// `name` is what SQLite passed to xOpen for a main database.
  void Add(const char* name, DatabaseFile* database);
  void Remove(const DatabaseFile* database);
  bool AreAny();
  /// The database for which SQLite made this name of a log or a journal; null if none is known.
  DatabaseFile* Find(const char* log_name);

 private:
  std::mutex mutex_;
  std::map<const char*, DatabaseFile*> by_log_name_;
};

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_OPEN_DATABASES_H_
