#include "lock/lock.h"

#include <algorithm>

#include "lock/wait.h"
#include "lock/wake.h"
#include "port/assert.h"
#include "port/clock.h"
#include "port/futex.h"
#include "trace/histogram.h"

namespace glasswal::lock {

void Downgrade(shm::ShmLock* lock, uint32_t slot) {
  uint64_t word = lock->word.load();
  const uint64_t shared = Downgraded(word, slot);
  if (shared == word) return;
  internal::EndHold(lock, 0);
  GLASSWAL_POINT("lock.downgrade.cas");
  // It fails only for a caller from whom the lock was taken back, who has nothing to downgrade.
  if (!lock->word.compare_exchange_strong(word, shared)) return;
  GLASSWAL_POINT("lock.downgrade.look");
  if (lock->waiters.load() != 0) WakeNext(lock);
}

// Recovery calls this again if its first caller died in the middle, so each step stands alone, and
// the waking comes last: it happens as long as anybody waits, whoever took the slot out of the
// word.
bool TakeBack(shm::ShmLock* lock, uint32_t slot) {
  bool named = false;
  uint64_t word = lock->word.load();
  while (Holds(word, slot)) {
    // Until the swap the word names the dead, so nobody else stamps a hold.
    if (IsExclusive(word)) lock->since_ns.store(0, std::memory_order_relaxed);
    GLASSWAL_POINT("lock.takeback.word");
    if (!lock->word.compare_exchange_strong(word, Without(word, slot))) continue;
    named = true;
    trace::AddShared(lock->recovered, uint64_t{1});
    break;
  }
  GLASSWAL_POINT("lock.takeback.turn");
  const uint64_t turn = lock->turn.load();
  if (internal::TurnOwner(turn) == slot + 1) ClearTurn(lock, turn);
  GLASSWAL_POINT("lock.takeback.waiters");
  lock->waiters.fetch_and(~SlotBit(slot));
  GLASSWAL_POINT("lock.takeback.wake");
  if (lock->waiters.load() != 0) WakeAll(lock);
  return named;
}

namespace internal {

LockOutcome AcquireSlowly(shm::ShmLock* lock, uint32_t slot, LockMode mode, uint64_t timeout_ns,
                          Timing timing, HolderWatch* watch) {
  GLASSWAL_ASSERT(timeout_ns == 0 || port::MayWait(),
                  "a thread that must not sleep waits for no lock");
  Wait wait(lock, slot, mode, watch);
  const LockOutcome outcome = timeout_ns == 0 ? wait.TryOnce() : wait.Run(timeout_ns);
  if (outcome.result == LockResult::kAcquired) {
    CountAcquired(lock, mode, timing);
  } else if (outcome.result == LockResult::kBusy || outcome.result == LockResult::kTimedOut) {
    trace::AddShared(lock->refused, uint64_t{1});
  }
  return outcome;
}

void BeginTimedHold(shm::ShmLock* lock, uint64_t acquired, Timing timing) {
  const bool is_exact = timing == Timing::kExact || acquired % kHoldsPerSample == 1;
  const uint64_t since_ns = is_exact ? port::NowNs() | 1 : port::CoarseNowNs() & ~uint64_t{1};
  lock->since_ns.store(since_ns, std::memory_order_relaxed);
}

// `hold_sampled` lies behind `acquired` by as many holds as an exact one stands for; a long one
// stands for itself. What comes from shared memory is input: nobody promises that the one is less
// than the other, or that the stamp lies in the past.
uint64_t EndTimedHold(shm::ShmLock* lock, uint64_t since_ns, uint64_t now_ns) {
  const bool is_exact = IsExact(since_ns);
  if (is_exact || now_ns == 0) now_ns = is_exact ? port::NowNs() : port::CoarseNowNs();
  const uint64_t held_ns = now_ns > since_ns ? now_ns - since_ns : 0;
  if (!is_exact && held_ns < kLongHoldNs) return 0;
  const uint64_t acquired = lock->acquired.load(std::memory_order_relaxed);
  const uint64_t sampled = lock->hold_sampled.load(std::memory_order_relaxed);
  const uint64_t holds =
      is_exact ? std::clamp<uint64_t>(acquired - sampled, 1, kHoldsPerSample) : 1;
  lock->hold_sampled.store(is_exact ? acquired : sampled + 1, std::memory_order_relaxed);
  trace::AddOwned(lock->held_ns, held_ns * holds);
  trace::AddOwned(lock->hold_histogram[trace::HistogramBucket(held_ns)],
                  static_cast<uint32_t>(holds));
  return held_ns;
}

void WakeAfterRelease(shm::ShmLock* lock, uint64_t left) {
  if (left == 0) {
    WakeNext(lock);
  } else if ((lock->waiters.load() & left) != 0) {
    WakeAll(lock);
  }
}

}  // namespace internal
}  // namespace glasswal::lock
