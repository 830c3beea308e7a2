// The layout of a capture file.
//
//   +---------------+-------------+-------------+-----+-----------------+-----------------+---
//   | CaptureHeader | CapturePart | CapturePart | ... | bytes of part 0 | bytes of part 1 | ...
//   +---------------+-------------+-------------+-----+-----------------+-----------------+---
//
// Header and parts table have a checksum, and so has each part (diag/checksum.h). Parts follow each
// other in the order of the table and do not overlap. A reader skips a part whose name it does not
// know. Numbers are little-endian, as in the region. The header was never under way: a file is
// written when it is complete.
//
//   region     ranges of the region: the tables, and of each database the control segment and the
//              head of the wal-index. Always there, and first.
//   contents   ranges of the region: the segments with the pages of databases, logs and journals
//              and with their maps and wal-indexes. On request.
//   history    the looks of a recorder (diag/recording.h).
//   events     the events of a recorder, likewise.
//
// A part of ranges is their number as 64 bits, a CaptureRange for each, and their bytes without
// gaps. Ranges are in ascending order of their place in the region and do not touch. The first of
// the part "region" begins at 0 and holds all the tables.
//
// VERSION 1 had no parts and no checksums: the header up to `range_count`, four bytes of nothing,
// and then the ranges' list and bytes, tables and contents together. In later versions the count is
// 0, so that a byte that is damaged cannot make one of these of them.
//
// Thread-safety: values.
#ifndef GLASSWAL_VFS_DIAG_CAPTURE_H_
#define GLASSWAL_VFS_DIAG_CAPTURE_H_

#include <cstddef>
#include <cstdint>

namespace glasswal::diag {

inline constexpr uint64_t kCaptureMagic = 0x7061636c61776c67;  // "glwalcap" in little-endian order.
inline constexpr uint32_t kCaptureVersion = 2;
inline constexpr uint32_t kUncheckedCaptureVersion = 1;
inline constexpr uint32_t kMaxCaptureParts = 64;
inline constexpr uint32_t kMaxCaptureRanges = 1 << 20;
inline constexpr size_t kPartNameBytes = 16;

inline constexpr char kRegionPart[] = "region";
inline constexpr char kContentsPart[] = "contents";
inline constexpr char kHistoryPart[] = "history";
inline constexpr char kEventsPart[] = "events";

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
  uint32_t range_count = 0;   // Of version 1 only.
  uint32_t part_count = 0;
  uint64_t made_unix_ms = 0;  // When it was made, by the calendar.
  uint64_t checksum = 0;      // Of the header, with 0 in this place, and the table of parts.
};
static_assert(sizeof(CaptureHeader) == 72);
inline constexpr size_t kUncheckedHeaderBytes = offsetof(CaptureHeader, made_unix_ms);
static_assert(kUncheckedHeaderBytes == 56);

struct CapturePart {
  char name[kPartNameBytes] = {};  // Filled up with zeros.
  uint64_t offset = 0;             // In the file.
  uint64_t size_bytes = 0;
  uint64_t checksum = 0;
};
static_assert(sizeof(CapturePart) == 40);

struct CaptureRange {
  uint64_t offset = 0;  // In the region.
  uint64_t size_bytes = 0;
};
static_assert(sizeof(CaptureRange) == 16);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_CAPTURE_H_
