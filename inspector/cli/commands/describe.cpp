#include "cli/commands/describe.h"

#include <algorithm>
#include <utility>

#include "model/finding.h"
#include "model/format.h"

namespace glasswal::inspector::cli {
namespace {

std::string NameOf(const LockHolder& holder) {
  if (!holder.client_name.empty()) return holder.client_name;
  return holder.client ? "client " + std::to_string(*holder.client) : "?";
}

uint64_t WaitedNs(const Snapshot& snapshot, const LockSnapshot& lock, const LockHolder& waiter) {
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    if (lock.file == connection.file && waiter.connection == connection.slot &&
        connection.waiting && connection.waiting->name == lock.name) {
      return connection.waiting->waited_ns;
    }
  }
  return 0;
}

Style HoldStyle(const LockSnapshot& lock) {
  if (!lock.exclusive || lock.held_ns < kLongHoldNs) return Style::kPlain;
  return lock.waiters.empty() ? Style::kWarning : Style::kBad;
}

std::string HoldersOfWaited(const Snapshot& snapshot, const ConnectionSnapshot& connection) {
  for (const LockSnapshot& lock : snapshot.locks) {
    if (lock.file == connection.file && lock.name == connection.waiting->name) {
      return NamesOf(lock.holders);
    }
  }
  return {};
}

}  // namespace

std::string NamesOf(const std::vector<LockHolder>& holders) {
  std::vector<std::pair<std::string, size_t>> names;
  for (const LockHolder& holder : holders) {
    const std::string name = NameOf(holder);
    const auto known = std::find_if(names.begin(), names.end(),
                                    [&](const auto& each) { return each.first == name; });
    if (known != names.end()) {
      ++known->second;
    } else {
      names.emplace_back(name, 1);
    }
  }
  std::string text;
  for (const auto& [name, count] : names) {
    text += (text.empty() ? "" : ", ") + name;
    if (count > 1) text += " (" + std::to_string(count) + ")";
  }
  return text;
}

std::string WaitersOf(const Snapshot& snapshot, const LockSnapshot& lock) {
  std::string text;
  for (const LockHolder& waiter : lock.waiters) {
    text += (text.empty() ? "" : ", ") + NameOf(waiter);
    const uint64_t waited_ns = WaitedNs(snapshot, lock, waiter);
    if (waited_ns > 0) text += " " + FormatDuration(waited_ns);
  }
  return text;
}

Span DoingOf(const Snapshot& snapshot, const ConnectionSnapshot& connection) {
  if (connection.waiting) {
    const std::string holders = HoldersOfWaited(snapshot, connection);
    const uint64_t waited_ns = connection.waiting->waited_ns;
    return {FormatDuration(waited_ns) + " awaits " + connection.waiting->name +
                (holders.empty() ? "" : " (" + holders + ")"),
            waited_ns >= kLongHoldNs ? Style::kBad : Style::kWarning};
  }
  if (connection.statement && connection.statement->running) {
    const std::string& text = connection.statement->text;
    return {
        FormatDuration(connection.statement->age_ns) + " " + (text.empty() ? "a statement" : text),
        Style::kPlain};
  }
  if (connection.transaction_ns > 0) {
    return {FormatDuration(connection.transaction_ns) + " in a transaction",
            connection.transaction_ns >= kLongReaderNs ? Style::kWarning : Style::kPlain};
  }
  return {"idle", Style::kDim};
}

TextTable LockTable(const Snapshot& snapshot, bool all) {
  TextTable table({{"LOCK"},
                   {"MODE", false, 0, 4},
                   {"HELD BY"},
                   {"FOR", true},
                   {"WAITING"},
                   {"TAKEN", true, 0, 6},
                   {"CONTENDED", true, 0, 7},
                   {"REFUSED", true, 0, 5},
                   {"DATABASE", false, 0, 3}});
  std::vector<const LockSnapshot*> locks;
  for (const LockSnapshot& lock : snapshot.locks) {
    if (all || !lock.holders.empty() || !lock.waiters.empty()) locks.push_back(&lock);
  }
  std::stable_sort(locks.begin(), locks.end(), [](const auto* a, const auto* b) {
    return std::pair(!a->waiters.empty(), a->exclusive && !a->holders.empty()) >
           std::pair(!b->waiters.empty(), b->exclusive && !b->holders.empty());
  });
  for (const LockSnapshot* lock : locks) {
    const bool timed = lock->exclusive && lock->held_ns > 0;
    table.Add({{lock->name, lock->waiters.empty() ? Style::kPlain : Style::kWarning},
               {lock->holders.empty() ? ""
                : lock->exclusive     ? "exclusive"
                                      : "shared",
                Style::kDim},
               {NamesOf(lock->holders)},
               {timed ? FormatDuration(lock->held_ns) : "", HoldStyle(*lock)},
               {WaitersOf(snapshot, *lock), Style::kWarning},
               {FormatCount(lock->acquired), Style::kDim},
               {FormatCount(lock->contended), Style::kDim},
               {FormatCount(lock->refused), lock->refused > 0 ? Style::kWarning : Style::kDim},
               {lock->database.empty() ? "(the region)" : lock->database, Style::kDim}});
  }
  return table;
}

uint64_t TimeOf(const StatementTotals& statement) {
  return statement.total_ns + (statement.running ? statement.age_ns : 0);
}

uint64_t LongestOf(const StatementTotals& statement) {
  return std::max(statement.longest_ns, statement.running ? statement.age_ns : 0);
}

std::vector<const StatementTotals*> SlowestStatements(const Snapshot& snapshot, size_t most) {
  std::vector<const StatementTotals*> statements;
  for (const StatementTotals& each : snapshot.statements) statements.push_back(&each);
  std::stable_sort(statements.begin(), statements.end(),
                   [](const auto* a, const auto* b) { return TimeOf(*a) > TimeOf(*b); });
  statements.resize(std::min(statements.size(), most));
  return statements;
}

TextTable StatementTable(const Snapshot& snapshot, size_t most) {
  TextTable table({{"CLIENT"},
                   {"RUNS", true},
                   {"TIME", true},
                   {"P50", true, 0, 4},
                   {"P99", true, 0, 3},
                   {"LONGEST", true, 0, 2},
                   {"ROWS", true, 0, 6},
                   {"WAITED", true, 0, 5},
                   {"FAILED", true, 0, 7},
                   {"STATEMENT", false, 36}});
  for (const StatementTotals* each : SlowestStatements(snapshot, most)) {
    table.Add({{each->client ? each->client_name : "(left)",
                each->running ? Style::kTitle : Style::kPlain},
               {FormatCount(each->runs)},
               {FormatDuration(TimeOf(*each))},
               {FormatDuration(each->times.p50_ns), Style::kDim},
               {FormatDuration(each->times.p99_ns), Style::kDim},
               {FormatDuration(LongestOf(*each)), each->slow > 0 ? Style::kWarning : Style::kPlain},
               {FormatCount(each->rows), Style::kDim},
               {each->lock_wait_ns > 0 ? FormatDuration(each->lock_wait_ns) : "",
                each->lock_wait_ns > 0 ? Style::kWarning : Style::kDim},
               {FormatCount(each->errors), each->errors > 0 ? Style::kBad : Style::kDim},
               {each->text.empty() ? "(its text is not kept)" : each->text}});
  }
  return table;
}

TextTable ConnectionTable(const Snapshot& snapshot) {
  TextTable table({{"CLIENT"},
                   {"#", true, 0, 4},
                   {"DATABASE", false, 0, 1},
                   {"TRANSACTION", true, 0, 2},
                   {"LOCKS", false, 0, 5},
                   {"OPEN", true, 0, 6},
                   {"COMMITS", true},
                   {"BUSY", true, 0, 3},
                   {"NOW", false, 28}});
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    std::string locks;
    for (const HeldLock& lock : connection.held_locks) {
      locks += (locks.empty() ? "" : " ") + lock.name;
    }
    table.Add({{connection.client_name},
               {std::to_string(connection.slot), Style::kDim},
               {connection.database, Style::kDim},
               {connection.transaction_ns > 0 ? FormatDuration(connection.transaction_ns) : ""},
               {locks, Style::kDim},
               {FormatCount(connection.open_statements), Style::kDim},
               {FormatCount(connection.counters.commits)},
               {FormatCount(connection.counters.busy),
                connection.counters.busy > 0 ? Style::kWarning : Style::kDim},
               DoingOf(snapshot, connection)});
  }
  return table;
}

}  // namespace glasswal::inspector::cli
