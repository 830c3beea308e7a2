// Events that nobody will read any more.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

void CheckLostEvents(const Moment& moment, Report* report) {
  const uint64_t dropped = moment.snapshot.events.dropped;
  if (moment.events_lost == 0 && dropped == 0) return;
  report->Add(FormatCounted(moment.events_lost, "event was", "events were") +
              " overwritten before the inspector read them, and " + FormatCount(dropped) +
              " were dropped by their writers.");
}

}  // namespace

const FindingRule kLostEventsFinding = {
    .name = "events lost",
    .severity = Finding::Severity::kNote,
    .panel = PanelId::kEvents,
    .advice = "Raise {} or lower the event level if each one counts.",
    .option = Option::kEventCapacity,
    .check = CheckLostEvents,
};

}  // namespace glasswal::inspector
