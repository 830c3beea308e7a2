// The atomic word that shared memory is made of, and the processor's fence.
//
// In the product these are the standard's. The explorer of memory orders
// (tests/model/weak_memory.h) compiles the same sources with words of its own, which remember what
// others may still read: GLASSWAL_ATOMIC_HEADER then names the header that defines Atomic and
// ThreadFence in this namespace.
//
// Thread-safety: as std::atomic.
#ifndef GLASSWAL_VFS_PORT_ATOMIC_H_
#define GLASSWAL_VFS_PORT_ATOMIC_H_

#include <atomic>

#ifdef GLASSWAL_ATOMIC_HEADER
#include GLASSWAL_ATOMIC_HEADER
#else

namespace glasswal::port {

#ifdef __wasm__

/// A word whose stores are exchanges: in WebAssembly both are sequentially consistent, whatever
/// order is asked for, and Firefox makes of a store a `mov` and an `mfence`, which take 16 ns where
/// an exchange takes 2. (Of weaker exchanges the compiler makes stores again.)
template <typename T>
class Atomic : public std::atomic<T> {
 public:
  using std::atomic<T>::atomic;

  void store(T value, std::memory_order /*order*/ = std::memory_order_seq_cst) noexcept {
    this->exchange(value, std::memory_order_seq_cst);
  }
  T operator=(T value) noexcept {
    store(value);
    return value;
  }
};

#else

template <typename T>
using Atomic = std::atomic<T>;

#endif

inline void ThreadFence(std::memory_order order) { std::atomic_thread_fence(order); }

}  // namespace glasswal::port

#endif  // GLASSWAL_ATOMIC_HEADER

#endif  // GLASSWAL_VFS_PORT_ATOMIC_H_
