// The clients of a region as rows of `glasswal top`: what each did between two snapshots.
//
// Thread-safety: pure functions and values.
#ifndef GLASSWAL_INSPECTOR_CLI_TOP_ROWS_H_
#define GLASSWAL_INSPECTOR_CLI_TOP_ROWS_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/text.h"
#include "glasswal/snapshot.h"

namespace glasswal::inspector::cli {

/// What rows can be sorted by: kind, name, the title of the column.
#define GLASSWAL_TOP_SORTS(X)        \
  X(kSlot, "slot", "SLOT")           \
  X(kClient, "client", "CLIENT")     \
  X(kConnections, "conns", "CONNS")  \
  X(kCommits, "commits", "COMMIT/S") \
  X(kReads, "reads", "READ/S")       \
  X(kWaiting, "wait", "WAIT")        \
  X(kLocks, "locks", "LOCKS")        \
  X(kMemory, "memory", "MEMORY")     \
  X(kSilent, "silent", "SILENT")

enum class TopSort : uint8_t {
#define GLASSWAL_TOP_SORT_ENUM(kind, name, title) kind,
  GLASSWAL_TOP_SORTS(GLASSWAL_TOP_SORT_ENUM)
#undef GLASSWAL_TOP_SORT_ENUM
};
inline constexpr uint32_t kTopSorts = static_cast<uint32_t>(TopSort::kSilent) + 1;

std::vector<std::string> SortNames();
/// kCommits for a name that is none.
TopSort SortByName(const std::string& name);
const char* TitleOf(TopSort sort);

/// Who a client is in one slot: the slot and its generation.
using Incarnation = std::pair<uint32_t, uint32_t>;

struct TopRow {
  ClientSnapshot client;
  bool dead = false;   // There is the proof, and nobody has recovered from it yet.
  bool rated = false;  // There are two moments to tell rates from.
  double commits = 0;  // Per second, as the others.
  double reads = 0;
  double waiting = 0;  // Seconds, of all its connections.
  Span doing;
  bool runs = false;  // A statement.
};

/// In the order of the slots. `before` may be the same as `now`: there are no rates then. `dead` are
/// those of whose death there is the proof.
std::vector<TopRow> TopRows(const Snapshot& before, const Snapshot& now,
                            const std::set<Incarnation>& dead);
/// The largest first where it is a number, names from A on; `reversed`: the other way round.
void SortRows(TopSort sort, bool reversed, std::vector<TopRow>* rows);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_TOP_ROWS_H_
