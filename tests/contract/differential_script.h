// Random SQL for the differential test: a script that depends on its seed alone.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_TESTS_CONTRACT_DIFFERENTIAL_SCRIPT_H_
#define GLASSWAL_TESTS_CONTRACT_DIFFERENTIAL_SCRIPT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace glasswal::test {

inline constexpr size_t kScriptConnections = 3;

enum class Action {
  kRun,         // All statements of `sql`, to their end.
  kReopen,      // Closes the connection and opens it again.
  kOpenCursor,  // Prepares `sql` and keeps it: the connection's snapshot is held from the first row
                // on.
  kStepCursor,  // Fetches a few rows of it.
  kCloseCursor,
};

struct ScriptLine {
  size_t connection = 0;
  Action action = Action::kRun;
  std::string sql;
};

using Script = std::vector<ScriptLine>;

/// `lines` lines of schema changes, changes of rows, queries, transactions, savepoints,
/// checkpoints, pragmas and vacuums, over two databases (main and aux).
Script MakeScript(uint64_t seed, size_t lines);

/// "2: SELECT ..." for people.
std::string ToString(const ScriptLine& line);

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_CONTRACT_DIFFERENTIAL_SCRIPT_H_
