// SQLite's wal-index in the region: where its blocks are, and the few things that glasswal itself
// reads or writes in it.
//
// The format is SQLite's own (wal.c, "WAL-INDEX FORMAT"): two copies of a 48-byte header, then the
// checkpoint information, then hash tables. glasswal reads the header for diagnostics, and writes
// to it in one case only: SpoilWalIndex().
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

/// The block that describes `frame` (counted from 1), as walFramePage() computes it.
constexpr uint64_t WalIndexBlockOfFrame(uint64_t frame) {
  constexpr uint64_t kFramesPerBlock = 4096;
  constexpr uint64_t kFramesOfFirstBlock = 4062;  // The headers take the room of 34.
  return (frame + kFramesPerBlock - kFramesOfFirstBlock - 1) / kFramesPerBlock;
}

/// The address of a block, or null if it does not exist.
std::byte* WalIndexBlock(const shm::Region& region, uint32_t file, uint64_t block);

/// Makes sure that `block` exists. False when the region is full or the block is out of range.
bool ReserveWalIndexBlock(const ClientContext& self, shm::ShmIntent* intent, uint32_t file,
                          uint64_t block);

/// Frees all blocks; returns the number of segments. REQUIRES: no other connection uses them.
uint32_t FreeWalIndex(const ClientContext& self, shm::ShmIntent* intent, uint32_t file);

/// Makes the two copies of the header differ, so that the next client rebuilds the index from the
/// log itself (walIndexTryHdr, walIndexRecover). This is what keeps a writer that died with
/// WAL_WRITE from leaving a half-restarted index behind. Idempotent. False if there is no index to
/// spoil.
bool SpoilWalIndex(const shm::Region& region, uint32_t file);

/// The header's counter of changes, 0 if there is no index. Its holder may compare it around a
/// transaction to learn whether it committed.
uint32_t WalIndexChange(const std::byte* block_0);

/// The last frame of the log according to the header, 0 if there is no index.
uint32_t WalIndexMaxFrame(const std::byte* block_0);

/// The database's size in pages according to the header, 0 if there is no index.
uint32_t WalIndexPages(const std::byte* block_0);

/// The database's size in bytes according to the header, 0 if there is no index.
uint64_t WalIndexDatabaseBytes(const std::byte* block_0);

/// How many frames have been copied into the database, 0 if there is no index.
uint32_t WalIndexBackfilled(const std::byte* block_0);

/// Read mark `reader` (0 .. kWalReaders - 1).
uint32_t WalIndexReadMark(const std::byte* block_0, uint32_t reader);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_WAL_INDEX_H_
