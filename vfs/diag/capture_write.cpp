// Making a capture: which ranges of a region go into it, and copying them.
#include <cstring>

#include "diag/capture.h"
#include "diag/region_image.h"
#include "glasswal/capture.h"
#include "shm/segments.h"

namespace glasswal {
namespace {

using diag::CaptureHeader;
using diag::CaptureRange;
using diag::Get;
using diag::RegionImage;

// The two copies of the wal-index header and the checkpoint's words.
constexpr uint64_t kWalIndexHeadBytes = diag::kWalIndexHeaderWords * sizeof(uint32_t);

/// How much of a segment of that kind goes into a capture.
uint64_t WantedBytes(uint32_t kind, bool contents) {
  switch (kind) {
    case shm::kSegmentControl:
      return shm::kSegmentBytes;
    case shm::kSegmentWalIndex:
      return contents ? shm::kSegmentBytes : kWalIndexHeadBytes;
    case shm::kSegmentMap:
    case shm::kSegmentDatabase:
    case shm::kSegmentWal:
    case shm::kSegmentJournal:
      return contents ? shm::kSegmentBytes : 0;
    default:
      return 0;
  }
}

std::vector<CaptureRange> PlanRanges(const RegionImage& image, bool contents) {
  const uint64_t metadata_bytes = uint64_t{image.geometry.first_segment} * shm::kSegmentBytes;
  std::vector<CaptureRange> ranges = {{.offset = 0, .size_bytes = metadata_bytes}};
  for (uint32_t segment = image.geometry.first_segment; segment < image.committed_segments;
       ++segment) {
    const uint64_t size = WantedBytes(shm::SegmentKindOf(image.segment_words[segment]), contents);
    if (size == 0) continue;
    const uint64_t offset = uint64_t{segment} * shm::kSegmentBytes;
    CaptureRange& last = ranges.back();
    if (last.offset + last.size_bytes == offset) {
      last.size_bytes += size;
    } else {
      ranges.push_back({.offset = offset, .size_bytes = size});
    }
  }
  return ranges;
}

void Append(const void* from, size_t size, std::vector<uint8_t>* to) {
  const size_t at = to->size();
  to->resize(at + size);
  std::memcpy(to->data() + at, from, size);
}

/// One try; the flag kCaptureTorn in the result's header says whether the shape changed meanwhile.
Result<std::vector<uint8_t>> Write(const RegionBytes& source, bool contents, bool* torn) {
  Result<std::unique_ptr<RegionImage>> image = diag::LoadRegion(source);
  if (!image.ok()) return image.status();
  std::vector<CaptureRange> ranges = PlanRanges(**image, contents);
  if (ranges.size() > diag::kMaxCaptureRanges) ranges.resize(diag::kMaxCaptureRanges);

  CaptureHeader header;
  header.runtime_id[0] = Get((*image)->header.runtime_id[0]);
  header.runtime_id[1] = Get((*image)->header.runtime_id[1]);
  header.region_bytes = (*image)->geometry.capacity_bytes;
  header.range_count = static_cast<uint32_t>(ranges.size());
  std::vector<uint8_t> file;
  uint64_t size = sizeof(header) + ranges.size() * sizeof(CaptureRange);
  for (const CaptureRange& range : ranges) size += range.size_bytes;
  file.reserve(static_cast<size_t>(size));
  Append(&header, sizeof(header), &file);
  Append(ranges.data(), ranges.size() * sizeof(CaptureRange), &file);
  for (const CaptureRange& range : ranges) {
    const size_t at = file.size();
    file.resize(at + static_cast<size_t>(range.size_bytes));
    if (!source.Copy(range.offset, range.size_bytes, file.data() + at)) {
      return Status(StatusCode::kCorrupt,
                    "The region cannot be captured: a part of it that is in use cannot be read.");
    }
  }
  header.time_ns = source.NowNs();
  uint64_t topology = 0;
  *torn = !source.Copy(offsetof(shm::ShmHeader, topology), sizeof(topology), &topology) ||
          topology != Get((*image)->header.topology);
  header.flags = (contents ? diag::kCaptureContents : 0) | (*torn ? diag::kCaptureTorn : 0);
  std::memcpy(file.data(), &header, sizeof(header));
  return file;
}

}  // namespace

Result<std::vector<uint8_t>> WriteCapture(const RegionBytes& source,
                                          const CaptureOptions& options) {
  // Contents may be large and change all the time: they are copied once, torn or not.
  const uint32_t attempts = options.contents ? 1 : kObserveAttempts;
  for (uint32_t attempt = 1;; ++attempt) {
    bool torn = false;
    Result<std::vector<uint8_t>> file = Write(source, options.contents, &torn);
    if (!file.ok() || !torn || attempt >= attempts) return file;
  }
}

}  // namespace glasswal
