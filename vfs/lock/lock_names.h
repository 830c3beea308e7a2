// The names of a database's locks, as messages, events and snapshots show them.
//
// Thread-safety: constants.
#ifndef GLASSWAL_VFS_LOCK_LOCK_NAMES_H_
#define GLASSWAL_VFS_LOCK_LOCK_NAMES_H_

#include <cstdint>

#include "shm/layout.h"

namespace glasswal::lock {

/// "WRITE", "CHECKPOINT", "RECOVER", "READ0" ... "READ4", "SHARED", "RESERVED", "PENDING"; an unknown
/// number (it came from foreign memory) is "unknown".
constexpr const char* LockName(uint32_t id) {
  constexpr const char* kNames[] = {"WRITE", "CHECKPOINT", "RECOVER", "READ0",    "READ1",  "READ2",
                                    "READ3", "READ4",      "SHARED",  "RESERVED", "PENDING"};
  static_assert(sizeof(kNames) / sizeof(kNames[0]) == shm::kLockCount);
  return id < shm::kLockCount ? kNames[id] : "unknown";
}

}  // namespace glasswal::lock

#endif  // GLASSWAL_VFS_LOCK_LOCK_NAMES_H_
