#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "port/assert.h"
#include "port/futex.h"
#include "port/simulation.h"

namespace glasswal::port {
namespace {

// The calls are the non-private ones: the kernel then knows the word by the object and offset
// behind it, and not by the address in one process.
long FutexCall(const Atomic<uint32_t>* word, int operation, uint32_t value,
               const timespec* timeout) {
  return syscall(SYS_futex, word, operation, value, timeout, nullptr, 0);
}

}  // namespace

void FutexWait(const Atomic<uint32_t>* word, uint32_t expected, uint64_t timeout_ns) {
  if (Simulation* simulation = CurrentSimulation()) {
    return simulation->FutexWait(word, expected, timeout_ns);
  }
  GLASSWAL_ASSERT(MayWait(), "this thread must not sleep");
  timespec timeout = {};
  timeout.tv_sec = static_cast<time_t>(timeout_ns / 1'000'000'000);
  timeout.tv_nsec = static_cast<long>(timeout_ns % 1'000'000'000);
  // All outcomes (woken, changed already, timed out, interrupted) mean the same: look again.
  FutexCall(word, FUTEX_WAIT, expected, &timeout);
}

void FutexWake(const Atomic<uint32_t>* word, uint32_t count) {
  if (Simulation* simulation = CurrentSimulation()) return simulation->FutexWake(word, count);
  FutexCall(word, FUTEX_WAKE, std::min<uint32_t>(count, INT_MAX), nullptr);
}

bool MayWait() { return true; }

void SpinPause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

}  // namespace glasswal::port
