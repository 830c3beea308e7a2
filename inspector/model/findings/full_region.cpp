// A region whose segments are nearly all in use.
#include <algorithm>

#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

void CheckFullRegion(const Moment& moment, Report* report) {
  const RegionSnapshot& region = moment.snapshot.region;
  const uint64_t free = region.free_segments + region.segment_count -
                        std::min(region.segment_count, region.committed_segments);
  const uint64_t used = region.segment_count - std::min<uint64_t>(free, region.segment_count);
  if (!Nearly(used, region.segment_count)) return;
  report->Add(FormatPercent(used, region.segment_count) + " of the region's " +
              FormatBytes(region.capacity_bytes) + " are in use.");
}

}  // namespace

const FindingRule kFullRegionFinding = {
    .name = "region nearly full",
    .severity = Finding::Severity::kProblem,
    .panel = PanelId::kSegments,
    .advice =
        "Whoever needs another segment gets SQLITE_FULL: delete, checkpoint with TRUNCATE, or "
        "create a region with a larger {}.",
    .option = Option::kRegionCapacity,
    .check = CheckFullRegion,
};

}  // namespace glasswal::inspector
