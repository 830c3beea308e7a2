#include "diag/capture_ranges.h"

#include <algorithm>
#include <cstring>

#include "diag/capture.h"

namespace glasswal::diag {
namespace {

/// Where the bytes lie in the file, if one of the ranges has all of them.
const PlacedRange* RangeWith(const PlacedRanges& ranges, uint64_t offset, uint64_t size_bytes) {
  // The last range that begins at or before the offset.
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), offset,
                       [](uint64_t value, const PlacedRange& r) { return value < r.offset; });
  if (after == ranges.begin()) return nullptr;
  const PlacedRange& range = *(after - 1);
  const uint64_t skip = offset - range.offset;
  return skip <= range.size_bytes && size_bytes <= range.size_bytes - skip ? &range : nullptr;
}

}  // namespace

Result<PlacedRanges> PlaceRanges(const std::vector<uint8_t>& file, uint64_t at, uint64_t end,
                                 uint64_t count, uint64_t region_bytes) {
  const auto no = [](const char* why) { return Status(StatusCode::kCorrupt, why); };
  if (count == 0 || count > kMaxCaptureRanges || count > (end - at) / sizeof(CaptureRange)) {
    return no("its list of ranges does not fit");
  }
  PlacedRanges ranges;
  uint64_t bytes_at = at + count * sizeof(CaptureRange);
  uint64_t range_end = 0;  // Of the range before, in the region.
  for (uint64_t i = 0; i < count; ++i) {
    CaptureRange range;
    std::memcpy(&range, file.data() + at + i * sizeof(range), sizeof(range));
    if (range.size_bytes > end - bytes_at) return no("it ends before its last range does");
    if (range.offset < range_end || range.offset > region_bytes ||
        range.size_bytes > region_bytes - range.offset) {
      return no("its ranges are out of order or lie outside of the region");
    }
    ranges.push_back({.offset = range.offset, .size_bytes = range.size_bytes, .at = bytes_at});
    bytes_at += range.size_bytes;
    range_end = range.offset + range.size_bytes;
  }
  return ranges;
}

bool CaptureBytes::Copy(uint64_t offset, uint64_t size_bytes, void* to) const {
  for (const PlacedRanges& ranges : lists_) {
    const PlacedRange* range = RangeWith(ranges, offset, size_bytes);
    if (range == nullptr) continue;
    if (size_bytes > 0) {
      std::memcpy(to, file_.data() + range->at + (offset - range->offset),
                  static_cast<size_t>(size_bytes));
    }
    return true;
  }
  return false;
}

}  // namespace glasswal::diag
