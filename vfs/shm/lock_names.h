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
  constexpr const char* kNames[kLockCount] = {"WRITE",  "CHECKPOINT", "RECOVER", "READ0",
                                              "READ1",  "READ2",      "READ3",   "READ4",
                                              "SHARED", "RESERVED",   "PENDING"};
  if (lock == kDirectoryLock) return "DIRECTORY";
  return lock < kLockCount ? kNames[lock] : "UNKNOWN";
}

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_LOCK_NAMES_H_
