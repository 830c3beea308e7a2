#include "port/liveness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "glasswal/options.h"
#include "port/child_process.h"
#include "port/memory.h"
#include "port/named_object.h"

namespace glasswal::port {
namespace {

using test::ChildProcess;
using test::NamedObject;
using test::SleepForEver;

constexpr uint64_t kUnit = 64 * kKiB;

// Both kinds of liveness keep the same promises within one process.
enum class Kind { kLocal, kAnonymous, kNamed };

class LivenessOfOneProcess : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kLocal) {
      block_.resize(kUnit);
      memory_ = NewBlockMemory(block_.data(), kUnit, NewLocalLivenessGroup());
      return;
    }
    auto memory = GetParam() == Kind::kNamed ? CreateNamedMemory(object_.name(), kUnit)
                                             : NewAnonymousMemory(kUnit);
    ASSERT_TRUE(memory.ok()) << memory.status().message();
    memory_ = std::move(*memory);
  }
  std::unique_ptr<Liveness> New() {
    auto liveness = memory_->NewLiveness();
    EXPECT_TRUE(liveness.ok()) << liveness.status().message();
    return std::move(*liveness);
  }

  NamedObject object_;
  std::vector<std::byte> block_;
  std::unique_ptr<Memory> memory_;
};

TEST_P(LivenessOfOneProcess, SlotBelongsToOneHolder) {
  auto first = New();
  auto second = New();
  EXPECT_TRUE(second->IsDead(3));
  EXPECT_TRUE(first->Hold(3));
  EXPECT_FALSE(second->Hold(3));
  EXPECT_FALSE(first->Hold(3)) << "Holding a slot again proves nobody's death.";
  EXPECT_FALSE(second->IsDead(3));
  EXPECT_FALSE(first->IsDead(3));
  EXPECT_TRUE(second->IsDead(4));
  EXPECT_TRUE(second->Hold(4));
  EXPECT_TRUE(second->Hold(kCreationSlot));
  EXPECT_FALSE(first->IsDead(kCreationSlot));
}

TEST_P(LivenessOfOneProcess, DropAndEndGiveSlotsBack) {
  auto first = New();
  auto second = New();
  ASSERT_TRUE(first->Hold(0));
  ASSERT_TRUE(first->Hold(61));
  second->Drop(0);
  EXPECT_FALSE(second->IsDead(0)) << "A drop by somebody else takes nothing.";
  first->Drop(0);
  EXPECT_TRUE(first->IsDead(0));
  EXPECT_TRUE(second->Hold(0));
  first->Drop(0);
  EXPECT_FALSE(first->IsDead(0));
  first.reset();
  EXPECT_TRUE(second->IsDead(61));
  EXPECT_TRUE(second->Hold(61));
}

TEST_P(LivenessOfOneProcess, UnknownSlotsAreNeitherHeldNorDead) {
  auto liveness = New();
  for (const uint32_t slot : {kLivenessSlots, uint32_t{64}, UINT32_MAX}) {
    EXPECT_FALSE(liveness->Hold(slot));
    EXPECT_FALSE(liveness->IsDead(slot));
    liveness->Drop(slot);
  }
}

TEST_P(LivenessOfOneProcess, OneOfManyThreadsGetsTheSlot) {
  std::vector<std::unique_ptr<Liveness>> holders;
  for (int i = 0; i < 4; ++i) holders.push_back(New());
  std::atomic<int> inside{0};
  std::atomic<int> wins{0};
  std::vector<std::thread> threads;
  for (auto& holder : holders) {
    threads.emplace_back([&, mine = holder.get()] {
      for (int round = 0; round < 500; ++round) {
        if (!mine->Hold(7)) continue;
        EXPECT_EQ(inside.fetch_add(1), 0);
        EXPECT_FALSE(mine->IsDead(7));
        wins.fetch_add(1);
        inside.fetch_sub(1);
        mine->Drop(7);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(wins.load(), 0);
}

std::string KindName(const testing::TestParamInfo<Kind>& kind) {
  const char* names[] = {"Local", "Anonymous", "Named"};
  return names[static_cast<int>(kind.param)];
}
INSTANTIATE_TEST_SUITE_P(Kinds, LivenessOfOneProcess,
                         testing::Values(Kind::kLocal, Kind::kAnonymous, Kind::kNamed), KindName);

TEST(LocalLiveness, DeclaredDeadCanBeHeldByTheNext) {
  auto group = NewLocalLivenessGroup();
  auto worker = group->NewLiveness();
  auto other = group->NewLiveness();
  ASSERT_TRUE(worker->Hold(2));
  group->DeclareDead(2);
  group->DeclareDead(kLivenessSlots);
  EXPECT_TRUE(other->IsDead(2));
  EXPECT_TRUE(other->Hold(2));
  // The one that was declared dead, if it does come back, takes nothing from its successor.
  worker->Drop(2);
  worker.reset();
  EXPECT_FALSE(group->NewLiveness()->IsDead(2));
}

TEST(LocalLiveness, OutlivesItsGroup) {
  auto group = NewLocalLivenessGroup();
  auto liveness = group->NewLiveness();
  group.reset();
  EXPECT_TRUE(liveness->Hold(1));
}

class KernelLiveness : public testing::Test {
 protected:
  void SetUp() override {
    auto memory = CreateNamedMemory(object_.name(), kUnit);
    ASSERT_TRUE(memory.ok()) << memory.status().message();
    memory_ = std::move(*memory);
    watcher_ = std::move(*memory_->NewLiveness());
  }

  // In a child: maps the object anew and holds `slot` until it dies.
  bool HoldInChild(uint32_t slot) {
    auto memory = OpenNamedMemory(object_.name());
    if (!memory.ok()) return false;
    child_memory_ = std::move(*memory);
    child_liveness_ = std::move(*child_memory_->NewLiveness());
    return child_liveness_->Hold(slot);
  }

  NamedObject object_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<Liveness> watcher_;
  std::unique_ptr<Memory> child_memory_;
  std::unique_ptr<Liveness> child_liveness_;
};

TEST_F(KernelLiveness, KilledHolderIsDeadAndItsSlotCanBeHeldAgain) {
  for (int round = 0; round < 5; ++round) {
    ChildProcess child([&](const auto& signal) {
      if (!HoldInChild(5)) return 1;
      signal();
      SleepForEver();
    });
    ASSERT_TRUE(child.WaitForSignal());
    EXPECT_FALSE(watcher_->IsDead(5));
    EXPECT_FALSE(watcher_->Hold(5));
    child.Kill();
    EXPECT_TRUE(watcher_->IsDead(5));
    EXPECT_TRUE(watcher_->Hold(5));
    watcher_->Drop(5);
  }
}

TEST_F(KernelLiveness, StoppedHolderIsNotDead) {
  ChildProcess child([&](const auto& signal) {
    if (!HoldInChild(5)) return 1;
    signal();
    SleepForEver();
  });
  ASSERT_TRUE(child.WaitForSignal());
  kill(child.process_id(), SIGSTOP);
  usleep(20'000);
  EXPECT_FALSE(watcher_->IsDead(5));
  EXPECT_FALSE(watcher_->Hold(5));
  child.Kill();
  EXPECT_TRUE(watcher_->IsDead(5));
}

TEST_F(KernelLiveness, OtherDescriptorsOfTheObjectDoNotMatter) {
  ChildProcess child([&](const auto& signal) {
    if (!HoldInChild(5)) return 1;
    // The classic locks of fcntl() would be gone with the first of these.
    close(open(object_.path().c_str(), O_RDWR));
    const int dup_of_new = dup(open(object_.path().c_str(), O_RDWR));
    close(dup_of_new);
    { auto second = OpenNamedMemory(object_.name()); }
    { auto more = child_memory_->NewLiveness(); }
    signal();
    SleepForEver();
  });
  ASSERT_TRUE(child.WaitForSignal());
  EXPECT_FALSE(watcher_->IsDead(5));
  child.Kill();
  EXPECT_TRUE(watcher_->IsDead(5));
}

// The grandchild inherits all descriptors and the mapping, and outlives the holder.
TEST_F(KernelLiveness, GrandchildDoesNotKeepTheDeadAlive) {
  pid_t grandchild = 0;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ChildProcess child([&](const auto& signal) {
    if (!HoldInChild(5)) return 1;
    const pid_t forked = fork();
    if (forked == 0) {
      // In the grandchild the lock is nobody's: it can neither take it nor say that it is free.
      const bool right =
          !child_liveness_->Hold(5) && !child_liveness_->IsDead(5) && !child_liveness_->Hold(6);
      child_liveness_->Drop(5);
      child_liveness_.reset();
      if (!right) _exit(1);
      signal();
      SleepForEver();
    }
    if (write(ends[1], &forked, sizeof(forked)) != sizeof(forked)) return 2;
    SleepForEver();
  });
  ASSERT_EQ(read(ends[0], &grandchild, sizeof(grandchild)), ssize_t{sizeof(grandchild)});
  EXPECT_TRUE(child.WaitForSignal());
  EXPECT_FALSE(watcher_->IsDead(5))
      << "The grandchild's drop and end must not touch the holder's lock.";
  child.Kill();
  EXPECT_TRUE(watcher_->IsDead(5));
  EXPECT_EQ(kill(grandchild, 0), 0) << "The grandchild was meant to be alive still.";
  kill(grandchild, SIGKILL);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(KernelLiveness, ForkWhileObjectsComeAndGo) {
  std::atomic<bool> stop{false};
  std::thread churn([&] {
    while (!stop.load()) {
      auto liveness = memory_->NewLiveness();
      if ((*liveness)->Hold(9)) (*liveness)->Drop(9);
    }
  });
  for (int round = 0; round < 50; ++round) {
    ChildProcess child([&](const auto&) { return watcher_->Hold(3) ? 1 : 0; });
    EXPECT_EQ(child.Wait(), 0);
  }
  stop.store(true);
  churn.join();
  EXPECT_TRUE(watcher_->IsDead(9));
}

TEST_F(KernelLiveness, ExecutedProgramDoesNotKeepTheDeadAlive) {
  ChildProcess child([&](const auto& signal) {
    if (!HoldInChild(5)) return 1;
    // The kernel lets the caller of vfork() go on before it closes the descriptors of the new
    // program, and it closes them in their order: when this pipe ends, the older ones are closed.
    int until_closed[2];
    if (pipe2(until_closed, O_CLOEXEC) != 0) return 1;
    const pid_t program = vfork();
    if (program == 0) {
      execl("/bin/sleep", "sleep", "5", nullptr);
      _exit(127);
    }
    close(until_closed[1]);
    char byte;
    if (read(until_closed[0], &byte, 1) != 0) return 1;
    signal();
    SleepForEver();
  });
  ASSERT_TRUE(child.WaitForSignal());
  EXPECT_FALSE(watcher_->IsDead(5));
  child.Kill();
  EXPECT_TRUE(watcher_->IsDead(5));
}

TEST_F(KernelLiveness, ReaderCanAskButNotHold) {
  auto reader = OpenNamedMemoryReadOnly(object_.name());
  ASSERT_TRUE(reader.ok());
  auto asks = (*reader)->NewLiveness();
  ASSERT_TRUE(asks.ok()) << asks.status().message();
  EXPECT_FALSE((*asks)->Hold(5));
  EXPECT_TRUE((*asks)->IsDead(5));
  ASSERT_TRUE(watcher_->Hold(5));
  EXPECT_FALSE((*asks)->IsDead(5));
}

TEST_F(KernelLiveness, LocksAreOfTheObjectAndNotOfItsName) {
  ASSERT_TRUE(watcher_->Hold(5));
  ASSERT_TRUE(UnlinkNamedMemory(object_.name()).ok());
  auto successor = CreateNamedMemory(object_.name(), kUnit);
  ASSERT_TRUE(successor.ok());
  auto other = (*successor)->NewLiveness();
  EXPECT_TRUE((*other)->Hold(5));
  // The nameless object goes on having its locks.
  auto again = memory_->NewLiveness();
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_FALSE((*again)->Hold(5));
}

}  // namespace
}  // namespace glasswal::port
