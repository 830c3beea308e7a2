// The head of SQLite's wal-index, as an outsider reads it.
//
//   word   0 .. 11   WalIndexHdr, first copy       (sqlite3.c describes both structs at length)
//         12 .. 23   WalIndexHdr, second copy
//         24         nBackfill
//         25 .. 29   aReadMark[5]
//         30 .. 31   lock bytes, unused here
//         32         nBackfillAttempted
//
//   WalIndexHdr, by word:
//          0         version
//          2         change counter
//          3         isInit 8 | bigEndCksum 8 | page size 16
//          4         mxFrame
//          5         database size in pages
//          6 .. 7    frame checksum
//          8 .. 9    salts
//         10 .. 11   checksum of words 0 .. 9
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_DIAG_WAL_HEADER_H_
#define GLASSWAL_VFS_DIAG_WAL_HEADER_H_

#include <array>
#include <cstdint>

#include "diag/region_image.h"

namespace glasswal::diag {

inline constexpr uint32_t kReadMarkNotUsed = 0xffffffff;

struct WalHeader {
  bool valid = false;
  uint32_t page_size_bytes = 0;
  uint32_t frames = 0;
  uint32_t database_pages = 0;
  uint32_t change_counter = 0;
  std::array<uint32_t, 2> salts{};
  uint32_t backfilled = 0;
  uint32_t backfill_attempted = 0;
  std::array<uint32_t, shm::kWalReaders> read_marks{};
};

/// SQLite's checksum over `count` words, in the machine's byte order. REQUIRES: count is even.
std::array<uint32_t, 2> WalChecksum(const uint32_t* words, uint32_t count);

WalHeader DecodeWalHeader(const uint32_t (&words)[kWalIndexHeaderWords]);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_WAL_HEADER_H_
