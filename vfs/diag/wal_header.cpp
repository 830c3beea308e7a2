#include "diag/wal_header.h"

#include <algorithm>

#include "port/assert.h"

namespace glasswal::diag {
namespace {

constexpr uint32_t kHeaderWords = 12;  // Of one copy.
constexpr uint32_t kChecksummedWords = 10;

/// Both copies agree, somebody has initialised them, and the checksum holds: what SQLite asks too.
bool IsValid(const uint32_t* words) {
  if (!std::equal(words, words + kHeaderWords, words + kHeaderWords)) return false;
  if ((words[3] & 0xff) == 0) return false;
  const std::array<uint32_t, 2> sum = WalChecksum(words, kChecksummedWords);
  return sum[0] == words[10] && sum[1] == words[11];
}

/// 65536 does not fit into 16 bits and is written as 1; a size that no database has is not known.
uint32_t PageSize(uint32_t encoded) {
  const uint32_t size_bytes = encoded == 1 ? 65536 : encoded;
  const bool power_of_two = (size_bytes & (size_bytes - 1)) == 0;
  return power_of_two && size_bytes >= 512 ? size_bytes : 0;
}

}  // namespace

std::array<uint32_t, 2> WalChecksum(const uint32_t* words, uint32_t count) {
  GLASSWAL_ASSERT(count % 2 == 0, "SQLite sums up words two by two");
  uint32_t first = 0;
  uint32_t second = 0;
  for (uint32_t i = 0; i + 1 < count; i += 2) {
    first += words[i] + second;
    second += words[i + 1] + first;
  }
  return {first, second};
}

WalHeader DecodeWalHeader(const uint32_t (&words)[kWalIndexHeaderWords]) {
  WalHeader header;
  header.valid = IsValid(words);
  header.page_size_bytes = PageSize(words[3] >> 16);
  header.frames = words[4];
  header.database_pages = words[5];
  header.change_counter = words[2];
  header.salts = {words[8], words[9]};
  header.backfilled = words[24];
  for (uint32_t i = 0; i < shm::kWalReaders; ++i) header.read_marks[i] = words[25 + i];
  header.backfill_attempted = words[32];
  return header;
}

}  // namespace glasswal::diag
