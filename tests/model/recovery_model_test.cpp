// Every way in which two clients can compete for the recovery of a third, and die at any step of
// it.
//
// The dead client has left behind all that there is: WRITE and a read mark, the directory's lock, a
// place in the queue of a lock, an open file, a segment that it had mapped and not published, one
// that it had only claimed, and an event in the middle of being written.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lock/lock.h"
#include "model/expect_holds.h"
#include "multiprocess/region_audit.h"
#include "recovery/client.h"
#include "recovery/recover.h"
#include "shm/block.h"
#include "shm/segments.h"
#include "store/connection.h"
#include "store/directory.h"
#include "store/segment_map.h"
#include "store/wal_index.h"
#include "store/words.h"
#include "trace/ring.h"

namespace glasswal::model {
namespace {

constexpr uint64_t kBytes = 64 * shm::kSegmentBytes;
constexpr uint32_t kVictim = 0;        // Its slot; the recoverers have the slots after it.
constexpr uint32_t kRecoverers = 4;    // Two that compete, and one for each of up to two deaths.
constexpr uint32_t kSegmentsUsed = 8;  // More than the dead client ever had.

/// Who is alive, as the explorer has it. Slots are held once and given back at each new beginning.
class Lives final : public port::LocalLivenessGroup {
 public:
  std::unique_ptr<port::Liveness> NewLiveness() override { return std::make_unique<Life>(this); }
  void DeclareDead(uint32_t slot) override { alive_ &= ~lock::SlotBit(slot); }
  void ReviveAll() { alive_ = ever_held_; }
  bool IsDead(uint32_t slot) const { return (alive_ & lock::SlotBit(slot)) == 0; }

 private:
  class Life final : public port::Liveness {
   public:
    explicit Life(Lives* all) : all_(all) {}
    bool Hold(uint32_t slot) override {
      if ((all_->ever_held_ & lock::SlotBit(slot)) != 0) return false;
      all_->ever_held_ |= lock::SlotBit(slot);
      all_->alive_ |= lock::SlotBit(slot);
      return true;
    }
    void Drop(uint32_t slot) override { all_->DeclareDead(slot); }
    bool IsDead(uint32_t slot) const override { return all_->IsDead(slot); }

   private:
    Lives* const all_;
  };

  uint64_t ever_held_ = 0;
  uint64_t alive_ = 0;
};

class RecoveryWorld {
 public:
  explicit RecoveryWorld(uint32_t competitors) : competitors_(competitors), block_(kBytes) {
    region_ = std::move(*shm::Region::Create(port::NewBlockMemory(block_.header(), kBytes, lives_),
                                             test::SmallOptions()));
    region_->header()->event_level.store(static_cast<uint32_t>(EventLevel::kOff));
    victim_ = Join("victim");
    for (auto& client : clients_) client = Join("recoverer");
    LeaveThingsBehind();
    const auto* begin = reinterpret_cast<const std::byte*>(block_.header());
    beginning_.assign(
        begin, begin + (region_->geometry().first_segment + kSegmentsUsed) * shm::kSegmentBytes);
  }

  Scenario MakeScenario() {
    Scenario scenario;
    scenario.reset = [this] { Reset(); };
    for (uint32_t i = 0; i < competitors_; ++i) {
      scenario.clients.emplace_back([this, i] { clients_[i]->LookAt(kVictim); });
    }
    scenario.recover = [this](uint32_t dead) {
      for (uint32_t i = 0; i < kRecoverers; ++i) {
        if ((dead >> i & 1) != 0) lives_->DeclareDead(kVictim + 1 + i);
      }
      clients_[next_of_the_dead_++]->Sweep();
    };
    scenario.invariant = [this] { return Check(); };
    scenario.at_end = [this] { return CheckEnd(); };
    scenario.memory = Memory();
    return scenario;
  }

 private:
  void Reset() {
    std::memcpy(static_cast<void*>(block_.header()), beginning_.data(), beginning_.size());
    next_of_the_dead_ = competitors_;
    lives_->ReviveAll();
    lives_->DeclareDead(kVictim);
  }

  std::unique_ptr<recovery::Client> Join(const char* name) {
    return std::move(*recovery::Client::Join(region_.get(), {name, shm::kClientProcess}));
  }

  void LeaveThingsBehind() {
    store::ClientContext& self = victim_->context();
    {
      store::DirectoryLock lock(self);
      file_ = store::OpenFile(self, lock, {"/app", shm::kFileDatabase, true, false, 0})->number;
      connection_ = *store::ClaimConnection(self, lock, file_);
    }
    shm::ShmIntent* intent = &connection_.shm->intent;
    store::ReserveWalIndexBlock(self, intent, file_, 0);
    MakeIndexValid();
    Take(shm::kLockWalWrite, lock::LockMode::kExclusive);
    Take(shm::kLockWalRead0 + 1, lock::LockMode::kShared);
    connection_.database->locks[shm::kLockWalCheckpoint].waiters.store(
        lock::SlotBit(connection_.slot));
    // Mapped and not published.
    const shm::ClaimedSegment mapped = shm::ClaimSegment(*region_, self.owner());
    intent->target.store(store::IntentWord(shm::kIntentLink, shm::kMapWalIndex, file_, 1));
    intent->segment_word.store(mapped.word);
    intent->segment.store(mapped.segment);
    connection_.database->wal_index[1].store(mapped.segment);
    shm::ClaimSegment(*region_, self.owner());
    region_->event(7)->state.store(uint64_t{71} << shm::kEventTagBits | kVictim);
    lock::Acquire(&region_->header()->directory, kVictim, lock::LockMode::kExclusive, 0,
                  lock::Timing::kExact, self.directory_watch);
  }

  void Take(uint32_t id, lock::LockMode mode) {
    lock::Acquire(&connection_.database->locks[id], connection_.slot, mode, 0, lock::Timing::kExact,
                  connection_.client->directory_watch);
  }

  std::byte* Index() const { return store::WalIndexBlock(*region_, file_, 0); }

  void MakeIndexValid() { std::memset(Index(), 0x11, 2 * sizeof(store::WalIndexHeader)); }
  bool IsSpoiled() const {
    return std::memcmp(Index(), Index() + sizeof(store::WalIndexHeader),
                       sizeof(store::WalIndexHeader)) != 0;
  }

  std::vector<std::span<const std::byte>> Memory() const {
    const auto bytes = std::as_bytes(std::span(connection_.database->locks));
    return {std::as_bytes(std::span(region_->client(0), 1 + kRecoverers)),
            std::as_bytes(std::span(region_->file(file_), 1)),
            bytes,
            std::as_bytes(std::span(connection_.database->wal_index)).first(64),
            std::as_bytes(std::span(connection_.shm, 1)),
            std::span(Index(), 128),
            std::as_bytes(std::span(&region_->header()->directory, 1)),
            std::as_bytes(std::span(region_->event(7), 1)),
            std::as_bytes(std::span(region_->segment_word(0), region_->geometry().segment_count))};
  }

  std::string Check() const {
    const uint64_t write = connection_.database->locks[shm::kLockWalWrite].word.load();
    if (!lock::Holds(write, connection_.slot) && !IsSpoiled()) {
      return "WRITE was released and the wal-index was not spoiled";
    }
    const uint64_t state = region_->client(kVictim)->state.load();
    if (store::ClientStateOf(state) != shm::kClientFree) return "";
    return test::AuditDead(*region_, kVictim, store::GenerationOf(state));
  }

  /// A recoverer that met another one with the directory's lock has left the rest to whoever comes
  /// next, so somebody comes.
  void LookOnceMore() {
    for (uint32_t i = 0; i < kRecoverers; ++i) {
      if (lives_->IsDead(kVictim + 1 + i)) continue;
      clients_[i]->Sweep();
      return;
    }
  }

  std::string CheckEnd() {
    LookOnceMore();
    for (uint32_t slot = 0; slot <= kRecoverers; ++slot) {
      const uint64_t state = region_->client(slot)->state.load();
      if (!lives_->IsDead(slot)) continue;
      const std::string left = test::AuditDead(*region_, slot, store::GenerationOf(state));
      if (!left.empty()) return left;
    }
    for (uint32_t i = 0; i < region_->geometry().event_capacity; ++i) {
      const uint64_t state = region_->event(i)->state.load();
      if (state != 0 && (state & trace::kEventComplete) != trace::kEventComplete)
        return "an event stays half-written";
    }
    return test::AuditQuiescent(*region_, 100);
  }

  const uint32_t competitors_;
  test::Block block_;
  const std::shared_ptr<Lives> lives_ = std::make_shared<Lives>();
  std::unique_ptr<shm::Region> region_;
  std::unique_ptr<recovery::Client> victim_;
  std::array<std::unique_ptr<recovery::Client>, kRecoverers> clients_;
  store::Connection connection_;
  std::vector<std::byte> beginning_;
  uint32_t file_ = 0;
  uint32_t next_of_the_dead_ = 0;
};

TEST(RecoveryModel, OneRecovererThatDiesAtEveryStep) {
  RecoveryWorld world(1);
  ExpectHolds("recover", world.MakeScenario(), {});
  ExpectHolds("recover, 1 death", world.MakeScenario(), {.deaths = 1});
}

TEST(RecoveryModel, ItsSuccessorDiesAtEveryStepToo) {
  RecoveryWorld world(1);
  ExpectHolds("recover, 2 deaths", world.MakeScenario(), {.preemptions = 0, .deaths = 2});
}

TEST(RecoveryModel, TwoThatCompete) {
  RecoveryWorld world(2);
  ExpectHolds("recover | recover", world.MakeScenario(), {});
  ExpectHolds("recover | recover, 1 death", world.MakeScenario(), {.preemptions = 1, .deaths = 1});
}

}  // namespace
}  // namespace glasswal::model
