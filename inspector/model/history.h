// What was seen before: snapshots with the rates between them, bounded in number and in bytes.
//
// Samples have serial numbers that are never reused, so that "the one that is shown" stays meant
// when older ones are dropped.
//
// Thread-safety: as a value.
#ifndef GLASSWAL_INSPECTOR_MODEL_HISTORY_H_
#define GLASSWAL_INSPECTOR_MODEL_HISTORY_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "glasswal/snapshot.h"
#include "model/rates.h"

namespace glasswal::inspector {

inline constexpr size_t kMostSamples = 1200;
inline constexpr uint64_t kMostHistoryBytes = 48 << 20;

struct Sample {
  uint64_t serial = 0;
  std::shared_ptr<const Snapshot> snapshot;
  Rates rates;
  uint64_t bytes = 0;  // Roughly what it takes in memory.
};

/// A moment that the user wants to find again; kept for as long as the inspector runs.
struct Bookmark {
  std::string label;
  Sample sample;
};

class History {
 public:
  void Add(Snapshot snapshot);
  void Clear();

  bool empty() const { return samples_.empty(); }
  /// Oldest first.
  const std::deque<Sample>& samples() const { return samples_; }
  uint64_t bytes() const { return bytes_; }
  /// The position of `serial`, or of the oldest or newest if it is not there.
  size_t Position(uint64_t serial) const;

 private:
  std::deque<Sample> samples_;
  uint64_t next_serial_ = 1;
  uint64_t bytes_ = 0;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_HISTORY_H_
