// A client that stands in somebody's way and does nothing.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

/// Locks that stand in somebody's way. Each open connection shares SHARED all the time.
uint32_t HeldInTheWay(const Snapshot& s, uint32_t client) {
  uint32_t held = 0;
  for (const ConnectionSnapshot& connection : s.connections) {
    if (connection.client != client) continue;
    for (const HeldLock& lock : connection.held_locks) {
      held += lock.name != "SHARED" || lock.mode == LockMode::kExclusive ? 1 : 0;
    }
  }
  return held;
}

/// What it has been running since before it fell silent; nothing if it runs no statement.
std::optional<ConnectionStatement> Running(const Snapshot& s, uint32_t client) {
  for (const ConnectionSnapshot& connection : s.connections) {
    if (connection.client == client && connection.statement && connection.statement->running) {
      return connection.statement;
    }
  }
  return std::nullopt;
}

void CheckSilentHolder(const Moment& moment, Report* report) {
  const Snapshot& s = moment.snapshot;
  for (const ClientSnapshot& client : s.clients) {
    if (!client.silent_ns || *client.silent_ns < kSilentHolderNs) continue;
    const uint32_t held = HeldInTheWay(s, client.slot);
    if (held == 0) continue;
    const std::string holds =
        Quoted(client.name) + " holds " + FormatCounted(held, "lock", "locks");
    const std::string runs = FormatStatement(Running(s, client.slot));
    Finding& finding = report->Add(runs.empty() ? holds + " and has made no call for " +
                                                      FormatDuration(*client.silent_ns) + "."
                                                : holds + " and has been " + runs + ".",
                                   {Selection::Kind::kClient, client.slot});
    if (!runs.empty()) {
      finding.advice =
          "Its statement computes, or the thread is stopped in the middle of it: cancel the "
          "statement; if it writes, its transaction is rolled back. Nothing is taken from the "
          "client before it is proved dead.";
    }
    const bool reported = *client.silent_ns / 1000000 >= s.region.options.stale_ms;
    if (reported) finding.severity = Finding::Severity::kProblem;
  }
}

}  // namespace

const FindingRule kSilentHolderFinding = {
    .name = "silent holder",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kClients,
    .advice =
        "It may be stopped, in a debugger, or busy outside of SQLite within a transaction. Nothing "
        "is taken from it before it is proved dead.",
    .check = CheckSilentHolder,
};

}  // namespace glasswal::inspector
