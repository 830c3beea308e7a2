// Histograms of durations: how many lasted how long, to within an eighth.
//
// A bucket is an eighth of a power of two, so that the middle of one is at most 6.25 % from
// whatever lies in it: percentiles that are read from the buckets are right within that. What lasts
// less than 128 ns has one bucket, and what lasts more than two minutes another.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_TRACE_HISTOGRAM_H_
#define GLASSWAL_VFS_TRACE_HISTOGRAM_H_

#include <bit>
#include <cstdint>

#include "shm/layout.h"

namespace glasswal::trace {

inline constexpr uint32_t kHistogramPartBits = 3;  // Eight buckets for each power of two.
inline constexpr uint32_t kHistogramParts = 1u << kHistogramPartBits;
inline constexpr uint32_t kHistogramLeastBits = 7;

/// The bucket of a duration.
constexpr uint32_t HistogramBucket(uint64_t duration_ns) {
  if (duration_ns < uint64_t{1} << kHistogramLeastBits) return 0;
  const auto power = static_cast<uint32_t>(std::bit_width(duration_ns) - 1);
  const auto part =
      static_cast<uint32_t>(duration_ns >> (power - kHistogramPartBits)) & (kHistogramParts - 1);
  const uint32_t bucket = 1 + (power - kHistogramLeastBits) * kHistogramParts + part;
  return bucket < shm::kHistogramBuckets ? bucket : shm::kHistogramBuckets - 1;
}

/// The shortest duration of a bucket; the one after the last begins nowhere.
/// REQUIRES: bucket <= shm::kHistogramBuckets.
constexpr uint64_t HistogramFrom(uint32_t bucket) {
  if (bucket == 0) return 0;
  if (bucket >= shm::kHistogramBuckets) return UINT64_MAX;
  const uint32_t power = kHistogramLeastBits + (bucket - 1) / kHistogramParts;
  return (uint64_t{kHistogramParts} + (bucket - 1) % kHistogramParts)
         << (power - kHistogramPartBits);
}

}  // namespace glasswal::trace

#endif  // GLASSWAL_VFS_TRACE_HISTOGRAM_H_
