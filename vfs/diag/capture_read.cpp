// Reading a capture: a region of which only some ranges are there.
#include <algorithm>
#include <cstring>

#include "diag/capture.h"
#include "diag/region_image.h"
#include "glasswal/capture.h"

namespace glasswal {
namespace {

using diag::CaptureHeader;
static_assert(kCaptureBeginning.size() == sizeof(diag::kCaptureMagic));
using diag::CaptureRange;

Status NoCapture(const char* why) {
  return Status(StatusCode::kCorrupt, std::string("This is no whole capture: ") + why + ".");
}

struct PlacedRange {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
  uint64_t at = 0;  // In the file.
};

class CaptureBytes final : public RegionBytes {
 public:
  CaptureBytes(std::vector<uint8_t> file, std::vector<PlacedRange> ranges, uint64_t region_bytes,
               uint64_t time_ns)
      : file_(std::move(file)),
        ranges_(std::move(ranges)),
        region_bytes_(region_bytes),
        time_ns_(time_ns) {}

  uint64_t size_bytes() const override { return region_bytes_; }
  uint64_t NowNs() const override { return time_ns_; }

  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    // The last range that begins at or before the offset.
    const auto after =
        std::upper_bound(ranges_.begin(), ranges_.end(), offset,
                         [](uint64_t value, const PlacedRange& r) { return value < r.offset; });
    if (after == ranges_.begin()) return false;
    const PlacedRange& range = *(after - 1);
    const uint64_t skip = offset - range.offset;
    if (skip > range.size_bytes || size_bytes > range.size_bytes - skip) return false;
    if (size_bytes > 0) {
      std::memcpy(to, file_.data() + range.at + skip, static_cast<size_t>(size_bytes));
    }
    return true;
  }

 private:
  const std::vector<uint8_t> file_;
  const std::vector<PlacedRange> ranges_;
  const uint64_t region_bytes_;
  const uint64_t time_ns_;
};

Status CheckHeader(const std::vector<uint8_t>& file, CaptureHeader* header) {
  if (file.size() < sizeof(*header)) return NoCapture("it is shorter than a capture's header");
  std::memcpy(header, file.data(), sizeof(*header));
  if (header->magic != diag::kCaptureMagic) {
    return NoCapture("it does not begin with a capture's magic number");
  }
  if (header->version != diag::kCaptureVersion) {
    return Status(StatusCode::kVersionMismatch, "This capture is of version " +
                                                    std::to_string(header->version) +
                                                    ", and this build reads version " +
                                                    std::to_string(diag::kCaptureVersion) + ".");
  }
  const uint64_t most = (file.size() - sizeof(*header)) / sizeof(CaptureRange);
  if (header->range_count == 0 || header->range_count > most ||
      header->range_count > diag::kMaxCaptureRanges) {
    return NoCapture("its list of ranges does not fit");
  }
  return Status::Ok();
}

Status PlaceRanges(const std::vector<uint8_t>& file, const CaptureHeader& header,
                   std::vector<PlacedRange>* ranges) {
  uint64_t at = sizeof(header) + uint64_t{header.range_count} * sizeof(CaptureRange);
  uint64_t end = 0;  // Of the range before.
  for (uint32_t i = 0; i < header.range_count; ++i) {
    CaptureRange range;
    std::memcpy(&range, file.data() + sizeof(header) + size_t{i} * sizeof(range), sizeof(range));
    if (range.size_bytes > file.size() - at) return NoCapture("it ends before its last range does");
    if (range.offset < end || range.offset > header.region_bytes ||
        range.size_bytes > header.region_bytes - range.offset) {
      return NoCapture("its ranges are out of order or lie outside of the region");
    }
    ranges->push_back({.offset = range.offset, .size_bytes = range.size_bytes, .at = at});
    at += range.size_bytes;
    end = range.offset + range.size_bytes;
  }
  if (ranges->front().offset != 0) return NoCapture("the region's tables are not in it");
  return Status::Ok();
}

}  // namespace

Result<std::unique_ptr<RegionBytes>> ReadCapture(std::vector<uint8_t> file) {
  CaptureHeader header;
  Status status = CheckHeader(file, &header);
  if (!status.ok()) return status;
  std::vector<PlacedRange> ranges;
  status = PlaceRanges(file, header, &ranges);
  if (!status.ok()) return status;
  const uint64_t tables_bytes = ranges.front().size_bytes;
  auto bytes = std::make_unique<CaptureBytes>(std::move(file), std::move(ranges),
                                              header.region_bytes, header.time_ns);
  // All tables must be there: what a reader allocates for them is then no more than the file holds.
  shm::ShmHeader region;
  if (!bytes->Copy(0, sizeof(region), static_cast<void*>(&region))) {
    return NoCapture("the region's header is not in it");
  }
  const Result<shm::RegionGeometry> geometry = shm::ReadGeometry(region, tables_bytes);
  if (!geometry.ok()) return geometry.status();
  return std::unique_ptr<RegionBytes>(std::move(bytes));
}

}  // namespace glasswal
