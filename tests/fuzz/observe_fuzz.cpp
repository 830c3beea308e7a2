// Arbitrary bytes as a region: observing them ends, within bounds, with a snapshot or an error.
//
// The first byte chooses. Odd: the rest is the region, as it is. Even: the rest is a list of
// changes (32-bit word number, 64-bit value) to the tables of a region that is otherwise sound,
// which gets past the checks of the header.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "glasswal/observe.h"
#include "port/memory.h"
#include "shm/region.h"
#include "shm/segments.h"
#include "store/words.h"

namespace glasswal {
namespace {

constexpr uint64_t kRegionBytes = 32 * shm::kSegmentBytes;

/// A sound region with one client, one database and its wal-index.
std::vector<uint64_t> MakeTemplate() {
  std::unique_ptr<void, decltype(&std::free)> block(
      std::aligned_alloc(shm::kSegmentBytes, kRegionBytes), &std::free);
  std::memset(block.get(), 0, kRegionBytes);
  Options options;
  options.initial_database_capacity_bytes = 4 * shm::kSegmentBytes;
  options.initial_write_ahead_capacity_bytes = 1;
  options.event_capacity = 64;
  auto region = shm::Region::Create(
      port::NewBlockMemory(block.get(), kRegionBytes, port::NewLocalLivenessGroup()), options);
  if (!region.ok()) std::abort();
  const auto claim = [&](shm::SegmentKind kind) {
    const shm::ClaimedSegment claimed = shm::ClaimSegment(**region, shm::ClientOwner(0, 1));
    shm::PublishSegment(**region, claimed.segment, claimed.word, kind, shm::FileOwner(0, 1));
    return claimed.segment;
  };
  (*region)->client(0)->state.store(store::ClientWord(shm::kClientLive, 0, 1));
  (*region)->file(0)->state.store(store::FileWord(shm::kFileLive, shm::kFileDatabase, 1));
  const uint32_t control = claim(shm::kSegmentControl);
  (*region)->file(0)->control_segment.store(control);
  auto* database = reinterpret_cast<shm::ShmDatabase*>((*region)->SegmentAddress(control));
  database->wal_index[0].store(claim(shm::kSegmentWalIndex));
  database->connections[0].state.store(store::ConnectionWord(shm::kConnectionOpen, 0, 1));
  (*region)->recovery(1)->state.store(2);
  std::vector<uint64_t> words(kRegionBytes / sizeof(uint64_t));
  std::memcpy(words.data(), block.get(), kRegionBytes);
  return words;
}

void ApplyChanges(const uint8_t* data, size_t size, std::vector<uint64_t>* words) {
  constexpr size_t kChangeBytes = sizeof(uint32_t) + sizeof(uint64_t);
  for (; size >= kChangeBytes; data += kChangeBytes, size -= kChangeBytes) {
    uint32_t number;
    uint64_t value;
    std::memcpy(&number, data, sizeof(number));
    std::memcpy(&value, data + sizeof(number), sizeof(value));
    (*words)[number % words->size()] = value;
  }
}

}  // namespace
}  // namespace glasswal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<uint64_t> sound = glasswal::MakeTemplate();
  if (size == 0) return 0;
  std::vector<uint64_t> words;
  if (data[0] % 2 == 0) {
    words = sound;
    glasswal::ApplyChanges(data + 1, size - 1, &words);
  } else {
    words.resize((size - 1 + 7) / 8);
    if (size > 1) std::memcpy(words.data(), data + 1, size - 1);
  }
  const auto bytes = glasswal::NewMappedBytes(words.data(), words.size() * sizeof(uint64_t));
  const glasswal::Result<glasswal::Snapshot> snapshot = glasswal::Observe(*bytes);
  if (snapshot.ok() && glasswal::ToJson(*snapshot).empty()) std::abort();
  (void)glasswal::ObserveEvents(*bytes, size % 7, 1000);
  return 0;
}
