// Few places for files are left.
#include "model/findings/rule.h"
#include "model/format.h"
#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

void CheckFileSlots(const Moment& moment, Report* report) {
  const size_t files = moment.snapshot.files.size();
  if (!Nearly(files, shm::kMaxFiles, kSlotsWarningPercent)) return;
  report->Add(FormatCount(files) + " of " + FormatCount(shm::kMaxFiles) +
              " places for files are taken.");
}

}  // namespace

const FindingRule kFileSlotsFinding = {
    .name = "file slots nearly used up",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kFiles,
    .advice = "The next file may not be created.",
    .check = CheckFileSlots,
};

}  // namespace glasswal::inspector
