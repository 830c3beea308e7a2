// Clocks. Both are monotonic; nothing decides about life or death by comparing them across clients.
#ifndef GLASSWAL_VFS_PORT_CLOCK_H_
#define GLASSWAL_VFS_PORT_CLOCK_H_

#include <cstdint>

namespace glasswal::port {

inline constexpr uint64_t kNsPerMs = 1'000'000;

/// Nanoseconds of a monotonic clock that the clients of one machine have in common where possible.
uint64_t NowNs();

/// The same clock, for hot paths, at a fraction of the cost: to a few milliseconds. In a browser it
/// may be some uses old, within one turn of the event loop.
uint64_t CoarseNowNs();

/// The time for records of what happens often: NowNs(), or CoarseNowNs() where a reading takes as
/// long as what is recorded.
inline uint64_t StampNs() {
#ifdef __EMSCRIPTEN__
  return CoarseNowNs();
#else
  return NowNs();
#endif
}

/// Microseconds since 1970, for people.
int64_t WallClockUs();

/// Sleeps the calling thread.
void SleepUs(uint64_t duration_us);

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_CLOCK_H_
