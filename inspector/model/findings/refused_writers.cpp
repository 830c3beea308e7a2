// Writers that were told to come again.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

void CheckRefusedWriters(const Moment& moment, Report* report) {
  const std::vector<LockSnapshot>& locks = moment.snapshot.locks;
  for (size_t i = 0; i < locks.size(); ++i) {
    const LockSnapshot& lock = locks[i];
    if (lock.refused == 0 || lock.name != "WRITE") continue;
    report->Add(lock.name + " of " + lock.database + " was refused " +
                    FormatCounted(lock.refused, "time", "times") + " so far; it was met held " +
                    FormatCounted(lock.contended, "time", "times") + ".",
                {Selection::Kind::kLock, i});
  }
}

}  // namespace

const FindingRule kRefusedWritersFinding = {
    .name = "refused writers",
    .severity = Finding::Severity::kNote,
    .panel = PanelId::kLocks,
    .advice = "Each was an SQLITE_BUSY: a longer busy timeout waits for the release.",
    .check = CheckRefusedWriters,
};

}  // namespace glasswal::inspector
