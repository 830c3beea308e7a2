// Fences, as both the processor and ThreadSanitizer understand them.
//
// ThreadSanitizer does not model stand-alone fences, so in its builds a fence is a
// read-modify-write of an anchor that both sides share: stronger than needed, and visible to it.
#ifndef GLASSWAL_VFS_PORT_FENCE_H_
#define GLASSWAL_VFS_PORT_FENCE_H_

#include <atomic>
#include <cstdint>

#if defined(__SANITIZE_THREAD__)
#define GLASSWAL_FENCE_BY_ANCHOR 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GLASSWAL_FENCE_BY_ANCHOR 1
#endif
#endif

namespace glasswal::port {

/// Everything before is visible to all before anything after: SQLite's xShmBarrier.
inline void FullFence([[maybe_unused]] std::atomic<uint64_t>* anchor) {
#if GLASSWAL_FENCE_BY_ANCHOR
  anchor->fetch_add(1, std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

/// Bytes written before are visible to whoever sees an atomic store that comes after.
inline void PublishFence([[maybe_unused]] std::atomic<uint64_t>* anchor) {
#if GLASSWAL_FENCE_BY_ANCHOR
  anchor->fetch_add(1, std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_release);
#endif
}

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_FENCE_H_
