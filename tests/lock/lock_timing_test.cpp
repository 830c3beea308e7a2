// Timeouts, wake-ups and fairness by the real clock. The limits are wide, because a shared machine
// may stop any thread for a while; what was measured is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "lock/lock.h"
#include "lock/shared_lock.h"
#include "port/clock.h"

namespace glasswal::lock {
namespace {

constexpr uint64_t kStallNs = 500 * kMs;  // How long the machine may stop a thread.

class LockTimingTest : public testing::Test {
 protected:
  LockOutcome Take(uint32_t slot, uint64_t timeout_ns) {
    return Acquire(lock_.get(), slot, LockMode::kExclusive, timeout_ns, Timing::kNone, &watch_);
  }

  Shared<shm::ShmLock> lock_;
  TestWatch watch_;
};

TEST_F(LockTimingTest, ATimeoutIsNeverEarlyAndHardlyLate) {
  ASSERT_EQ(Take(0, 0).result, LockResult::kAcquired);
  for (const uint64_t timeout_ns : {1 * kMs, 15 * kMs, 35 * kMs, 300 * kMs}) {
    const uint64_t began_ns = port::NowNs();
    const LockOutcome outcome = Take(1, timeout_ns);
    const uint64_t took_ns = port::NowNs() - began_ns;
    EXPECT_EQ(outcome.result, LockResult::kTimedOut);
    EXPECT_EQ(outcome.blockers, SlotBit(0));
    EXPECT_GE(outcome.waited_ns, timeout_ns);
    EXPECT_LT(took_ns, timeout_ns + kStallNs);
    std::printf("timeout %llu us took %llu us\n",
                static_cast<unsigned long long>(timeout_ns / 1000),
                static_cast<unsigned long long>(took_ns / 1000));
  }
  EXPECT_EQ(lock_->waiters.load(), 0u);
}

TEST_F(LockTimingTest, ASleeperIsWokenByTheRelease) {
  constexpr int kRounds = 200;
  std::vector<uint64_t> latencies_ns;
  for (int i = 0; i < kRounds; ++i) {
    ASSERT_EQ(Take(0, 0).result, LockResult::kAcquired);
    uint64_t woken_ns = 0;
    std::thread waiter([&] {
      EXPECT_EQ(Take(1, kPlentyNs).result, LockResult::kAcquired);
      woken_ns = port::NowNs();
      Release(lock_.get(), 1);
    });
    while (lock_->waiters.load() == 0) port::SleepUs(50);
    port::SleepUs(5'000);  // By now it sleeps, and so does its processor.
    const uint64_t released_ns = port::NowNs();
    Release(lock_.get(), 0);
    waiter.join();
    latencies_ns.push_back(woken_ns - released_ns);
  }
  std::sort(latencies_ns.begin(), latencies_ns.end());
  std::printf("woken after a release: median %.1f us, 90 %% within %.1f us, worst %.1f us\n",
              static_cast<double>(latencies_ns[kRounds / 2]) / 1e3,
              static_cast<double>(latencies_ns[kRounds * 9 / 10]) / 1e3,
              static_cast<double>(latencies_ns.back()) / 1e3);
  // Half of the sleeps would be longer if the releases woke nobody.
  EXPECT_LT(latencies_ns[kRounds / 2], kFirstLookNs / 4);
}

// How long the machine keeps a thread that wants to run for a moment every millisecond from
// running: what a stall of a thread with a lock is to be compared with.
class Control {
 public:
  Control() : thread_([this] { Run(); }) {}
  uint64_t StopAndTell() {
    stop_.store(true);
    thread_.join();
    return longest_gap_ns_;
  }

 private:
  void Run() {
    uint64_t last_ns = port::NowNs();
    while (!stop_.load()) {
      port::SleepUs(1'000);
      const uint64_t now_ns = port::NowNs();
      longest_gap_ns_ = std::max(longest_gap_ns_, now_ns - last_ns);
      last_ns = now_ns;
    }
  }

  std::atomic<bool> stop_{false};
  uint64_t longest_gap_ns_ = 0;
  std::thread thread_;
};

TEST_F(LockTimingTest, OfTwoThatHammerNeitherStarves) {
  constexpr uint64_t kRunNs = 500 * kMs;
  struct alignas(64) Hammer {
    uint64_t rounds = 0;
    uint64_t longest_gap_ns = 0;
  };
  Hammer hammers[2];
  const auto run = [&](uint32_t slot) {
    const uint64_t end_ns = port::NowNs() + kRunNs;
    uint64_t last_ns = port::NowNs();
    while (last_ns < end_ns) {
      if (Take(slot, kPlentyNs).result != LockResult::kAcquired) return;
      const uint64_t now_ns = port::NowNs();
      hammers[slot].longest_gap_ns = std::max(hammers[slot].longest_gap_ns, now_ns - last_ns);
      last_ns = now_ns;
      ++hammers[slot].rounds;
      while (port::NowNs() - now_ns < 3'000) {
      }
      Release(lock_.get(), slot);
    }
  };
  Control control;
  std::thread other(run, 1);
  run(0);
  other.join();
  const uint64_t machine_ns = control.StopAndTell();
  std::printf("the machine stopped a third thread for up to %.2f ms\n",
              static_cast<double>(machine_ns) / 1e6);
  for (const Hammer& hammer : hammers) {
    std::printf("took it %llu times, longest gap %.2f ms\n",
                static_cast<unsigned long long>(hammer.rounds),
                static_cast<double>(hammer.longest_gap_ns) / 1e6);
    EXPECT_GT(hammer.rounds, 20u);
    EXPECT_LT(hammer.longest_gap_ns, kStallNs + machine_ns);
  }
}

TEST_F(LockTimingTest, TheTurnOfAStoppedOwnerIsIgnoredAfterAWhile) {
  lock_->turn = uint64_t{7} << 8 | (9 + 1);
  lock_->waiters = SlotBit(9);
  const LockOutcome outcome = Take(1, kPlentyNs);
  EXPECT_EQ(outcome.result, LockResult::kAcquired);
  EXPECT_EQ(outcome.blockers, SlotBit(9));
  EXPECT_GE(outcome.waited_ns, kTurnPatienceNs);
  EXPECT_LT(outcome.waited_ns, kTurnPatienceNs + kStallNs);
  EXPECT_EQ(lock_->turn.load(), uint64_t{7} << 8);
  Release(lock_.get(), 1);
}

TEST_F(LockTimingTest, WhoMayNotWaitIgnoresTurns) {
  lock_->turn = uint64_t{7} << 8 | (9 + 1);
  EXPECT_EQ(Take(1, 0).result, LockResult::kAcquired);
  EXPECT_EQ(lock_->turn.load(), uint64_t{7} << 8 | (9 + 1));
  Release(lock_.get(), 1);
}

}  // namespace
}  // namespace glasswal::lock
