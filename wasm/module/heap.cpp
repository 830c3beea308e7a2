// The heap of one instance: the library's malloc over an sbrk() that takes whole segments of the region, owned by
// the client, so that all of it comes back when the client leaves or dies.
//
// An instance begins with an arena inside its private block, since it must allocate before it has joined.
//
// Thread-safety: an instance has one thread.
#include <unistd.h>

#include <cstdint>

#include "module/instance.h"
#include "shm/segments.h"

namespace glasswal::wasm {
namespace {

// Large enough that the table of segments is searched seldom, small enough for many workers.
constexpr uint32_t kChunkSegments = 8;

uintptr_t arena_at = 0;
uintptr_t arena_end = 0;

bool TakeChunk(uint64_t size_bytes) {
  store::ClientContext* self = ClientContext();
  if (self == nullptr) return false;
  const auto needed = static_cast<uint32_t>(shm::SegmentsFor(size_bytes));
  uint32_t count = needed > kChunkSegments ? needed : kChunkSegments;
  uint32_t first = shm::ClaimPrivateRun(*self->region, self->owner(), count);
  if (first == shm::kNoSegment && needed < count) {
    count = needed;
    first = shm::ClaimPrivateRun(*self->region, self->owner(), count);
  }
  if (first == shm::kNoSegment) return false;
  self->shm_client()->private_segments.fetch_add(count, std::memory_order_relaxed);
  const auto begin = reinterpret_cast<uintptr_t>(self->region->SegmentAddress(first));
  // A chunk that begins where the arena ends prolongs it; any other takes its place.
  if (begin != arena_end) arena_at = begin;
  arena_end = begin + count * shm::kSegmentBytes;
  return true;
}

}  // namespace

void StartHeap(uintptr_t begin, uintptr_t end) {
  arena_at = begin;
  arena_end = end;
}

}  // namespace glasswal::wasm

extern "C" void* sbrk(intptr_t increment) {
  using namespace glasswal::wasm;
  void* const failed = reinterpret_cast<void*>(-1);
  if (increment < 0) return failed;  // Memory goes back when the client does.
  // malloc's own constructor asks before StartHeap. It must not get as far as TakeChunk, which allocates: malloc holds
  // its lock by then. It asks again when it is first used.
  if (arena_end == 0) return failed;
  constexpr uintptr_t kAlignment = 16;
  const uintptr_t size = (static_cast<uintptr_t>(increment) + kAlignment - 1) & ~(kAlignment - 1);
  if (size < static_cast<uintptr_t>(increment)) return failed;
  if (size > arena_end - arena_at && !TakeChunk(size)) return failed;
  // A prolonged arena may still be too small, when the chunk that was asked for began at its end.
  if (size > arena_end - arena_at) return failed;
  void* const result = reinterpret_cast<void*>(arena_at);
  arena_at += size;
  return result;
}
