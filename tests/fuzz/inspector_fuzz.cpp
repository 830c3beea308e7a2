// Arbitrary bytes as what the inspector reads: source and model end with values or with an error.
//
// The first byte chooses. Odd: the rest is a capture file, as it is. Even: the rest is a list of
// changes (32-bit place, one byte) to a sound capture, which gets past the checks of the header.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "fuzz/sound_region.h"
#include "glasswal/capture.h"
#include "model/model.h"
#include "model/page_reader.h"
#include "source/source.h"

namespace glasswal::inspector {
namespace {

/// A capture of a sound region whose database has a page.
std::vector<uint8_t> MakeCapture() {
  const test::SoundRegion sound;
  const uint32_t map = sound.Claim(shm::kSegmentMap);
  const uint32_t data = sound.Claim(shm::kSegmentDatabase);
  sound.file()->maps[0].store(map);
  std::memcpy(sound.region().SegmentAddress(map), &data, sizeof(data));
  auto* page = reinterpret_cast<uint8_t*>(sound.region().SegmentAddress(data));
  page[16] = 2;    // Pages of 512 bytes,
  page[31] = 100;  // a hundred of them,
  page[100] = 13;  // the first of which is a leaf of a table.
  page[104] = 4;
  auto bytes = NewMappedBytes(sound.bytes(), test::SoundRegion::kBytes);
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
