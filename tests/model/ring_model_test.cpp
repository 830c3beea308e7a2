// Every interleaving of two writers of the event ring, who may die at every step, and a reader.
//
// The second writer comes one round after the first, so that both want the same record.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/expect_holds.h"
#include "shm/block.h"
#include "trace/ring.h"

namespace glasswal::model {
namespace {

constexpr uint32_t kReader = 2;
constexpr uint32_t kReads = 3;

class RingWorld {
 public:
  RingWorld() : block_(64 * shm::kSegmentBytes) {
    region_ = std::move(*shm::Region::Create(block_.memory(), test::SmallOptions()));
    while (Head() <= Capacity()) Write(9);
    const auto* begin = reinterpret_cast<const std::byte*>(block_.header());
    beginning_.assign(begin, begin + region_->geometry().first_segment * shm::kSegmentBytes);
  }

  Scenario MakeScenario(bool with_reader) {
    Scenario scenario;
    scenario.reset = [this] {
      std::memcpy(static_cast<void*>(block_.header()), beginning_.data(), beginning_.size());
      torn_.clear();
    };
    scenario.clients = {[this] { Write(0); },
                        [this] {
                          // What others have written meanwhile.
                          region_->header()->event_head.fetch_add(Capacity() - 1);
                          Write(1);
                        }};
    if (with_reader) scenario.clients.emplace_back([this] { Read(); });
    scenario.recover = [this](uint32_t dead) {
      for (uint32_t slot = 0; slot < kReader; ++slot) {
        if ((dead >> slot & 1) != 0) trace::RepairRing(*region_, slot);
      }
    };
    scenario.invariant = [this] { return torn_; };
    scenario.at_end = [this] { return CheckEnd(); };
    scenario.memory = {std::as_bytes(std::span(region_->event(0), Capacity())),
                       std::as_bytes(std::span(&region_->header()->event_head, 1))};
    return scenario;
  }

 private:
  uint32_t Capacity() const { return region_->geometry().event_capacity; }
  uint64_t Head() const { return region_->header()->event_head.load(); }

  /// All that an event of `slot` carries is made of `slot`.
  void Write(uint32_t slot) {
    const uint64_t value = slot + 1;
    trace::WriteEvent(*region_, EventKind::kCommit, {slot, slot + 1, slot + 1, slot + 1}, value,
                      value, value, value);
  }

  static std::string CheckWhole(const Event& event) {
    if (event.kind == EventKind::kRegionCreated) return "";
    const uint64_t value = event.client + 1;
    bool is_whole = event.kind == EventKind::kCommit && event.client_generation == value &&
                    event.connection == value && event.file == value;
    for (const uint64_t argument : event.arguments) is_whole = is_whole && argument == value;
    return is_whole ? "" : "the reader got a torn event";
  }

  void Read() {
    trace::EventCursor cursor(*region_, trace::EventCursor::Start::kOldest);
    uint64_t last = 0;
    for (uint32_t i = 0; i < kReads; ++i) {
      Event event;
      if (!cursor.Next(&event)) continue;
      const std::string torn = CheckWhole(event);
      if (!torn.empty()) std::snprintf(text_, sizeof(text_), "%s", torn.c_str()), torn_ = text_;
      if (event.sequence <= last) torn_ = "the reader went back";
      last = event.sequence;
    }
  }

  /// No record is kept by the dead, and the one that both wanted can be written again.
  std::string CheckEnd() {
    for (uint32_t i = 0; i < Capacity(); ++i) {
      const uint64_t state = region_->event(i)->state.load();
      if ((state & trace::kEventComplete) != trace::kEventComplete)
        return "a record stays half-written";
      Event event;
      if (trace::DecodeEvent(*region_->event(i), &event) && !CheckWhole(event).empty()) {
        return "a torn record says that it is whole";
      }
    }
    const uint64_t dropped = region_->header()->events_dropped.load();
    for (uint32_t i = 0; i < Capacity(); ++i) Write(9);
    return region_->header()->events_dropped.load() == dropped ? ""
                                                               : "a record cannot be written again";
  }

  test::Block block_;
  std::unique_ptr<shm::Region> region_;
  std::vector<std::byte> beginning_;
  std::string torn_;
  char text_[64];
};

TEST(RingModel, TwoWritersOfOneRecord) {
  RingWorld world;
  ExpectHolds("write | write", world.MakeScenario(false), {});
  ExpectHolds("write | write, 2 deaths", world.MakeScenario(false), {.deaths = 2});
}

TEST(RingModel, ReaderGetsWholeEventsOnly) {
  RingWorld world;
  ExpectHolds("write | write | read", world.MakeScenario(true), {});
  ExpectHolds("write | write | read, 2 deaths", world.MakeScenario(true), {.deaths = 2});
}

}  // namespace
}  // namespace glasswal::model
