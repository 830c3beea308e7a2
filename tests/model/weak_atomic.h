// What vfs/port/atomic.h is made of where the orders of memory are explored: words with the
// operations of std::atomic that the product uses, each of which goes through WeakMemory.
//
// Thread-safety: that of WeakMemory. A word has the size and alignment of the standard's, so that
// layouts are the same.
#ifndef GLASSWAL_TESTS_MODEL_WEAK_ATOMIC_H_
#define GLASSWAL_TESTS_MODEL_WEAK_ATOMIC_H_

#include <atomic>

#include "model/weak_memory.h"

namespace glasswal::model {

template <typename T>
class WeakAtomic {
 public:
  static constexpr bool is_always_lock_free = true;

  constexpr WeakAtomic() = default;
  constexpr WeakAtomic(T value) : value_(value) {}  // NOLINT: as std::atomic.
  WeakAtomic(const WeakAtomic&) = delete;
  WeakAtomic& operator=(const WeakAtomic&) = delete;

  T load(std::memory_order order = std::memory_order_seq_cst) const {
    WeakMemory* memory = WeakMemory::current();
    if (memory == nullptr || !memory->IsStep(this, order, Operation::kLoad)) return value_;
    return static_cast<T>(memory->Load(this, order));
  }

  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    WeakMemory* memory = WeakMemory::current();
    const bool is_step = memory != nullptr && memory->IsStep(this, order, Operation::kStore);
    if (is_step) memory->BeforeStore(this);
    value_ = value;
    if (is_step) memory->AfterStore(this, order);
  }

  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    return Modify(order, [value](T) { return value; });
  }
  T fetch_add(T value, std::memory_order order = std::memory_order_seq_cst) {
    return Modify(order, [value](T old) { return static_cast<T>(old + value); });
  }
  T fetch_sub(T value, std::memory_order order = std::memory_order_seq_cst) {
    return Modify(order, [value](T old) { return static_cast<T>(old - value); });
  }
  T fetch_or(T value, std::memory_order order = std::memory_order_seq_cst) {
    return Modify(order, [value](T old) { return static_cast<T>(old | value); });
  }
  T fetch_and(T value, std::memory_order order = std::memory_order_seq_cst) {
    return Modify(order, [value](T old) { return static_cast<T>(old & value); });
  }

  bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) {
    WeakMemory* memory = WeakMemory::current();
    const bool is_step =
        memory != nullptr && memory->IsStep(this, success, Operation::kReadModifyWrite);
    if (is_step) memory->BeforeReadModifyWrite(this);
    const bool swaps = value_ == expected;
    if (swaps) {
      value_ = desired;
    } else {
      expected = value_;
    }
    if (is_step) memory->AfterReadModifyWrite(this, swaps ? success : failure, swaps);
    return swaps;
  }
  bool compare_exchange_strong(T& expected, T desired,
                               std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, desired, order, FailureOrder(order));
  }
  bool compare_exchange_weak(T& expected, T desired,
                             std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, desired, order);
  }

 private:
  static constexpr std::memory_order FailureOrder(std::memory_order order) {
    if (order == std::memory_order_acq_rel) return std::memory_order_acquire;
    return order == std::memory_order_release ? std::memory_order_relaxed : order;
  }

  template <typename Change>
  T Modify(std::memory_order order, Change change) {
    WeakMemory* memory = WeakMemory::current();
    const bool is_step =
        memory != nullptr && memory->IsStep(this, order, Operation::kReadModifyWrite);
    if (is_step) memory->BeforeReadModifyWrite(this);
    const T old = value_;
    value_ = change(old);
    if (is_step) memory->AfterReadModifyWrite(this, order, true);
    return old;
  }

  alignas(sizeof(T)) T value_ = {};
};

}  // namespace glasswal::model

namespace glasswal::port {

template <typename T>
using Atomic = model::WeakAtomic<T>;

inline void ThreadFence(std::memory_order order) {
  model::WeakMemory* memory = model::WeakMemory::current();
  if (memory != nullptr) memory->Fence(order);
}

}  // namespace glasswal::port

#endif  // GLASSWAL_TESTS_MODEL_WEAK_ATOMIC_H_
