// Clocks. Both are monotonic; nothing decides about life or death by comparing them across clients.
#ifndef GLASSWAL_VFS_PORT_CLOCK_H_
#define GLASSWAL_VFS_PORT_CLOCK_H_

#include <cstdint>

namespace glasswal::port {

inline constexpr uint64_t kNsPerMs = 1'000'000;

/// Nanoseconds of a monotonic clock that the clients of one machine have in common where possible.
uint64_t NowNs();

/// The same clock to a few milliseconds, for hot paths: about a quarter of the cost of NowNs().
uint64_t CoarseNowNs();

/// Microseconds since 1970, for people.
int64_t WallClockUs();

/// Sleeps the calling thread.
void SleepUs(uint64_t duration_us);

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_CLOCK_H_
