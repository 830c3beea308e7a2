// What a checkpoint did and what held it back, seen from the lock that every checkpoint takes.
//
// Thread-safety: called by the holder of the CHECKPOINT lock.
#ifndef GLASSWAL_VFS_SQLITE_CHECKPOINT_H_
#define GLASSWAL_VFS_SQLITE_CHECKPOINT_H_

#include "sqlite/database_file.h"

namespace glasswal::sqlite {

/// A reader of the log: a connection, the read mark that it holds, and the frame of that.
struct LogReader {
  uint32_t connection_plus_1 = 0;  // 0: there is none.
  uint32_t mark = 0;
  uint32_t frame = 0;
};

/// The other connection whose read mark is the lowest below `max_frame`.
LogReader LowestReader(const DatabaseFile& file, uint32_t max_frame);

/// The lock was just taken.
void OnCheckpointLocked(DatabaseFile* file);

/// A checkpoint begins to copy frames (it has taken mark 0), or has copied them (and is about to
/// give it back): counts how many.
void OnCopyBegins(DatabaseFile* file);
void OnCopyEnds(DatabaseFile* file);

/// The lock is about to be released: records what was done and, if frames are left over, which
/// connection's read mark kept them from being copied and since when that has been so.
void OnCheckpointUnlocking(DatabaseFile* file);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_CHECKPOINT_H_
