// Counters and gauges in shared memory.
//
// A counter that has one owner is bumped with a plain relaxed load and store; one with several by a
// relaxed read-modify-write. All saturate instead of wrapping: a counter that stands still at its
// maximum is a truth ("at least so many"), one that starts again at zero is a lie.
//
// Thread-safety: said with each function.
#ifndef GLASSWAL_VFS_TRACE_COUNTERS_H_
#define GLASSWAL_VFS_TRACE_COUNTERS_H_

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

}  // namespace glasswal::trace

#endif  // GLASSWAL_VFS_TRACE_COUNTERS_H_
