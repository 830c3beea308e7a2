// The checkpoint that follows a commit when the log has become long.
//
// A log that is copied into the database early is short: its frames and their index stay in the
// processor's cache, and whoever looks for a page finds it, or that it is not there, at once. So
// SQLite, patched (amalgamation/patch.cmake), leaves this checkpoint to the VFS, for which a region
// says how many frames make a log long (Options::wal_autocheckpoint); `PRAGMA wal_autocheckpoint`
// and sqlite3_wal_autocheckpoint() set it for a connection, 0 being none, and an own
// sqlite3_wal_hook() takes the place of all that, as ever.
//
// While a reader keeps the log from being copied there is nothing to gain, and so it is tried again
// only when the log has grown by as much once more; all connections of the database go by the same
// mark (ShmDatabase::checkpoint_short_at). When the reader leaves, the next try catches up. A log
// that cannot be copied for long is looked after by log_room.h.
//
// Thread-safety: as for the connection.
#ifndef GLASSWAL_VFS_SQLITE_AUTOCHECKPOINT_H_
#define GLASSWAL_VFS_SQLITE_AUTOCHECKPOINT_H_

#include "sqlite/database_file.h"

namespace glasswal::sqlite {

/// Called after a commit that left `frames` or more in the log. True: copied, or better left alone;
/// false: SQLite has to make the checkpoint, because a shim lies between, or this connection still
/// has locks of the log, which a transaction or exclusive locking mode keeps.
bool Autocheckpoint(DatabaseFile* file, uint32_t frames);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_AUTOCHECKPOINT_H_
