// Arbitrary bytes as a region: observing them ends, within bounds, with a snapshot or an error, and so
// does reading all tables of the diagnostics.
//
// The first byte chooses. Odd: the rest is the region, as it is. Even: the rest is a list of
// changes (32-bit word number, 64-bit value) to the tables of a region that is otherwise sound,
// which gets past the checks of the header.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "diag/tables.h"
#include "fuzz/sound_region.h"
#include "glasswal/observe.h"

namespace glasswal {
namespace {

/// A sound region whose database has a wal-index and a connection, and which had a recovery.
std::vector<uint64_t> MakeTemplate() {
  const test::SoundRegion sound;
  const uint32_t control = sound.file()->control_segment.load();
  auto* database = reinterpret_cast<shm::ShmDatabase*>(sound.region().SegmentAddress(control));
  database->wal_index[0].store(sound.Claim(shm::kSegmentWalIndex));
  database->connections[0].state.store(store::ConnectionWord(shm::kConnectionOpen, 0, 1));
  sound.region().recovery(1)->state.store(2);
  std::vector<uint64_t> words(test::SoundRegion::kBytes / sizeof(uint64_t));
  std::memcpy(words.data(), sound.bytes(), test::SoundRegion::kBytes);
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

void ReadTables(const RegionBytes& bytes) {
  diag::Moment moment;
  if (!diag::TakeMoment(bytes, &moment).ok()) return;
  diag::LoadEvents(bytes, 100, &moment);
  for (const diag::Table& table : diag::Tables()) {
    std::string names;
    diag::RowSink columns(table.renames, &names);
    table.visit(nullptr, 0, &columns);
    // More rows of a kind are found by the decoding that all share.
    for (size_t row = 0; row < std::min<size_t>(table.count(moment), 16); ++row) {
      for (uint32_t column = 0; column < columns.columns(); ++column) {
        diag::Cell cell;
        diag::RowSink sink(column, &cell);
        table.visit(&moment, row, &sink);
        if (sink.columns() != columns.columns()) std::abort();
      }
    }
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
  glasswal::ReadTables(*bytes);
  (void)glasswal::ObserveEvents(*bytes, size % 7, 1000);
  return 0;
}
