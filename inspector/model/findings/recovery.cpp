// Clients that died, and what was taken back.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

constexpr uint64_t kOldNs = uint64_t{60} * 1'000'000'000;
constexpr size_t kMostFindings = 64;  // With those before; the panel has all of them.

void CheckRecovery(const Moment& moment, Report* report) {
  for (const RecoverySnapshot& recovery : moment.snapshot.recoveries) {
    const char* how = recovery.evicted ? " was evicted and" : " died and";
    Finding& finding =
        report->Add(Quoted(recovery.client_name) + how + (recovery.running ? " is being" : " was") +
                        " recovered from" +
                        (recovery.running ? "" : " " + FormatDuration(recovery.age_ns) + " ago") +
                        ": " + FormatCounted(recovery.locks, "lock", "locks") + ", " +
                        FormatCounted(recovery.handles, "handle", "handles") + " and " +
                        FormatCounted(recovery.segments, "segment", "segments") + " taken back.",
                    {Selection::Kind::kRecovery, recovery.number});
    if (recovery.running) finding.severity = Finding::Severity::kProblem;
    if (!recovery.running && recovery.age_ns > kOldNs) finding.severity = Finding::Severity::kNote;
    if (recovery.locks == 0) finding.advice = "It held no lock when it died.";
    if (report->count() > kMostFindings) return;
  }
}

}  // namespace

const FindingRule kRecoveryFinding = {
    .name = "stale recovery",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kRecoveries,
    .advice =
        "It held a lock when it died; its unfinished transaction is gone, each commit is there.",
    .check = CheckRecovery,
};

}  // namespace glasswal::inspector
