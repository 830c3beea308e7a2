// The orders of memory that the event ring needs (trace/ring.cpp), under weak memory: a reader gets
// whole events only, while a writer laps the record that it reads.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "glasswal/observe.h"
#include "model/expect_holds.h"
#include "model/weak_memory.h"
#include "shm/block.h"
#include "trace/ring.h"

namespace glasswal::model {
namespace {

/// One record that holds a whole event, a writer that comes one round later, and a reader.
class LappedWorld {
 public:
  LappedWorld() : block_(64 * shm::kSegmentBytes) {
    region_ = std::move(*shm::Region::Create(block_.memory(), test::SmallOptions()));
    while (region_->header()->event_head.load() <= Capacity()) Write(1);
    next_ = region_->header()->event_head.load();
    const auto* begin = reinterpret_cast<const std::byte*>(block_.header());
    beginning_.assign(begin, begin + region_->geometry().first_segment * shm::kSegmentBytes);
    shm::ShmEvent* record = region_->event(static_cast<uint32_t>(next_ % Capacity()));
    memory.Watch(record->state, "state");
    memory.Watch(record->place, "place");
    memory.Watch(record->arguments[0], "argument");
    memory.Watch(region_->header()->event_head, "head");
  }

  Scenario MakeScenario() {
    Scenario scenario;
    scenario.reset = [this] {
      std::memcpy(static_cast<void*>(block_.header()), beginning_.data(), beginning_.size());
      wrong_ = "";
    };
    scenario.clients = {[this] { Write(2); }, [this] { Read(); }};
    scenario.invariant = [this] { return std::string(wrong_); };
    scenario.memory = {std::as_bytes(std::span(region_->event(0), Capacity())),
                       std::as_bytes(std::span(&region_->header()->event_head, 1))};
    return memory.Under(std::move(scenario));
  }

  WeakMemory memory;

 private:
  uint32_t Capacity() const { return region_->geometry().event_capacity; }

  void Write(uint32_t value) {
    trace::WriteEvent(*region_, EventKind::kCommit, {value, value, value, value}, value, value,
                      value, value, value);
  }

  // The oldest record is the one that is lapped.
  void Read() {
    trace::EventCursor cursor(*region_, trace::EventCursor::Start::kOldest);
    Event event;
    for (int i = 0; i < 2; ++i) {
      if (!cursor.Next(&event)) continue;
      if (event.file != event.arguments[0]) wrong_ = "the reader got a torn event";
      if (event.sequence == next_ && event.file != 2) wrong_ = "a new event has old bytes";
      if (event.sequence < next_ && event.file != 1) wrong_ = "an old event has new bytes";
    }
  }

  test::Block block_;
  std::unique_ptr<shm::Region> region_;
  uint64_t next_ = 0;
  std::vector<std::byte> beginning_;
  const char* wrong_ = "";
};

TEST(RingOrder, AReaderGetsWholeEventsOnly) {
  LappedWorld world;
  ExpectHolds("write | read", world.MakeScenario(), {});
}

TEST(RingOrder, TheBytesMustBeStoredWithReleaseOrder) {
  LappedWorld world;
  world.memory.Weaken("argument", Operation::kStore);
  ExpectFails("relaxed bytes", world.MakeScenario(), {}, "the reader got a torn event");
}

TEST(RingOrder, TheBytesMustBeLoadedWithAcquireOrder) {
  LappedWorld world;
  world.memory.Weaken("argument", Operation::kLoad);
  world.memory.Weaken("place", Operation::kLoad);
  ExpectFails("relaxed copy", world.MakeScenario(), {}, "an old event has new bytes");
}

}  // namespace
}  // namespace glasswal::model
