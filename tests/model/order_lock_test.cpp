// The orders of memory that a lock needs (lock/lock.h), under weak memory: who holds it sees what
// the holder before it wrote, and no wake is lost.
#include <gtest/gtest.h>

#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "lock/lock.h"
#include "model/expect_holds.h"
#include "model/weak_memory.h"

namespace glasswal::model {
namespace {

constexpr uint64_t kForeverNs = uint64_t{1} << 62;

/// Clients that each add one to a word under the lock, waiting for it as long as it takes.
class LockedWorld final : public lock::HolderWatch {
 public:
  explicit LockedWorld(uint32_t clients) : clients_(clients) {
    memory.Watch(state_.lock.word, "word");
    memory.Watch(state_.lock.waiters, "waiters");
    memory.Watch(state_.lock.turn, "turn");
    memory.Watch(state_.lock.queue_sequence, "queue sequence");
    memory.Watch(state_.lock.turn_sequence, "turn sequence");
    memory.Watch(state_.bytes, "bytes");
    // Those of SpinUntilFree, on which nothing depends.
    memory.IgnoreRelaxedLoads("word");
    memory.IgnoreRelaxedLoads("turn");
  }

  Scenario MakeScenario() {
    Scenario scenario;
    scenario.reset = [this] { new (&state_) State(); };
    for (uint32_t slot = 0; slot < clients_; ++slot) {
      scenario.clients.emplace_back([this, slot] { AddOne(slot); });
    }
    scenario.at_end = [this] {
      if (state_.bytes.load() != clients_) return "a holder did not see what was written before it";
      return state_.lock.word.load() != 0 ? "the lock is not free" : "";
    };
    const auto state = std::as_bytes(std::span(&state_, 1));
    scenario.memory = {state.first(offsetof(shm::ShmLock, acquired)),
                       state.subspan(sizeof(shm::ShmLock))};
    return memory.Under(std::move(scenario));
  }

  bool LookAtHolders(uint64_t) override { return false; }
  bool IsFenced() override { return false; }

  WeakMemory memory;

 private:
  struct State {
    shm::ShmLock lock = {};
    shm::Atomic64 bytes = {};
    uint64_t unused[7] = {};
  };

  void AddOne(uint32_t slot) {
    lock::Acquire(&state_.lock, slot, lock::LockMode::kExclusive, kForeverNs, lock::Timing::kNone,
                  this);
    const uint64_t seen = state_.bytes.load(std::memory_order_relaxed);
    state_.bytes.store(seen + 1, std::memory_order_relaxed);
    lock::Release(&state_.lock, slot);
  }

  const uint32_t clients_;
  State state_;
};

TEST(LockOrder, AHolderSeesWhatTheLastOneWroteAndNoWakeIsLost) {
  LockedWorld world(2);
  ExpectHolds("add | add", world.MakeScenario(), {});
}

TEST(LockOrder, NorIsOneWhenThreeTakeTurns) {
  LockedWorld world(3);
  ExpectHolds("add | add | add, 2 preemptions", world.MakeScenario(), {.preemptions = 2});
}

TEST(LockOrder, TheSwapMustAcquireAndRelease) {
  LockedWorld world(2);
  world.memory.Weaken("word", Operation::kReadModifyWrite);
  ExpectFails("relaxed swap", world.MakeScenario(), {}, "did not see what was written");
}

TEST(LockOrder, TheReleaserMustLookForWaitersInOrder) {
  LockedWorld world(2);
  world.memory.Weaken("waiters", Operation::kLoad);
  ExpectFails("relaxed look for waiters", world.MakeScenario(), {}, "a lost wake-up");
}

TEST(LockOrder, TheWaiterMustLookForTheLastTimeInOrder) {
  LockedWorld world(2);
  world.memory.Weaken("word", Operation::kLoad);
  ExpectFails("relaxed last look", world.MakeScenario(), {}, "a lost wake-up");
}

TEST(LockOrder, TheAnnouncementMustBeInOrder) {
  LockedWorld world(2);
  world.memory.Weaken("waiters", Operation::kReadModifyWrite);
  ExpectFails("relaxed announcement", world.MakeScenario(), {}, "a lost wake-up");
}

TEST(LockOrder, TurnsMustBeLookedAtInOrder) {
  LockedWorld world(3);
  world.memory.Weaken("turn", Operation::kLoad);
  ExpectFails("relaxed look at the turn", world.MakeScenario(), {.preemptions = 3},
              "a lost wake-up");
}

}  // namespace
}  // namespace glasswal::model
