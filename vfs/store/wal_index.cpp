#include "store/wal_index.h"

#include <cstddef>
#include <cstring>
#include <iterator>

#include "port/assert.h"
#include "port/point.h"
#include "store/segment_map.h"

namespace glasswal::store {
namespace {

MapPlace PlaceOf(uint32_t file, uint64_t block) {
  return {shm::kMapWalIndex, file, static_cast<uint32_t>(block / shm::kWalIndexBlocksPerSegment)};
}

/// SQLite writes these words with plain stores through its own pointers; a relaxed atomic look at
/// one aligned word is the strongest thing that can be said about it from outside.
shm::Atomic32* Word(std::byte* block_0, size_t offset) {
  return reinterpret_cast<shm::Atomic32*>(block_0 + offset);
}
uint32_t LoadWord(const std::byte* block_0, size_t offset) {
  if (block_0 == nullptr) return 0;
  return reinterpret_cast<const shm::Atomic32*>(block_0 + offset)->load(std::memory_order_relaxed);
}

}  // namespace

std::byte* WalIndexBlock(shm::Region& region, uint32_t file, uint64_t block) {
  if (block >= uint64_t{shm::kWalIndexSegments} * shm::kWalIndexBlocksPerSegment) return nullptr;
  const uint32_t segment = MappedSegment(region, PlaceOf(file, block));
  if (segment == shm::kNoSegment) return nullptr;
  return region.SegmentAddress(segment) +
         (block % shm::kWalIndexBlocksPerSegment) * shm::kWalIndexBlockBytes;
}

uint32_t WalIndexPageOf(shm::Region& region, uint32_t file, uint64_t frame) {
  // Each block begins with the pages of its frames, the first one after the headers.
  const uint64_t place = frame + kFramesPerBlock - kFramesOfFirstBlock - 1;
  const std::byte* block = WalIndexBlock(region, file, place / kFramesPerBlock);
  return LoadWord(block, place % kFramesPerBlock * sizeof(uint32_t));
}

bool ReserveWalIndexBlock(const ClientContext& self, shm::ShmIntent* intent, uint32_t file,
                          uint64_t block) {
  if (block >= uint64_t{shm::kWalIndexSegments} * shm::kWalIndexBlocksPerSegment) return false;
  if (DatabaseOf(*self.region, file) == nullptr) return false;
  return LinkSegment(self, intent, PlaceOf(file, block), shm::kSegmentWalIndex) != shm::kNoSegment;
}

uint32_t FreeWalIndex(const ClientContext& self, shm::ShmIntent* intent, uint32_t file) {
  uint32_t freed = 0;
  // The first block goes last: without it the others cannot be reached, with it they look unused.
  SpoilWalIndex(*self.region, file);
  for (uint32_t i = shm::kWalIndexSegments; i-- > 0;) {
    freed += UnlinkSegment(self, intent, {shm::kMapWalIndex, file, i});
  }
  return freed;
}

bool SpoilWalIndex(shm::Region& region, uint32_t file) {
  std::byte* block_0 = WalIndexBlock(region, file, 0);
  if (block_0 == nullptr) return false;
  const uint32_t first = LoadWord(block_0, offsetof(WalIndexHeader, checksum));
  shm::Atomic32* second =
      Word(block_0, sizeof(WalIndexHeader) + offsetof(WalIndexHeader, checksum));
  GLASSWAL_POINT("walindex.spoil");
  // Derived from the other copy, so that doing it twice does not undo it.
  second->store(~first, std::memory_order_seq_cst);
  return true;
}

uint32_t WalIndexChange(const std::byte* block_0) {
  return LoadWord(block_0, offsetof(WalIndexHeader, change));
}

uint32_t WalIndexMaxFrame(const std::byte* block_0) {
  return LoadWord(block_0, offsetof(WalIndexHeader, max_frame));
}

uint32_t WalIndexPages(const std::byte* block_0) {
  return LoadWord(block_0, offsetof(WalIndexHeader, pages));
}

uint32_t WalIndexPageBytes(const std::byte* block_0) {
  // The code of the page size shares its word with two flags; the word is little-endian.
  const uint32_t code = LoadWord(block_0, offsetof(WalIndexHeader, is_initialized)) >> 16;
  return code == 1 ? 65536 : code;
}

uint64_t WalIndexDatabaseBytes(const std::byte* block_0) {
  return uint64_t{WalIndexPages(block_0)} * WalIndexPageBytes(block_0);
}

bool ReadWalIndexHeader(const std::byte* block_0, WalIndexHeader* header) {
  GLASSWAL_ASSERT(block_0 != nullptr, "a wal-index that is not there has no header");
  uint32_t words[sizeof(WalIndexHeader) / sizeof(uint32_t)];
  bool same = true;
  const auto* copies = reinterpret_cast<const shm::Atomic32*>(block_0);
  for (size_t i = 0; i < std::size(words); ++i) {
    words[i] = copies[i].load(std::memory_order_acquire);
  }
  for (size_t i = 0; i < std::size(words); ++i) {
    same &= words[i] == copies[std::size(words) + i].load(std::memory_order_acquire);
  }
  std::memcpy(header, words, sizeof(words));
  return same;
}

uint32_t WalIndexBackfilled(const std::byte* block_0) {
  return LoadWord(block_0, 2 * sizeof(WalIndexHeader) + offsetof(WalIndexCheckpoint, backfilled));
}

uint32_t WalIndexReadMark(const std::byte* block_0, uint32_t reader) {
  return LoadWord(block_0, 2 * sizeof(WalIndexHeader) + offsetof(WalIndexCheckpoint, read_marks) +
                               reader * sizeof(uint32_t));
}

void SetWalIndexReadMark(std::byte* block_0, uint32_t reader, uint32_t frame) {
  Word(block_0, 2 * sizeof(WalIndexHeader) + offsetof(WalIndexCheckpoint, read_marks) +
                    reader * sizeof(uint32_t))
      ->store(frame);
}

void SetWalIndexBackfillAttempted(std::byte* block_0, uint32_t frame) {
  Word(block_0, 2 * sizeof(WalIndexHeader) + offsetof(WalIndexCheckpoint, backfill_attempted))
      ->store(frame);
}

void SetWalIndexBackfilled(std::byte* block_0, uint32_t frame) {
  Word(block_0, 2 * sizeof(WalIndexHeader) + offsetof(WalIndexCheckpoint, backfilled))
      ->store(frame);
}

}  // namespace glasswal::store
