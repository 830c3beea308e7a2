// Events out of the bytes of a region, also while others write them.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <thread>

#include "glasswal/observe.h"
#include "shm/layout.h"
#include "trace/ring.h"
#include "trace/test_region.h"

namespace glasswal {
namespace {

using testing::TestRegion;

constexpr trace::EventSubject kSubject{.client = 1, .client_generation = 1};

/// Records events that agree with themselves: all their arguments are `value`.
void RecordEvents(const TestRegion& region, uint64_t from, uint64_t to) {
  for (uint64_t value = from; value <= to; ++value) {
    trace::Record(*region, EventKind::kCommit, kSubject, value, value, value, value);
  }
}

void ExpectAgrees(const Event& event) {
  for (const uint64_t argument : event.arguments) EXPECT_EQ(argument, event.sequence);
}

/// Bytes of a region to which something happens in the middle of each larger copy.
class InterruptedBytes : public RegionBytes {
 public:
  InterruptedBytes(const TestRegion& region, std::function<void()> interrupt)
      : mapped_(NewMappedBytes(region.bytes(), region.size_bytes())),
        interrupt_(std::move(interrupt)) {}

  uint64_t size_bytes() const override { return mapped_->size_bytes(); }
  uint64_t NowNs() const override { return 1; }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    if (size_bytes <= sizeof(shm::ShmHeader)) return mapped_->Copy(offset, size_bytes, to);
    // In the middle of a record, too.
    const uint64_t half = size_bytes / 2 + sizeof(uint64_t) * 3;
    const bool first = mapped_->Copy(offset, half, to);
    interrupt_();
    return first &&
           mapped_->Copy(offset + half, size_bytes - half, static_cast<std::byte*>(to) + half);
  }

 private:
  const std::unique_ptr<RegionBytes> mapped_;
  const std::function<void()> interrupt_;
};

TEST(ObserveEventsTest, FollowsTheRingInBatches) {
  TestRegion region(64);
  const auto bytes = NewMappedBytes(region.bytes(), region.size_bytes());
  const trace::EventSubject subject{.client = 1, .client_generation = 1};
  for (uint64_t i = 1; i <= 10; ++i) trace::Record(*region, EventKind::kCommit, subject, i);
  Result<EventBatch> batch = ObserveEvents(*bytes, 0, 4);
  ASSERT_TRUE(batch.ok());
  ASSERT_EQ(batch->events.size(), 4u);
  EXPECT_EQ(batch->events[3].arguments[0], 4u);
  EXPECT_EQ(batch->next_sequence, 5u);
  batch = ObserveEvents(*bytes, batch->next_sequence, 100);
  EXPECT_EQ(batch->events.size(), 6u);
  EXPECT_EQ(batch->lost, 0u);
  for (uint64_t i = 11; i <= 100; ++i) trace::Record(*region, EventKind::kCommit, subject, i);
  batch = ObserveEvents(*bytes, batch->next_sequence, 100);
  EXPECT_EQ(batch->events.size(), 64u);
  EXPECT_EQ(batch->lost, 26u);
  EXPECT_EQ(batch->next_sequence, 101u);
  EXPECT_TRUE(ObserveEvents(*bytes, 101, 100)->events.empty());
}

TEST(ObserveEventsTest, WhatIsOverwrittenDuringTheCopyIsNotTold) {
  constexpr uint32_t kCapacity = 64;
  TestRegion region(kCapacity);
  RecordEvents(region, 1, kCapacity);
  uint64_t written = kCapacity;
  // The first half of the ring, and some of the second: that is then new in the copy already.
  const InterruptedBytes bytes(region, [&] {
    RecordEvents(region, written + 1, written + kCapacity * 3 / 4);
    written += kCapacity * 3 / 4;
  });
  const Result<EventBatch> batch = ObserveEvents(bytes, 1, 1000);
  ASSERT_TRUE(batch.ok());
  ASSERT_FALSE(batch->events.empty());
  EXPECT_EQ(batch->events.front().sequence, kCapacity * 3 / 4 + 1);
  EXPECT_EQ(batch->lost, kCapacity * 3 / 4);
  for (const Event& event : batch->events) ExpectAgrees(event);
}

TEST(ObserveEventsTest, WhatIsTornByALapIsNotTold) {
  constexpr uint32_t kCapacity = 64;
  TestRegion region(kCapacity);
  RecordEvents(region, 1, kCapacity);
  const InterruptedBytes bytes(region, [&] { RecordEvents(region, kCapacity + 1, kCapacity * 2); });
  const Result<EventBatch> batch = ObserveEvents(bytes, 1, 1000);
  ASSERT_TRUE(batch.ok());
  // Every record of the first lap had a successor before the copy was over.
  for (const Event& event : batch->events) {
    EXPECT_GT(event.sequence, kCapacity);
    ExpectAgrees(event);
  }
}

TEST(ObserveEventsTest, FollowsALargeRingWhileItIsWritten) {
  TestRegion region(1024);
  const auto bytes = NewMappedBytes(region.bytes(), region.size_bytes());
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (uint64_t value = 1; !done.load(); ++value) RecordEvents(region, value, value);
  });
  uint64_t next = 1;
  uint64_t told = 0;
  uint64_t lost = 0;
  while (told < 20000) {
    const Result<EventBatch> batch = ObserveEvents(*bytes, next, 100000);
    ASSERT_TRUE(batch.ok());
    for (const Event& event : batch->events) {
      EXPECT_GE(event.sequence, next);
      ExpectAgrees(event);
      next = event.sequence + 1;
    }
    told += batch->events.size();
    lost += batch->lost;
    EXPECT_EQ(batch->next_sequence, next);
  }
  done.store(true);
  writer.join();
  EXPECT_EQ(told + lost, next - 1) << "each event is told or counted as lost";
}

}  // namespace
}  // namespace glasswal
