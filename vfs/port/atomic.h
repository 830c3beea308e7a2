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

template <typename T>
using Atomic = std::atomic<T>;

inline void ThreadFence(std::memory_order order) { std::atomic_thread_fence(order); }

}  // namespace glasswal::port

#endif  // GLASSWAL_ATOMIC_HEADER

#endif  // GLASSWAL_VFS_PORT_ATOMIC_H_
