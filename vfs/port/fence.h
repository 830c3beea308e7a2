// Fences, as the processor, WebAssembly and ThreadSanitizer understand them.
//
// A fence orders what comes before it and after it for whoever passes a fence of the same anchor.
// Natively it is the compiler's own. Two platforms have none that can be relied on, and there it is
// a read-modify-write of the anchor, a word that both sides share: the later of two such operations
// reads what the earlier has written, so what came before the earlier is visible after the later.
//
//   - WebAssembly: optimisers delete stand-alone fences (wasm-opt 108, pass `precompute`), and its
//     memory model knows order only through an atomic word that both sides access. The build
//     compares the atomic instructions before and after the optimiser (wasm/check_atomics.mjs).
//   - ThreadSanitizer does not model stand-alone fences.
//
// Invariant: those who must be ordered against each other name the same anchor, which holds nothing
// but a count.
//
// Thread-safety: any number of callers in any process.
#ifndef GLASSWAL_VFS_PORT_FENCE_H_
#define GLASSWAL_VFS_PORT_FENCE_H_

#include <cstdint>

#include "port/atomic.h"

#if defined(GLASSWAL_FENCE_BY_ANCHOR)
// The build has decided.
#elif defined(__SANITIZE_THREAD__) || defined(__wasm__)
#define GLASSWAL_FENCE_BY_ANCHOR 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GLASSWAL_FENCE_BY_ANCHOR 1
#endif
#endif

namespace glasswal::port {

/// Everything before is visible to all before anything after: SQLite's xShmBarrier.
inline void FullFence([[maybe_unused]] Atomic<uint64_t>* anchor) {
#if GLASSWAL_FENCE_BY_ANCHOR
  anchor->fetch_add(1, std::memory_order_seq_cst);
#else
  ThreadFence(std::memory_order_seq_cst);
#endif
}

/// Bytes written before are visible to whoever sees an atomic store that comes after.
inline void PublishFence([[maybe_unused]] Atomic<uint64_t>* anchor) {
#if GLASSWAL_FENCE_BY_ANCHOR
  anchor->fetch_add(1, std::memory_order_seq_cst);
#else
  ThreadFence(std::memory_order_release);
#endif
}

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_FENCE_H_
