// A guard below the stack of a thread whose memory has no guard pages.
//
// In the WebAssembly module each client's stack lies in the shared memory, and what is below it
// belongs to somebody else: a stack that has run over must be noticed before its client goes on.
// Natively the system does that.
//
// Thread-safety: the guard belongs to the one thread of a module's instance.
#ifndef GLASSWAL_VFS_PORT_STACK_H_
#define GLASSWAL_VFS_PORT_STACK_H_

#include <cstdint>

namespace glasswal::port {

#ifdef __EMSCRIPTEN__

namespace internal {
inline constexpr uint64_t kCanary = 0x6b63617473206c67;
inline const volatile uint64_t* canary = nullptr;
}  // namespace internal

/// Puts the guard at the lowest address of this thread's stack.
inline void GuardStack(void* lowest) {
  auto* word = static_cast<volatile uint64_t*>(lowest);
  *word = internal::kCanary;
  internal::canary = word;
}

/// False when the stack has run over its guard: nothing that the client does from then on can be
/// trusted.
inline bool IsStackIntact() {
  return internal::canary == nullptr || *internal::canary == internal::kCanary;
}

#else

inline constexpr bool IsStackIntact() { return true; }

#endif

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_STACK_H_
