#include "lock/wake.h"

#include <limits>

#include "lock/lock.h"
#include "port/futex.h"
#include "port/point.h"

namespace glasswal::lock {
namespace {

constexpr uint32_t kEverybody = std::numeric_limits<uint32_t>::max();

// The sequence moves before the wake: a waiter that read it earlier does not fall asleep any more.
void Wake(shm::Atomic32* sequence, uint32_t count) {
  GLASSWAL_POINT("lock.wake.sequence");
  sequence->fetch_add(1);
  GLASSWAL_POINT("lock.wake.futex");
  port::FutexWake(sequence, count);
}

}  // namespace

void WakeNext(shm::ShmLock* lock) {
  GLASSWAL_POINT("lock.wake.turn");
  if (internal::TurnOwner(lock->turn.load()) != 0) {
    WakeTurnSleepers(lock);
  } else {
    Wake(&lock->queue_sequence, 1);
  }
}

void WakeAll(shm::ShmLock* lock) {
  WakeTurnSleepers(lock);
  Wake(&lock->queue_sequence, kEverybody);
}

bool ClearTurn(shm::ShmLock* lock, uint64_t turn) {
  return lock->turn.compare_exchange_strong(turn, turn & ~internal::TurnOwner(turn));
}

// As a rule that is one sleeper. A former owner that has not yet noticed may be a second one, and
// waking only that one would leave out the owner.
void WakeTurnSleepers(shm::ShmLock* lock) { Wake(&lock->turn_sequence, kEverybody); }

}  // namespace glasswal::lock
