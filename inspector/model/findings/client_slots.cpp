// Few places for clients are left.
#include "model/findings/rule.h"
#include "model/format.h"
#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

void CheckClientSlots(const Moment& moment, Report* report) {
  const size_t clients = moment.snapshot.clients.size();
  if (!Nearly(clients, shm::kMaxClients, kSlotsWarningPercent)) return;
  report->Add(FormatCount(clients) + " of " + FormatCount(shm::kMaxClients) +
              " client slots are taken.");
}

}  // namespace

const FindingRule kClientSlotsFinding = {
    .name = "client slots nearly used up",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kClients,
    .advice = "The next to join may be refused.",
    .check = CheckClientSlots,
};

}  // namespace glasswal::inspector
