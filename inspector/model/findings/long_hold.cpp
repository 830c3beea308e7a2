// A lock that one client has had for long, the worse if somebody waits for it.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

/// What the connection runs that has the lock of a database.
std::optional<ConnectionStatement> StatementOf(const Snapshot& s, const LockSnapshot& lock) {
  for (const ConnectionSnapshot& connection : s.connections) {
    if (connection.file == lock.file && connection.slot == lock.holders[0].connection) {
      return connection.statement;
    }
  }
  return std::nullopt;
}

void CheckLongHold(const Moment& moment, Report* report) {
  const std::vector<LockSnapshot>& locks = moment.snapshot.locks;
  for (size_t i = 0; i < locks.size(); ++i) {
    const LockSnapshot& lock = locks[i];
    if (!lock.exclusive || lock.held_ns < kLongHoldNs || lock.holders.empty()) continue;
    const std::string where = lock.database.empty() ? "" : " of " + lock.database;
    std::string sentence = Quoted(lock.holders[0].client_name) + " has held " + lock.name + where +
                           " for " + FormatDuration(lock.held_ns);
    const std::string statement = FormatStatement(StatementOf(moment.snapshot, lock));
    if (!statement.empty()) sentence += ", " + statement;
    if (!lock.waiters.empty()) {
      sentence += "; " + FormatCounted(lock.waiters.size(), "connection waits", "connections wait");
    }
    Finding& finding = report->Add(sentence + ".", {Selection::Kind::kLock, i});
    if (!lock.waiters.empty()) finding.severity = Finding::Severity::kProblem;
  }
}

}  // namespace

const FindingRule kLongHoldFinding = {
    .name = "long-held lock",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kLocks,
    .advice =
        "A write transaction keeps every other writer out: commit sooner, or in smaller pieces.",
    .check = CheckLongHold,
};

}  // namespace glasswal::inspector
