// What the log's files and the trace say of the history, read with SQLite's own JSON functions.
//
// Thread-safety: for one thread, when nobody writes the files any more.
#ifndef GLASSWAL_SAMPLES_TRACING_HISTORY_H_
#define GLASSWAL_SAMPLES_TRACING_HISTORY_H_

#include <cstdint>
#include <filesystem>

namespace tracing {

struct History {
  uint64_t files = 0;
  uint64_t events = 0;
  uint64_t lost = 0;
  uint64_t commits = 0;
  uint64_t refusals = 0;
  uint64_t broken_lines = 0;  // That are no JSON.
};

/// The commits in a file with a trace.
uint64_t CountCommits(const std::filesystem::path& file);

/// Reads all files of a folder.
History ReadHistory(const std::filesystem::path& folder);

}  // namespace tracing

#endif  // GLASSWAL_SAMPLES_TRACING_HISTORY_H_
