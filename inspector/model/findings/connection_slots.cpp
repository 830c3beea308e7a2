// A database that can be opened only a few times more.
#include "model/findings/rule.h"
#include "model/format.h"
#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

void CheckConnectionSlots(const Moment& moment, Report* report) {
  for (const DatabaseSnapshot& database : moment.snapshot.databases) {
    if (!Nearly(database.connections, shm::kMaxConnections, kSlotsWarningPercent)) continue;
    report->Add(database.path + " has " + FormatCount(database.connections) + " of " +
                    FormatCount(shm::kMaxConnections) + " connections open.",
                {Selection::Kind::kFile, database.file});
  }
}

}  // namespace

const FindingRule kConnectionSlotsFinding = {
    .name = "connection slots nearly used up",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kFiles,
    .advice = "The next to open it may be refused.",
    .check = CheckConnectionSlots,
};

}  // namespace glasswal::inspector
