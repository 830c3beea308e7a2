// Counters, gauges and histograms in shared memory.
//
// A counter that has one owner is bumped with a plain relaxed load and store; one with several by a
// relaxed read-modify-write. All saturate instead of wrapping: a counter that stands still at its
// maximum is a truth ("at least so many"), one that starts again at zero is a lie.
//
// Thread-safety: said with each function.
#ifndef GLASSWAL_VFS_TRACE_COUNTERS_H_
#define GLASSWAL_VFS_TRACE_COUNTERS_H_

#include <bit>
#include <cstdint>
#include <limits>

#include "shm/layout.h"

namespace glasswal::trace {

/// `value + amount`, or the maximum where that would wrap.
template <typename T>
constexpr T SaturatingAdd(T value, T amount) {
  return value > std::numeric_limits<T>::max() - amount ? std::numeric_limits<T>::max()
                                                        : static_cast<T>(value + amount);
}

/// Adds to a counter of which the caller is the only writer.
template <typename T>
inline void AddOwned(port::Atomic<T>& counter, T amount = 1) {
  counter.store(SaturatingAdd(counter.load(std::memory_order_relaxed), amount),
                std::memory_order_relaxed);
}

/// Adds to a counter that several clients write. Not for hot paths.
template <typename T>
inline void AddShared(port::Atomic<T>& counter, T amount = 1) {
  T value = counter.load(std::memory_order_relaxed);
  while (!counter.compare_exchange_weak(value, SaturatingAdd(value, amount),
                                        std::memory_order_relaxed)) {
  }
}

/// Takes from a gauge that several clients write; it stops at zero.
template <typename T>
inline void SubtractShared(port::Atomic<T>& gauge, T amount = 1) {
  T value = gauge.load(std::memory_order_relaxed);
  while (!gauge.compare_exchange_weak(value, value < amount ? T{0} : static_cast<T>(value - amount),
                                      std::memory_order_relaxed)) {
  }
}

/// The bucket for a duration: b with 2^b <= ns < 2^(b+1); 0 and 1 ns are bucket 0.
constexpr uint32_t HistogramBucket(uint64_t duration_ns) {
  if (duration_ns == 0) return 0;
  const auto bucket = static_cast<uint32_t>(std::bit_width(duration_ns) - 1);
  return bucket < shm::kHistogramBuckets ? bucket : shm::kHistogramBuckets - 1;
}

}  // namespace glasswal::trace

#endif  // GLASSWAL_VFS_TRACE_COUNTERS_H_
