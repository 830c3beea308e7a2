// Copying the write-ahead log into the database, as SQLite's passive checkpoint does it.
//
// A connection in the middle of beginning a transaction cannot call sqlite3_wal_checkpoint_v2, so
// this follows walCheckpoint() of wal.c step by step, with the same locks in the same order, on the
// documented format of log and wal-index (https://sqlite.org/walformat.html). It is as killable as
// SQLite's: how far it came is written last.
//
// Thread-safety: called by the holder of the CHECKPOINT lock.
#ifndef GLASSWAL_VFS_SQLITE_BACKFILL_H_
#define GLASSWAL_VFS_SQLITE_BACKFILL_H_

#include "sqlite/database_file.h"

namespace glasswal::sqlite {

/// Copies all frames that no reader's snapshot forbids to copy. True: nothing is left over, and
/// something was copied. REQUIRES: CHECKPOINT exclusively, and none of the read marks.
bool Backfill(DatabaseFile* file);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_BACKFILL_H_
