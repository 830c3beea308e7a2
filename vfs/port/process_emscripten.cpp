#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "port/process.h"

// There is one process, it does not fork, and it can end nobody.

namespace glasswal::port {

uint64_t ProcessId() { return static_cast<uint64_t>(getpid()); }
uint64_t ProcessStart(uint64_t) { return 0; }
uint64_t PidNamespace() { return 0; }
std::string ProgramName() { return "program"; }
uint32_t ForkGeneration() { return 0; }

const std::atomic<uint32_t>& ForkCounter() {
  static constinit std::atomic<uint32_t> never{0};
  return never;
}

Status TerminateProcess(uint64_t process_id, uint64_t, const ObjectId&, uint32_t, bool* was_sent) {
  if (was_sent != nullptr) *was_sent = false;
  return Status(StatusCode::kInvalidArgument,
                "Process " + std::to_string(process_id) +
                    " was not terminated: a WebAssembly program cannot end a process. End the "
                    "worker from the page that started it.");
}

void RandomBytes(void* to, uint64_t size_bytes) {
  constexpr uint64_t kMost = 256;  // What one call of getentropy() gives.
  auto* out = static_cast<char*>(to);
  for (uint64_t done = 0; done < size_bytes;) {
    const uint64_t piece = std::min(kMost, size_bytes - done);
    if (getentropy(out + done, static_cast<size_t>(piece)) != 0) std::abort();
    done += piece;
  }
}

}  // namespace glasswal::port
