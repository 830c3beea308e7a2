// The layout of a capture file.
//
//   +---------------+--------------+--------------+-----+------------------+------------------+---
//   | CaptureHeader | CaptureRange | CaptureRange | ... | bytes of range 0 | bytes of range 1 | ...
//   +---------------+--------------+--------------+-----+------------------+------------------+---
//
// Ranges are in ascending order of their place in the region, do not touch, and their bytes follow
// each other without gaps. The first begins at 0 and holds all the tables. Numbers are
// little-endian, as in the region. The header was never under way: a file is written when it is
// complete.
//
// Thread-safety: values.
#ifndef GLASSWAL_VFS_DIAG_CAPTURE_H_
#define GLASSWAL_VFS_DIAG_CAPTURE_H_

#include <cstdint>

namespace glasswal::diag {

inline constexpr uint64_t kCaptureMagic = 0x7061636c61776c67;  // "glwalcap" in little-endian order.
inline constexpr uint32_t kCaptureVersion = 1;
inline constexpr uint32_t kMaxCaptureRanges = 1 << 20;

// Bits of CaptureHeader::flags.
inline constexpr uint32_t kCaptureContents = 1;  // The pages of files are in it.
// Clients, files or connections came or went meanwhile.
inline constexpr uint32_t kCaptureTorn = 2;

struct CaptureHeader {
  uint64_t magic = kCaptureMagic;
  uint32_t version = kCaptureVersion;
  uint32_t flags = 0;
  uint64_t runtime_id[2] = {};
  uint64_t time_ns = 0;       // When it was made, on the clients' clock.
  uint64_t region_bytes = 0;  // Of the whole region.
  uint32_t range_count = 0;
  uint32_t reserved = 0;
};
static_assert(sizeof(CaptureHeader) == 56);

struct CaptureRange {
  uint64_t offset = 0;  // In the region.
  uint64_t size_bytes = 0;
};
static_assert(sizeof(CaptureRange) == 16);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_CAPTURE_H_
