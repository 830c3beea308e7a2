#include "trace/ring.h"

#include <gtest/gtest.h>

#include <csetjmp>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "port/clock.h"
#include "port/point.h"
#include "trace/counters.h"
#include "trace/test_region.h"

namespace glasswal::trace {
namespace {

using testing::TestRegion;

constexpr EventSubject kSubject{.client = 3, .client_generation = 7, .connection = 2, .file = 5};

std::vector<Event> ReadAll(EventCursor& cursor) {
  std::vector<Event> events;
  for (Event event; cursor.Next(&event);) events.push_back(event);
  return events;
}

/// Reads until the cursor neither finds nor waits for anything.
std::vector<Event> ReadPatiently(EventCursor& cursor) {
  std::vector<Event> events;
  do {
    for (const Event& event : ReadAll(cursor)) events.push_back(event);
    port::SleepUs(500);
  } while (cursor.waiting());
  return events;
}

void Write(shm::Region& region, uint32_t count, uint32_t client = 1) {
  for (uint32_t i = 0; i < count; ++i) {
    WriteEvent(region, EventKind::kCommit, {.client = client, .client_generation = 1}, i, 0, 0, 0);
  }
}

/// Runs `hook` once, at the first visit of `point` by this thread, while `action` runs.
void AtPoint(std::string_view point, std::function<void()> hook,
             const std::function<void()>& action) {
  struct Context {
    std::string_view point;
    std::function<void()> hook;
  } context{point, std::move(hook)};
  port::SetPointHook(
      [](const char* name, void* opaque) {
        auto* at = static_cast<Context*>(opaque);
        if (at->point != name) return;
        port::SetPointHook(nullptr, nullptr);
        at->hook();
      },
      &context);
  action();
  port::SetPointHook(nullptr, nullptr);
}

std::jmp_buf death;

/// Writes one event as a client that is gone when it reaches `point`; false if it never came there.
/// Nothing in the writer has a destructor, so jumping out leaves what a killed process leaves.
bool TryToDieAt(std::string_view point, shm::Region& region, uint32_t client) {
  struct Context {
    std::string_view point;
  };
  static Context context;
  context.point = point;
  volatile bool died = true;
  if (setjmp(death) == 0) {
    port::SetPointHook(
        [](const char* name, void* opaque) {
          if (static_cast<Context*>(opaque)->point == name) std::longjmp(death, 1);
        },
        &context);
    Write(region, 1, client);
    died = false;
  }
  port::SetPointHook(nullptr, nullptr);
  return died;
}

void DieAt(std::string_view point, shm::Region& region, uint32_t client) {
  EXPECT_TRUE(TryToDieAt(point, region, client)) << "the writer never came to " << point;
}

TEST(RingTest, AnEventIsReadAsItWasRecorded) {
  TestRegion region;
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  const uint64_t before_ns = port::NowNs();
  Record(*region, EventKind::kCommit, kSubject, 1, 2, UINT64_MAX, 4);
  Event event;
  ASSERT_TRUE(cursor.Next(&event));
  EXPECT_EQ(event.sequence, 1u);
  EXPECT_GE(event.time_ns, before_ns);
  EXPECT_EQ(event.kind, EventKind::kCommit);
  EXPECT_EQ(event.level, EventLevel::kInfo);
  EXPECT_EQ(event.client, 3u);
  EXPECT_EQ(event.client_generation, 7u);
  EXPECT_EQ(event.connection, 2u);
  EXPECT_EQ(event.file, 5u);
  EXPECT_EQ(event.arguments[0], 1u);
  EXPECT_EQ(event.arguments[2], UINT64_MAX);
  EXPECT_EQ(event.arguments[3], 4u);
  EXPECT_FALSE(cursor.Next(&event));
  EXPECT_EQ(cursor.lost(), 0u);
}

TEST(RingTest, LevelsAreSwitchedLive) {
  TestRegion region;
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  for (const EventLevel level : {EventLevel::kOff, EventLevel::kError, EventLevel::kWarn,
                                 EventLevel::kInfo, EventLevel::kDebug, EventLevel::kTrace}) {
    SetEventLevel(*region, level);
    Record(*region, EventKind::kError, kSubject);
    Record(*region, EventKind::kLockRefused, kSubject);
    Record(*region, EventKind::kCommit, kSubject);
    Record(*region, EventKind::kWalRestarted, kSubject);
    Record(*region, EventKind::kRead, kSubject);
    EXPECT_EQ(ReadAll(cursor).size(), static_cast<size_t>(level));
  }
}

TEST(RingTest, WhatWasOverwrittenIsCountedExactly) {
  TestRegion region(64);
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  Write(*region, 64 + 10);
  const std::vector<Event> events = ReadAll(cursor);
  ASSERT_EQ(events.size(), 64u);
  EXPECT_EQ(events.front().sequence, 11u);
  EXPECT_EQ(events.back().sequence, 74u);
  EXPECT_EQ(cursor.lost(), 10u);
}

TEST(RingTest, ACursorThatFellFarBehindJumps) {
  TestRegion region(64);
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  Write(*region, 100'000);
  EXPECT_EQ(ReadAll(cursor).size(), 64u);
  EXPECT_EQ(cursor.lost(), 100'000u - 64);
}

TEST(RingTest, CursorsBeginWhereTheyAreTold) {
  TestRegion region(64);
  Write(*region, 100);
  EventCursor newest(*region, EventCursor::Start::kNewest);
  EventCursor oldest(*region, EventCursor::Start::kOldest);
  EXPECT_TRUE(ReadAll(newest).empty());
  EXPECT_EQ(ReadAll(oldest).size(), 64u);
  EXPECT_EQ(oldest.lost(), 0u) << "what was gone before the cursor came is not its loss";
  Write(*region, 1);
  EXPECT_EQ(ReadAll(newest).size(), 1u);
}

TEST(RingTest, TheEventsOfAWriterThatDiedLaterStay) {
  TestRegion region;
  Write(*region, 3, /*client=*/9);
  DieAt("trace.write.complete", *region, 9);
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  EXPECT_EQ(ReadAll(cursor).size(), 3u);
}

TEST(RingTest, ADeadWritersRecordIsLostAndHoldsNobodyUp) {
  for (const char* point : {"trace.write.claim", "trace.write.fill", "trace.write.complete"}) {
    TestRegion region;
    EventCursor cursor(*region, EventCursor::Start::kOldest);
    Write(*region, 1);
    DieAt(point, *region, 9);
    EXPECT_EQ(ReadAll(cursor).size(), 1u) << point;
    EXPECT_FALSE(cursor.waiting()) << "nothing is behind it";
    Write(*region, 2);
    EXPECT_TRUE(ReadAll(cursor).empty()) << "the cursor gives the writer some time";
    EXPECT_TRUE(cursor.waiting());
    EXPECT_EQ(ReadPatiently(cursor).size(), 2u) << point;
    EXPECT_EQ(cursor.lost(), 1u) << point;
  }
}

TEST(RingTest, RepairReturnsARecordToUseOnce) {
  for (const char* point : {"trace.write.fill", "trace.write.complete"}) {
    TestRegion region(64);
    DieAt(point, *region, 9);
    Write(*region, 63);
    Write(*region, 1);  // Comes to the dead writer's record.
    EXPECT_EQ(region->header()->events_dropped.load(), 1u);
    EXPECT_EQ(RepairRing(*region, 8), 0u);
    EXPECT_EQ(RepairRing(*region, 9), 1u);
    EXPECT_EQ(RepairRing(*region, 9), 0u);
    Write(*region, 64);
    EXPECT_EQ(region->header()->events_dropped.load(), 1u);
    EventCursor cursor(*region, EventCursor::Start::kOldest);
    EXPECT_EQ(ReadAll(cursor).size(), 64u);
  }
}

TEST(RingTest, RepairOfSlotZeroLeavesNewRecordsAlone) {
  TestRegion region;
  EXPECT_EQ(RepairRing(*region, 0), 0u);
  DieAt("trace.write.fill", *region, 0);
  EXPECT_EQ(RepairRing(*region, 0), 1u);
}

TEST(RingTest, AWriterThatWasLappedGivesUp) {
  for (const char* point : {"trace.write.claim", "trace.write.fill"}) {
    TestRegion region(64);
    AtPoint(
        point, [&] { Write(*region, 200); }, [&] { Write(*region, 1); });
    // Before its claim the slow one finds a newer record; after it, those who lap it find its own.
    const uint64_t expected = std::string_view(point) == "trace.write.claim" ? 1 : 3;
    EXPECT_EQ(region->header()->events_dropped.load(), expected) << point;
  }
}

TEST(RingTest, ARecordThatChangedUnderItsReaderIsLost) {
  TestRegion region(64);
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  Write(*region, 1);
  Event event;
  bool found = false;
  AtPoint(
      "trace.read.half", [&] { Write(*region, 64); }, [&] { found = cursor.Next(&event); });
  ASSERT_TRUE(found);
  EXPECT_EQ(event.sequence, 2u);
  EXPECT_EQ(event.arguments[0], 0u);
  EXPECT_EQ(cursor.lost(), 1u);
}

TEST(RingTest, LastEventsPassOverARecordThatChanged) {
  TestRegion region(64);
  Write(*region, 2);
  Event events[4];
  uint32_t found = 0;
  AtPoint(
      "trace.read.half", [&] { Write(*region, 64, /*client=*/2); },
      [&] { found = LastEventsOf(*region, 1, 1, events, 4); });
  EXPECT_EQ(found, 0u);
}

TEST(RingTest, AReaderNeverSeesAHalfWrittenRecord) {
  TestRegion region(64);
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  std::vector<Event> events;
  AtPoint(
      "trace.write.fill", [&] { events = ReadAll(cursor); }, [&] { Write(*region, 1); });
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(ReadAll(cursor).size(), 1u) << "an event that was only late is not lost";
  EXPECT_EQ(cursor.lost(), 0u);
}

TEST(RingTest, LastEventsAreThoseOfOneLife) {
  TestRegion region;
  for (uint64_t i = 0; i < 10; ++i) {
    WriteEvent(*region, EventKind::kCommit, {.client = 4, .client_generation = 1}, i, 0, 0, 0);
    WriteEvent(*region, EventKind::kCommit, {.client = 4, .client_generation = 2}, i, 0, 0, 0);
    WriteEvent(*region, EventKind::kCommit, {.client = 5, .client_generation = 1}, i, 0, 0, 0);
  }
  Event events[4];
  ASSERT_EQ(LastEventsOf(*region, 4, 1, events, 4), 4u);
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(events[i].arguments[0], 6u + i);
  EXPECT_EQ(LastEventsOf(*region, 6, 1, events, 4), 0u);
  EXPECT_EQ(LastEventsOf(*region, 4, 1, events, 0), 0u);
}

TEST(RingTest, EncodingAnEventKeepsIt) {
  const Event event{.sequence = 42,
                    .time_ns = 5,
                    .kind = EventKind::kFull,
                    .level = EventLevel::kError,
                    .client = 61,
                    .client_generation = UINT32_MAX,
                    .connection = 62,
                    .file = 128,
                    .arguments = {1, 2, 3, 4}};
  shm::ShmEvent record;
  EncodeEvent(event, &record);
  Event decoded;
  ASSERT_TRUE(DecodeEvent(record, &decoded));
  EXPECT_EQ(decoded.sequence, 42u);
  EXPECT_EQ(decoded.time_ns, 5u);
  EXPECT_EQ(decoded.kind, EventKind::kFull);
  EXPECT_EQ(decoded.level, EventLevel::kError);
  EXPECT_EQ(decoded.client, 61u);
  EXPECT_EQ(decoded.client_generation, UINT32_MAX);
  EXPECT_EQ(decoded.connection, 62u);
  EXPECT_EQ(decoded.file, 128u);
  for (uint32_t i = 0; i < kEventArguments; ++i) EXPECT_EQ(decoded.arguments[i], i + 1);
}

TEST(RingTest, DecodingDistrustsTheRecord) {
  shm::ShmEvent record;
  Event event;
  for (const uint64_t state : {uint64_t{0}, kEventComplete, uint64_t{5} << shm::kEventTagBits,
                               uint64_t{5} << shm::kEventTagBits | shm::kNoSlot}) {
    record.state.store(state);
    EXPECT_FALSE(DecodeEvent(record, &event)) << state;
  }
  record.state.store(uint64_t{5} << shm::kEventTagBits | kEventComplete);
  record.subject.store(UINT64_MAX);
  ASSERT_TRUE(DecodeEvent(record, &event));
  EXPECT_EQ(event.level, EventLevel::kTrace);
  EXPECT_STREQ(Describe(event.kind).name, "unknown");
}

TEST(RingTest, ACursorOverDamagedMemoryEnds) {
  TestRegion region(64);
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    EventCursor cursor(*region, EventCursor::Start::kOldest);
    for (uint32_t i = 0; i < 64; ++i) region->event(i)->state.store(random() >> random() % 64);
    region->header()->event_head.store(random() >> random() % 64);
    Event event;
    for (int i = 0; i < 1000 && cursor.Next(&event);) ++i;
    Event last[4];
    LastEventsOf(*region, 1, 1, last, 4);
    RepairRing(*region, 1);
  }
}

/// However writes, reads, deaths and repairs follow each other, every sequence is read once or
/// counted as lost, and the sequences rise.
TEST(RingTest, EverySequenceIsReadOrLost) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    TestRegion region(64);
    EventCursor cursor(*region, EventCursor::Start::kOldest);
    uint64_t read = 0;
    uint64_t last = 0;
    const auto drain = [&](const std::vector<Event>& events) {
      for (const Event& event : events) {
        ASSERT_GT(event.sequence, last);
        last = event.sequence;
        ++read;
      }
    };
    for (int step = 0; step < 60; ++step) {
      switch (random() % 8) {
        case 0:
          (void)TryToDieAt("trace.write.fill", *region, 9);  // It may have to drop its event.
          break;
        case 1:
          RepairRing(*region, 9);
          break;
        case 2:
        case 3:
          drain(ReadAll(cursor));
          break;
        default:
          Write(*region, static_cast<uint32_t>(random() % 40));
      }
    }
    RepairRing(*region, 9);
    Write(*region, 1);
    while (last + 1 < region->header()->event_head.load()) {
      drain(ReadPatiently(cursor));
      // The last one may have met a place that a death spoiled; one more shows the end.
      if (last + 1 < region->header()->event_head.load()) Write(*region, 1);
    }
    EXPECT_EQ(read + cursor.lost(), last);
  }
}

TEST(CountersTest, SaturateInsteadOfWrapping) {
  port::Atomic<uint32_t> counter{UINT32_MAX - 1};
  AddOwned(counter, 5u);
  EXPECT_EQ(counter.load(), UINT32_MAX);
  AddShared(counter);
  EXPECT_EQ(counter.load(), UINT32_MAX);
  counter = 2;
  SubtractShared(counter, 3u);
  EXPECT_EQ(counter.load(), 0u);
}

}  // namespace
}  // namespace glasswal::trace
