// The orders of memory by which a region publishes what it hands out, under weak memory: the magic
// number of a new region, a segment that another file had, the size of a file that grew, and the
// name of a client that came into a slot of another.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "model/expect_holds.h"
#include "model/weak_memory.h"
#include "shm/block.h"
#include "shm/segments.h"
#include "store/file.h"
#include "store/segment_map.h"
#include "store/text.h"
#include "store/words.h"

namespace glasswal::model {
namespace {

constexpr uint32_t kFile = 0;
constexpr uint64_t kOld = 5;
constexpr uint64_t kNew = 9;

TEST(RegionOrder, WhoeverSeesTheMagicNumberSeesTheHeader) {
  for (const bool weakened : {false, true}) {
    const test::Block block(64 * shm::kSegmentBytes);
    shm::ShmHeader* header = block.header();
    const char* wrong = "";
    WeakMemory memory;
    memory.Watch(header->magic, "magic");
    memory.Watch(header->capacity_bytes, "capacity");
    memory.Watch(header->event_capacity, "events");
    if (weakened) memory.Weaken("magic", Operation::kStore);
    Scenario scenario;
    scenario.reset = [&] {
      std::memset(static_cast<void*>(header), 0, 4 * shm::kSegmentBytes);
      wrong = "";
    };
    scenario.clients = {[&] { (void)shm::Region::Create(block.memory(), test::SmallOptions()); },
                        [&] {
                          const auto region = shm::Region::Attach(block.memory());
                          const bool is_late =
                              region.ok() || region.status().code() != StatusCode::kNotReady;
                          if (is_late && !region.ok()) wrong = "a finished region looks unfinished";
                        }};
    scenario.invariant = [&] { return std::string(wrong); };
    if (weakened) {
      ExpectFails("create | attach, relaxed magic", memory.Under(scenario), {},
                  "a finished region looks unfinished");
    } else {
      ExpectHolds("create | attach", memory.Under(scenario), {});
    }
  }
}

/// Files and segments of a region, in the state in which the test's setup left them.
class StoreWorld {
 public:
  StoreWorld() : block_(64 * shm::kSegmentBytes) {
    region_ = std::move(*shm::Region::Create(block_.memory(), test::SmallOptions()));
    for (uint32_t slot = 0; slot < std::size(contexts_); ++slot) {
      contexts_[slot].region = region_.get();
      contexts_[slot].slot = slot;
      contexts_[slot].generation = 1;
    }
    region_->file(kFile)->state.store(store::FileWord(shm::kFileLive, shm::kFileDatabase, 1));
    region_->file(kFile)->limit_bytes.store(shm::kMaxFileBytes);
  }

  /// Everything is in the metadata and in `segment`, whose first word is `bytes`.
  void Begin(uint32_t segment) {
    segment_ = segment;
    bytes = reinterpret_cast<shm::Atomic64*>(region_->SegmentAddress(segment));
    bytes->store(kOld);
    memory.Watch(*bytes, "bytes");
    const auto* begin = reinterpret_cast<const std::byte*>(block_.header());
    beginning_.assign(begin, begin + region_->geometry().first_segment * shm::kSegmentBytes);
  }

  Scenario MakeScenario(std::vector<std::function<void()>> clients) {
    Scenario scenario;
    scenario.reset = [this] {
      std::memcpy(static_cast<void*>(block_.header()), beginning_.data(), beginning_.size());
      std::memset(static_cast<void*>(region_->SegmentAddress(segment_)), 0, shm::kSegmentBytes);
      bytes->store(kOld);
      wrong = "";
    };
    scenario.clients = std::move(clients);
    scenario.invariant = [this] { return std::string(wrong); };
    const shm::ShmHeader* header = region_->header();
    scenario.memory = {
        std::as_bytes(std::span(region_->file(kFile), 1)),
        std::as_bytes(std::span(region_->segment_word(0), region_->geometry().segment_count)),
        std::as_bytes(std::span(&region_->client(0)->intent, 1)),
        std::as_bytes(std::span(&region_->client(1)->intent, 1)),
        std::as_bytes(std::span(&header->committed_segments, 2))};
    return memory.Under(std::move(scenario));
  }

  shm::Region& region() { return *region_; }
  store::ClientContext& client(uint32_t slot) { return contexts_[slot]; }
  shm::ShmIntent* intent(uint32_t slot) { return &region_->client(slot)->intent; }

  WeakMemory memory;
  shm::Atomic64* bytes = nullptr;
  const char* wrong = "";

 private:
  test::Block block_;
  std::unique_ptr<shm::Region> region_;
  store::ClientContext contexts_[3];
  uint32_t segment_ = 0;
  std::vector<std::byte> beginning_;
};

/// A client frees a segment into which it has written, another one claims and maps it, and a third
/// one reads it there.
class HandedOnWorld : public StoreWorld {
 public:
  HandedOnWorld() {
    segment_ = store::LinkSegment(client(0), intent(0), kFirst, shm::kSegmentMap);
    Begin(segment_);
    memory.Watch(*region().segment_word(segment_), "segment word");
    memory.Watch(region().file(kFile)->maps[1], "map");
  }

  Scenario MakeScenario() {
    return StoreWorld::MakeScenario({[this] { Free(); }, [this] { Claim(); }, [this] { Read(); }});
  }

 private:
  static constexpr store::MapPlace kFirst{shm::kMapMap, kFile, 0};
  static constexpr store::MapPlace kSecond{shm::kMapMap, kFile, 1};

  void Free() {
    bytes->store(kNew, std::memory_order_relaxed);
    store::UnlinkSegment(client(0), intent(0), kFirst);
  }
  void Claim() { store::LinkSegment(client(1), intent(1), kSecond, shm::kSegmentMap); }
  void Read() {
    if (store::MappedSegment(region(), kSecond) != segment_) return;
    if (bytes->load(std::memory_order_relaxed) != 0)
      wrong = "a new segment has bytes of its last owner";
  }

  uint32_t segment_;
};

TEST(RegionOrder, ANewSegmentHasNoBytesOfItsLastOwner) {
  HandedOnWorld world;
  ExpectHolds("free | claim | read", world.MakeScenario(), {});
}

TEST(RegionOrder, TheMapMustPublishTheZeros) {
  HandedOnWorld world;
  world.memory.Weaken("map", Operation::kReadModifyWrite);
  ExpectFails("relaxed map", world.MakeScenario(), {}, "bytes of its last owner");
}

TEST(RegionOrder, TheClaimMustAcquireTheRelease) {
  HandedOnWorld world;
  world.memory.Weaken("segment word", Operation::kReadModifyWrite);
  ExpectFails("relaxed claim", world.MakeScenario(), {},
              "a race: plain bytes over a value of bytes");
}

/// A file that grows by a write while another client reads it.
class GrowingWorld : public StoreWorld {
 public:
  GrowingWorld() {
    writer_ = store::File(&client(0), kFile, intent(0), &region().header()->fence);
    reader_ = store::File(&client(1), kFile, intent(1), &region().header()->fence);
    writer_.Reserve(0, sizeof(kNew));
    Begin(store::MappedSegment(region(), {shm::kMapData, kFile, 0}));
    memory.Watch(region().file(kFile)->size_bytes, "size");
  }

  Scenario MakeScenario() {
    return StoreWorld::MakeScenario(
        {[this] { writer_.Write(0, &kNew, sizeof(kNew)); }, [this] { Read(); }});
  }

 private:
  void Read() {
    if (reader_.SizeBytes() == 0) return;
    if (bytes->load(std::memory_order_relaxed) != kNew) wrong = "a size without its bytes";
  }

  store::File writer_;
  store::File reader_;
};

TEST(RegionOrder, BytesComeBeforeTheSize) {
  GrowingWorld world;
  ExpectHolds("write | read", world.MakeScenario(), {});
}

TEST(RegionOrder, TheSizeMustPublishTheBytes) {
  GrowingWorld world;
  world.memory.Weaken("size", Operation::kStore);
  ExpectFails("relaxed size", world.MakeScenario(), {}, "a size without its bytes");
}

/// A client that comes into a slot (recovery::Client::TakeSlot) while a snapshot is taken
/// (diag/observe.cpp), which tells by the count of the topology whether what it read belongs
/// together.
class SlotWorld {
 public:
  SlotWorld() {
    memory.Watch(state_.topology, "topology");
    memory.Watch(state_.slot, "slot");
    memory.Watch(state_.name[0], "name");
  }

  Scenario MakeScenario() {
    Scenario scenario;
    scenario.reset = [this] { new (&state_) State(); };
    scenario.clients = {[this] { Join(); }, [this] { Observe(); }};
    scenario.invariant = [this] { return std::string(state_.wrong); };
    scenario.memory = {std::as_bytes(std::span(&state_, 1))};
    return memory.Under(std::move(scenario));
  }

  WeakMemory memory;

 private:
  struct State {
    shm::Atomic64 topology = {};
    shm::Atomic64 slot = {};
    shm::Atomic64 name[1] = {};
    const char* wrong = "";
  };

  void Join() {
    state_.slot.store(1);
    state_.topology.fetch_add(1);
    store::StoreText(state_.name, "new");
  }

  // As diag/mapped_bytes.cpp copies: each word with acquire order, in the order of their offsets.
  void Observe() {
    constexpr auto kAcquire = std::memory_order_acquire;
    const uint64_t before = state_.topology.load(kAcquire);
    const uint64_t slot = state_.slot.load(kAcquire);
    const uint64_t name = state_.name[0].load(kAcquire);
    if (state_.topology.load(kAcquire) != before) return;
    if (slot == 0 && name != 0)
      state_.wrong = "a consistent snapshot has a new name under an old slot";
  }

  State state_;
};

TEST(RegionOrder, AConsistentSnapshotHasNoNewNameUnderAnOldGeneration) {
  SlotWorld world;
  ExpectHolds("join | observe", world.MakeScenario(), {});
}

TEST(RegionOrder, TextMustBeStoredWithReleaseOrder) {
  SlotWorld world;
  world.memory.Weaken("name", Operation::kStore);
  ExpectFails("relaxed text", world.MakeScenario(), {}, "a new name under an old slot");
}

}  // namespace
}  // namespace glasswal::model
