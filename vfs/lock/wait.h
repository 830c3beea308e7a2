// One caller's wait for a lock, from the first refusal to the end. The protocol is in lock/lock.h.
//
// Thread-safety: an object belongs to one thread.
#ifndef GLASSWAL_VFS_LOCK_WAIT_H_
#define GLASSWAL_VFS_LOCK_WAIT_H_

#include <cstdint>

#include "lock/lock.h"

namespace glasswal::lock {

class Wait {
 public:
  Wait(shm::ShmLock* lock, uint32_t slot, LockMode mode, HolderWatch* watch)
      : lock_(lock), slot_(slot), mode_(mode), watch_(watch) {}

  /// Takes the lock without waiting. If a dead holder is found in the way, tries once more.
  LockOutcome TryOnce();

  /// Takes the lock, waiting up to `timeout_ns`.
  LockOutcome Run(uint64_t timeout_ns);

 private:
  // What a look at the lock found.
  enum class Look { kTook, kHeld, kOthersTurn, kCorrupt };

  Look TryTake(bool respects_turn);
  bool MustGiveWay(uint64_t turn, uint64_t word);
  bool SpinUntilFree() const;
  LockResult SleepUntilTaken();
  bool LookAtHoldersIfDue(uint64_t now_ns, Look look);
  uint64_t SleepNs(uint64_t now_ns, Look look) const;
  const shm::Atomic32* Sequence() const;
  bool ClaimTurn();
  void StepOut(LockResult result);
  LockOutcome Refused(LockResult result) const { return {result, blockers_, 0}; }
  void CountWait(uint64_t waited_ns);

  shm::ShmLock* const lock_;
  const uint32_t slot_;
  const LockMode mode_;
  HolderWatch* const watch_;

  uint64_t blockers_ = 0;        // Who stood in the way at the last look.
  uint64_t turn_ = 0;            // The lock's turn at the last look.
  uint64_t my_turn_ = 0;         // The turn that this waiter claimed; 0: none.
  uint64_t others_turn_ = 0;     // The turn that alone kept this waiter from a free lock,
  uint64_t others_turn_ns_ = 0;  // and since when it does so.
  uint64_t timeout_ns_ = 0;
  uint64_t began_ns_ = 0;
  uint64_t next_look_ns_ = 0;  // When to look at the holders again.
  uint64_t look_interval_ns_ = kFirstLookNs;
};

}  // namespace glasswal::lock

#endif  // GLASSWAL_VFS_LOCK_WAIT_H_
