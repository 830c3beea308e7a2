// Those bytes of a region that looks have read, and how they changed from look to look.
//
// A look (Observe) reads the tables, and of each database the control segment and the head of the
// wal-index. The image keeps what was read in blocks at the places where it lies in the region.
// From one look to the next little changes: a few counters, clocks and lock words. Those words are
// the code of a look; applied to the image of the look before they give the bytes that it read,
// from which Observe() makes the same snapshot once more. So there is no other form of a snapshot
// to be kept in step with the diagnostics, and what comes from a file is read with the suspicion
// that regions are read with.
//
// THE CODE: the number of changed blocks; of each its number since the block before, and runs of
// changed words: words to skip, words that changed, and each as its difference to what it was. A
// run of no words ends the block. All numbers are varints (diag/varint.h).
//
// INVARIANTS
//   1. It has at most kMostImageBlocks blocks, whoever wrote the code.
//   2. A word of a block that no look has read is 0.
//
// Thread-safety: as a value.
#ifndef GLASSWAL_VFS_DIAG_TABLE_IMAGE_H_
#define GLASSWAL_VFS_DIAG_TABLE_IMAGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "diag/varint.h"

namespace glasswal::diag {

inline constexpr size_t kImageBlockWords = 512;
inline constexpr uint64_t kImageBlockBytes = kImageBlockWords * sizeof(uint64_t);
// 32 MiB: the control segments of five hundred databases.
inline constexpr size_t kMostImageBlocks = 8192;

class TableImage {
 public:
  /// Takes in what was read at `offset`; false if that is more than an image can hold.
  bool Put(uint64_t offset, uint64_t size_bytes, const void* from);
  /// False if not all of it lies in blocks that are there.
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const;
  uint64_t size_bytes() const { return blocks_.size() * kImageBlockBytes; }

  /// The code of what has changed since the last call.
  std::vector<uint8_t> TakeChanges();
  /// The code that makes this image of an empty one.
  std::vector<uint8_t> Whole() const;
  /// Applies a code; false if it is none, which leaves part of it applied.
  bool Apply(VarintReader* code);

 private:
  using Block = std::array<uint64_t, kImageBlockWords>;

  /// The block, made if it is not there; null if there would be too many.
  Block* Find(uint64_t number);

  std::map<uint64_t, Block> blocks_;
  std::map<uint64_t, Block> before_;  // What those that changed were at the last TakeChanges().
};

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_TABLE_IMAGE_H_
