#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "port/clock.h"
#include "port/descriptor.h"
#include "port/memory.h"
#include "port/process.h"
#include "port/system_error.h"

namespace glasswal::port {
namespace {

std::atomic<uint32_t> fork_generation{0};

void CountFork() { fork_generation.fetch_add(1, std::memory_order_relaxed); }

// Calls of the kernel by number, because the C library of Debian 11 has no functions for them.
int PidfdOpen(pid_t process_id) { return static_cast<int>(syscall(SYS_pidfd_open, process_id, 0)); }
int PidfdKill(int pidfd) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0));
}

// Waits until the process behind `pidfd` is gone; false when it still runs after `timeout_ms`.
bool WaitForEnd(int pidfd, uint32_t timeout_ms) {
  const uint64_t deadline_ns = NowNs() + uint64_t{timeout_ms} * kNsPerMs;
  while (true) {
    const uint64_t now_ns = NowNs();
    const uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    const uint64_t left_ms = std::min<uint64_t>((left_ns + kNsPerMs - 1) / kNsPerMs, INT_MAX);
    pollfd wanted = {pidfd, POLLIN, 0};
    if (poll(&wanted, 1, static_cast<int>(left_ms)) > 0) return true;
    if (left_ms == 0) return false;
  }
}

Status CheckTarget(uint64_t process_id, uint64_t process_start, const std::string& who) {
  if (process_id == 0 || process_id > INT_MAX) {
    return Status(StatusCode::kInvalidArgument,
                  who + " was not terminated: no process can have that number.");
  }
  if (process_id == ProcessId()) {
    return Status(StatusCode::kInvalidArgument,
                  who + " was not terminated: it is the calling process. Ask another one.");
  }
  if (process_start == 0) {
    return Status(StatusCode::kInvalidArgument,
                  who +
                      " was not terminated: its start time is not known, so it cannot be told "
                      "from a later process of the same number. End it by hand.");
  }
  return Status::Ok();
}

struct Closer {
  void operator()(FILE* file) const { std::fclose(file); }
};

// The user whose rights `process_id` has; nothing when there is no such process to see. Not the
// owner of its folder in /proc, which is root for a process that changed its user.
std::optional<uid_t> UserOf(uint64_t process_id) {
  const std::string path = "/proc/" + std::to_string(process_id) + "/status";
  const std::unique_ptr<FILE, Closer> status(std::fopen(path.c_str(), "re"));
  if (status == nullptr) return std::nullopt;
  char line[256];
  unsigned effective = 0;
  while (std::fgets(line, sizeof(line), status.get()) != nullptr) {
    if (std::sscanf(line, "Uid: %*u %u", &effective) == 1) return static_cast<uid_t>(effective);
  }
  return std::nullopt;
}

// Whether one of the mappings that are listed at `path` (/proc/N/maps) is of the object.
bool Lists(const std::string& path, const ObjectId& object) {
  const std::unique_ptr<FILE, Closer> maps(std::fopen(path.c_str(), "re"));
  if (maps == nullptr) return false;
  // Only the beginning of each line is of interest; what is longer than this is read as a line of
  // its own, which begins with a part of a name and not with "address-address ".
  char line[256];
  bool is_beginning = true;
  while (std::fgets(line, sizeof(line), maps.get()) != nullptr) {
    unsigned device_major = 0;
    unsigned device_minor = 0;
    unsigned long long number = 0;
    if (is_beginning && std::sscanf(line, "%*x-%*x %*4s %*x %x:%x %llu", &device_major,
                                    &device_minor, &number) == 3) {
      const uint64_t device = makedev(device_major, device_minor);
      if (device == object.device && number == object.number) return true;
    }
    is_beginning = std::strchr(line, '\n') != nullptr;
  }
  return false;
}

// A number in shared memory is whatever somebody wrote there. What may be ended is a process of
// this user that has the object mapped.
Status CheckIsClient(uint64_t process_id, const ObjectId& mapped, const std::string& who) {
  const std::optional<uid_t> user = UserOf(process_id);
  if (user.has_value() && *user != geteuid()) {
    return Status(StatusCode::kNotDead,
                  who + " was not terminated: it belongs to another user (" +
                      std::to_string(*user) +
                      "), so it is no client of this region. The number in the region is wrong.");
  }
  const std::string maps = "/proc/" + std::to_string(process_id) + "/maps";
  if (mapped == ObjectId{} || !Lists(maps, mapped)) {
    return Status(StatusCode::kNotDead,
                  who +
                      " was not terminated: nothing shows that it has this region open. Its number "
                      "in the region is wrong, or of another pid namespace. End the client by "
                      "hand.");
  }
  return Status::Ok();
}

}  // namespace

uint64_t ProcessId() { return static_cast<uint64_t>(getpid()); }

uint64_t ProcessStart(uint64_t process_id) {
  const std::string path = "/proc/" + std::to_string(process_id) + "/stat";
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return 0;
  char text[1024];
  const ssize_t length = read(file.number(), text, sizeof(text) - 1);
  if (length <= 0) return 0;
  text[length] = '\0';
  // The second field is the program's name in parentheses and may itself contain spaces and
  // parentheses, so the count starts behind the last one: there begins field 3, and 22 is wanted.
  const char* at = std::strrchr(text, ')');
  for (int field = 2; at != nullptr && field < 22; ++field) at = std::strchr(at + 1, ' ');
  return at == nullptr ? 0 : std::strtoull(at, nullptr, 10);
}

uint64_t PidNamespace() {
  struct stat facts = {};
  return stat("/proc/self/ns/pid", &facts) == 0 ? static_cast<uint64_t>(facts.st_ino) : 0;
}

std::string ProgramName() { return program_invocation_short_name; }

const std::atomic<uint32_t>& ForkCounter() {
  // A fork before the first call need not be counted: only differences between answers mean
  // anything.
  static const int registered = pthread_atfork(nullptr, nullptr, CountFork);
  static_cast<void>(registered);
  return fork_generation;
}

uint32_t ForkGeneration() { return ForkCounter().load(std::memory_order_relaxed); }

Status TerminateProcess(uint64_t process_id, uint64_t process_start, const ObjectId& mapped,
                        uint32_t timeout_ms, bool* was_sent) {
  if (was_sent != nullptr) *was_sent = false;
  const std::string who = "Process " + std::to_string(process_id);
  Status target = CheckTarget(process_id, process_start, who);
  if (!target.ok()) return target;
  const Descriptor pidfd(PidfdOpen(static_cast<pid_t>(process_id)));
  if (!pidfd.ok()) {
    if (errno == ESRCH) return Status::Ok();
    return SystemError(who, "pidfd_open", errno,
                       "It was not terminated; Linux 5.3 or later is needed. End it by hand.");
  }
  // The descriptor came first, so if the process of that number is the right one now, it is also
  // the one behind the descriptor; if it is not, the right one has been gone for some time.
  if (ProcessStart(ProcessId()) == 0) {
    return Status(StatusCode::kSystem,
                  who +
                      " was not terminated: /proc cannot be read, so nothing tells it from a "
                      "later process of the same number. Mount /proc, or end it by hand.");
  }
  if (ProcessStart(process_id) != process_start) return Status::Ok();
  // Should the number pass to another process now, the signal still goes to the one behind the
  // descriptor, which then has ended.
  target = CheckIsClient(process_id, mapped, who);
  if (!target.ok()) return WaitForEnd(pidfd.number(), 0) ? Status::Ok() : target;
  if (PidfdKill(pidfd.number()) != 0 && errno != ESRCH) {
    return SystemError(who, "pidfd_send_signal", errno,
                       "It was not terminated; the caller needs the right to signal it.");
  }
  if (was_sent != nullptr) *was_sent = true;
  if (!WaitForEnd(pidfd.number(), timeout_ms)) {
    return Status(StatusCode::kBusy,
                  who + " was sent SIGKILL and was still there after " +
                      std::to_string(timeout_ms) +
                      " ms: the kernel has not finished it. Wait, and try again.");
  }
  return Status::Ok();
}

void RandomBytes(void* to, uint64_t size_bytes) {
  auto* at = static_cast<unsigned char*>(to);
  auto left = static_cast<size_t>(size_bytes);
  while (left > 0) {
    const ssize_t got = getrandom(at, left, 0);
    if (got > 0) {
      at += got;
      left -= static_cast<size_t>(got);
    } else if (errno != EINTR) {
      break;
    }
  }
  // Only a sandbox that forbids the call comes here. What is made from these bytes has to be
  // unique, not secret, so time and process do (through the finaliser of splitmix64).
  for (uint64_t count = NowNs() ^ ProcessId() << 40; left > 0; --left, ++at) {
    uint64_t mixed = count += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    *at = static_cast<unsigned char>(mixed >> 56);
  }
}

}  // namespace glasswal::port
