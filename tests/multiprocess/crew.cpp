#include "multiprocess/crew.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "multiprocess/effort.h"
#include "multiprocess/worker.h"
#include "port/child_process.h"
#include "port/clock.h"
#include "port/futex.h"
#include "store/words.h"

namespace glasswal::test {
namespace {

constexpr uint64_t kNsPerMs = 1'000'000;

int Reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

bool WasKilled(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

void Fate::AtPoint(const char* name, void* context) {
  auto* const fate = static_cast<Fate*>(context);
  if (fate->name == name && --fate->hit == 0) kill(getpid(), SIGKILL);
}

ClientPlace FindClient(shm::Region& region, pid_t pid) {
  ClientPlace found;
  uint64_t joined_ns = 0;
  // A process that left and came back may have been in several slots: the last one counts.
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const shm::ShmClient* client = region.client(slot);
    // Others come and go meanwhile: the number must be that of the generation which is looked at.
    const uint32_t generation = store::GenerationOf(client->state.load());
    if (client->process_id.load() != static_cast<uint64_t>(pid) ||
        store::GenerationOf(client->state.load()) != generation) {
      continue;
    }
    if (found.slot < shm::kMaxClients && client->joined_ns.load() < joined_ns) continue;
    joined_ns = client->joined_ns.load();
    found = {slot, generation};
  }
  return found;
}

Crew::~Crew() {
  board_->leave.store(1);
  for (uint32_t i = 0; i < kMostWorkers; ++i) {
    if (pids_[i] > 0) Kill(i);
  }
}

pid_t Crew::Spawn(uint32_t number, uint64_t seed, const Fate* fate) {
  return SpawnOther(number, [&] {
    Fate own = fate != nullptr ? *fate : Fate{};
    if (fate != nullptr) own.Await();
    return Worker(region_, number, seed, board_).Run();
  });
}

pid_t Crew::SpawnOther(uint32_t number, const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    // The child must not draw the same random names as its parent and its siblings.
    sqlite3_randomness(0, nullptr);
    EndChild(body());
  }
  pids_[number] = pid;
  return pid;
}

int Crew::Kill(uint32_t number) {
  const pid_t pid = pids_[number];
  pids_[number] = 0;
  kill(pid, SIGKILL);
  return Reap(pid);
}

bool Crew::AwaitEnd(uint32_t number, uint64_t limit_ms, int* status) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pids_[number], 0));
  pollfd wanted = {pidfd, POLLIN, 0};
  const bool ended = pidfd >= 0 && poll(&wanted, 1, static_cast<int>(limit_ms)) == 1;
  close(pidfd);
  if (!ended) return false;
  *status = Reap(pids_[number]);
  pids_[number] = 0;
  return true;
}

void Crew::StandStill() {
  board_->halt.store(++halts_);
  for (uint32_t i = 0; i < kMostWorkers; ++i) {
    const uint64_t since_ns = port::NowNs();
    for (;;) {
      const uint32_t parked = board_->parked[i].load();
      if (pids_[i] <= 0 || parked == halts_ || board_->failed.load() != 0) break;
      port::FutexWait(&board_->parked[i], parked, 10 * kNsPerMs);
      if (port::NowNs() - since_ns > 20'000 * kNsPerMs * kSlowness) {
        board_->Fail("worker " + std::to_string(i) + " hangs");
      }
    }
  }
}

void Crew::GoOn() {
  board_->halt.store(0);
  port::FutexWake(&board_->halt, ~0u);
}

void Crew::LeaveAll() {
  board_->leave.store(1);
  GoOn();
  for (pid_t& pid : pids_) {
    if (pid <= 0) continue;
    const int status = Reap(pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      board_->Fail("a worker left with status " + std::to_string(status));
    }
    pid = 0;
  }
}

}  // namespace glasswal::test
