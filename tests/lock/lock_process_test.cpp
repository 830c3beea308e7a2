// The lock between processes, some of which are killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

#include "lock/lock.h"
#include "lock/shared_lock.h"
#include "port/child_process.h"
#include "port/clock.h"

namespace glasswal::lock {
namespace {

struct Memory {
  shm::ShmLock lock = {};
  int64_t counter = 0;  // Not atomic: the lock is all that protects it.
  std::atomic<uint32_t> ready = 0;
};

pid_t Fork(const std::function<void()>& child) {
  const pid_t process = fork();
  if (process == 0) {
    child();
    test::EndChild(0);
  }
  return process;
}

TEST(LockProcessTest, WritersOfSeveralProcessesExcludeEachOther) {
  constexpr uint32_t kProcesses = 4;
  constexpr int kRounds = 5'000;
  Shared<Memory> memory;
  std::vector<pid_t> children;
  for (uint32_t slot = 0; slot < kProcesses; ++slot) {
    children.push_back(Fork([&] {
      TestWatch watch;
      for (int i = 0; i < kRounds; ++i) {
        if (Acquire(&memory->lock, slot, LockMode::kExclusive, kPlentyNs, Timing::kExact, &watch)
                .result != LockResult::kAcquired) {
          test::EndChild(1);
        }
        ++memory->counter;
        Release(&memory->lock, slot);
      }
    }));
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(memory->counter, int64_t{kProcesses} * kRounds);
  EXPECT_EQ(memory->lock.word.load(), 0u);
  EXPECT_EQ(memory->lock.waiters.load(), 0u);
}

TEST(LockProcessTest, AWaiterTakesOverFromAKilledHolder) {
  Shared<Memory> memory;
  const pid_t holder = Fork([&] {
    TestWatch watch;
    Acquire(&memory->lock, 0, LockMode::kExclusive, 0, Timing::kExact, &watch);
    memory->ready = 1;
    for (;;) pause();
  });
  while (memory->ready == 0) port::SleepUs(100);
  ASSERT_EQ(kill(holder, SIGKILL), 0);
  ASSERT_EQ(waitpid(holder, nullptr, 0), holder);  // The proof of death.
  TestWatch watch;
  watch.lock = &memory->lock;
  watch.dead_slot = 0;
  const LockOutcome outcome =
      Acquire(&memory->lock, 1, LockMode::kExclusive, kPlentyNs, Timing::kNone, &watch);
  EXPECT_EQ(outcome.result, LockResult::kAcquired);
  EXPECT_EQ(outcome.blockers, SlotBit(0));
  EXPECT_EQ(memory->lock.recovered.load(), 1u);
  Release(&memory->lock, 1);
  EXPECT_EQ(memory->lock.word.load(), 0u);
}

// A stopped process is not dead: it keeps what it holds, and loses no more than its turn.
TEST(LockProcessTest, AStoppedHolderKeepsTheLock) {
  Shared<Memory> memory;
  const pid_t holder = Fork([&] {
    TestWatch watch;
    Acquire(&memory->lock, 0, LockMode::kExclusive, 0, Timing::kNone, &watch);
    memory->ready = 1;
    while (memory->ready != 2) port::SleepUs(100);
    Release(&memory->lock, 0);
  });
  while (memory->ready == 0) port::SleepUs(100);
  ASSERT_EQ(kill(holder, SIGSTOP), 0);
  TestWatch watch;
  EXPECT_EQ(Acquire(&memory->lock, 1, LockMode::kExclusive, 50 * kMs, Timing::kNone, &watch).result,
            LockResult::kTimedOut);
  memory->ready = 2;
  ASSERT_EQ(kill(holder, SIGCONT), 0);
  EXPECT_EQ(
      Acquire(&memory->lock, 1, LockMode::kExclusive, kPlentyNs, Timing::kNone, &watch).result,
      LockResult::kAcquired);
  Release(&memory->lock, 1);
  ASSERT_EQ(waitpid(holder, nullptr, 0), holder);
}

}  // namespace
}  // namespace glasswal::lock
