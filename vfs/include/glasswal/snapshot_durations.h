// How long something took, counted by duration.
//
// The sentence above a field is what JSON's schema, the reference and TypeScript say of it, too; see
// glasswal/snapshot.h.
//
// Thread-safety: values.
#ifndef GLASSWAL_SNAPSHOT_DURATIONS_H_
#define GLASSWAL_SNAPSHOT_DURATIONS_H_

#include <cstdint>
#include <vector>

namespace glasswal {

/// Some of the durations that were counted: those between two limits, which lie an eighth apart.
struct DurationBin {
  /// The shortest.
  uint64_t from_ns = 0;
  /// All are shorter than this.
  uint64_t to_ns = 0;
  /// How many.
  uint64_t count = 0;
};

/// How long something took. Percentiles are right within 6.25 %.
struct Durations {
  /// How many were timed, or are told of by one that was.
  uint64_t count = 0;
  /// Half of them took no longer.
  uint64_t p50_ns = 0;
  /// 95 of 100 took no longer.
  uint64_t p95_ns = 0;
  /// 99 of 100 took no longer.
  uint64_t p99_ns = 0;
  /// How many took how long, without what is empty.
  std::vector<DurationBin> bins;
};

/// The duration that `part` (0 to 1) of them do not exceed; 0 where there are none. Those of one bin
/// are taken to lie evenly.
uint64_t Quantile(const std::vector<DurationBin>& bins, double part);

/// What has been added to `before` since, in `after`.
std::vector<DurationBin> BinsSince(const std::vector<DurationBin>& before,
                                   const std::vector<DurationBin>& after);

/// The sum of both.
std::vector<DurationBin> BinsTogether(const std::vector<DurationBin>& some,
                                      const std::vector<DurationBin>& others);

/// `bins` with their percentiles.
Durations DurationsOf(std::vector<DurationBin> bins);

}  // namespace glasswal

#endif  // GLASSWAL_SNAPSHOT_DURATIONS_H_
