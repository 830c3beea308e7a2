// Every interleaving of two clients that put segments into the maps of a file and take them out,
// each of which may die at every step, as may those who recover from them.
//
// The places are entries of the file's table of map segments: the code is the same for all kinds of
// place, and these need no other segment to exist.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "model/expect_holds.h"
#include "shm/block.h"
#include "shm/segments.h"
#include "store/segment_map.h"
#include "store/words.h"

namespace glasswal::model {
namespace {

constexpr uint32_t kFile = 0;
constexpr uint32_t kFileGeneration = 5;
constexpr uint32_t kPlaces = 2;

class SegmentWorld {
 public:
  using Program = std::function<void(SegmentWorld&, uint32_t slot)>;

  SegmentWorld(std::vector<Program> programs, bool is_linked)
      : programs_(std::move(programs)), block_(64 * shm::kSegmentBytes) {
    region_ = std::move(*shm::Region::Create(block_.memory(), test::SmallOptions()));
    region_->header()->used_files.store(kFile + 1);
    region_->file(kFile)->state.store(
        store::FileWord(shm::kFileLive, shm::kFileOther, kFileGeneration));
    for (uint32_t slot = 0; slot < contexts_.size(); ++slot) {
      contexts_[slot].region = region_.get();
      contexts_[slot].slot = slot;
      contexts_[slot].generation = 1;
    }
    if (is_linked) Link(0, 0);
    const auto* begin = reinterpret_cast<const std::byte*>(block_.header());
    beginning_.assign(begin, begin + region_->geometry().first_segment * shm::kSegmentBytes);
  }

  Scenario MakeScenario() {
    Scenario scenario;
    scenario.reset = [this] {
      std::memcpy(static_cast<void*>(block_.header()), beginning_.data(), beginning_.size());
    };
    for (uint32_t slot = 0; slot < programs_.size(); ++slot) {
      scenario.clients.emplace_back([this, slot] { programs_[slot](*this, slot); });
    }
    scenario.recover = [this](uint32_t dead) {
      for (uint32_t slot = 0; slot < programs_.size(); ++slot) {
        if ((dead >> slot & 1) == 0) continue;
        store::FinishIntent(*region_, Intent(slot));
        shm::SweepClientSegments(*region_, shm::ClientOwner(slot, 1));
      }
    };
    scenario.invariant = [this] { return Check(); };
    scenario.at_end = [this] { return CheckEnd(); };
    scenario.memory = {
        std::as_bytes(std::span(region_->file(kFile)->maps)),
        std::as_bytes(std::span(region_->segment_word(0), region_->geometry().segment_count)),
        std::as_bytes(std::span(Intent(0), 1)), std::as_bytes(std::span(Intent(1), 1)),
        std::as_bytes(std::span(&region_->header()->committed_segments, 2))};
    return scenario;
  }

  void Link(uint32_t slot, uint32_t place) {
    store::LinkSegment(contexts_[slot], Intent(slot), {shm::kMapMap, kFile, place},
                       shm::kSegmentMap);
  }
  void Unlink(uint32_t slot, uint32_t place) {
    store::UnlinkSegment(contexts_[slot], Intent(slot), {shm::kMapMap, kFile, place});
  }

 private:
  shm::ShmIntent* Intent(uint32_t slot) const { return &region_->client(slot)->intent; }
  uint32_t Mapped(uint32_t place) const { return region_->file(kFile)->maps[place].load(); }
  uint64_t Word(uint32_t segment) const { return region_->segment_word(segment)->load(); }

  std::string Check() const {
    if (Mapped(0) != 0 && Mapped(0) == Mapped(1)) return "a segment is in two places";
    for (uint32_t place = 0; place < kPlaces; ++place) {
      if (Mapped(place) == 0) continue;
      const shm::SegmentKind kind = shm::SegmentKindOf(Word(Mapped(place)));
      if (kind != shm::kSegmentPending && kind != shm::kSegmentMap)
        return "a mapped segment is free";
    }
    return "";
  }

  std::string CheckEnd() const {
    for (uint32_t i = region_->geometry().first_segment; i < region_->geometry().segment_count;
         ++i) {
      const shm::SegmentKind kind = shm::SegmentKindOf(Word(i));
      const bool is_mapped = Mapped(0) == i || Mapped(1) == i;
      const bool is_free = kind == shm::kSegmentFree || kind == shm::kSegmentReusable;
      if (!is_mapped && !is_free) return "segment " + std::to_string(i) + " is lost";
      if (is_mapped && kind != shm::kSegmentMap) return "a mapped segment was never published";
      if (is_mapped && shm::SegmentOwnerOf(Word(i)) != shm::FileOwner(kFile, kFileGeneration)) {
        return "a mapped segment has another owner";
      }
    }
    for (uint32_t slot = 0; slot < programs_.size(); ++slot) {
      if (Intent(slot)->target.load() != 0) return "an intent was left open";
    }
    return "";
  }

  const std::vector<Program> programs_;
  test::Block block_;
  std::unique_ptr<shm::Region> region_;
  std::array<store::ClientContext, 2> contexts_;
  std::vector<std::byte> beginning_;
};

void LinkFirst(SegmentWorld& world, uint32_t slot) { world.Link(slot, 0); }
void LinkSecond(SegmentWorld& world, uint32_t slot) { world.Link(slot, 1); }
void UnlinkFirst(SegmentWorld& world, uint32_t slot) { world.Unlink(slot, 0); }
void LinkAndUnlink(SegmentWorld& world, uint32_t slot) {
  world.Link(slot, 0);
  world.Unlink(slot, 0);
}
void UnlinkAndLink(SegmentWorld& world, uint32_t slot) {
  world.Unlink(slot, 0);
  world.Link(slot, 0);
}

struct Case {
  const char* name;
  std::vector<SegmentWorld::Program> programs;
  bool is_linked;
};

// Of two clients only one unlinks a place, as SQLite's locks have it.
std::vector<Case> Pairs() {
  return {
      {"link | link the same", {LinkFirst, LinkFirst}, false},
      {"link | link another", {LinkFirst, LinkSecond}, false},
      {"link | unlink the same", {LinkFirst, UnlinkFirst}, false},
      {"link and unlink | link the same", {LinkAndUnlink, LinkFirst}, false},
      {"unlink | link another", {UnlinkFirst, LinkSecond}, true},
      {"unlink and link | link the same", {UnlinkAndLink, LinkFirst}, true},
      {"unlink and link | link another", {UnlinkAndLink, LinkSecond}, true},
  };
}

TEST(SegmentsModel, NoSegmentIsLostOrOwnedTwice) {
  for (const Case& pair : Pairs()) {
    SegmentWorld world(pair.programs, pair.is_linked);
    ExpectHolds(pair.name, world.MakeScenario(), {});
  }
}

TEST(SegmentsModel, NorWhenOneDies) {
  for (const Case& pair : Pairs()) {
    SegmentWorld world(pair.programs, pair.is_linked);
    ExpectHolds(std::string(pair.name) + ", 1 death", world.MakeScenario(), {.deaths = 1});
  }
}

TEST(SegmentsModel, NorWhenTwoDie) {
  for (const Case& pair : Pairs()) {
    SegmentWorld world(pair.programs, pair.is_linked);
    ExpectHolds(std::string(pair.name) + ", 2 deaths", world.MakeScenario(),
                {.preemptions = 3, .deaths = 2});
  }
}

}  // namespace
}  // namespace glasswal::model
