// Taking, waiting for and releasing one lock of the region.
//
// PROTOCOL (the word's states are in lock/lock_word.h)
//
//   Release changes the word, then wakes at most one sleeper: the one whose turn it is, if there is
//   one, else the longest sleeper of the queue. A woken waiter competes with newcomers; one that
//   loses sets `turn` to itself, and from then on every newcomer that is able to wait lets it go
//   first. Who finds the lock free but for the same turn for kTurnPatienceNs (its owner is stopped
//   or dead) clears that turn and goes on. Callers that may not wait ignore turns: they take what
//   is free. So do callers that hold the lock already, because the turn's owner may wait for them.
//
//   A wake is never lost with the one who got it: a waiter that leaves without the lock wakes the
//   next one, and so does one that got it shared, because those behind it may share it. The release
//   of one of several shared holds wakes nobody, unless a remaining holder waits to upgrade: then
//   it wakes everybody, since a single sleeper cannot be addressed.
//
//   No sleep is longer than kLookAgainNs: after each the waiter looks at the word, asks its watch
//   about the holders, about itself, and looks at its deadline.
//
// Memory order: `word`, `waiters`, `turn` and the two sequences are changed, and read before a
// decision, with sequentially consistent operations. A waiter announces itself in `waiters` before
// it looks at the word for the last time, so that either the waiter sees the release or the
// releaser sees the waiter; and it reads the sequence on which it will sleep before that look, so
// that a wake between the two ends the sleep. `turn` is announced and looked at by the same two
// rules.
//
// A word that is no state of a lock (the region's bytes are damaged) is reported as kCorrupt at
// once.
//
// Thread-safety: a slot belongs to one thread at a time; different slots may be used at once from
// any process.
#ifndef GLASSWAL_VFS_LOCK_LOCK_H_
#define GLASSWAL_VFS_LOCK_LOCK_H_

#include <cstdint>
#include <optional>

#include "lock/lock_word.h"
#include "port/point.h"
#include "shm/layout.h"
#include "trace/counters.h"

namespace glasswal::lock {

inline constexpr uint64_t kLookAgainNs = 250'000'000;  // No single sleep is longer.
// The first sleep; doubled up to kLookAgainNs.
inline constexpr uint64_t kFirstLookNs = 20'000'000;
// How long a turn that does not move counts.
inline constexpr uint64_t kTurnPatienceNs = 5'000'000;

/// What a waiter asks while it cannot go on. Implemented above this layer.
class HolderWatch {
 public:
  virtual ~HolderWatch() = default;
  /// `holders` (a mask of slots) keep the caller from a lock. Recovers those that are proved dead.
  /// True: something was taken from a dead holder, so trying again makes sense at once.
  virtual bool LookAtHolders(uint64_t holders) = 0;
  /// True when the caller itself was declared dead and must not take anything any more.
  virtual bool IsFenced() = 0;
  /// True when somebody has asked for the end of what the caller waits for.
  virtual bool IsCancelled() { return false; }
};

enum class LockResult : uint8_t {
  kAcquired,
  kBusy,       // Held by others, and the caller did not want to wait.
  kTimedOut,   // Held by others until the deadline.
  kFenced,     // The caller was declared dead.
  kCorrupt,    // The word is no state of a lock.
  kCancelled,  // Somebody has asked for the end of the wait.
};

struct LockOutcome {
  LockResult result = LockResult::kBusy;
  uint64_t blockers = 0;   // Who stood in the way at the last look; 0 when acquired at once.
  uint64_t waited_ns = 0;  // 0 when it did not wait.
};

/// How the time of an exclusive hold is kept. Waits are always timed, because a waiter needs the
/// clock anyway.
enum class Timing : uint8_t {
  kNone,
  kExact,    // A reading of the clock on each side.
  kSampled,  // One hold in kHoldsPerSample so, which counts for the others as well. These have the
             // coarse clock: it is known since when they last, and how long the long ones did.
};
inline constexpr uint64_t kHoldsPerSample = 16;
inline constexpr uint64_t kLongHoldNs = 16'000'000;  // Some ticks of the coarse clock.

/// Takes `lock` for `slot` in `mode`, waiting up to `timeout_ns` (0: not at all).
/// Exclusive mode of a lock that `slot` holds shared is an upgrade, and needs it to be the only
/// holder. REQUIRES: slot < kLockSlots; timeout_ns == 0 || port::MayWait().
LockOutcome Acquire(shm::ShmLock* lock, uint32_t slot, LockMode mode, uint64_t timeout_ns,
                    Timing timing, HolderWatch* watch);

/// The first look of Acquire, which is all that most calls need: takes the lock if nobody is in the
/// way and, with `gives_way`, it is nobody's turn. False: nothing was done.
bool TryAcquire(shm::ShmLock* lock, uint32_t slot, LockMode mode, bool gives_way, Timing timing);

/// Gives up all that `slot` has of `lock` and wakes who is next. Returns how long an exclusive hold
/// lasted in nanoseconds, where its Timing says, else 0. Releasing what one does not hold changes
/// nothing. `now_ns`: what a clock has just told the caller, which spares a reading of the coarse
/// one; 0: nothing.
uint64_t Release(shm::ShmLock* lock, uint32_t slot, uint64_t now_ns = 0);

/// Exclusive to shared.
void Downgrade(shm::ShmLock* lock, uint32_t slot);

/// Takes `slot` out of the word, the waiters and the turn after its owner was proved dead, and
/// wakes everybody. True if the word had named it. Idempotent, also when an earlier call died on
/// the way.
bool TakeBack(shm::ShmLock* lock, uint32_t slot);

// ---------------------------------------------------------------------------------------------
// The fast paths, inline because most calls end here.

namespace internal {

/// The low byte of `turn`: the slot + 1 of its owner, 0 when it is nobody's turn.
constexpr uint64_t TurnOwner(uint64_t turn) { return turn & ((1u << shm::kSlotBits) - 1); }

/// The rest of Acquire, for a caller that did not get the lock at the first look.
LockOutcome AcquireSlowly(shm::ShmLock* lock, uint32_t slot, LockMode mode, uint64_t timeout_ns,
                          Timing timing, HolderWatch* watch);

/// Stamps the lock, `acquired` times taken by now, with the beginning of a timed hold.
void BeginTimedHold(shm::ShmLock* lock, uint64_t acquired, Timing timing);

/// Counts the hold that began at `since_ns`, and returns its length: 0 for a short one that was
/// not stamped exactly. `now_ns` as for Release.
uint64_t EndTimedHold(shm::ShmLock* lock, uint64_t since_ns, uint64_t now_ns);

/// Wakes whom a release concerns that left `left` in the word.
void WakeAfterRelease(shm::ShmLock* lock, uint64_t left);

/// A stamp of the exact clock is odd, one of the coarse clock even.
constexpr bool IsExact(uint64_t since_ns) { return (since_ns & 1) != 0; }

/// What the new holder writes down. `acquired` is the exclusive holder's own counter.
inline void CountAcquired(shm::ShmLock* lock, LockMode mode, Timing timing) {
  if (mode != LockMode::kExclusive) return;
  const uint64_t acquired =
      trace::SaturatingAdd(lock->acquired.load(std::memory_order_relaxed), uint64_t{1});
  lock->acquired.store(acquired, std::memory_order_relaxed);
  if (timing != Timing::kNone) BeginTimedHold(lock, acquired, timing);
}

/// The same for the one who is about to give up an exclusive hold.
inline uint64_t EndHold(shm::ShmLock* lock, uint64_t now_ns) {
  const uint64_t since_ns = lock->since_ns.load(std::memory_order_relaxed);
  if (since_ns == 0) return 0;
  const uint64_t held_ns = EndTimedHold(lock, since_ns, now_ns);
  lock->since_ns.store(0, std::memory_order_relaxed);
  return held_ns;
}

}  // namespace internal

inline bool TryAcquire(shm::ShmLock* lock, uint32_t slot, LockMode mode, bool gives_way,
                       Timing timing) {
  GLASSWAL_POINT("lock.acquire.look");
  uint64_t word = lock->word.load();
  if (gives_way && internal::TurnOwner(lock->turn.load()) != 0) return false;
  const std::optional<uint64_t> next = Acquired(word, slot, mode);
  if (!next.has_value()) return false;
  GLASSWAL_POINT("lock.acquire.cas");
  if (!lock->word.compare_exchange_strong(word, *next)) return false;
  internal::CountAcquired(lock, mode, timing);
  return true;
}

inline LockOutcome Acquire(shm::ShmLock* lock, uint32_t slot, LockMode mode, uint64_t timeout_ns,
                           Timing timing, HolderWatch* watch) {
  if (TryAcquire(lock, slot, mode, timeout_ns != 0, timing)) return {LockResult::kAcquired, 0, 0};
  return internal::AcquireSlowly(lock, slot, mode, timeout_ns, timing, watch);
}

inline uint64_t Release(shm::ShmLock* lock, uint32_t slot, uint64_t now_ns) {
  uint64_t word = lock->word.load();
  uint64_t left = Without(word, slot);
  if (left == word) return 0;
  // What belongs to the holder is written while it still is the holder.
  const uint64_t held_ns = IsExclusive(word) ? internal::EndHold(lock, now_ns) : 0;
  GLASSWAL_POINT("lock.release.cas");
  while (!lock->word.compare_exchange_strong(word, left)) left = Without(word, slot);
  GLASSWAL_POINT("lock.release.look");
  if (lock->waiters.load() != 0) internal::WakeAfterRelease(lock, left);
  return held_ns;
}

}  // namespace glasswal::lock

#endif  // GLASSWAL_VFS_LOCK_LOCK_H_
