// A region that had no room for somebody.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

void CheckWasFull(const Moment& moment, Report* report) {
  const uint64_t full = moment.snapshot.region.full;
  if (full == 0) return;
  report->Add(FormatCounted(full, "time", "times") +
              " room was wanted and not there so far, in the region or in a file.");
}

}  // namespace

const FindingRule kWasFullFinding = {
    .name = "was full",
    .severity = Finding::Severity::kNote,
    .panel = PanelId::kSegments,
    .advice = "Each was an SQLITE_FULL for somebody.",
    .check = CheckWasFull,
};

}  // namespace glasswal::inspector
