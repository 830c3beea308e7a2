#include <algorithm>
#include <type_traits>

#include "diag/decode.h"
#include "shm/segments.h"

namespace glasswal::diag {
namespace {

std::string HexOf(const shm::Atomic64 (&words)[2]) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const shm::Atomic64& word : words) {
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[Get(word) >> shift & 0xf];
  }
  return text;
}

/// A number of the header as an option shows it.
template <typename Value>
Value As(uint64_t number, uint64_t most) {
  if constexpr (std::is_enum_v<Value>) return static_cast<Value>(std::min(number, most));
  return static_cast<Value>(number);
}

OptionValues DecodeOptions(const shm::ShmHeader& header) {
  OptionValues options;
  // Bytes of the region are input: a choice that is none is shown as the last one.
#define GLASSWAL_READ_OPTION(option, member, uri, javascript, least, most, field, units, what) \
  options.member = As<decltype(options.member)>(Get(header.field) / units, most);
  GLASSWAL_KEPT_OPTIONS(GLASSWAL_READ_OPTION)
#undef GLASSWAL_READ_OPTION
  return options;
}

/// Segments whose word says that they were claimed at some time.
uint64_t EverUsed(const RegionImage& image) {
  const auto unused =
      std::count_if(image.segment_words.begin(), image.segment_words.end(),
                    [](uint64_t word) { return shm::SegmentKindOf(word) == shm::kSegmentFree; });
  return image.segment_words.size() - static_cast<uint64_t>(unused);
}

void DecodeSizes(const RegionImage& image, RegionSnapshot* region) {
  const shm::ShmHeader& header = image.header;
  region->capacity_bytes = image.geometry.capacity_bytes;
  region->committed_bytes = SegmentsToBytes(image.committed_segments);
  region->high_water_bytes = SegmentsToBytes(EverUsed(image));
  region->segment_bytes = shm::kSegmentBytes;
  region->segment_count = image.geometry.segment_count;
  region->metadata_segments = image.geometry.first_segment;
  region->committed_segments = image.committed_segments;
  region->free_segments = Get(header.free_segments);
  region->free_bytes = SegmentsToBytes(region->free_segments);
  region->reclaimed_segments = Get(header.reclaimed_segments);
  region->reclaimed_bytes = SegmentsToBytes(region->reclaimed_segments);
}

}  // namespace

RegionSnapshot DecodeRegion(const RegionImage& image) {
  const shm::ShmHeader& header = image.header;
  RegionSnapshot region;
  region.id = HexOf(header.runtime_id);
  region.layout_version = Get(header.version);
  region.closed = Get(header.closed) != 0;
  DecodeSizes(image, &region);
  region.grown = Get(header.grown);
  region.full = Get(header.full);
  region.statements_dropped = Get(header.statements_dropped);
  region.silent_reports = Get(header.silent_reports);
  region.topology = Get(header.topology);
  region.commit_sequence = Get(header.commit_sequence);
  region.recoveries = Get(header.recoveries);
  region.recovered_handles = Get(header.recovered_handles);
  region.recovered_locks = Get(header.recovered_locks);
  region.options = DecodeOptions(header);
  return region;
}

EventRingSnapshot DecodeEventRing(const RegionImage& image) {
  EventRingSnapshot ring;
  const uint32_t level = Get(image.header.event_level);
  ring.level = static_cast<EventLevel>(std::min(level, static_cast<uint32_t>(EventLevel::kTrace)));
  ring.capacity = image.geometry.event_capacity;
  ring.head = std::max<uint64_t>(Get(image.header.event_head), 1);
  ring.dropped = Get(image.header.events_dropped);
  ring.overwritten = ring.head > ring.capacity ? ring.head - ring.capacity - 1 : 0;
  return ring;
}

std::vector<SegmentSnapshot> DecodeSegments(const RegionImage& image) {
  std::vector<SegmentSnapshot> segments;
  segments.reserve(image.segment_words.size());
  for (const uint64_t word : image.segment_words) {
    const uint64_t kind = word >> 56;
    const uint32_t owner = shm::SegmentOwnerOf(word);
    const bool of_client = kind <= shm::kSegmentPrivate;
    const uint32_t client_owner = shm::ClientOwner(0, owner);
    const uint32_t file_owner = shm::FileOwner(0, owner);
    segments.push_back(
        {.kind =
             kind < shm::kSegmentKindCount ? static_cast<SegmentKind>(kind) : SegmentKind::kUnknown,
         .owner =
             static_cast<uint16_t>(of_client ? shm::ClientOfOwner(owner) : shm::FileOfOwner(owner)),
         .owner_generation = static_cast<uint16_t>(of_client ? client_owner : file_owner),
         .sequence = shm::SegmentSequenceOf(word)});
  }
  return segments;
}

static_assert(static_cast<uint32_t>(SegmentKind::kUnknown) == shm::kSegmentKindCount);
static_assert(static_cast<uint32_t>(SegmentKind::kPending) == shm::kSegmentPending);
static_assert(static_cast<uint32_t>(SegmentKind::kWalIndex) == shm::kSegmentWalIndex);

}  // namespace glasswal::diag

namespace glasswal {

std::vector<SegmentRun> SegmentRuns(const std::vector<SegmentSnapshot>& segments) {
  std::vector<SegmentRun> runs;
  for (uint32_t number = 0; number < segments.size(); ++number) {
    const SegmentSnapshot& segment = segments[number];
    SegmentRun run;
    run.first = number;
    run.count = 1;
    run.kind = segment.kind;
    if (segment.kind == SegmentKind::kPending || segment.kind == SegmentKind::kPrivate) {
      run.client = segment.owner;
    } else if (segment.kind >= SegmentKind::kMap && segment.kind <= SegmentKind::kWalIndex) {
      run.file = segment.owner;
    }
    const bool same = !runs.empty() && runs.back().kind == run.kind &&
                      runs.back().client == run.client && runs.back().file == run.file;
    if (same) {
      ++runs.back().count;
    } else {
      runs.push_back(run);
    }
  }
  return runs;
}

}  // namespace glasswal
