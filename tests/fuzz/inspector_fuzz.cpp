// Arbitrary bytes as what the inspector reads: source and model end with values or with an error.
//
// The first byte chooses. Odd: the rest is a capture file, as it is. Even: the rest is a list of
// changes (32-bit place, one byte) to a sound capture, which gets past the checks of the header.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "glasswal/capture.h"
#include "model/model.h"
#include "model/page_reader.h"
#include "port/memory.h"
#include "shm/region.h"
#include "shm/segments.h"
#include "source/source.h"
#include "store/words.h"

namespace glasswal::inspector {
namespace {

constexpr uint64_t kRegionBytes = 32 * shm::kSegmentBytes;

/// A capture of a sound region with one client, and one database with a page.
std::vector<uint8_t> MakeCapture() {
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
  shm::ShmFile* file = (*region)->file(0);
  file->state.store(store::FileWord(shm::kFileLive, shm::kFileDatabase, 1));
  file->control_segment.store(claim(shm::kSegmentControl));
  const uint32_t map = claim(shm::kSegmentMap);
  const uint32_t data = claim(shm::kSegmentDatabase);
  file->maps[0].store(map);
  std::memcpy((*region)->SegmentAddress(map), &data, sizeof(data));
  auto* page = reinterpret_cast<uint8_t*>((*region)->SegmentAddress(data));
  page[16] = 2;    // Pages of 512 bytes,
  page[31] = 100;  // a hundred of them,
  page[100] = 13;  // the first of which is a leaf of a table.
  page[104] = 4;
  auto bytes = NewMappedBytes(block.get(), kRegionBytes);
  return *WriteCapture(*bytes, {.contents = true});
}

std::vector<uint8_t> Change(const uint8_t* data, size_t size, std::vector<uint8_t> file) {
  constexpr size_t kChangeBytes = sizeof(uint32_t) + 1;
  for (; size >= kChangeBytes; data += kChangeBytes, size -= kChangeBytes) {
    uint32_t place;
    std::memcpy(&place, data, sizeof(place));
    file[place % file.size()] = data[sizeof(place)];
  }
  return file;
}

void Inspect(std::vector<uint8_t> file) {
  Result<std::unique_ptr<Source>> source = OpenCapture(std::move(file), "fuzzed");
  if (!source.ok()) {
    if (source.status().message().empty()) std::abort();
    return;
  }
  Result<Snapshot> snapshot = Observe((*source)->bytes());
  if (!snapshot.ok()) return;
  Result<EventBatch> events = ObserveEvents((*source)->bytes(), 0, 1000);
  Model model;
  model.Reset("fuzzed", false);
  model.Add(std::move(*snapshot), events.ok() ? *events : EventBatch());
  model.SetBaseline();
  model.SetPages(ReadPageMap((*source)->bytes(), model.snapshot(), 0));
  std::vector<Event> all(model.events().events().begin(), model.events().events().end());
  if (EventsToMarkdown(all, model.names()).empty() || EventsToJson(all).empty()) std::abort();
}

}  // namespace
}  // namespace glasswal::inspector

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const std::vector<uint8_t> capture = glasswal::inspector::MakeCapture();
  if (data[0] % 2 == 1) {
    glasswal::inspector::Inspect(std::vector<uint8_t>(data + 1, data + size));
  } else {
    glasswal::inspector::Inspect(glasswal::inspector::Change(data + 1, size - 1, capture));
  }
  return 0;
}
