#include "module/heap.h"

#include <malloc.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include "module/exports.h"
#include "module/host.h"
#include "module/inside.h"
#include "module/instance.h"
#include "module/spare_pool.h"

namespace glasswal::wasm {
namespace {

// Large enough that the table of segments is searched seldom, small enough for many workers.
constexpr uint32_t kChunkSegments = 8;
// What malloc() needs beside the bytes that it was asked for, and memalign() beside the alignment.
constexpr uint64_t kOverheadBytes = 1024;  // Alignment included.
constexpr size_t kAlignOverheadBytes = 32;

// What sbrk() has to hand out. An instance begins with what is left of its private block.
uintptr_t arena_at = 0;
uintptr_t arena_end = 0;
bool is_growing = false;
size_t refused_bytes = 0;
// For operator new alone. SQLite and JavaScript can be refused, and end what they do with an error;
// C++ code cannot, and is what ends it.
SparePool spare;

uint32_t ClaimChunk(const store::ClientContext& self, uint32_t count) {
  shm::Growth growth;
  const uint32_t first = shm::ClaimPrivateRun(*self.region, self.owner(), count, &growth);
  self.RecordGrowth(growth);
  return first;
}

bool TakeChunk(uint64_t size_bytes) {
  store::ClientContext* self = ClientContext();
  if (self == nullptr) return false;
  const uint64_t needed = shm::SegmentsFor(size_bytes + kOverheadBytes);
  if (needed >= self->region->geometry().segment_count) return false;
  auto count = static_cast<uint32_t>(needed > kChunkSegments ? needed : kChunkSegments);
  uint32_t first = ClaimChunk(*self, count);
  if (first == shm::kNoSegment && needed < count) {
    count = static_cast<uint32_t>(needed);
    first = ClaimChunk(*self, count);
  }
  if (first == shm::kNoSegment) return false;
  self->shm_client()->private_segments.fetch_add(count, std::memory_order_relaxed);
  const auto begin = reinterpret_cast<uintptr_t>(self->region->SegmentAddress(first));
  // A chunk that begins where the arena ends prolongs it; any other takes its place.
  if (begin != arena_end) arena_at = begin;
  arena_end = begin + count * shm::kSegmentBytes;
  // Where the memory ends, too, its last bytes stay unused: their end would be 0, which lies before all others.
  if (arena_end == 0) arena_end -= kOverheadBytes;
  return true;
}

// Takes more from the region for what malloc() has refused. True: it is worth another try.
bool MakeRoom(uint64_t size_bytes) {
  if (is_growing) return false;
  is_growing = true;
  const bool grew = TakeChunk(size_bytes);
  is_growing = false;
  return grew;
}

// Pages that this client has read and does not use just now are worth less than what it is about to
// do: without memory it could not even delete what fills the region. True: some were given up.
bool GiveUpCachedPages(size_t size_bytes) {
  // Several pages, so that those that lie side by side make one piece.
  constexpr size_t kLeastBytes = 64 * 1024;
  constexpr size_t kMostBytes = INT32_MAX;
  return sqlite3_release_memory(static_cast<int>(std::clamp(size_bytes, kLeastBytes, kMostBytes))) >
         0;
}

void* SqliteMalloc(int size_bytes) { return Allocate(static_cast<size_t>(size_bytes)); }
void* SqliteRealloc(void* memory, int size_bytes) {
  return Reallocate(memory, static_cast<size_t>(size_bytes));
}
int SqliteSize(void* memory) {
  return memory != nullptr ? static_cast<int>(malloc_usable_size(memory)) : 0;
}
int SqliteRoundup(int size_bytes) { return (size_bytes + 7) & ~7; }
int SqliteInit(void*) { return SQLITE_OK; }
void SqliteShutdown(void*) {}

constexpr sqlite3_mem_methods kSqliteMethods = {SqliteMalloc,   std::free,     SqliteRealloc,
                                                SqliteSize,     SqliteRoundup, SqliteInit,
                                                SqliteShutdown, nullptr};

}  // namespace

void* Allocate(size_t size_bytes) { return Reallocate(nullptr, size_bytes); }

void* Reallocate(void* memory, size_t size_bytes) {
  void* moved = std::realloc(memory, size_bytes);
  if (moved == nullptr && MakeRoom(size_bytes)) moved = std::realloc(memory, size_bytes);
  while (moved == nullptr && GiveUpCachedPages(size_bytes))
    moved = std::realloc(memory, size_bytes);
  if (moved == nullptr) refused_bytes = size_bytes;
  return moved;
}

void GiveHeapToSqlite() { sqlite3_config(SQLITE_CONFIG_MALLOC, &kSqliteMethods); }

extern "C" void glasswal_start_heap(uint32_t begin, uint32_t end) {
  arena_at = begin;
  arena_end = end;
}

extern "C" size_t glasswal_take_refused_bytes() { return std::exchange(refused_bytes, 0); }

extern "C" void* glasswal_malloc(uint32_t size_bytes) { return Allocate(size_bytes); }
extern "C" void glasswal_free(void* memory) { std::free(memory); }

}  // namespace glasswal::wasm

// Who asks for some gets all that there is, since what malloc() does not know of is lost when the
// next chunk lies elsewhere. dlmalloc asks with sbrk(0) how much it got, if it has found before that
// sbrk() does not go on where it ended: so the first sbrk(0) fails, which it takes for just that.
extern "C" void* sbrk(intptr_t increment) {
  using namespace glasswal::wasm;
  void* const failed = reinterpret_cast<void*>(-1);
  if (increment < 0) return failed;  // Memory goes back when the client does.
  const uintptr_t available = arena_end - arena_at;
  if (increment == 0) return available != 0 ? failed : reinterpret_cast<void*>(arena_end);
  if (static_cast<uintptr_t>(increment) > available) return failed;
  return reinterpret_cast<void*>(std::exchange(arena_at, arena_end));
}

// Without exceptions there is no other way to say that there is no memory for what must be had. The
// library's own operators would return null, and null is an address like any other in WebAssembly.
namespace {

// memalign() cannot ask the region for more, so a piece that is large enough is made free first.
void* AllocateAligned(size_t size_bytes, size_t alignment) {
  using glasswal::wasm::Allocate;
  if (alignment <= alignof(max_align_t)) return Allocate(size_bytes);
  void* const room = Allocate(size_bytes + alignment + glasswal::wasm::kAlignOverheadBytes);
  if (room == nullptr) return nullptr;
  std::free(room);
  return memalign(alignment, size_bytes);
}

void* MustHave(size_t size_bytes, size_t alignment) {
  if (size_bytes == 0) size_bytes = 1;
  void* memory = AllocateAligned(size_bytes, alignment);
  if (memory == nullptr) memory = glasswal::wasm::spare.Take(size_bytes, alignment);
  if (memory == nullptr) {
    glasswal_host_abort("the runtime's memory is full and the client's own is used up");
  }
  return memory;
}

void GiveBack(void* memory) {
  using glasswal::wasm::spare;
  return spare.Owns(memory) ? spare.GiveBack(memory) : std::free(memory);
}

}  // namespace

void* operator new(size_t size_bytes) { return MustHave(size_bytes, alignof(max_align_t)); }
void* operator new(size_t size_bytes, std::align_val_t alignment) {
  return MustHave(size_bytes, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { GiveBack(memory); }
void operator delete(void* memory, size_t) noexcept { GiveBack(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { GiveBack(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { GiveBack(memory); }
