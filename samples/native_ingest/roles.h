// The roles that a process of this sample can play; each returns the process's exit code.
//
// Thread-safety: one role a process.
#ifndef GLASSWAL_SAMPLES_NATIVE_INGEST_ROLES_H_
#define GLASSWAL_SAMPLES_NATIVE_INGEST_ROLES_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace native_ingest {

/// Cities in one batch: what one transaction claims and inserts.
inline constexpr int64_t kBatchRows = 1000;

/// The parent. Starts the others and prints everything; with `stay` the region is there for looking
/// into it until Enter is pressed.
int PlayStory(const std::string& cities_path, bool stay);

/// A monotonic clock that the processes of one machine have in common.
inline uint64_t NowNs() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

/// Loads cities into the region's database until no batch is left. Writes "ready", then "batch N
/// BEGAN_NS COMMITTED_NS" after each commit. As the victim it stops half-way through its
/// `stop_at`-th batch (0: never), writes "half N", and waits for a line before it goes on.
int PlayWriter(const std::string& region, const std::string& name, const std::string& cities_path,
               int stop_at);

/// Answers full-text searches until its input ends; then writes "searched COUNT FOUND MEDIAN_NS
/// MAX_NS".
int PlaySearcher(const std::string& region, const std::string& name);

}  // namespace native_ingest

#endif  // GLASSWAL_SAMPLES_NATIVE_INGEST_ROLES_H_
