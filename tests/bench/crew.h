// Readers and writers that work until they are told to stop, as threads or as processes.
//
// Thread-safety: an object belongs to one thread; the stop flag is for all.
#ifndef GLASSWAL_TESTS_BENCH_CREW_H_
#define GLASSWAL_TESTS_BENCH_CREW_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "store.h"

namespace glasswal::bench {

/// How long a measurement of several clients lasts. The same for all, so that a backend that
/// collapses cannot hold up the run.
inline constexpr double kWindowSeconds = 0.15;

/// Reads by rowid through a connection of its own until `*stop`; returns how many reads succeeded.
uint64_t ReadUntil(const Store& store, uint32_t seed, std::atomic<uint32_t>* ready,
                   const std::atomic<bool>* stop);

/// Commits one-row inserts through `database` for kWindowSeconds; returns the seconds per commit.
double SecondsPerCommit(const Database& database);

/// Readers in threads of this process.
class ReaderThreads {
 public:
  /// Returns once all of them have begun.
  ReaderThreads(const Store& store, int readers);
  ~ReaderThreads() { Stop(); }
  /// Ends them; the reads of all together.
  uint64_t Stop();

 private:
  std::atomic<uint32_t> ready_{0};
  std::atomic<bool> stop_{false};
  std::vector<uint64_t> reads_;
  std::vector<std::thread> threads_;
};

/// Readers in processes of their own: this program in the role of RunReaderProcess().
class ReaderProcesses {
 public:
  ReaderProcesses(const Store& store, int readers);
  ~ReaderProcesses() { Stop(); }
  uint64_t Stop();

 private:
  struct Process {
    int id;
    int input;
    int output;
  };
  std::vector<Process> processes_;
};

/// The role: says when it has begun, reads until its standard input is closed, says how often it
/// did.
int RunReaderProcess(const std::string& backend, const std::string& address);

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_CREW_H_
