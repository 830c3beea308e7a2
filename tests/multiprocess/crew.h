// The worker processes of one kill test: starting them, with a place at which one is to die, ending
// them, and having them stand still.
//
// Thread-safety: belongs to the test's one thread, and that process must have no other when it
// forks.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_CREW_H_
#define GLASSWAL_TESTS_MULTIPROCESS_CREW_H_

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "multiprocess/scoreboard.h"
#include "port/point.h"
#include "shm/region.h"

namespace glasswal::test {

/// "At the `hit`-th time that this process comes to the point `name`, it dies."
struct Fate {
  std::string name;
  uint64_t hit = 1;

  /// Binds the calling thread to this fate, which must outlive it.
  void Await() { port::SetPointHook(&Fate::AtPoint, this); }

 private:
  static void AtPoint(const char* name, void* context);
};

/// Which client a process was, also after its death and recovery.
struct ClientPlace {
  // kMaxClients: it never joined, or a later client has its slot.
  uint32_t slot = shm::kMaxClients;
  uint32_t generation = 0;
};
ClientPlace FindClient(shm::Region& region, pid_t pid);

class Crew {
 public:
  Crew(std::string region, Scoreboard* board) : region_(std::move(region)), board_(board) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  /// Starts worker `number`; with a fate it dies there.
  pid_t Spawn(uint32_t number, uint64_t seed, const Fate* fate = nullptr);
  /// Starts any other process in the place of a worker. What `body` returns is its exit code.
  pid_t SpawnOther(uint32_t number, const std::function<int()>& body);

  /// SIGKILL; the status of its end.
  int Kill(uint32_t number);
  /// Waits for its end for at most `limit_ms`; false when it is still there.
  bool AwaitEnd(uint32_t number, uint64_t limit_ms, int* status);
  pid_t pid(uint32_t number) const { return pids_[number]; }

  /// From its return until GoOn() no worker is inside the VFS.
  void StandStill();
  void GoOn();
  /// All workers leave; those that do not end well are failures.
  void LeaveAll();

 private:
  const std::string region_;
  Scoreboard* const board_;
  std::array<pid_t, kMostWorkers> pids_ = {};
  uint32_t halts_ = 0;
};

/// True when `status` says that the process was ended by SIGKILL.
bool WasKilled(int status);

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_CREW_H_
