// What all records of a region are made of: words that clients share, and texts in them.
//
// A part of shm/layout.h, which has the rules.
#ifndef GLASSWAL_VFS_SHM_WORDS_H_
#define GLASSWAL_VFS_SHM_WORDS_H_

#include <cstdint>

#include "port/atomic.h"
#include "shm/slots.h"

namespace glasswal::shm {

using Atomic32 = port::Atomic<uint32_t>;
using Atomic64 = port::Atomic<uint64_t>;
using AtomicSlots = port::Atomic<SlotMask>;
static_assert(AtomicSlots::is_always_lock_free && sizeof(AtomicSlots) == sizeof(SlotMask));
static_assert(Atomic32::is_always_lock_free && sizeof(Atomic32) == 4);
static_assert(Atomic64::is_always_lock_free && sizeof(Atomic64) == 8);

inline constexpr uint32_t kNameBytes = 64;          // A client's name with its terminating zero.
inline constexpr uint32_t kHistogramBuckets = 240;  // See trace/histogram.h.

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_WORDS_H_
