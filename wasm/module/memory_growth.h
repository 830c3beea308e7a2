// Growing the one shared memory, which all clients have in common.
//
// Thread-safety: may be called by any thread; the memory only grows.
#ifndef GLASSWAL_WASM_MODULE_MEMORY_GROWTH_H_
#define GLASSWAL_WASM_MODULE_MEMORY_GROWTH_H_

#include <cstddef>
#include <cstdint>

#include "module/bootstrap.h"

namespace glasswal::wasm {

/// Makes the memory at least `end_bytes` large; false where the engine refuses.
inline bool GrowMemoryTo(uint64_t end_bytes) {
  const uint64_t wanted = (end_bytes + kPageBytes - 1) / uint64_t{kPageBytes};
  for (;;) {
    const uint64_t present = __builtin_wasm_memory_size(0);
    if (present >= wanted) return true;
    // Others may grow it at the same time: then there is more than was wanted, which serves the next.
    if (__builtin_wasm_memory_grow(0, static_cast<size_t>(wanted - present)) != ~size_t{0})
      continue;
    return __builtin_wasm_memory_size(0) >= wanted;
  }
}

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_MEMORY_GROWTH_H_
