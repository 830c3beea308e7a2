#include "lock/wait.h"

#include <algorithm>

#include "lock/wake.h"
#include "port/clock.h"
#include "port/futex.h"
#include "port/point.h"
#include "trace/histogram.h"

namespace glasswal::lock {
namespace {

// A few microseconds natively: longer than a short transaction, shorter than falling asleep and
// being woken. There is no point inside the spin: a look that finds the lock held has no effect, so
// the schedules with a switch between two looks are those with a switch before the last one.
constexpr int kSpins = 100;

bool IsTurnOfAnother(uint64_t turn, uint32_t slot) {
  const uint64_t owner = internal::TurnOwner(turn);
  return owner != 0 && owner != slot + 1;
}

// `turn` comes from shared memory and may name a slot that does not exist.
uint64_t OwnerBit(uint64_t turn) {
  const uint64_t owner = internal::TurnOwner(turn);
  return owner == 0 || owner > kLockSlots ? 0 : SlotBit(static_cast<uint32_t>(owner - 1));
}

}  // namespace

LockOutcome Wait::TryOnce() {
  Look look = TryTake(/*respects_turn=*/false);
  // What failed at first was the race of two compare-and-swaps, and nobody was met.
  if (look == Look::kTook) return {LockResult::kAcquired, 0, 0};
  if (look == Look::kCorrupt) return Refused(LockResult::kCorrupt);
  trace::AddShared(lock_->contended, uint64_t{1});
  if (watch_->IsFenced()) return Refused(LockResult::kFenced);
  if (!watch_->LookAtHolders(blockers_)) return Refused(LockResult::kBusy);
  if (watch_->IsFenced()) return Refused(LockResult::kFenced);
  look = TryTake(/*respects_turn=*/false);
  if (look == Look::kTook) return {LockResult::kAcquired, blockers_, 0};
  return Refused(look == Look::kCorrupt ? LockResult::kCorrupt : LockResult::kBusy);
}

LockOutcome Wait::Run(uint64_t timeout_ns) {
  Look look = TryTake(/*respects_turn=*/true);
  if (look == Look::kTook) return {LockResult::kAcquired, 0, 0};
  if (look == Look::kCorrupt) return Refused(LockResult::kCorrupt);
  trace::AddShared(lock_->contended, uint64_t{1});
  timeout_ns_ = timeout_ns;
  began_ns_ = port::NowNs();

  if (SpinUntilFree() && !watch_->IsFenced()) look = TryTake(/*respects_turn=*/true);
  LockResult result = LockResult::kAcquired;
  if (look != Look::kTook) {
    LookAtHoldersIfDue(began_ns_, look);
    GLASSWAL_POINT("lock.acquire.announce");
    lock_->waiters.fetch_or(SlotBit(slot_));
    result = SleepUntilTaken();
    StepOut(result);
  }
  const uint64_t waited_ns = port::NowNs() - began_ns_;
  CountWait(waited_ns);
  return {result, blockers_, waited_ns};
}

// One look, and one compare-and-swap if the lock can be had. The swap is repeated only when another
// client changed the word meanwhile, which is progress of that one.
Wait::Look Wait::TryTake(bool respects_turn) {
  GLASSWAL_POINT("lock.acquire.turn");
  turn_ = lock_->turn.load();
  GLASSWAL_POINT("lock.acquire.look_again");
  uint64_t word = lock_->word.load();
  for (;;) {
    const std::optional<uint64_t> next = Acquired(word, slot_, mode_);
    if (!next.has_value()) {
      blockers_ = Blockers(word, slot_, mode_);
      return IsValid(word) ? Look::kHeld : Look::kCorrupt;
    }
    if (respects_turn && MustGiveWay(turn_, word)) {
      blockers_ = OwnerBit(turn_);
      return Look::kOthersTurn;
    }
    GLASSWAL_POINT("lock.acquire.cas_again");
    if (lock_->word.compare_exchange_strong(word, *next)) return Look::kTook;
  }
}

// The lock could be had; the question is whether somebody else goes first.
bool Wait::MustGiveWay(uint64_t turn, uint64_t word) {
  if (!IsTurnOfAnother(turn, slot_) || Holds(word, slot_)) return false;
  const uint64_t now_ns = port::NowNs();
  if (turn != others_turn_) {
    others_turn_ = turn;
    others_turn_ns_ = now_ns;
    return true;
  }
  if (now_ns - others_turn_ns_ < kTurnPatienceNs) return true;
  GLASSWAL_POINT("lock.acquire.patience");
  if (!ClearTurn(lock_, turn)) return true;
  // Its owner waits for wakes that it will not get any more, and has to queue again.
  WakeTurnSleepers(lock_);
  return false;
}

bool Wait::SpinUntilFree() const {
  for (int i = 0; i < kSpins; ++i) {
    const uint64_t word = lock_->word.load(std::memory_order_relaxed);
    if (Acquired(word, slot_, mode_).has_value() &&
        (Holds(word, slot_) ||
         !IsTurnOfAnother(lock_->turn.load(std::memory_order_relaxed), slot_))) {
      return true;
    }
    port::SpinPause();
  }
  return false;
}

// The order matters: the sequence is read first, then the turn (in TryTake), then the word. Whoever
// changes the word or the turn moves the sequence afterwards, so a change that these looks missed
// ends the sleep before it begins.
LockResult Wait::SleepUntilTaken() {
  bool was_woken = false;
  for (;;) {
    const shm::Atomic32* const sequence = Sequence();
    GLASSWAL_POINT("lock.acquire.sequence");
    const uint32_t expected = sequence->load();
    if (watch_->IsFenced()) return LockResult::kFenced;
    const Look look = TryTake(/*respects_turn=*/true);
    if (look == Look::kTook) return LockResult::kAcquired;
    if (look == Look::kCorrupt) return LockResult::kCorrupt;
    if (my_turn_ != 0 && turn_ != my_turn_) {
      my_turn_ = 0;
      continue;
    }
    if (watch_->IsCancelled()) return LockResult::kCancelled;
    const uint64_t now_ns = port::NowNs();
    if (now_ns - began_ns_ >= timeout_ns_) return LockResult::kTimedOut;
    if (LookAtHoldersIfDue(now_ns, look)) continue;
    if (was_woken && look == Look::kHeld && ClaimTurn()) continue;
    GLASSWAL_POINT("lock.acquire.sleep");
    port::FutexWait(sequence, expected, SleepNs(now_ns, look));
    was_woken = sequence->load() != expected;
    if (was_woken) SpinUntilFree();
  }
}

// True: something was taken from a dead holder.
bool Wait::LookAtHoldersIfDue(uint64_t now_ns, Look look) {
  if (look != Look::kHeld || now_ns < next_look_ns_) return false;
  next_look_ns_ = now_ns + look_interval_ns_;
  look_interval_ns_ = std::min(look_interval_ns_ * 2, kLookAgainNs);
  return watch_->LookAtHolders(blockers_);
}

uint64_t Wait::SleepNs(uint64_t now_ns, Look look) const {
  const uint64_t until_deadline_ns = timeout_ns_ - (now_ns - began_ns_);
  const uint64_t until_look_ns = next_look_ns_ > now_ns ? next_look_ns_ - now_ns : kFirstLookNs;
  uint64_t sleep_ns = std::min({until_deadline_ns, until_look_ns, kLookAgainNs});
  if (look == Look::kOthersTurn) {
    const uint64_t spent_ns = now_ns - others_turn_ns_;
    sleep_ns = std::min(sleep_ns, spent_ns < kTurnPatienceNs ? kTurnPatienceNs - spent_ns : 1);
  }
  return sleep_ns;
}

const shm::Atomic32* Wait::Sequence() const {
  return my_turn_ != 0 ? &lock_->turn_sequence : &lock_->queue_sequence;
}

// Called by the loser of a wake. True: from now on it is this waiter's turn.
bool Wait::ClaimTurn() {
  if (my_turn_ != 0) return false;
  GLASSWAL_POINT("lock.acquire.see_turn");
  uint64_t turn = lock_->turn.load();
  if (internal::TurnOwner(turn) != 0) return false;
  const uint64_t mine = ((turn >> 8) + 1) << 8 | (slot_ + 1);
  GLASSWAL_POINT("lock.acquire.claim_turn");
  if (!lock_->turn.compare_exchange_strong(turn, mine)) return false;
  my_turn_ = mine;
  return true;
}

// Takes back all that the waiter had announced, and passes on the wake that may have been meant for
// it.
void Wait::StepOut(LockResult result) {
  if (my_turn_ != 0) {
    GLASSWAL_POINT("lock.acquire.end_turn");
    ClearTurn(lock_, my_turn_);
  }
  GLASSWAL_POINT("lock.acquire.leave");
  const uint64_t others = lock_->waiters.fetch_and(~SlotBit(slot_)) & ~SlotBit(slot_);
  if (others == 0) return;
  // An exclusive holder, this one or another, wakes the next when it releases.
  GLASSWAL_POINT("lock.acquire.pass_on");
  const bool took = result == LockResult::kAcquired;
  if (took ? mode_ == LockMode::kExclusive : IsExclusive(lock_->word.load())) return;
  WakeNext(lock_);
}

void Wait::CountWait(uint64_t waited_ns) {
  trace::AddShared(lock_->waited_ns, waited_ns);
  lock_->last_wait_ns.store(waited_ns, std::memory_order_relaxed);
  trace::AddShared(lock_->wait_histogram[trace::HistogramBucket(waited_ns)], uint32_t{1});
}

}  // namespace glasswal::lock
