#include "module/heap.h"

#include <malloc.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "module/host.h"
#include "module/instance.h"
#include "shm/segments.h"

namespace glasswal::wasm {
namespace {

// Large enough that the table of segments is searched seldom, small enough for many workers.
constexpr uint32_t kChunkSegments = 8;
// What malloc() needs beside the bytes that it was asked for.
constexpr uint64_t kOverheadBytes = 1024;  // Alignment included.
// Given up when the region is full, so that the refusal itself can be written.
constexpr size_t kReserveBytes = 8 * 1024;

// What sbrk() has to hand out. An instance begins with what is left of its private block.
uintptr_t arena_at = 0;
uintptr_t arena_end = 0;
void* reserve = nullptr;
bool is_growing = false;

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
  return true;
}

}  // namespace

bool MakeRoom(uint64_t size_bytes) {
  if (is_growing) {
    if (reserve == nullptr) return false;
    std::free(reserve);
    reserve = nullptr;
    return true;
  }
  is_growing = true;
  const bool grew = TakeChunk(size_bytes);
  if (reserve == nullptr) reserve = std::malloc(kReserveBytes);
  is_growing = false;
  return grew;
}

namespace {

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

void* Allocate(size_t size_bytes) {
  void* memory = std::malloc(size_bytes);
  return memory == nullptr && MakeRoom(size_bytes) ? std::malloc(size_bytes) : memory;
}

void* Reallocate(void* memory, size_t size_bytes) {
  void* moved = std::realloc(memory, size_bytes);
  return moved == nullptr && MakeRoom(size_bytes) ? std::realloc(memory, size_bytes) : moved;
}

void GiveHeapToSqlite() { sqlite3_config(SQLITE_CONFIG_MALLOC, &kSqliteMethods); }

/// Called before any other code of the module, its constructors included.
GLASSWAL_EXPORT(glasswal_start_heap)
void StartHeap(uint32_t begin, uint32_t end) {
  arena_at = begin;
  arena_end = end;
}

GLASSWAL_EXPORT(glasswal_malloc) void* Malloc(uint32_t size_bytes) { return Allocate(size_bytes); }
GLASSWAL_EXPORT(glasswal_free) void Free(void* memory) { std::free(memory); }

}  // namespace glasswal::wasm

extern "C" void* sbrk(intptr_t increment) {
  using namespace glasswal::wasm;
  void* const failed = reinterpret_cast<void*>(-1);
  if (increment < 0) return failed;  // Memory goes back when the client does.
  constexpr uintptr_t kAlignment = 16;
  const uintptr_t size = (static_cast<uintptr_t>(increment) + kAlignment - 1) & ~(kAlignment - 1);
  if (size < static_cast<uintptr_t>(increment) || size > arena_end - arena_at) return failed;
  void* const result = reinterpret_cast<void*>(arena_at);
  arena_at += size;
  return result;
}

// Without exceptions there is no other way to say that there is no memory for what must be had. The
// library's own operators would return null, and null is an address like any other in WebAssembly.
namespace {

void* OrAbort(void* memory) {
  if (memory == nullptr)
    glasswal_host_abort("the runtime's memory is full and the client's own is used up");
  return memory;
}

}  // namespace

void* operator new(size_t size_bytes) {
  return OrAbort(glasswal::wasm::Allocate(size_bytes != 0 ? size_bytes : 1));
}
// memalign() asks sbrk() for the bytes without what the alignment may cost, and again when that was
// too little. So a piece that is large enough anywhere is made free first.
void* operator new(size_t size_bytes, std::align_val_t alignment) {
  const auto boundary = static_cast<size_t>(alignment);
  std::free(OrAbort(glasswal::wasm::Allocate(size_bytes + boundary)));
  return OrAbort(memalign(boundary, size_bytes));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
