// Arbitrary bytes as a region: attaching gives an error, or a region whose tables can all be read
// and whose segments can be claimed and freed without leaving the block.
//
// The first byte chooses: even, the rest is the block's beginning as it is; odd, the rest is a list
// of changes (16-bit word number, 64-bit value) to the metadata of a good region, since chance
// never finds the magic number.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "shm/block.h"
#include "shm/region.h"
#include "shm/segments.h"

namespace glasswal::shm {
namespace {

constexpr uint64_t kBlockBytes = 24 * kSegmentBytes;

void FillWithGoodRegion(const test::Block& block, const uint8_t* data, size_t size) {
  if (!Region::Create(block.memory(), test::SmallOptions()).ok()) abort();
  auto* words = reinterpret_cast<uint64_t*>(block.header());
  for (; size >= 10; data += 10, size -= 10) {
    uint16_t word = 0;
    std::memcpy(&word, data, sizeof(word));
    std::memcpy(&words[word], data + 2, sizeof(words[word]));
  }
}

// The sum keeps the compiler from leaving the reads out.
uint64_t ReadEverything(Region& region) {
  const RegionGeometry& geometry = region.geometry();
  uint64_t sum = region.header()->directory.word.load();
  const auto read = [&sum](const auto* record) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(record);
    for (size_t i = 0; i < sizeof(*record); i += 64) sum += bytes[i];
    sum += bytes[sizeof(*record) - 1];
  };
  for (uint32_t i = 0; i < kMaxClients; ++i) read(region.client(i));
  for (uint32_t i = 0; i < kMaxFiles; ++i) read(region.file(i));
  for (uint32_t i = 0; i < kMaxRecoveries; ++i) read(region.recovery(i));
  for (uint32_t i = 0; i < geometry.event_capacity; ++i) read(region.event(i));
  for (uint32_t i = 0; i < geometry.segment_count; ++i) {
    read(region.segment_word(i));
    sum += static_cast<uint8_t>(region.SegmentAddress(i)[kSegmentBytes - 1]);
  }
  return sum;
}

void UseSegments(Region& region) {
  const uint32_t owner = ClientOwner(1, 1);
  const ClaimedSegment one = ClaimSegment(region, owner);
  if (one.segment != kNoSegment) {
    if (!region.IsDataSegment(one.segment)) abort();
    std::memset(region.SegmentAddress(one.segment), 1, kSegmentBytes);
  }
  const uint32_t run = ClaimPrivateRun(region, owner, 3);
  if (run != kNoSegment) std::memset(region.SegmentAddress(run), 1, 3 * kSegmentBytes);
  SweepClientSegments(region, owner);
}

}  // namespace
}  // namespace glasswal::shm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using glasswal::shm::Region;
  static glasswal::test::Block block(glasswal::shm::kBlockBytes);
  if (size == 0) return 0;
  block.Clear();
  if (data[0] % 2 == 0) {
    std::memcpy(block.header(), data + 1, std::min<size_t>(size - 1, block.size_bytes()));
  } else {
    glasswal::shm::FillWithGoodRegion(block, data + 1, size - 1);
  }
  const auto region = Region::Attach(block.memory());
  if (!region.ok()) {
    if (region.status().message().empty()) abort();
    return 0;
  }
  volatile uint64_t sum = glasswal::shm::ReadEverything(**region);
  static_cast<void>(sum);
  glasswal::shm::UseSegments(**region);
  return 0;
}
