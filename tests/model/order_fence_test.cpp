// The orders of memory that hang on fences (port/fence.h), under weak memory: what SQLite publishes
// by relaxed or plain stores to its wal-index. The file is built twice: with the processor's
// fences, and with those by an anchor, which WebAssembly has.
//
// SQLite's part is told in the test's own words, each beside the function of wal.c that it stands
// for; a header's copy is one word, since its checksum finds one that is torn. The fences, the
// lock and the file are the product's.
#include <gtest/gtest.h>

#include <cstddef>
#include <new>
#include <span>
#include <string>

#include "lock/lock.h"
#include "model/expect_holds.h"
#include "model/weak_memory.h"
#include "port/fence.h"

namespace glasswal::model {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

/// The words of a wal-index that matter here, and one frame of the log.
class WalWorld final : public lock::HolderWatch {
 public:
  WalWorld() {
    memory.Watch(state_.first, "first copy");
    memory.Watch(state_.second, "second copy");
    memory.Watch(state_.frame, "frame");
    memory.Watch(state_.page, "page");
    memory.Watch(state_.backfilled, "backfilled");
    memory.Watch(state_.anchor, "anchor");
    memory.Watch(state_.read_lock.word, "read lock");
    memory.IgnoreRelaxedLoads("read lock");
  }

  /// Takes the order from the fences, whatever they are made of.
  void WeakenFences() {
    memory.WeakenFences();
    memory.Weaken("anchor", Operation::kReadModifyWrite);
  }

  Scenario MakeScenario(void (WalWorld::*writer)(), void (WalWorld::*reader)()) {
    Scenario scenario;
    scenario.reset = [this] { new (&state_) State(); };
    scenario.clients = {[this, writer] { (this->*writer)(); },
                        [this, reader] { (this->*reader)(); }};
    scenario.invariant = [this] { return std::string(state_.wrong); };
    scenario.memory = {std::as_bytes(std::span(&state_, 1)).first(offsetof(State, read_lock) + 64)};
    return memory.Under(std::move(scenario));
  }

  /// walFrames() and walIndexWriteHdr(): a frame, then the header that says it is there.
  void Commit() {
    state_.frame.store(1, kRelaxed);
    WriteHeader(1);
  }

  /// walIndexTryHdr(), and the frame that the header promises.
  void ReadCommitted() {
    const uint64_t header = TryHeader();
    if (header == 1 && state_.frame.load(kRelaxed) != 1)
      state_.wrong = "a header without its frame";
  }

  /// walRestartLog(): when nobody reads, the log begins anew and its frames are overwritten.
  void Restart() {
    if (!Lock(0, lock::LockMode::kExclusive)) return;
    WriteHeader(2);
    lock::Release(&state_.read_lock, 0);
    state_.frame.store(2, kRelaxed);
  }

  /// walTryBeginRead(): the header, the read lock, and the header again behind a barrier.
  void BeginRead() {
    const uint64_t header = TryHeader();
    if (header != 0 || !Lock(1, lock::LockMode::kShared)) return;
    Barrier();
    if (state_.first.load(kRelaxed) == header && state_.frame.load(kRelaxed) != 0) {
      state_.wrong = "the log began anew under a reader";
    }
    lock::Release(&state_.read_lock, 1);
  }

  /// walCheckpoint(): pages by xWrite, then nBackfill by a relaxed store.
  void Checkpoint() {
    state_.page.store(1, kRelaxed);      // What store::File::Write copies,
    port::PublishFence(&state_.anchor);  // and how it ends.
    state_.backfilled.store(1, kRelaxed);
  }

  /// walTryBeginRead() again: nBackfill by a relaxed load and a barrier, then pages.
  void ReadBackfilled() {
    const uint64_t backfilled = state_.backfilled.load(kRelaxed);
    Barrier();
    if (backfilled == 1 && state_.page.load(kRelaxed) != 1)
      state_.wrong = "a page is older than nBackfill";
  }

  bool LookAtHolders(uint64_t) override { return false; }
  bool IsFenced() override { return false; }

  WeakMemory memory;

 private:
  struct State {
    shm::Atomic64 first = {};
    shm::Atomic64 second = {};
    shm::Atomic64 frame = {};
    shm::Atomic64 page = {};
    shm::Atomic64 backfilled = {};
    shm::Atomic64 anchor = {};
    const char* wrong = "";
    uint64_t unused = 0;
    shm::ShmLock read_lock = {};
  };

  void Barrier() { port::FullFence(&state_.anchor); }

  void WriteHeader(uint64_t header) {
    state_.second.store(header, kRelaxed);
    Barrier();
    state_.first.store(header, kRelaxed);
  }

  /// The header; 99: the copies differ.
  uint64_t TryHeader() {
    const uint64_t first = state_.first.load(kRelaxed);
    Barrier();
    return state_.second.load(kRelaxed) == first ? first : 99;
  }

  bool Lock(uint32_t slot, lock::LockMode mode) {
    return lock::Acquire(&state_.read_lock, slot, mode, 0, lock::Timing::kNone, this).result ==
           lock::LockResult::kAcquired;
  }

  State state_;
};

TEST(FenceOrder, AHeaderComesWithItsFrame) {
  WalWorld world;
  ExpectHolds("commit | read", world.MakeScenario(&WalWorld::Commit, &WalWorld::ReadCommitted), {});
  world.WeakenFences();
  ExpectFails("commit | read, no barrier",
              world.MakeScenario(&WalWorld::Commit, &WalWorld::ReadCommitted), {},
              "a header without its frame");
}

TEST(FenceOrder, TheLogDoesNotBeginAnewUnderAReader) {
  WalWorld world;
  ExpectHolds("restart | begin", world.MakeScenario(&WalWorld::Restart, &WalWorld::BeginRead), {});
}

TEST(FenceOrder, BetweenBarrierAndLockTheLockMustOrder) {
  WalWorld world;
  world.WeakenFences();
  world.memory.Weaken("read lock", Operation::kReadModifyWrite);
  ExpectFails("restart | begin, relaxed lock",
              world.MakeScenario(&WalWorld::Restart, &WalWorld::BeginRead), {},
              "the log began anew under a reader");
}

TEST(FenceOrder, PagesComeBeforeTheCountOfThoseThatWereCopied) {
  WalWorld world;
  ExpectHolds("checkpoint | read",
              world.MakeScenario(&WalWorld::Checkpoint, &WalWorld::ReadBackfilled), {});
  world.WeakenFences();
  ExpectFails("checkpoint | read, no fence",
              world.MakeScenario(&WalWorld::Checkpoint, &WalWorld::ReadBackfilled), {},
              "a page is older than nBackfill");
}

}  // namespace
}  // namespace glasswal::model
