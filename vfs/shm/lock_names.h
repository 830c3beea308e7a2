// The names of locks, for snapshots, logs and messages.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_SHM_LOCK_NAMES_H_
#define GLASSWAL_VFS_SHM_LOCK_NAMES_H_

#include <cstdint>

#include "shm/layout.h"

namespace glasswal::shm {

/// The lock of the directory belongs to no database, and has this number wherever one is recorded.
inline constexpr uint32_t kDirectoryLock = 255;

/// The name of a LockId or of kDirectoryLock; "UNKNOWN" for any other number.
constexpr const char* LockName(uint32_t lock) {
#define GLASSWAL_LOCK_NAME(id, name) name,
  constexpr const char* kNames[] = {GLASSWAL_LOCKS(GLASSWAL_LOCK_NAME)};
#undef GLASSWAL_LOCK_NAME
  if (lock == kDirectoryLock) return "DIRECTORY";
  return lock < kLockCount ? kNames[lock] : "UNKNOWN";
}

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_LOCK_NAMES_H_
