#include "store/segment_map.h"

#include "port/assert.h"
#include "port/point.h"
#include "shm/segments.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::store {
namespace {

using shm::kNoSegment;

uint32_t FileOwnerOf(const shm::RegionView& region, uint32_t file) {
  const uint64_t word = region.file(file)->state.load(std::memory_order_acquire);
  return shm::FileOwner(file, GenerationOf(word));
}

/// What a segment at `place` is published as.
shm::SegmentKind KindAt(const shm::RegionView& region, const MapPlace& place) {
  static constexpr shm::SegmentKind kData[] = {shm::kSegmentDatabase, shm::kSegmentWal,
                                               shm::kSegmentJournal, shm::kSegmentJournal};
  static constexpr shm::SegmentKind kOthers[] = {shm::kSegmentMap, shm::kSegmentControl,
                                                 shm::kSegmentWalIndex};
  if (place.kind != shm::kMapData) return kOthers[place.kind - 1];
  return kData[FileKindOf(region.file(place.file)->state.load()) & 3];
}

/// The word of the mapped `segment`, which its linker may not have published yet, or ever if it
/// died: then that is done here. Who unlinks a segment must know the word that nobody changes
/// behind its back.
uint64_t PublishedWord(shm::Region& region, const MapPlace& place, uint32_t segment) {
  const uint64_t word = region.segment_word(segment)->load(std::memory_order_acquire);
  if (shm::SegmentKindOf(word) != shm::kSegmentPending) return word;
  const uint64_t published = shm::PublishSegment(region, segment, word, KindAt(region, place),
                                                 FileOwnerOf(region, place.file));
  return published != 0 ? published : region.segment_word(segment)->load(std::memory_order_acquire);
}

void CountLinked(shm::Region& region, const MapPlace& place) {
  if (place.kind != shm::kMapData) return;
  shm::ShmFile* file = region.file(place.file);
  const uint32_t now = file->segments.fetch_add(1, std::memory_order_relaxed) + 1;
  uint32_t peak = file->peak_segments.load(std::memory_order_relaxed);
  while (peak < now &&
         !file->peak_segments.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

/// Whether the segment with the published `word` is what a segment at `place` has to be.
bool BelongsAt(const shm::RegionView& region, const MapPlace& place, uint64_t word) {
  return shm::SegmentKindOf(word) == KindAt(region, place) &&
         shm::SegmentOwnerOf(word) == FileOwnerOf(region, place.file);
}

/// Whether `place` can be one: it comes from an intent, which is bytes of the region.
bool IsPlace(const MapPlace& place) {
  return place.file < shm::kMaxFiles && place.kind <= shm::kMapWalIndex;
}

void CountUnlinked(shm::Region& region, const MapPlace& place) {
  if (place.kind == shm::kMapData) {
    trace::SubtractShared(region.file(place.file)->segments, uint32_t{1});
  }
}

}  // namespace

const shm::ShmDatabase* DatabaseOf(const shm::RegionView& region, uint32_t file) {
  const uint32_t segment = region.file(file)->control_segment.load(std::memory_order_acquire);
  if (!region.IsDataSegment(segment)) return nullptr;
  return reinterpret_cast<const shm::ShmDatabase*>(region.SegmentAddress(segment));
}

const shm::Atomic32* MapEntry(const shm::RegionView& region, const MapPlace& place) {
  if (place.file >= shm::kMaxFiles) return nullptr;
  const shm::ShmFile* file = region.file(place.file);
  switch (place.kind) {
    case shm::kMapData: {
      const uint32_t map = place.index / shm::kMapEntries;
      if (map >= shm::kMapSegments) return nullptr;
      const uint32_t segment = file->maps[map].load(std::memory_order_acquire);
      if (!region.IsDataSegment(segment)) return nullptr;
      auto* entries = reinterpret_cast<const shm::Atomic32*>(region.SegmentAddress(segment));
      return entries + place.index % shm::kMapEntries;
    }
    case shm::kMapMap:
      return place.index < shm::kMapSegments ? &file->maps[place.index] : nullptr;
    case shm::kMapControl:
      return &file->control_segment;
    case shm::kMapWalIndex: {
      const shm::ShmDatabase* database = DatabaseOf(region, place.file);
      if (database == nullptr || place.index >= shm::kWalIndexSegments) return nullptr;
      return &database->wal_index[place.index];
    }
  }
  return nullptr;
}

uint32_t SegmentIn(const shm::RegionView& region, const shm::Atomic32* entry) {
  if (entry == nullptr) return kNoSegment;
  const uint32_t segment = entry->load(std::memory_order_acquire);
  return region.IsDataSegment(segment) ? segment : kNoSegment;
}

uint32_t MappedSegment(const shm::RegionView& region, const MapPlace& place) {
  return SegmentIn(region, MapEntry(region, place));
}

uint32_t NextEntry(const shm::RegionView& region, uint32_t file, uint32_t from, uint32_t to) {
  GLASSWAL_ASSERT(from >= to || from / shm::kMapEntries == (to - 1) / shm::kMapEntries,
                  "entries are looked for within one map segment");
  const shm::Atomic32* entry = MapEntry(region, {shm::kMapData, file, from});
  if (entry == nullptr) return to;
  while (from < to && entry->load(std::memory_order_acquire) == kNoSegment) ++from, ++entry;
  return from;
}

uint32_t LinkSegment(const ClientContext& self, shm::ShmIntent* intent, const MapPlace& place,
                     shm::SegmentKind segment_kind) {
  shm::Region& region = *self.region;
  shm::Atomic32* entry = MapEntry(region, place);
  if (entry == nullptr) return kNoSegment;
  uint32_t present = entry->load(std::memory_order_acquire);
  if (present != kNoSegment) return region.IsDataSegment(present) ? present : kNoSegment;

  intent->segment.store(kNoSegment, kPublished);
  intent->target.store(IntentWord(shm::kIntentLink, place.kind, place.file, place.index),
                       std::memory_order_release);
  GLASSWAL_POINT("store.link.intent");
  shm::Growth growth;
  const shm::ClaimedSegment claimed = shm::ClaimSegment(region, self.owner(), &growth);
  self.RecordGrowth(growth);
  if (claimed.segment == kNoSegment) {
    intent->target.store(0, std::memory_order_release);
    return kNoSegment;
  }
  GLASSWAL_POINT("store.link.claimed");
  intent->segment_word.store(claimed.word, kPublished);
  intent->segment.store(claimed.segment, std::memory_order_release);
  GLASSWAL_POINT("store.link.named");
  if (entry->compare_exchange_strong(present, claimed.segment)) {
    GLASSWAL_POINT("store.link.mapped");
    shm::PublishSegment(region, claimed.segment, claimed.word, segment_kind,
                        FileOwnerOf(region, place.file));
    CountLinked(region, place);
    present = claimed.segment;
  } else {
    shm::ReleaseSegment(region, claimed.segment, claimed.word);
  }
  GLASSWAL_POINT("store.link.published");
  intent->target.store(0, std::memory_order_release);
  return region.IsDataSegment(present) ? present : kNoSegment;
}

bool UnlinkSegment(const ClientContext& self, shm::ShmIntent* intent, const MapPlace& place) {
  shm::Region& region = *self.region;
  shm::Atomic32* entry = MapEntry(region, place);
  uint32_t segment = SegmentIn(region, entry);
  if (segment == kNoSegment) return false;
  const uint64_t word = PublishedWord(region, place, segment);
  intent->segment_word.store(word, kPublished);
  intent->segment.store(segment, kPublished);
  intent->target.store(IntentWord(shm::kIntentUnlink, place.kind, place.file, place.index),
                       std::memory_order_release);
  GLASSWAL_POINT("store.unlink.intent");
  const bool mine =
      entry->compare_exchange_strong(segment, kNoSegment) && BelongsAt(region, place, word);
  GLASSWAL_POINT("store.unlink.unmapped");
  if (mine) {
    shm::ReleaseSegment(region, segment, word);
    CountUnlinked(region, place);
  }
  GLASSWAL_POINT("store.unlink.released");
  intent->target.store(0, std::memory_order_release);
  return mine;
}

void FinishIntent(shm::Region& region, shm::ShmIntent* intent) {
  const uint64_t target = intent->target.load(std::memory_order_acquire);
  const auto kind = static_cast<uint32_t>(target >> 56);
  const auto segment = static_cast<uint32_t>(intent->segment.load(std::memory_order_acquire));
  const MapPlace place{static_cast<shm::MapKind>((target >> 48) & 0xff),
                       static_cast<uint32_t>(target >> 32) & 0xffff, static_cast<uint32_t>(target)};
  if ((kind == shm::kIntentLink || kind == shm::kIntentUnlink) && region.IsDataSegment(segment) &&
      IsPlace(place)) {
    const uint64_t word = intent->segment_word.load(std::memory_order_relaxed);
    const bool mapped = MappedSegment(region, place) == segment;
    GLASSWAL_POINT("store.finish.looked");
    if (kind == shm::kIntentLink && mapped) {
      if (shm::PublishSegment(region, segment, word, KindAt(region, place),
                              FileOwnerOf(region, place.file)) != 0) {
        CountLinked(region, place);
      }
    } else if (kind == shm::kIntentUnlink && !mapped) {
      if (BelongsAt(region, place, word) && shm::ReleaseSegment(region, segment, word)) {
        CountUnlinked(region, place);
      }
    }
  }
  GLASSWAL_POINT("store.finish.done");
  intent->target.store(0, std::memory_order_release);
}

}  // namespace glasswal::store
