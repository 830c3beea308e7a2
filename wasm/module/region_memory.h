// The one shared WebAssembly.Memory as memory of a region: it grows in place, and its clients'
// liveness is what JavaScript has written into the holder words (bootstrap.h).
//
// Thread-safety: as port::Memory and port::Liveness.
#ifndef GLASSWAL_WASM_MODULE_REGION_MEMORY_H_
#define GLASSWAL_WASM_MODULE_REGION_MEMORY_H_

#include <cstdint>
#include <memory>

#include "module/inside.h"

namespace glasswal::wasm {

/// Memory of `capacity_bytes` for a client that has the lock of `slot`, and of no other slot.
std::unique_ptr<port::Memory> NewRegionMemory(uint64_t capacity_bytes, uint32_t slot);

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_REGION_MEMORY_H_
