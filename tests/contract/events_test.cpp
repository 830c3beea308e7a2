// What a region tells of its own life: that it was made, that it grew, that a log began anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "contract/place.h"
#include "contract/workload.h"
#include "glasswal/observe.h"
#include "port/memory.h"

namespace glasswal::test {
namespace {

class Events : public Contract {
 protected:
  std::vector<Event> All(EventKind kind) {
    const port::Memory& memory = place().region().memory();
    const Result<EventBatch> batch =
        ObserveEvents(*NewMappedBytes(memory.base(), memory.size_bytes()), 0, 100'000);
    EXPECT_TRUE(batch.ok()) << batch.status().message();
    EXPECT_EQ(batch->lost, 0u);
    std::vector<Event> found;
    std::copy_if(batch->events.begin(), batch->events.end(), std::back_inserter(found),
                 [&](const Event& event) { return event.kind == kind; });
    return found;
  }
  uint64_t CommittedBytes() {
    return place().region().header()->committed_segments.load() * shm::kSegmentBytes;
  }
};

TEST_P(Events, TheRegionIsCreatedOnceAndGrows) {
  const uint64_t at_first = CommittedBytes();
  const std::vector<Event> created = All(EventKind::kRegionCreated);
  ASSERT_EQ(created.size(), 1u);
  EXPECT_EQ(created[0].sequence, 1u);
  EXPECT_EQ(created[0].arguments[0], place().region().geometry().capacity_bytes);
  EXPECT_EQ(All(EventKind::kRegionGrown).size(), 0u);

  Open().Run("CREATE TABLE t(x); " + InsertBlobs("t", 1000, 5000));
  const std::vector<Event> grown = All(EventKind::kRegionGrown);
  ASSERT_FALSE(grown.empty());
  uint64_t at = at_first;
  for (const Event& event : grown) {
    EXPECT_EQ(event.arguments[0], at);
    at = event.arguments[1];
  }
  EXPECT_EQ(at, CommittedBytes());
}

TEST_P(Events, ALogThatBeginsAnewSaysSo) {
  place().runtime().SetEventLevel(EventLevel::kDebug);
  Database db = Open();
  db.Run("CREATE TABLE t(x); " + InsertBlobs("t", 100, 1000));
  EXPECT_EQ(All(EventKind::kWalRestarted).size(), 0u);
  const int64_t log_bytes = place().SizeOf("app.sqlite-wal");
  db.Run("PRAGMA wal_checkpoint(PASSIVE); INSERT INTO t VALUES(1)");
  const std::vector<Event> restarted = All(EventKind::kWalRestarted);
  ASSERT_EQ(restarted.size(), 1u);
  EXPECT_EQ(restarted[0].arguments[0], static_cast<uint64_t>(log_bytes));
}

TEST_P(Events, TheLossOfTheRegionsNameIsTold) {
  Runtime& runtime = place().runtime();
  EXPECT_TRUE(runtime.IsNameCurrent());
  runtime.RecoverDead();
  EXPECT_EQ(All(EventKind::kRegionUnlinked).size(), 0u);
  if (runtime.name().empty()) return;
  EXPECT_TRUE(Runtime::Remove(runtime.name()).ok());
  EXPECT_FALSE(runtime.IsNameCurrent());
  Options options = SmallStart();
  options.memory = MemoryKind::kNamed;
  options.name = runtime.name();
  {
    const auto another = Runtime::Create(options);
    ASSERT_TRUE(another.ok()) << another.status().message();
    EXPECT_TRUE((*another)->IsNameCurrent());
    EXPECT_FALSE(runtime.IsNameCurrent()) << "it leads elsewhere";
    runtime.RecoverDead();
    runtime.RecoverDead();
    EXPECT_EQ(All(EventKind::kRegionUnlinked).size(), 1u) << "once for each client";
  }
}

INSTANTIATE_TEST_SUITE_P(In, Events, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
