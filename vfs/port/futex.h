// Sleeping on a 32-bit word of shared memory until somebody changes it.
//
// The word may be in memory that several processes map at different addresses, which is why this is
// the system's own futex and not std::atomic::wait. A wait may end for no reason at all: callers
// look again at what they wait for.
#ifndef GLASSWAL_VFS_PORT_FUTEX_H_
#define GLASSWAL_VFS_PORT_FUTEX_H_

#include <cstdint>

#include "port/atomic.h"

namespace glasswal::port {

/// Sleeps while `*word` is `expected`, for at most `timeout_ns`. REQUIRES: MayWait().
void FutexWait(const Atomic<uint32_t>* word, uint32_t expected, uint64_t timeout_ns);

/// Wakes up to `count` sleepers of `word`.
void FutexWake(const Atomic<uint32_t>* word, uint32_t count);

/// False on threads that must not sleep (a page's main thread).
bool MayWait();

/// Tells the processor that the caller is spinning.
void SpinPause();

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_FUTEX_H_
