// What clients, locks and statements do, in the few words that a row of a table has room for, and the
// tables that more than one command shows.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_CLI_COMMANDS_DESCRIBE_H_
#define GLASSWAL_INSPECTOR_CLI_COMMANDS_DESCRIBE_H_

#include <string>
#include <string_view>
#include <vector>

#include "cli/table.h"
#include "cli/text.h"
#include "glasswal/snapshot.h"

namespace glasswal::inspector::cli {

/// So many statements are shown where not all are asked for.
inline constexpr size_t kMostStatements = 30;

/// The cells of the longest name of an event.
constexpr size_t EventCells() {
  size_t cells = 0;
  for (uint16_t kind = 0; kind < static_cast<uint16_t>(EventKind::kCount); ++kind) {
    const std::string_view name = Describe(static_cast<EventKind>(kind)).name;
    cells = name.size() > cells ? name.size() : cells;
  }
  return cells;
}

/// "ingest, search (2)": each name once, with how often it is there.
std::string NamesOf(const std::vector<LockHolder>& holders);
/// Who waits, and for how long: "search 812 ms, page 3.1 ms".
std::string WaitersOf(const Snapshot& snapshot, const LockSnapshot& lock);

/// What a connection does at this moment.
Span DoingOf(const Snapshot& snapshot, const ConnectionSnapshot& connection);

/// The locks that somebody holds or waits for, or all of them; those that are waited for come first.
TextTable LockTable(const Snapshot& snapshot, bool all);
/// How long a statement has run in all and at most, the run that lasts included.
uint64_t TimeOf(const StatementTotals& statement);
uint64_t LongestOf(const StatementTotals& statement);
/// Those that took most time, in that order.
std::vector<const StatementTotals*> SlowestStatements(const Snapshot& snapshot, size_t most);
/// The same as a table.
TextTable StatementTable(const Snapshot& snapshot, size_t most);
/// All connections.
TextTable ConnectionTable(const Snapshot& snapshot);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_COMMANDS_DESCRIBE_H_
