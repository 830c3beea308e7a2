// A lock whose word no lock can have.
#include "model/findings/rule.h"

namespace glasswal::inspector {
namespace {

void CheckBadLock(const Moment& moment, Report* report) {
  const std::vector<LockSnapshot>& locks = moment.snapshot.locks;
  for (size_t i = 0; i < locks.size(); ++i) {
    if (locks[i].valid) continue;
    report->Add("The word of " + locks[i].name + " of " + locks[i].database +
                    " is no possible state of a lock.",
                {Selection::Kind::kLock, i});
  }
}

}  // namespace

const FindingRule kBadLockFinding = {
    .name = "impossible lock",
    .severity = Finding::Severity::kProblem,
    .panel = PanelId::kLocks,
    .advice = "The region's memory was damaged.",
    .check = CheckBadLock,
};

}  // namespace glasswal::inspector
