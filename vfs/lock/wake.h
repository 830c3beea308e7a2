// Whom a change of a lock wakes. Each call of these follows a change that lets somebody go on.
//
// Thread-safety: any number of callers in any process.
#ifndef GLASSWAL_VFS_LOCK_WAKE_H_
#define GLASSWAL_VFS_LOCK_WAKE_H_

#include "shm/layout.h"

namespace glasswal::lock {

/// Wakes the one whose turn it is; if it is nobody's, the longest sleeper of the queue.
void WakeNext(shm::ShmLock* lock);

/// Wakes everybody who sleeps on the lock.
void WakeAll(shm::ShmLock* lock);

/// Makes `turn` nobody's, if it is still the lock's turn. The count stays, so that the next turn
/// has another value. False: the turn had moved.
bool ClearTurn(shm::ShmLock* lock, uint64_t turn);

/// Ends the sleep of everybody whose turn it was, who must not miss the wakes of the queue.
void WakeTurnSleepers(shm::ShmLock* lock);

}  // namespace glasswal::lock

#endif  // GLASSWAL_VFS_LOCK_WAKE_H_
