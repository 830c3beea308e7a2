// Making a capture: which ranges of a region go into it, copying them, and what was recorded.
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "diag/capture.h"
#include "diag/checksum.h"
#include "diag/region_image.h"
#include "glasswal/capture.h"
#include "shm/segments.h"

namespace glasswal {
namespace {

using diag::CaptureHeader;
using diag::CapturePart;
using diag::CaptureRange;
using diag::Get;
using diag::RegionImage;

using Ranges = std::vector<CaptureRange>;

// The two copies of the wal-index header and the checkpoint's words.
constexpr uint64_t kWalIndexHeadBytes = diag::kWalIndexHeaderWords * sizeof(uint32_t);

/// How much of a segment of that kind belongs to the state of the region.
uint64_t StateBytes(uint32_t kind) {
  if (kind == shm::kSegmentControl) return shm::kSegmentBytes;
  return kind == shm::kSegmentWalIndex ? kWalIndexHeadBytes : 0;
}

/// And how much to the contents of databases.
uint64_t ContentsBytes(uint32_t kind) {
  switch (kind) {
    case shm::kSegmentWalIndex:
    case shm::kSegmentMap:
    case shm::kSegmentDatabase:
    case shm::kSegmentWal:
    case shm::kSegmentJournal:
      return shm::kSegmentBytes;
    default:
      return 0;
  }
}

void AddSegments(const RegionImage& image, uint64_t (*bytes_of)(uint32_t kind), Ranges* ranges) {
  for (uint32_t segment = image.geometry.first_segment; segment < image.committed_segments;
       ++segment) {
    const uint64_t size = bytes_of(shm::SegmentKindOf(image.segment_words[segment]));
    if (size == 0) continue;
    const uint64_t offset = uint64_t{segment} * shm::kSegmentBytes;
    if (!ranges->empty() && ranges->back().offset + ranges->back().size_bytes == offset) {
      ranges->back().size_bytes += size;
    } else {
      ranges->push_back({.offset = offset, .size_bytes = size});
    }
  }
  if (ranges->size() > diag::kMaxCaptureRanges) ranges->resize(diag::kMaxCaptureRanges);
}

/// A part before it is written: ranges of the region, or bytes that are there.
struct PlannedPart {
  const char* name = nullptr;
  Ranges ranges = {};
  std::vector<uint8_t> bytes = {};

  uint64_t size_bytes() const {
    if (ranges.empty()) return bytes.size();
    uint64_t size = sizeof(uint64_t) + ranges.size() * sizeof(CaptureRange);
    for (const CaptureRange& range : ranges) size += range.size_bytes;
    return size;
  }
};

std::vector<PlannedPart> PlanParts(const RegionImage& image, const CaptureOptions& options) {
  std::vector<PlannedPart> parts(1);
  parts[0].name = diag::kRegionPart;
  const uint64_t metadata_bytes = uint64_t{image.geometry.first_segment} * shm::kSegmentBytes;
  parts[0].ranges.push_back({.offset = 0, .size_bytes = metadata_bytes});
  AddSegments(image, StateBytes, &parts[0].ranges);
  if (options.contents) {
    PlannedPart contents;
    contents.name = diag::kContentsPart;
    AddSegments(image, ContentsBytes, &contents.ranges);
    if (!contents.ranges.empty()) parts.push_back(std::move(contents));
  }
  if (options.recorder == nullptr) return parts;
  RecordedParts recorded = options.recorder->Parts();
  if (!recorded.looks.empty()) {
    parts.push_back({.name = diag::kHistoryPart, .bytes = std::move(recorded.looks)});
  }
  if (!recorded.events.empty()) {
    parts.push_back({.name = diag::kEventsPart, .bytes = std::move(recorded.events)});
  }
  return parts;
}

void Append(const void* from, size_t size, std::vector<uint8_t>* to) {
  const size_t at = to->size();
  to->resize(at + size);
  if (size > 0) std::memcpy(to->data() + at, from, size);
}

bool AppendPart(const RegionBytes& source, const PlannedPart& part, std::vector<uint8_t>* file) {
  Append(part.bytes.data(), part.bytes.size(), file);
  if (part.ranges.empty()) return true;
  const uint64_t count = part.ranges.size();
  Append(&count, sizeof(count), file);
  Append(part.ranges.data(), part.ranges.size() * sizeof(CaptureRange), file);
  for (const CaptureRange& range : part.ranges) {
    const size_t at = file->size();
    file->resize(at + static_cast<size_t>(range.size_bytes));
    if (!source.Copy(range.offset, range.size_bytes, file->data() + at)) return false;
  }
  return true;
}

/// Header and table, with their checksum, into the beginning of the file.
void WriteBeginning(CaptureHeader header, const std::vector<CapturePart>& table,
                    std::vector<uint8_t>* file) {
  const size_t table_bytes = table.size() * sizeof(CapturePart);
  std::memcpy(file->data(), &header, sizeof(header));
  std::memcpy(file->data() + sizeof(header), table.data(), table_bytes);
  header.checksum = diag::Checksum(file->data(), sizeof(header) + table_bytes);
  std::memcpy(file->data(), &header, sizeof(header));
}

uint64_t UnixMs() {
  using Ms = std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<Ms>(now).count());
}

/// One try; the flag kCaptureTorn in the result's header says whether the shape changed meanwhile.
Result<std::vector<uint8_t>> Write(const RegionBytes& source, const CaptureOptions& options,
                                   bool* torn) {
  Result<std::unique_ptr<RegionImage>> image = diag::LoadRegion(source);
  if (!image.ok()) return image.status();
  const std::vector<PlannedPart> parts = PlanParts(**image, options);
  std::vector<CapturePart> table(parts.size());
  uint64_t size = sizeof(CaptureHeader) + table.size() * sizeof(CapturePart);
  std::vector<uint8_t> file(static_cast<size_t>(size));
  for (const PlannedPart& part : parts) size += part.size_bytes();
  file.reserve(static_cast<size_t>(size));
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string_view name = parts[i].name;
    std::memcpy(table[i].name, name.data(), name.size());
    table[i].offset = file.size();
    if (!AppendPart(source, parts[i], &file)) {
      return Status(StatusCode::kCorrupt,
                    "The region cannot be captured: a part of it that is in use cannot be read.");
    }
    table[i].size_bytes = file.size() - table[i].offset;
    table[i].checksum = diag::Checksum(file.data() + table[i].offset, table[i].size_bytes);
  }

  CaptureHeader header;
  header.runtime_id[0] = Get((*image)->header.runtime_id[0]);
  header.runtime_id[1] = Get((*image)->header.runtime_id[1]);
  header.region_bytes = (*image)->geometry.capacity_bytes;
  header.part_count = static_cast<uint32_t>(parts.size());
  header.time_ns = source.NowNs();
  header.made_unix_ms = UnixMs();
  uint64_t topology = 0;
  *torn = !source.Copy(offsetof(shm::ShmHeader, topology), sizeof(topology), &topology) ||
          topology != Get((*image)->header.topology);
  header.flags = (options.contents ? diag::kCaptureContents : 0) | (*torn ? diag::kCaptureTorn : 0);
  WriteBeginning(header, table, &file);
  return file;
}

}  // namespace

Result<std::vector<uint8_t>> WriteCapture(const RegionBytes& source,
                                          const CaptureOptions& options) {
  // Contents may be large and change all the time: they are copied once, torn or not.
  const uint32_t attempts = options.contents ? 1 : kObserveAttempts;
  for (uint32_t attempt = 1;; ++attempt) {
    bool torn = false;
    Result<std::vector<uint8_t>> file = Write(source, options, &torn);
    if (!file.ok() || !torn || attempt >= attempts) return file;
  }
}

}  // namespace glasswal
