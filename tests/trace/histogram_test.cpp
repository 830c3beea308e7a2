#include "trace/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "glasswal/snapshot_durations.h"

namespace glasswal::trace {
namespace {

TEST(HistogramTest, EachBucketBeginsWhereTheOneBeforeEnds) {
  EXPECT_EQ(HistogramBucket(0), 0u);
  EXPECT_EQ(HistogramBucket(127), 0u);
  for (uint32_t bucket = 1; bucket < shm::kHistogramBuckets; ++bucket) {
    const uint64_t from_ns = HistogramFrom(bucket);
    EXPECT_EQ(HistogramBucket(from_ns), bucket);
    EXPECT_EQ(HistogramBucket(from_ns - 1), bucket - 1);
    if (bucket > 1) {
      EXPECT_LE(from_ns, HistogramFrom(bucket - 1) * 9 / 8 + 1) << bucket;
    }
  }
  EXPECT_GE(HistogramFrom(shm::kHistogramBuckets - 1), 100u * 1'000'000'000u);
  EXPECT_EQ(HistogramBucket(UINT64_MAX), shm::kHistogramBuckets - 1);
}

std::vector<DurationBin> Counted(const std::vector<uint64_t>& durations) {
  std::vector<uint64_t> buckets(shm::kHistogramBuckets);
  for (const uint64_t duration_ns : durations) ++buckets[HistogramBucket(duration_ns)];
  std::vector<DurationBin> bins;
  for (uint32_t bucket = 0; bucket < shm::kHistogramBuckets; ++bucket) {
    if (buckets[bucket] == 0) continue;
    bins.push_back({HistogramFrom(bucket), HistogramFrom(bucket + 1), buckets[bucket]});
  }
  return bins;
}

TEST(HistogramTest, PercentilesAreRightWithinATenth) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int spread = 1; spread < 20; ++spread) {
    std::lognormal_distribution<double> lasted(11, spread / 8.0);
    std::vector<uint64_t> durations(10'001);
    for (uint64_t& duration_ns : durations) {
      duration_ns =
          std::clamp<uint64_t>(static_cast<uint64_t>(lasted(random)), 128, 100'000'000'000);
    }
    const Durations found = DurationsOf(Counted(durations));
    EXPECT_EQ(found.count, durations.size());
    std::sort(durations.begin(), durations.end());
    for (const auto& [part, value_ns] :
         {std::pair(0.5, found.p50_ns), {0.95, found.p95_ns}, {0.99, found.p99_ns}}) {
      const auto truth = static_cast<double>(durations[static_cast<size_t>(part * 10'000)]);
      EXPECT_NEAR(static_cast<double>(value_ns) / truth, 1, 0.1) << part << " of spread " << spread;
    }
  }
}

TEST(HistogramTest, NothingHasNoPercentilesAndWhatWasBeforeIsTakenAway) {
  const Durations none = DurationsOf({});
  EXPECT_EQ(none.count, 0u);
  EXPECT_EQ(none.p99_ns, 0u);
  const auto before = Counted({200, 300, 5'000'000});
  const auto after = Counted({200, 200, 300, 5'000'000, 7'000'000});
  const auto since = BinsSince(before, after);
  ASSERT_EQ(since.size(), 2u);
  EXPECT_EQ(since[0].count, 1u);
  EXPECT_EQ(since[1].from_ns, HistogramFrom(HistogramBucket(7'000'000)));
  const auto together = BinsTogether(before, since);
  ASSERT_EQ(together.size(), after.size());
  for (size_t i = 0; i < after.size(); ++i) EXPECT_EQ(together[i].count, after[i].count);
}

}  // namespace
}  // namespace glasswal::trace
