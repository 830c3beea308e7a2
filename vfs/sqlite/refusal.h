// Describing who stands in the way of a lock, and what it means to leave a checkpoint unfinished.
//
// Thread-safety: reads shared memory without a lock; what it finds may be gone a moment later, and
// is then left out of the description.
#ifndef GLASSWAL_VFS_SQLITE_REFUSAL_H_
#define GLASSWAL_VFS_SQLITE_REFUSAL_H_

#include "sqlite/database_file.h"

namespace glasswal::sqlite {

/// Describes the first of `blockers` (connection slots of the file's database) that holds `id`.
Refusal DescribeRefusal(const DatabaseFile& file, shm::LockId id, lock::LockMode mode,
                        const lock::LockOutcome& outcome);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_REFUSAL_H_
