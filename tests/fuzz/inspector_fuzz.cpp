// Arbitrary bytes as what the inspector reads: source and model end with values or with an error.
//
// The first byte chooses. Odd: the rest is a capture file, as it is. Even: the rest is a list of
// changes (32-bit place, one byte) to a sound capture, which get past the checksums: these are made
// right afterwards. With the bit 1 the places count from the file's end, where the recorded parts
// are.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "diag/capture.h"
#include "diag/checksum.h"
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
  Recorder recorder;
  for (uint64_t i = 0; i < 4; ++i) {
    sound.region().client(0)->heartbeat.store(i);
    if (!recorder.Observe(*bytes).ok() || !recorder.ObserveEvents(*bytes).ok()) std::abort();
  }
  recorder.Keep({.events = {{.sequence = 1, .kind = EventKind::kCommit}}, .next_sequence = 2});
  return *WriteCapture(*bytes, {.contents = true, .recorder = &recorder});
}

/// Makes the checksums right again, of as many parts as there are.
void Seal(std::vector<uint8_t>* file) {
  diag::CaptureHeader header;
  std::memcpy(&header, file->data(), sizeof(header));
  const size_t end = sizeof(header) + header.part_count % 8 * sizeof(diag::CapturePart);
  for (size_t at = sizeof(header); at < end; at += sizeof(diag::CapturePart)) {
    diag::CapturePart part;
    std::memcpy(&part, file->data() + at, sizeof(part));
    if (part.offset > file->size() || part.size_bytes > file->size() - part.offset) continue;
    part.checksum = diag::Checksum(file->data() + part.offset, part.size_bytes);
    std::memcpy(file->data() + at, &part, sizeof(part));
  }
  header.checksum = 0;
  std::memcpy(file->data(), &header, sizeof(header));
  header.checksum = diag::Checksum(file->data(), end);
  std::memcpy(file->data(), &header, sizeof(header));
}

std::vector<uint8_t> Change(bool from_end, const uint8_t* data, size_t size,
                            std::vector<uint8_t> file) {
  constexpr size_t kChangeBytes = sizeof(uint32_t) + 1;
  for (; size >= kChangeBytes; data += kChangeBytes, size -= kChangeBytes) {
    uint32_t place;
    std::memcpy(&place, data, sizeof(place));
    place %= file.size();
    file[from_end ? file.size() - 1 - place : place] = data[sizeof(place)];
  }
  Seal(&file);
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
  if ((*source)->capture()->looks) {
    while (const RegionBytes* look = (*source)->capture()->looks->Next()) {
      Result<Snapshot> before = Observe(*look);
      if (before.ok()) model.Add(std::move(*before), (*source)->capture()->events);
    }
  }
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
    glasswal::inspector::Inspect(
        glasswal::inspector::Change((data[0] & 2) != 0, data + 1, size - 1, capture));
  }
  return 0;
}
