// The explorer: runs every interleaving of a few clients, and kills them at every step.
//
// It runs the product's own code. Each client is a fiber; at each GLASSWAL_POINT the explorer may
// go on with the client, switch to another, or kill it (that is: never resume it). Sleeping on a
// futex puts the fiber to sleep, time is virtual (port/simulation.h). One run is a list of
// decisions; a depth-first search goes through all lists, each from a fresh beginning, and a list
// that fails can be replayed.
//
// What is explored is sequential consistency. That is adequate for code whose deciding operations
// on shared words are sequentially consistent, or acquire-release read-modify-writes of one word,
// which is how the locks and the tables of a region are written. The orders by which bytes are
// published are explored with model/weak_memory.h, under which a load may give an old value. A
// model checker such as Relacy or SPIN would know weaker memory too, but would check a copy of the
// code in its own words; here no copy can drift from what ships.
//
// MERGING. Two runs that reach the same state have the same futures, so only the first is followed.
// A state is what the explorer hashes: the bytes of `memory`, the stack of each client, who sleeps
// on what, and the time. `memory` must therefore hold everything that clients share or that steers
// them and is not on their stacks; leave it empty to switch merging off.
//
// Thread-safety: Explore() belongs to one thread, and everything that it calls runs on that thread.
#ifndef GLASSWAL_TESTS_MODEL_EXPLORER_H_
#define GLASSWAL_TESTS_MODEL_EXPLORER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace glasswal::model {

/// What is run. Clients must not keep anything on the heap across a point: a killed one frees
/// nothing.
struct Scenario {
  /// Puts all shared state to its beginning. Runs before each schedule.
  std::function<void()> reset;
  /// The clients, numbered 0, 1, ...
  std::vector<std::function<void()>> clients;
  /// Runs as one more client after each death: `dead` is a mask of those who died and were not yet
  /// recovered from by somebody else. Recoveries are numbered on from the clients; one that is
  /// killed is in the next one's mask, together with its own. Empty: the dead stay where they are.
  std::function<void(uint32_t dead)> recover;
  /// Runs on a client before it stands still at a point.
  std::function<void()> before_switch;
  /// What must hold between any two steps; empty text: it holds.
  std::function<std::string()> invariant;
  /// What must hold when everybody is done or dead; empty text: it holds.
  std::function<std::string()> at_end;
  /// See MERGING.
  std::vector<std::span<const std::byte>> memory;
};

struct Limits {
  int preemptions = -1;      // Switches away from a client that could go on; -1: any number.
  int deaths = 0;            // How many clients are killed in one schedule.
  int timeouts = 0;          // How many sleeps end by time although somebody can run.
  bool time_passes = false;  // When all are asleep the earliest deadline comes. If time stands
                             // still, that is a failure instead: somebody relied on a timeout.
  uint64_t schedules = 0;    // Stop after so many; 0: no limit.
  uint32_t steps = 20'000;   // A schedule that is longer is a livelock.
};

/// The decisions of one schedule: which of the options was taken wherever there were several.
using Decisions = std::vector<uint16_t>;

struct Report {
  uint64_t schedules = 0;  // Runs from a fresh beginning.
  uint64_t completed = 0;  // Those that were followed to the end; the others reached a known state.
  uint64_t states = 0;     // Different states seen at a decision (0 without merging).
  uint64_t steps = 0;
  uint64_t deaths = 0;    // Over all schedules.
  bool complete = false;  // Every schedule within the limits was covered.
  std::string failure;    // What did not hold, and the schedule; empty: all held.
  Decisions decisions;    // Of the failure, for Replay().
};

/// Explores all schedules within `limits`, up to the first failure.
Report Explore(const Scenario& scenario, const Limits& limits);

/// Runs one schedule again. The report's `failure` holds its steps also if it does not fail.
Report Replay(const Scenario& scenario, const Limits& limits, const Decisions& decisions);

/// A choice of a client's own, such as which of its slots a test uses: returns 0 ... `options` - 1,
/// and each of them in some schedule. Called on a client.
uint32_t Choose(uint32_t options);

/// Who runs at the moment; -1: the scenario's own functions, or nobody.
int CurrentClient();

}  // namespace glasswal::model

#endif  // GLASSWAL_TESTS_MODEL_EXPLORER_H_
