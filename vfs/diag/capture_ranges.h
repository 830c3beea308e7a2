// A region of which only some ranges are there: the bytes of a capture.
//
// Thread-safety: as RegionBytes.
#ifndef GLASSWAL_VFS_DIAG_CAPTURE_RANGES_H_
#define GLASSWAL_VFS_DIAG_CAPTURE_RANGES_H_

#include <cstdint>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/status.h"

namespace glasswal::diag {

struct PlacedRange {
  uint64_t offset = 0;  // In the region.
  uint64_t size_bytes = 0;
  uint64_t at = 0;  // In the file.
};

/// Ascending by offset, not overlapping, within the region and within the file.
using PlacedRanges = std::vector<PlacedRange>;

/// The ranges of the list of `count` that lies in [at, end) of the file, followed by their bytes.
/// kCorrupt with a reason, not yet a sentence, if there is no such list. REQUIRES: at <= end <=
/// the file's size.
Result<PlacedRanges> PlaceRanges(const std::vector<uint8_t>& file, uint64_t at, uint64_t end,
                                 uint64_t count, uint64_t region_bytes);

/// Bytes that are looked for in one list of ranges and then in the next.
class CaptureBytes final : public RegionBytes {
 public:
  CaptureBytes(std::vector<uint8_t> file, std::vector<PlacedRanges> lists, uint64_t region_bytes,
               uint64_t time_ns)
      : file_(std::move(file)),
        lists_(std::move(lists)),
        region_bytes_(region_bytes),
        time_ns_(time_ns) {}

  uint64_t size_bytes() const override { return region_bytes_; }
  uint64_t NowNs() const override { return time_ns_; }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override;

 private:
  const std::vector<uint8_t> file_;
  const std::vector<PlacedRanges> lists_;
  const uint64_t region_bytes_;
  const uint64_t time_ns_;
};

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_CAPTURE_RANGES_H_
