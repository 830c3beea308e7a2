// A region whose client died in the middle of its work, and damage to it: some before anybody
// looks, some while a survivor recovers and works, at chosen points of the survivor's own code.
//
// The damage is a list of up to 24 records of 12 bytes: when (16 bits: before the start, or before
// the n-th point that is passed), which table (8 bits), which word of it (8 and 16 bits), what is
// put there (8 bits choose, 32 bits are a number) and into which half of the word (8 bits). Half of
// them go to the few words that decide what recovery and the maps do. Chance finds the tables and
// the small numbers that matter this way, which it does not among a quarter of a million words.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_TESTS_FUZZ_DAMAGED_REGION_H_
#define GLASSWAL_TESTS_FUZZ_DAMAGED_REGION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "fuzz/sound_region.h"
#include "lock/lock_word.h"
#include "port/clock.h"
#include "port/point.h"
#include "port/simulation.h"
#include "shm/layout.h"

namespace glasswal::test {

/// A clock that only sleeping moves: a wait of ten seconds is over at once.
class SleeplessMachine final : public port::Simulation {
 public:
  SleeplessMachine() { port::SetSimulation(this); }
  ~SleeplessMachine() override { port::SetSimulation(nullptr); }
  uint64_t NowNs() override { return now_ns_ += 1'000; }
  void FutexWait(const std::atomic<uint32_t>*, uint32_t, uint64_t timeout_ns) override {
    now_ns_ += timeout_ns;
  }
  void FutexWake(const std::atomic<uint32_t>*, uint32_t) override {}

 private:
  uint64_t now_ns_ = 1'000'000'000;
};

/// The words of a region in which client 0 died with all that a client can have: a connection that
/// holds WRITE, a wal-index, a log, the directory's lock, an intent of each kind, private memory.
inline std::vector<uint64_t> RegionOfTheDead() {
  const SoundRegion sound;
  shm::Region& region = sound.region();
  shm::ShmFile* file = sound.file();
  auto* database =
      reinterpret_cast<shm::ShmDatabase*>(region.SegmentAddress(file->control_segment.load()));
  database->wal_index[0].store(sound.Claim(shm::kSegmentWalIndex));
  shm::ShmConnection& connection = database->connections[0];
  connection.state.store(store::ConnectionWord(shm::kConnectionOpen, 0, 1));
  for (uint32_t i = 0; i < 3; ++i) database->locks[i].word.store(lock::kExclusiveBit | 1);
  connection.waiting.store(uint64_t{4} << 56);
  for (uint32_t number = 0; number < 2; ++number) {
    shm::ShmFile* each = region.file(number);
    each->limit_bytes.store(uint64_t{1} << 30);
    each->open_clients.store(1);
    each->path[0].store('a' + number);
    each->maps[0].store(sound.Claim(shm::kSegmentMap));
    auto* entries = reinterpret_cast<shm::Atomic32*>(region.SegmentAddress(each->maps[0].load()));
    for (uint32_t i = 0; i < 3; ++i) entries[i].store(sound.Claim(shm::kSegmentDatabase));
    each->size_bytes.store(150'000);
  }
  region.file(1)->state.store(store::FileWord(shm::kFileLive, shm::kFileWal, 1));
  region.file(1)->database.store(1);
  const shm::ClaimedSegment pending = shm::ClaimSegment(region, shm::ClientOwner(0, 1));
  connection.intent.segment.store(pending.segment);
  connection.intent.segment_word.store(pending.word);
  connection.intent.target.store(store::IntentWord(shm::kIntentLink, shm::kMapData, 0, 3));
  const uint32_t unlinked = sound.Claim(shm::kSegmentWal);
  shm::ShmIntent& own = region.client(0)->intent;
  own.segment.store(unlinked);
  own.segment_word.store(region.segment_word(unlinked)->load());
  own.target.store(store::IntentWord(shm::kIntentUnlink, shm::kMapData, 1, 3));
  (void)shm::ClaimPrivateRun(region, shm::ClientOwner(0, 1), 2);
  region.header()->directory.word.store(lock::kExclusiveBit | 1);
  std::vector<uint64_t> words(SoundRegion::kBytes / sizeof(uint64_t));
  std::memcpy(words.data(), sound.bytes(), SoundRegion::kBytes);
  return words;
}

/// Damages the region at `base`, part now and the rest at the points of the calling thread.
class Damage {
 public:
  static constexpr size_t kRecordBytes = 12;
  static constexpr size_t kMostRecords = 24;

  Damage(const shm::RegionGeometry& geometry, std::byte* base, const uint8_t* data, size_t size)
      : geometry_(geometry), base_(base) {
    const shm::ShmFile* files = reinterpret_cast<const shm::ShmFile*>(base + geometry.files_offset);
    control_ = files[0].control_segment.load() * shm::kSegmentBytes;
    for (; size >= kRecordBytes && changes_.size() < kMostRecords;
         data += kRecordBytes, size -= kRecordBytes) {
      changes_.push_back(Decode(data));
    }
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const Change& a, const Change& b) { return a.at < b.at; });
    Apply(0);
    port::SetPointHook(&OnPoint, this);
  }
  ~Damage() { port::SetPointHook(nullptr, nullptr); }
  Damage(const Damage&) = delete;
  Damage& operator=(const Damage&) = delete;

 private:
  struct Change {
    uint32_t at = 0;
    uint64_t word = 0;
    uint64_t mask = 0;
    uint64_t value = 0;
  };

  /// Where a table begins and how many bytes it has.
  struct Extent {
    uint64_t begin = 0;
    uint64_t bytes = 0;
  };

  Extent TableOf(uint8_t table) const {
    switch (table % 10) {
      case 0:
        return {0, sizeof(shm::ShmHeader)};
      case 1:  // Clients 0 to 3.
        return {geometry_.clients_offset, 4 * sizeof(shm::ShmClient)};
      case 2:
        return {geometry_.clients_offset, shm::kMaxClients * sizeof(shm::ShmClient)};
      case 3:  // Files 0 to 3.
        return {geometry_.files_offset, 4 * sizeof(shm::ShmFile)};
      case 4:
        return {geometry_.files_offset, shm::kMaxFiles * sizeof(shm::ShmFile)};
      case 5:
        return {geometry_.recoveries_offset, shm::kMaxRecoveries * sizeof(shm::ShmRecovery)};
      case 6:
        return {geometry_.events_offset, geometry_.event_capacity * sizeof(shm::ShmEvent)};
      case 7:
        return {geometry_.segments_offset, geometry_.segment_count * sizeof(uint64_t)};
      case 8:
        return {control_, sizeof(shm::ShmDatabase)};
      default:  // The wal-index, the maps and what they name come next.
        return {control_ + shm::kSegmentBytes, 8 * shm::kSegmentBytes};
    }
  }

  /// One of the words that decide most: where a client, its intents, its files and its locks are.
  uint64_t DecisiveWord(uint32_t choice) const {
    const uint64_t client = geometry_.clients_offset;
    const uint64_t file = geometry_.files_offset + choice / 32 % 2 * sizeof(shm::ShmFile);
    const uint64_t connection = control_ + offsetof(shm::ShmDatabase, connections);
    const uint64_t intent = choice % 2 == 0 ? client + offsetof(shm::ShmClient, intent)
                                            : connection + offsetof(shm::ShmConnection, intent);
    switch (choice / 2 % 16) {
      case 0:
      case 1:
      case 2:
        return intent + offsetof(shm::ShmIntent, target);
      case 3:
        return intent + offsetof(shm::ShmIntent, segment);
      case 4:
        return intent + offsetof(shm::ShmIntent, segment_word);
      case 5:
        return client + choice / 64 % 4 * sizeof(shm::ShmClient) + offsetof(shm::ShmClient, state);
      case 6:
        return connection + offsetof(shm::ShmConnection, state);
      case 7:
        return control_ + choice / 64 % shm::kLockCount * sizeof(shm::ShmLock);
      case 8:
        return offsetof(shm::ShmHeader, directory);
      case 9:
        return offsetof(shm::ShmHeader, committed_segments);
      case 10:
        return file + offsetof(shm::ShmFile, state);
      case 11:
        return file + offsetof(shm::ShmFile, size_bytes);
      case 12:
        return file + offsetof(shm::ShmFile, control_segment);
      case 13:
        return control_ + offsetof(shm::ShmDatabase, wal_index);
      default:
        return file + offsetof(shm::ShmFile, maps);
    }
  }

  static uint64_t ValueOf(uint8_t how, uint32_t number, uint64_t word) {
    switch (how % 8) {
      case 0:
        return number;
      case 1:
        return uint64_t{number} << 32 | 1;
      case 2:  // A number of a segment, in either half.
        return (number % 40) | uint64_t{number >> 8} % 40 << 32;
      case 3:  // An intent: kind, map, file, index.
        return uint64_t{number % 3} << 56 | uint64_t{number >> 2 & 7} << 48 |
               uint64_t{number >> 5 & 0xffff} << 32 | (number >> 21);
      case 4:  // A state word: state, slot or kind, generation.
        return uint64_t{number & 3} << 56 | uint64_t{number >> 2 & 0x7f} << 48 | (number >> 9 & 3);
      case 5:
        return uint64_t{1} << (number % 64);
      case 6:
        return word ^ uint64_t { 1 } << (number % 64);
      default:
        return ~uint64_t{number};
    }
  }

  Change Decode(const uint8_t* data) const {
    uint16_t at, field;
    uint32_t number;
    std::memcpy(&at, data, sizeof(at));
    std::memcpy(&field, data + 4, sizeof(field));
    std::memcpy(&number, data + 8, sizeof(number));
    Change change;
    change.at = at % 2 == 0 ? 0 : at / 2 % 1024;
    if (data[2] % 2 == 0) {
      change.word = DecisiveWord(field) / sizeof(uint64_t);
    } else {
      const Extent extent = TableOf(data[2] / 2);
      const uint64_t words = extent.bytes / sizeof(uint64_t);
      change.word = extent.begin / sizeof(uint64_t) + (field + uint64_t{data[3]} * 8192) % words;
    }
    change.mask = data[7] % 4 == 0   ? 0xffffffff
                  : data[7] % 4 == 1 ? 0xffffffff00000000
                                     : ~uint64_t{0};
    change.value = ValueOf(data[6], number, Words()[change.word]);
    return change;
  }

  uint64_t* Words() const { return reinterpret_cast<uint64_t*>(base_); }

  void Apply(uint32_t passed) {
    for (; next_ < changes_.size() && changes_[next_].at <= passed; ++next_) {
      const Change& change = changes_[next_];
      uint64_t& word = Words()[change.word];
      word = (word & ~change.mask) | (change.value & change.mask);
    }
  }
  static void OnPoint(const char*, void* self) {
    auto* damage = static_cast<Damage*>(self);
    damage->Apply(++damage->passed_);
  }

  const shm::RegionGeometry geometry_;
  std::byte* const base_;
  uint64_t control_ = 0;  // Where the control segment of file 0 begins.
  std::vector<Change> changes_;
  size_t next_ = 0;
  uint32_t passed_ = 0;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_FUZZ_DAMAGED_REGION_H_
