// Room that is set aside for what C++ code cannot go on without: operator new takes from it where
// neither the heap nor the region has any more, so that an operation which meets a full region
// comes to its end and says so.
//
// A pool is a row of blocks. run_[i] says how many blocks the piece that begins at block i has; the
// others of a piece say kInside, and free ones 0. Pieces come back one by one, in any order, and
// the pool is as it was.
//
// Thread-safety: none; an instance of the module has one thread.
#ifndef GLASSWAL_WASM_MODULE_SPARE_POOL_H_
#define GLASSWAL_WASM_MODULE_SPARE_POOL_H_

#include <cstddef>
#include <cstdint>

#include "module/inside.h"

namespace glasswal::wasm {

class SparePool {
 public:
  static constexpr size_t kBlockBytes = 64;
  static constexpr size_t kBlocks = 1024;

  /// At least `size_bytes`, aligned to `alignment` (kBlockBytes at most); null where there is no
  /// such piece.
  void* Take(size_t size_bytes, size_t alignment = kBlockBytes) {
    if (alignment > kBlockBytes || size_bytes > kBlocks * kBlockBytes) return nullptr;
    const size_t wanted = size_bytes == 0 ? 1 : (size_bytes + kBlockBytes - 1) / kBlockBytes;
    size_t length = 0;
    for (size_t block = 0; block < kBlocks; ++block) {
      length = run_[block] == 0 ? length + 1 : 0;
      if (length == wanted) return Mark(block + 1 - wanted, wanted);
    }
    return nullptr;
  }

  /// Whether `memory` is a piece of the pool.
  bool Owns(const void* memory) const {
    const auto at = reinterpret_cast<uintptr_t>(memory);
    const auto begin = reinterpret_cast<uintptr_t>(bytes_);
    return at >= begin && at < begin + sizeof(bytes_);
  }

  /// REQUIRES: Take() returned `memory`, and it has not been given back.
  void GiveBack(const void* memory) {
    const size_t first =
        static_cast<size_t>(static_cast<const uint8_t*>(memory) - bytes_) / kBlockBytes;
    GLASSWAL_ASSERT(run_[first] != 0 && run_[first] != kInside,
                    "a piece of the pool is given back once, and as it was taken");
    const size_t end = first + run_[first];
    for (size_t block = first; block < end; ++block) run_[block] = 0;
  }

 private:
  static constexpr uint16_t kInside = UINT16_MAX;
  static_assert(kBlocks < kInside);

  void* Mark(size_t first, size_t count) {
    run_[first] = static_cast<uint16_t>(count);
    for (size_t block = first + 1; block < first + count; ++block) run_[block] = kInside;
    return bytes_ + first * kBlockBytes;
  }

  alignas(kBlockBytes) uint8_t bytes_[kBlocks * kBlockBytes] = {};
  uint16_t run_[kBlocks] = {};
};

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_SPARE_POOL_H_
