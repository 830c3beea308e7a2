// Opening files: which of the three kinds a request of SQLite means, and bringing it up.
//
// Thread-safety: may be called from any thread.
#ifndef GLASSWAL_VFS_SQLITE_OPEN_H_
#define GLASSWAL_VFS_SQLITE_OPEN_H_

#include "sqlite/vfs.h"

namespace glasswal::sqlite {

/// The size that SQLite must reserve for any file of ours.
int FileObjectBytes();

/// xOpen. On failure pMethods stays null, so that SQLite does not close what was not opened.
int OpenFileForSqlite(Vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_OPEN_H_
