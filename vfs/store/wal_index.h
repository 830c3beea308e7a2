// SQLite's wal-index in the region: where its blocks are, and the few things that glasswal itself
// reads or writes in it.
//
// The format is SQLite's own (wal.c, "WAL-INDEX FORMAT"): two copies of a 48-byte header, then the
// checkpoint information, then hash tables. glasswal reads the header for diagnostics, and writes
// in two cases only: SpoilWalIndex(), and what a checkpoint writes (sqlite/backfill.cpp).
//
// Thread-safety: blocks are linked by compare-and-swap; the rest follows SQLite's locks.
#ifndef GLASSWAL_VFS_STORE_WAL_INDEX_H_
#define GLASSWAL_VFS_STORE_WAL_INDEX_H_

#include <cstddef>
#include <cstdint>

#include "store/client_context.h"

namespace glasswal::store {

/// One copy of the header (WalIndexHdr).
struct WalIndexHeader {
  uint32_t version;
  uint32_t unused;
  uint32_t change;
  uint8_t is_initialized;
  uint8_t big_endian_checksum;
  uint16_t page_size_code;  // 65536 is stored as 1.
  uint32_t max_frame;
  uint32_t pages;
  uint32_t frame_checksum[2];
  uint32_t salt[2];
  uint32_t checksum[2];
};
static_assert(sizeof(WalIndexHeader) == 48);

/// What follows the two headers (WalCkptInfo).
struct WalIndexCheckpoint {
  uint32_t backfilled;
  uint32_t read_marks[shm::kWalReaders];
  uint8_t locks[shm::kWalLocks];
  uint32_t backfill_attempted;
  uint32_t unused;
};
static_assert(sizeof(WalIndexCheckpoint) == 40);

inline constexpr uint64_t kWalHeaderBytes = 32;
inline constexpr uint64_t kWalFrameHeaderBytes = 24;

inline constexpr uint64_t kFramesPerBlock = 4096;
inline constexpr uint64_t kFramesOfFirstBlock = 4062;  // The headers take the room of 34.

/// The block that describes `frame` (counted from 1), as walFramePage() computes it.
constexpr uint64_t WalIndexBlockOfFrame(uint64_t frame) {
  return (frame + kFramesPerBlock - kFramesOfFirstBlock - 1) / kFramesPerBlock;
}

/// The address of a block, or null if it does not exist.
std::byte* WalIndexBlock(shm::Region& region, uint32_t file, uint64_t block);

/// The page of `frame` (counted from 1); 0 if the index does not say. REQUIRES: the frame is not
/// beyond the end of the log, and nobody starts the log anew.
uint32_t WalIndexPageOf(shm::Region& region, uint32_t file, uint64_t frame);

/// Makes sure that `block` exists. False when the region is full or the block is out of range.
bool ReserveWalIndexBlock(const ClientContext& self, shm::ShmIntent* intent, uint32_t file,
                          uint64_t block);

/// Frees all blocks; returns the number of segments. REQUIRES: no other connection uses them.
uint32_t FreeWalIndex(const ClientContext& self, shm::ShmIntent* intent, uint32_t file);

/// Makes the two copies of the header differ, so that the next client rebuilds the index from the
/// log itself (walIndexTryHdr, walIndexRecover). This is what keeps a writer that died with
/// WAL_WRITE from leaving a half-restarted index behind. Idempotent. False if there is no index to
/// spoil.
bool SpoilWalIndex(shm::Region& region, uint32_t file);

/// The header's counter of changes, 0 if there is no index. Its holder may compare it around a
/// transaction to learn whether it committed.
uint32_t WalIndexChange(const std::byte* block_0);

/// The last frame of the log according to the header, 0 if there is no index.
uint32_t WalIndexMaxFrame(const std::byte* block_0);

/// The database's size in pages according to the header, 0 if there is no index.
uint32_t WalIndexPages(const std::byte* block_0);

/// The database's size in bytes according to the header, 0 if there is no index.
uint64_t WalIndexDatabaseBytes(const std::byte* block_0);

/// The size of a page according to the header, 0 if there is no index.
uint32_t WalIndexPageBytes(const std::byte* block_0);

/// Copies the header. False if its two copies differ: somebody writes it at this moment, or died
/// at it. REQUIRES: block_0 is not null.
bool ReadWalIndexHeader(const std::byte* block_0, WalIndexHeader* header);

/// The same for a copy of the header.
constexpr uint32_t PageBytesOf(const WalIndexHeader& header) {
  return header.page_size_code == 1 ? 65536 : header.page_size_code;
}

/// How many frames have been copied into the database, 0 if there is no index.
uint32_t WalIndexBackfilled(const std::byte* block_0);

/// Read mark `reader` (0 .. kWalReaders - 1).
uint32_t WalIndexReadMark(const std::byte* block_0, uint32_t reader);

/// What a checkpoint writes. REQUIRES: CHECKPOINT exclusively, and the read mark of that number
/// (for the last two: number 0) as well.
void SetWalIndexReadMark(std::byte* block_0, uint32_t reader, uint32_t frame);
void SetWalIndexBackfillAttempted(std::byte* block_0, uint32_t frame);
void SetWalIndexBackfilled(std::byte* block_0, uint32_t frame);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_WAL_INDEX_H_
