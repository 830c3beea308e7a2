// The values of the segment table: a segment's word (its kind, its owner, and how often it was
// claimed), and how far the table was extended.
#ifndef GLASSWAL_VFS_SHM_SEGMENT_WORD_H_
#define GLASSWAL_VFS_SHM_SEGMENT_WORD_H_

#include <cstdint>

#include "shm/layout.h"

namespace glasswal::shm {

/// Packing of segment words.
constexpr uint64_t SegmentWord(SegmentKind kind, uint32_t owner, uint32_t sequence) {
  return uint64_t{kind} << 56 | uint64_t{owner & 0xffffff} << 32 | sequence;
}
constexpr SegmentKind SegmentKindOf(uint64_t word) {
  const auto kind = static_cast<uint32_t>(word >> 56);
  return kind < kSegmentKindCount ? static_cast<SegmentKind>(kind) : kSegmentMetadata;
}
constexpr uint32_t SegmentOwnerOf(uint64_t word) {
  return static_cast<uint32_t>(word >> 32) & 0xffffff;
}
constexpr uint32_t SegmentSequenceOf(uint64_t word) { return static_cast<uint32_t>(word); }

/// The owner field for a client (slot 8 | generation 16) and for a file (number 10 | generation
/// 14).
inline constexpr uint32_t kClientGenerationBits = 24 - kSlotBits;
constexpr uint32_t ClientOwner(uint32_t slot, uint32_t generation) {
  return slot << kClientGenerationBits | (generation & ((1u << kClientGenerationBits) - 1));
}
constexpr uint32_t ClientOfOwner(uint32_t owner) { return owner >> kClientGenerationBits; }
inline constexpr uint32_t kFileGenerationBits = 14;
static_assert(kMaxFiles <= 1u << (24 - kFileGenerationBits));
constexpr uint32_t FileOwner(uint32_t file, uint32_t generation) {
  return file << kFileGenerationBits | (generation & ((1u << kFileGenerationBits) - 1));
}
constexpr uint32_t FileOfOwner(uint32_t owner) { return owner >> kFileGenerationBits; }

/// How far this call, and no other client's, last took the committed part of a region.
struct Growth {
  uint32_t from_segments = 0;
  uint32_t to_segments = 0;  // Equal to from_segments: it did not grow.
};

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_SEGMENT_WORD_H_
