#include <emscripten/threading.h>

#include <algorithm>
#include <climits>

#include "port/assert.h"
#include "port/futex.h"
#include "port/simulation.h"

namespace glasswal::port {
namespace {

// The instructions take the address without const and a signed word.
int* Address(const Atomic<uint32_t>* word) {
  return reinterpret_cast<int*>(const_cast<Atomic<uint32_t>*>(word));
}

}  // namespace

void FutexWait(const Atomic<uint32_t>* word, uint32_t expected, uint64_t timeout_ns) {
  if (Simulation* simulation = CurrentSimulation()) {
    return simulation->FutexWait(word, expected, timeout_ns);
  }
  GLASSWAL_ASSERT(MayWait(), "this thread must not sleep");
  // All outcomes (woken, changed already, timed out) mean the same: look again.
  (void)__builtin_wasm_memory_atomic_wait32(
      Address(word), static_cast<int>(expected),
      static_cast<long long>(std::min<uint64_t>(timeout_ns, LLONG_MAX)));
}

void FutexWake(const Atomic<uint32_t>* word, uint32_t count) {
  if (Simulation* simulation = CurrentSimulation()) return simulation->FutexWake(word, count);
  (void)__builtin_wasm_memory_atomic_notify(Address(word), count);
}

// The wait instruction traps on a page's main thread.
bool MayWait() { return !emscripten_is_main_browser_thread(); }

// WebAssembly has no hint for a spinning thread.
void SpinPause() {}

}  // namespace glasswal::port
