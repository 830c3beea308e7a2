// What the lock's tests share: a lock in memory that forked processes have in common, and a watch.
//
// Thread-safety: said with each class.
#ifndef GLASSWAL_TESTS_LOCK_SHARED_LOCK_H_
#define GLASSWAL_TESTS_LOCK_SHARED_LOCK_H_

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "lock/lock.h"

namespace glasswal::lock {

inline constexpr uint64_t kMs = 1'000'000;
inline constexpr uint64_t kPlentyNs = 60'000 * kMs;  // Longer than any test takes.

/// A value of type T in a mapping that children of a fork share. T says how it may be used.
template <typename T>
class Shared {
 public:
  Shared() {
    void* const memory =
        mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    value_ = new (memory) T();
  }
  ~Shared() { munmap(value_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  T* operator->() { return value_; }
  T* get() { return value_; }

 private:
  T* value_;
};

/// Counts the questions and answers what it was told to. Any thread may ask.
class TestWatch : public HolderWatch {
 public:
  bool LookAtHolders(uint64_t holders) override {
    ++looks;
    last_holders = holders;
    return dead_slot >= 0 && TakeBack(lock, static_cast<uint32_t>(dead_slot.load()));
  }
  bool IsFenced() override { return fenced; }

  shm::ShmLock* lock = nullptr;
  std::atomic<int> dead_slot = -1;  // Taken back at the next look.
  std::atomic<bool> fenced = false;
  std::atomic<int> looks = 0;
  std::atomic<uint64_t> last_holders = 0;
};

}  // namespace glasswal::lock

#endif  // GLASSWAL_TESTS_LOCK_SHARED_LOCK_H_
