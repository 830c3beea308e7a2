// Readers and writers that work until they are told to stop, as threads or as processes.
//
// Thread-safety: an object belongs to one thread; the stop flag is for all.
#ifndef GLASSWAL_TESTS_BENCH_CREW_H_
#define GLASSWAL_TESTS_BENCH_CREW_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "store.h"

namespace glasswal::bench {

/// How long a measurement of several clients lasts. The same for all, so that a backend that
/// collapses cannot hold up the run.
inline constexpr double kWindowSeconds = 0.15;

/// Reads by rowid, or commits one-row inserts.
enum class Role { kReader, kWriter };

/// Works through a connection of its own until `*stop`; returns how often that succeeded.
uint64_t WorkUntil(const Store& store, Role role, uint32_t seed, std::atomic<uint32_t>* ready,
                   const std::atomic<bool>* stop);

/// Commits one-row inserts through `database` for kWindowSeconds; returns the nanoseconds of one.
double NanosecondsPerCommit(const Database& database);

/// Clients in threads of this process.
class CrewThreads {
 public:
  /// Returns once all of them have begun.
  CrewThreads(const Store& store, Role role, int count);
  ~CrewThreads() { Stop(); }
  /// Ends them; how often each has succeeded.
  const std::vector<uint64_t>& Stop();

 private:
  std::atomic<uint32_t> ready_{0};
  std::atomic<bool> stop_{false};
  std::vector<uint64_t> done_;
  std::vector<std::thread> threads_;
};

/// A client in a process of its own: this program in the role of RunCrewProcess().
class CrewProcess {
 public:
  /// Returns once it has begun.
  CrewProcess(const Store& store, Role role);
  /// Ends it, and waits for that.
  ~CrewProcess();
  CrewProcess(const CrewProcess&) = delete;
  CrewProcess& operator=(const CrewProcess&) = delete;

  int id() const { return id_; }

 private:
  int id_ = 0;
  int input_ = -1;
  int output_ = -1;
};

/// What CrewProcess starts: says when it has begun, and works until its standard input is closed.
int RunCrewProcess(const std::string& role, const std::string& backend, const std::string& address);

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_CREW_H_
