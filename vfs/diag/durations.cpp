#include <algorithm>
#include <cmath>
#include <utility>

#include "glasswal/snapshot_durations.h"

namespace glasswal {
namespace {

/// Both lists are in the order of their limits, and what has the same limits is one bin.
template <typename Merge>
std::vector<DurationBin> MergeBins(const std::vector<DurationBin>& some,
                                   const std::vector<DurationBin>& others, Merge merge) {
  std::vector<DurationBin> merged;
  size_t i = 0;
  size_t j = 0;
  while (i < some.size() || j < others.size()) {
    const bool has_some =
        i < some.size() && (j == others.size() || some[i].from_ns <= others[j].from_ns);
    const bool has_other =
        j < others.size() && (i == some.size() || others[j].from_ns <= some[i].from_ns);
    DurationBin bin = has_some ? some[i] : others[j];
    bin.count = merge(has_some ? some[i].count : 0, has_other ? others[j].count : 0);
    if (bin.count != 0) merged.push_back(bin);
    i += has_some ? 1 : 0;
    j += has_other ? 1 : 0;
  }
  return merged;
}

}  // namespace

uint64_t Quantile(const std::vector<DurationBin>& bins, double part) {
  double total = 0;
  for (const DurationBin& bin : bins) total += static_cast<double>(bin.count);
  double left = std::clamp(part, 0.0, 1.0) * total;
  for (const DurationBin& bin : bins) {
    const auto count = static_cast<double>(bin.count);
    if (count > 0 && left <= count) {
      const double width = bin.to_ns > bin.from_ns && bin.to_ns != UINT64_MAX
                               ? static_cast<double>(bin.to_ns - bin.from_ns)
                               : 0.0;
      return bin.from_ns + static_cast<uint64_t>(std::llround(width * left / count));
    }
    left -= count;
  }
  return bins.empty() ? 0 : bins.back().from_ns;
}

std::vector<DurationBin> BinsSince(const std::vector<DurationBin>& before,
                                   const std::vector<DurationBin>& after) {
  // Counts only grow, unless what was counted began anew.
  return MergeBins(after, before,
                   [](uint64_t now, uint64_t then) { return now > then ? now - then : 0; });
}

std::vector<DurationBin> BinsTogether(const std::vector<DurationBin>& some,
                                      const std::vector<DurationBin>& others) {
  return MergeBins(some, others, [](uint64_t a, uint64_t b) { return a + b; });
}

Durations DurationsOf(std::vector<DurationBin> bins) {
  Durations durations;
  for (const DurationBin& bin : bins) durations.count += bin.count;
  durations.p50_ns = Quantile(bins, 0.5);
  durations.p95_ns = Quantile(bins, 0.95);
  durations.p99_ns = Quantile(bins, 0.99);
  durations.bins = std::move(bins);
  return durations;
}

}  // namespace glasswal
