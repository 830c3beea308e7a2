// The module of before and after: it claims and frees the private block in which an instance of the
// module proper has its data, its stack and its heap, so it must do without any of these itself.
//
// Its code is the protocol of the region (shm/segment_protocol.h) over fixed addresses of the shared
// memory. It imports that and nothing else, and travels within glasswal.wasm (see attach.mjs, which
// checks that it has no data, no stack and no start). What it is called with must be right: it is called
// by wasm/ts alone, with the lock of the slot.
//
// What it finds in the region need not be: a region that is none, or is damaged, makes it trap.
//
// Thread-safety: all functions may be called by any thread, for a slot whose lock it has.
#include <cstddef>
#include <cstdint>

#include "module/bootstrap.h"
#include "module/memory_growth.h"
#include "shm/geometry.h"
#include "shm/segment_protocol.h"

#define GLASSWAL_BLOCK_EXPORT(name) extern "C" __attribute__((used, export_name(#name)))

namespace glasswal::wasm {
namespace {

// More do not fit a memory of WebAssembly.
constexpr uint64_t kMostSegments = (uint64_t{1} << 32) / shm::kSegmentBytes;

// The region at its place. The numbers are those that Sound() has seen: they never change.
class BlockView {
 public:
  shm::ShmHeader* header() const { return reinterpret_cast<shm::ShmHeader*>(kRegionOffset); }
  shm::Atomic64* word(uint32_t segment) const {
    return reinterpret_cast<shm::Atomic64*>(
               kRegionOffset + static_cast<uint32_t>(header()->segments_offset.load(kRelaxed))) +
           segment;
  }
  std::byte* address(uint32_t segment) const {
    return reinterpret_cast<std::byte*>(kRegionOffset) + segment * shm::kSegmentBytes;
  }
  uint32_t first_segment() const { return header()->first_segment.load(kRelaxed); }
  uint32_t segment_count() const { return header()->segment_count.load(kRelaxed); }
  bool Commit(uint32_t, uint32_t to) const {
    return GrowMemoryTo(kRegionOffset + to * shm::kSegmentBytes);
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
};

// The region, if its table of segments lies within it and within the memory.
BlockView Sound() {
  const BlockView view;
  const uint64_t table = view.header()->segments_offset.load();
  const uint64_t first = view.first_segment() * shm::kSegmentBytes;
  const uint64_t count = view.segment_count();
  const bool is_sound =
      table % alignof(shm::Atomic64) == 0 && count <= kMostSegments &&
      first < count * shm::kSegmentBytes && table < first &&
      count * sizeof(shm::Atomic64) <= first - table &&
      first <= uint64_t{__builtin_wasm_memory_size(0)} * kPageBytes - kRegionOffset;
  if (!is_sound) __builtin_trap();
  return view;
}

uint32_t FreeAll(BlockView view, uint32_t slot, uint32_t generation) {
  return shm::protocol::Sweep(view, shm::ClientOwner(slot, generation)) +
         shm::protocol::Sweep(view, LeavingOwner(slot));
}

}  // namespace

/// Where the first segment behind the tables lies in a region of `segment_count` segments.
GLASSWAL_BLOCK_EXPORT(first_segment)
uint32_t FirstSegment(uint32_t segment_count, uint32_t event_capacity,
                      uint32_t statement_capacity) {
  return shm::LayTables(segment_count, {event_capacity, statement_capacity}).first_segment;
}

/// Claims `count` segments in a row for who is about to be `generation` of `slot`, zeroed, and frees
/// what somebody left who died in the slot before it was anybody's. The first; 0 where there is no room.
GLASSWAL_BLOCK_EXPORT(claim)
uint32_t ClaimBlock(uint32_t slot, uint32_t generation, uint32_t count) {
  const BlockView view = Sound();
  FreeAll(view, slot, generation);
  return shm::protocol::ClaimRun(view, shm::ClientOwner(slot, generation), count, nullptr);
}

/// Frees what `generation` of `slot` has, which was not to be, or has left.
GLASSWAL_BLOCK_EXPORT(release)
void ReleaseBlock(uint32_t slot, uint32_t generation) { FreeAll(Sound(), slot, generation); }

}  // namespace glasswal::wasm
