#include "cli/top/rows.h"

#include <algorithm>

#include "cli/commands/describe.h"

namespace glasswal::inspector::cli {
namespace {

struct SortDescription {
  const char* name;
  const char* title;
};
constexpr SortDescription kSorts[] = {
#define GLASSWAL_TOP_SORT_DESCRIPTION(kind, name, title) {name, title},
    GLASSWAL_TOP_SORTS(GLASSWAL_TOP_SORT_DESCRIPTION)
#undef GLASSWAL_TOP_SORT_DESCRIPTION
};

/// The same connection in another snapshot; null if it was not open then.
const ConnectionSnapshot* Same(const Snapshot& snapshot, const ConnectionSnapshot& connection) {
  for (const ConnectionSnapshot& other : snapshot.connections) {
    if (other.file == connection.file && other.slot == connection.slot &&
        other.client == connection.client &&
        other.client_generation == connection.client_generation &&
        other.heartbeat <= connection.heartbeat) {
      return &other;
    }
  }
  return nullptr;
}

uint64_t Grown(uint64_t before, uint64_t now) { return now > before ? now - before : 0; }

/// How long it has waited for locks in all, the wait that lasts included.
uint64_t WaitedNs(const ConnectionSnapshot& connection) {
  return connection.counters.lock_wait_ns +
         (connection.waiting ? connection.waiting->waited_ns : 0);
}

/// How much a connection's state is worth telling.
int Weight(const ConnectionSnapshot& connection) {
  if (connection.waiting) return 3;
  if (connection.statement && connection.statement->running) return 2;
  return connection.transaction_ns > 0 ? 1 : 0;
}

void Add(const Snapshot& before, const ConnectionSnapshot& connection, double seconds,
         TopRow* row) {
  row->runs |= connection.statement && connection.statement->running;
  const ConnectionSnapshot* earlier = Same(before, connection);
  // One that was opened since began with nothing.
  const CounterValues then = earlier != nullptr ? earlier->counters : CounterValues();
  const CounterValues& now = connection.counters;
  if (seconds <= 0) return;
  row->commits += static_cast<double>(Grown(then.commits, now.commits)) / seconds;
  row->reads +=
      static_cast<double>(Grown(then.reads + then.fetches, now.reads + now.fetches)) / seconds;
  const uint64_t waited_then = earlier != nullptr ? WaitedNs(*earlier) : 0;
  row->waiting += static_cast<double>(Grown(waited_then, WaitedNs(connection))) / 1e9 / seconds;
}

double ValueOf(const TopRow& row, TopSort sort) {
  switch (sort) {
    case TopSort::kConnections:
      return row.client.connections;
    case TopSort::kCommits:
      return row.commits;
    case TopSort::kReads:
      return row.reads;
    case TopSort::kWaiting:
      return row.waiting;
    case TopSort::kLocks:
      return row.client.held_locks;
    case TopSort::kMemory:
      return static_cast<double>(row.client.private_bytes);
    case TopSort::kSilent:
      return static_cast<double>(row.client.silent_ns.value_or(0));
    default:
      return 0;
  }
}

}  // namespace

std::vector<std::string> SortNames() {
  std::vector<std::string> names;
  for (const SortDescription& sort : kSorts) names.emplace_back(sort.name);
  return names;
}

TopSort SortByName(const std::string& name) {
  for (uint32_t i = 0; i < kTopSorts; ++i) {
    if (name == kSorts[i].name) return static_cast<TopSort>(i);
  }
  return TopSort::kCommits;
}

const char* TitleOf(TopSort sort) { return kSorts[static_cast<size_t>(sort)].title; }

std::vector<TopRow> TopRows(const Snapshot& before, const Snapshot& now,
                            const std::set<Incarnation>& dead) {
  const double seconds = static_cast<double>(Grown(before.observed_ns, now.observed_ns)) / 1e9;
  std::vector<TopRow> rows;
  for (const ClientSnapshot& client : now.clients) {
    TopRow row;
    row.client = client;
    row.dead = dead.count({client.slot, client.generation}) > 0;
    row.rated = seconds > 0;
    const ConnectionSnapshot* telling = nullptr;
    for (const ConnectionSnapshot& connection : now.connections) {
      if (connection.client != client.slot) continue;
      Add(before, connection, seconds, &row);
      if (telling == nullptr || Weight(connection) > Weight(*telling)) telling = &connection;
    }
    // What it did last is no more what it does.
    row.doing = row.dead             ? Span{"dead, not recovered from yet", Style::kBad}
                : telling != nullptr ? DoingOf(now, *telling)
                                     : Span{"no connection", Style::kDim};
    rows.push_back(std::move(row));
  }
  return rows;
}

void SortRows(TopSort sort, bool reversed, std::vector<TopRow>* rows) {
  std::stable_sort(rows->begin(), rows->end(), [&](const TopRow& a, const TopRow& b) {
    const TopRow& first = reversed ? b : a;
    const TopRow& second = reversed ? a : b;
    if (sort == TopSort::kSlot) return first.client.slot < second.client.slot;
    if (sort == TopSort::kClient) return first.client.name < second.client.name;
    return ValueOf(first, sort) > ValueOf(second, sort);
  });
}

}  // namespace glasswal::inspector::cli
