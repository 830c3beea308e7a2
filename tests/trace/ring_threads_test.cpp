// Many writers and readers of one ring at once: nothing torn, nothing twice, nothing uncounted.
#include <gtest/gtest.h>

#include <atomic>
#include <string_view>
#include <thread>
#include <vector>

#include "port/clock.h"
#include "port/point.h"
#include "trace/ring.h"
#include "trace/test_region.h"

namespace glasswal::trace {
namespace {

using testing::TestRegion;

constexpr uint32_t kWriters = 6;
constexpr uint32_t kEventsOfAWriter = 50'000;

uint64_t Mix(uint64_t a, uint64_t b) { return (a * 0x9e3779b97f4a7c15 ^ b) * 0xbf58476d1ce4e5b9; }

/// All fields that the writer chooses hang together, so that a mixture of two events shows.
void WriteSealed(shm::Region& region, uint32_t client, uint64_t number) {
  const auto low = static_cast<uint32_t>(number);
  WriteEvent(
      region, EventKind::kCommit,
      {.client = client, .client_generation = low, .connection = low + 1, .file = client + 1},
      number, client, Mix(number, client), Mix(client, number));
}

bool IsSealed(const Event& event) {
  const uint64_t number = event.arguments[0];
  const auto client = static_cast<uint32_t>(event.arguments[1]);
  const auto low = static_cast<uint32_t>(number);
  return event.kind == EventKind::kCommit && event.client == client &&
         event.client_generation == low && event.connection == low + 1 &&
         event.file == client + 1 && event.arguments[2] == Mix(number, client) &&
         event.arguments[3] == Mix(client, number);
}

struct Tally {
  uint64_t read = 0;
  uint64_t torn = 0;
  uint64_t out_of_order = 0;
  uint64_t lost = 0;
};

/// Now and then lets the others go on while this reader is in the middle of a record.
void Dawdle(const char* point, void* visits) {
  if (std::string_view(point) != "trace.read.half") return;
  if (++*static_cast<uint64_t*>(visits) % 64 == 0) port::SleepUs(20);
}

/// Follows the ring until the writers are done and nothing is left.
Tally Follow(EventCursor cursor, const std::atomic<bool>& done) {
  Tally tally;
  uint64_t visits = 0;
  port::SetPointHook(Dawdle, &visits);
  std::vector<uint64_t> next_of(kWriters, 0);
  uint64_t last = 0;
  for (Event event;;) {
    const bool last_round = done.load();
    while (cursor.Next(&event)) {
      ++tally.read;
      if (!IsSealed(event)) ++tally.torn;
      if (event.sequence <= last) ++tally.out_of_order;
      if (event.client < kWriters && event.arguments[0] < next_of[event.client])
        ++tally.out_of_order;
      if (event.client < kWriters) next_of[event.client] = event.arguments[0] + 1;
      last = event.sequence;
    }
    if (last_round && !cursor.waiting()) break;
    port::SleepUs(100);
  }
  tally.lost = cursor.lost();
  port::SetPointHook(nullptr, nullptr);
  return tally;
}

void WriteAndFollow(uint32_t event_capacity) {
  TestRegion region(event_capacity, 1024 * shm::kSegmentBytes);
  std::atomic<bool> done{false};
  std::vector<Tally> tallies(3);
  std::vector<std::thread> readers;
  for (Tally& tally : tallies) {
    const EventCursor cursor(*region, EventCursor::Start::kOldest);
    readers.emplace_back([cursor, &done, &tally] { tally = Follow(cursor, done); });
  }
  std::vector<std::thread> writers;
  for (uint32_t client = 0; client < kWriters; ++client) {
    writers.emplace_back([&region, client] {
      for (uint64_t i = 0; i < kEventsOfAWriter; ++i) WriteSealed(*region, client, i);
    });
  }
  for (std::thread& writer : writers) writer.join();
  // An event that was dropped has nothing in the ring; one more behind it shows the readers the
  // end.
  WriteSealed(*region, 0, kEventsOfAWriter);
  done.store(true);
  for (std::thread& reader : readers) reader.join();

  const uint64_t drawn = region->header()->event_head.load() - 1;
  EXPECT_EQ(drawn, uint64_t{kWriters} * kEventsOfAWriter + 1);
  for (const Tally& tally : tallies) {
    EXPECT_EQ(tally.torn, 0u);
    EXPECT_EQ(tally.out_of_order, 0u);
    EXPECT_EQ(tally.read + tally.lost, drawn);
    EXPECT_GE(tally.lost, region->header()->events_dropped.load());
  }
}

TEST(RingThreadsTest, ASmallRingIsLappedAllTheTime) { WriteAndFollow(64); }

TEST(RingThreadsTest, ALargeRingIsNeverLapped) { WriteAndFollow(524'288); }

TEST(RingThreadsTest, RepairBesideLiveWriters) {
  TestRegion region(64);
  std::atomic<bool> done{false};
  std::thread repairer([&] {
    while (!done.load()) RepairRing(*region, 40);
  });
  std::thread writer([&] {
    for (uint64_t i = 0; i < kEventsOfAWriter; ++i) WriteSealed(*region, 1, i);
  });
  writer.join();
  done.store(true);
  repairer.join();
  EventCursor cursor(*region, EventCursor::Start::kOldest);
  uint32_t read = 0;
  for (Event event; cursor.Next(&event); ++read) EXPECT_TRUE(IsSealed(event));
  EXPECT_EQ(read, 64u);
}

}  // namespace
}  // namespace glasswal::trace
