// This process and others: who they are, and ending one on purpose.
#ifndef GLASSWAL_VFS_PORT_PROCESS_H_
#define GLASSWAL_VFS_PORT_PROCESS_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "glasswal/status.h"

namespace glasswal::port {

struct ObjectId;

uint64_t ProcessId();

/// The kernel's start time of `process_id` in its own ticks; 0 when there is no such process to
/// see.
uint64_t ProcessStart(uint64_t process_id);

/// Which processes the numbers of this one mean: the kernel's number of its pid namespace; 0 where
/// that is not known.
uint64_t PidNamespace();

/// The name of the running program, for the default client name.
std::string ProgramName();

/// Grows by one in each child of fork(), so that what belongs to the parent can be told.
uint32_t ForkGeneration();

/// The word behind ForkGeneration(), for those who ask at every call. It stays where it is.
const std::atomic<uint32_t>& ForkCounter();

/// Ends `process_id` for good (SIGKILL) if it is still the process that started at `process_start`,
/// and waits up to `timeout_ms` until the kernel says that it is gone. Safe against the reuse of
/// process ids, and against numbers that somebody else wrote: nothing is ended but a process of
/// this user that maps the object `mapped`; else kNotDead. That it returns ok is not the proof of
/// death: the liveness lock is. *was_sent says whether there was such a process and it was sent the
/// signal.
Status TerminateProcess(uint64_t process_id, uint64_t process_start, const ObjectId& mapped,
                        uint32_t timeout_ms, bool* was_sent = nullptr);

/// Fills `size_bytes` bytes with randomness of the system.
void RandomBytes(void* to, uint64_t size_bytes);

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_PROCESS_H_
