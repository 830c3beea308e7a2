// What Acquire, Release, Downgrade and TakeBack promise one caller, and that they exclude each
// other. Their interleavings are in tests/model, their speed and fairness in lock_timing_test.cpp.
#include "lock/lock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "lock/shared_lock.h"
#include "port/clock.h"
#include "trace/histogram.h"

namespace glasswal::lock {
namespace {

class LockTest : public testing::Test {
 protected:
  LockTest() { watch_.lock = lock_.get(); }

  LockResult Try(uint32_t slot, LockMode mode) { return Take(slot, mode, 0).result; }
  LockOutcome Take(uint32_t slot, LockMode mode, uint64_t timeout_ns,
                   Timing timing = Timing::kNone) {
    return Acquire(lock_.get(), slot, mode, timeout_ns, timing, &watch_);
  }
  void WaitForWaiters(uint64_t waiters) {
    while (lock_->waiters.load() != waiters) port::SleepUs(100);
  }
  void ExpectClean() {
    EXPECT_EQ(lock_->word.load(), 0u);
    EXPECT_EQ(lock_->waiters.load(), 0u);
    EXPECT_EQ(internal::TurnOwner(lock_->turn.load()), 0u);
    EXPECT_EQ(lock_->since_ns.load(), 0u);
  }

  Shared<shm::ShmLock> lock_;
  TestWatch watch_;
};

TEST_F(LockTest, WritersExcludeEachOther) {
  constexpr uint32_t kThreads = 4;
  constexpr int kRounds = 5'000;
  int64_t counter = 0;  // Not atomic: the lock is all that protects it.
  std::vector<std::thread> threads;
  for (uint32_t slot = 0; slot < kThreads; ++slot) {
    threads.emplace_back([&, slot] {
      for (int i = 0; i < kRounds; ++i) {
        if (Take(slot, LockMode::kExclusive, kPlentyNs).result != LockResult::kAcquired) return;
        ++counter;
        Release(lock_.get(), slot);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter, int64_t{kThreads} * kRounds);
  EXPECT_EQ(lock_->acquired.load(), uint64_t{kThreads} * kRounds);
  ExpectClean();
}

TEST_F(LockTest, ReadersSeeNoHalfWrite) {
  constexpr int kRounds = 3'000;
  int64_t first = 0;
  int64_t second = 0;
  std::atomic<int> torn = 0;
  std::vector<std::thread> threads;
  for (uint32_t slot = 0; slot < 4; ++slot) {
    threads.emplace_back([&, slot] {
      const LockMode mode = slot < 2 ? LockMode::kExclusive : LockMode::kShared;
      for (int i = 0; i < kRounds; ++i) {
        if (Take(slot, mode, kPlentyNs).result != LockResult::kAcquired) return;
        if (first != second) ++torn;
        if (mode == LockMode::kExclusive) {
          ++first;
          ++second;
        }
        Release(lock_.get(), slot);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(first, 2 * kRounds);
  ExpectClean();
}

TEST_F(LockTest, WhoMayNotWaitIsRefusedAtOnceAndToldWhy) {
  ASSERT_EQ(Try(3, LockMode::kExclusive), LockResult::kAcquired);
  const LockOutcome outcome = Take(5, LockMode::kShared, 0);
  EXPECT_EQ(outcome.result, LockResult::kBusy);
  EXPECT_EQ(outcome.blockers, SlotBit(3));
  EXPECT_EQ(outcome.waited_ns, 0u);
  EXPECT_EQ(watch_.looks, 1);
  EXPECT_EQ(watch_.last_holders, SlotBit(3));
  EXPECT_EQ(lock_->refused.load(), 1u);
  EXPECT_EQ(lock_->contended.load(), 1u);
  Release(lock_.get(), 3);
  ExpectClean();
}

TEST_F(LockTest, WhoMayNotWaitTakesOverFromTheDeadAtOnce) {
  ASSERT_EQ(Take(3, LockMode::kExclusive, 0, Timing::kExact).result, LockResult::kAcquired);
  EXPECT_NE(lock_->since_ns.load(), 0u);
  watch_.dead_slot = 3;
  const LockOutcome outcome = Take(5, LockMode::kExclusive, 0);
  EXPECT_EQ(outcome.result, LockResult::kAcquired);
  EXPECT_EQ(outcome.blockers, SlotBit(3));
  EXPECT_EQ(lock_->recovered.load(), 1u);
  EXPECT_EQ(lock_->refused.load(), 0u);
  // The dead one's release, should it come after all, takes nothing from its successor.
  EXPECT_EQ(Release(lock_.get(), 3), 0u);
  EXPECT_EQ(lock_->word.load(), SlotBit(5) | kExclusiveBit);
  Release(lock_.get(), 5);
  ExpectClean();
}

TEST_F(LockTest, AnUpgradeNeedsTheSoleHolder) {
  ASSERT_EQ(Try(0, LockMode::kShared), LockResult::kAcquired);
  ASSERT_EQ(Try(1, LockMode::kShared), LockResult::kAcquired);
  EXPECT_EQ(Try(0, LockMode::kExclusive), LockResult::kBusy);
  std::thread upgrader(
      [&] { EXPECT_EQ(Take(0, LockMode::kExclusive, kPlentyNs).result, LockResult::kAcquired); });
  WaitForWaiters(SlotBit(0));
  Release(lock_.get(), 1);
  upgrader.join();
  EXPECT_EQ(lock_->word.load(), SlotBit(0) | kExclusiveBit);
  Downgrade(lock_.get(), 0);
  EXPECT_EQ(lock_->word.load(), SlotBit(0));
  Release(lock_.get(), 0);
  ExpectClean();
}

TEST_F(LockTest, ADowngradeLetsAllReadersIn) {
  ASSERT_EQ(Try(0, LockMode::kExclusive), LockResult::kAcquired);
  std::vector<std::thread> readers;
  for (uint32_t slot = 1; slot <= 3; ++slot) {
    readers.emplace_back([&, slot] {
      EXPECT_EQ(Take(slot, LockMode::kShared, kPlentyNs).result, LockResult::kAcquired);
    });
  }
  WaitForWaiters(SlotBit(1) | SlotBit(2) | SlotBit(3));
  Downgrade(lock_.get(), 0);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(lock_->word.load(), SlotBit(0) | SlotBit(1) | SlotBit(2) | SlotBit(3));
  for (uint32_t slot = 0; slot <= 3; ++slot) Release(lock_.get(), slot);
  ExpectClean();
}

TEST_F(LockTest, TakeBackWakesThoseWhoWaited) {
  ASSERT_EQ(Try(0, LockMode::kExclusive), LockResult::kAcquired);
  std::thread waiter(
      [&] { EXPECT_EQ(Take(1, LockMode::kExclusive, kPlentyNs).result, LockResult::kAcquired); });
  WaitForWaiters(SlotBit(1));
  EXPECT_TRUE(TakeBack(lock_.get(), 0));
  waiter.join();
  EXPECT_FALSE(TakeBack(lock_.get(), 0));
  EXPECT_EQ(lock_->word.load(), SlotBit(1) | kExclusiveBit);
  EXPECT_EQ(lock_->recovered.load(), 1u);
  Release(lock_.get(), 1);
  ExpectClean();
}

TEST_F(LockTest, TakeBackRemovesADeadWaiter) {
  lock_->waiters = SlotBit(4) | SlotBit(7);
  lock_->turn = uint64_t{9} << 8 | (4 + 1);
  EXPECT_FALSE(TakeBack(lock_.get(), 4));
  EXPECT_EQ(lock_->waiters.load(), SlotBit(7));
  EXPECT_EQ(lock_->turn.load(), uint64_t{9} << 8);
}

TEST_F(LockTest, TheFencedTakeNothing) {
  ASSERT_EQ(Try(0, LockMode::kExclusive), LockResult::kAcquired);
  watch_.fenced = true;
  EXPECT_EQ(Take(1, LockMode::kExclusive, 0).result, LockResult::kFenced);
  EXPECT_EQ(Take(1, LockMode::kExclusive, kPlentyNs).result, LockResult::kFenced);
  EXPECT_EQ(lock_->refused.load(), 0u);
  Release(lock_.get(), 0);
  ExpectClean();
}

TEST_F(LockTest, AWaiterThatIsFencedStopsAtItsNextLook) {
  ASSERT_EQ(Try(0, LockMode::kExclusive), LockResult::kAcquired);
  std::thread waiter(
      [&] { EXPECT_EQ(Take(1, LockMode::kShared, kPlentyNs).result, LockResult::kFenced); });
  WaitForWaiters(SlotBit(1));
  watch_.fenced = true;
  waiter.join();
  Release(lock_.get(), 0);
  ExpectClean();
}

TEST_F(LockTest, TheHoldersAreLookedAtAgainAndAgain) {
  ASSERT_EQ(Try(0, LockMode::kExclusive), LockResult::kAcquired);
  EXPECT_EQ(Take(1, LockMode::kShared, 200 * kMs).result, LockResult::kTimedOut);
  // At once, after 20, 60 and 140 ms; a busy machine may lose the last ones.
  EXPECT_GE(watch_.looks, 2);
  EXPECT_LE(watch_.looks, 4);
}

TEST_F(LockTest, AWordThatIsNoStateIsReportedAndNeverLoops) {
  const uint64_t words[] = {~uint64_t{0}, uint64_t{1} << 63, kExclusiveBit,
                            kExclusiveBit | SlotBit(1) | SlotBit(2)};
  for (const uint64_t word : words) {
    for (const LockMode mode : {LockMode::kShared, LockMode::kExclusive}) {
      lock_->word = word;
      EXPECT_EQ(Take(0, mode, 0).result, LockResult::kCorrupt);
      EXPECT_EQ(Take(0, mode, kPlentyNs).result, LockResult::kCorrupt);
      Downgrade(lock_.get(), 0);
      EXPECT_EQ(lock_->word.load(), word);
      Release(lock_.get(), 1);
      TakeBack(lock_.get(), 2);
      EXPECT_EQ(lock_->word.load(), Without(Without(word, 1), 2));
    }
  }
}

TEST_F(LockTest, DamagedWaitersAndTurnsDoNoHarm) {
  lock_->waiters = ~uint64_t{0};
  lock_->turn = ~uint64_t{0};
  lock_->since_ns = ~uint64_t{0};
  EXPECT_EQ(Take(0, LockMode::kExclusive, kPlentyNs, Timing::kExact).result, LockResult::kAcquired);
  lock_->since_ns = ~uint64_t{0};
  EXPECT_EQ(Release(lock_.get(), 0), 0u);
  EXPECT_EQ(lock_->word.load(), 0u);
}

TEST_F(LockTest, StatisticsCountWhatHappened) {
  ASSERT_EQ(Take(0, LockMode::kExclusive, 0, Timing::kExact).result, LockResult::kAcquired);
  const LockOutcome late = Take(1, LockMode::kExclusive, 10 * kMs);
  ASSERT_EQ(late.result, LockResult::kTimedOut);
  const uint64_t held_ns = Release(lock_.get(), 0);
  ASSERT_EQ(Take(1, LockMode::kShared, 0, Timing::kExact).result, LockResult::kAcquired);
  EXPECT_EQ(Release(lock_.get(), 1), 0u);

  EXPECT_GE(held_ns, 10 * kMs);
  EXPECT_EQ(lock_->held_ns.load(), held_ns);
  EXPECT_EQ(lock_->acquired.load(), 1u);
  EXPECT_EQ(lock_->contended.load(), 1u);
  EXPECT_EQ(lock_->refused.load(), 1u);
  EXPECT_EQ(lock_->waited_ns.load(), late.waited_ns);
  EXPECT_EQ(lock_->last_wait_ns.load(), late.waited_ns);
  EXPECT_EQ(lock_->wait_histogram[trace::HistogramBucket(late.waited_ns)].load(), 1u);
  EXPECT_EQ(lock_->hold_histogram[trace::HistogramBucket(held_ns)].load(), 1u);
  ExpectClean();
}

TEST_F(LockTest, OneSampledHoldStandsForTheOthersAndALongOneForItself) {
  const auto counted = [this] {
    uint64_t sum = 0;
    for (const shm::Atomic32& bucket : lock_->hold_histogram) sum += bucket.load();
    return sum;
  };
  const auto hold = [this](uint64_t lasting_us) {
    ASSERT_EQ(Take(0, LockMode::kExclusive, 0, Timing::kSampled).result, LockResult::kAcquired);
    EXPECT_NE(lock_->since_ns.load(), 0u) << "since when is always known";
    if (lasting_us != 0) port::SleepUs(lasting_us);
    const bool is_exact = lock_->acquired.load() % kHoldsPerSample == 1;
    const uint64_t held_ns = Release(lock_.get(), 0);
    EXPECT_EQ(held_ns != 0, is_exact || lasting_us != 0);
    EXPECT_GE(held_ns, lasting_us * 1000 * 4 / 5);
  };
  hold(0);
  EXPECT_EQ(counted(), 1u);
  for (uint64_t i = 0; i < kHoldsPerSample - 1; ++i) hold(0);
  EXPECT_EQ(counted(), 1u);
  hold(0);
  EXPECT_EQ(counted(), 1 + kHoldsPerSample);
  hold(60'000);
  EXPECT_EQ(counted(), 2 + kHoldsPerSample);
  for (uint64_t i = 0; i < kHoldsPerSample - 1; ++i) hold(0);
  EXPECT_EQ(counted(), lock_->acquired.load()) << "each counts once";
  EXPECT_GE(lock_->held_ns.load(), 48 * kMs);
  ExpectClean();
}

}  // namespace
}  // namespace glasswal::lock
