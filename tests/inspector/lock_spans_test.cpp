// The lock timeline: what becomes of many short holds, and of long ones.
#include "model/lock_spans.h"

#include <gtest/gtest.h>

namespace glasswal::inspector {
namespace {

Event CommitAt(uint64_t sequence, uint64_t ended_us, uint64_t held_us) {
  Event event;
  event.sequence = sequence;
  event.kind = EventKind::kCommit;
  event.file = 1;
  event.client = sequence % 2;
  event.time_ns = ended_us * 1000;
  event.arguments[3] = held_us * 1000;
  return event;
}

TEST(LockTimeline, ManyShortTimesAreOneSpan) {
  LockTimeline timeline;
  Snapshot snapshot;
  snapshot.observed_ns = 20'000'000;
  EventBatch batch;
  // Two clients take turns for ten milliseconds, every ten microseconds.
  for (uint64_t i = 1; i <= 1000; ++i) batch.events.push_back(CommitAt(i, 1000 + i * 10, 4));
  timeline.Add(snapshot, batch);
  ASSERT_EQ(timeline.lanes().size(), 1u);
  uint64_t times = 0;
  uint64_t taken_ns = 0;
  for (const LockSpan& span : timeline.spans()) {
    EXPECT_LT(span.end_ns - span.begin_ns, kMergedSpanNs);
    times += span.times;
    taken_ns += span.taken_ns;
  }
  EXPECT_EQ(times, 1000u);
  EXPECT_EQ(taken_ns, 4'000'000u);
  EXPECT_LE(timeline.spans().size(), 24u);
}

TEST(LockTimeline, LongTimesStayApart) {
  LockTimeline timeline;
  Snapshot snapshot;
  snapshot.observed_ns = 20'000'000;
  EventBatch batch;
  batch.events = {CommitAt(2, 2000, 900), CommitAt(4, 3000, 900), CommitAt(6, 9000, 900)};
  timeline.Add(snapshot, batch);
  ASSERT_EQ(timeline.spans().size(), 3u);
  EXPECT_EQ(timeline.spans()[1].begin_ns, 2'100'000u);
  EXPECT_EQ(timeline.spans()[1].end_ns, 3'000'000u);
}

}  // namespace
}  // namespace glasswal::inspector
