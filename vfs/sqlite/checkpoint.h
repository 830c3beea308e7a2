// What a checkpoint did and what held it back, seen from the lock that every checkpoint takes.
//
// Thread-safety: called by the holder of the CHECKPOINT lock.
#ifndef GLASSWAL_VFS_SQLITE_CHECKPOINT_H_
#define GLASSWAL_VFS_SQLITE_CHECKPOINT_H_

#include "sqlite/database_file.h"

namespace glasswal::sqlite {

/// The lock was just taken.
void OnCheckpointLocked(DatabaseFile* file);

/// The lock is about to be released: records what was done and, if frames are left over, which
/// connection's read mark kept them from being copied and since when that has been so.
void OnCheckpointUnlocking(DatabaseFile* file);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_CHECKPOINT_H_
