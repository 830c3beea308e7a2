#include <time.h>

#include <cerrno>

#include "port/clock.h"
#include "port/simulation.h"

namespace glasswal::port {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr uint64_t kUsPerSecond = 1'000'000;

#ifdef CLOCK_MONOTONIC_COARSE
constexpr clockid_t kCoarseClock = CLOCK_MONOTONIC_COARSE;
#else
constexpr clockid_t kCoarseClock = CLOCK_MONOTONIC;
#endif

uint64_t ReadNs(clockid_t clock) {
  timespec now = {};
  // Emscripten's library names the coarse clock, and has none.
  if (clock_gettime(clock, &now) != 0) clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

uint64_t NowNs() {
  if (Simulation* simulation = CurrentSimulation()) return simulation->NowNs();
  return ReadNs(CLOCK_MONOTONIC);
}

uint64_t CoarseNowNs() {
  if (Simulation* simulation = CurrentSimulation()) return simulation->NowNs();
  return ReadNs(kCoarseClock);
}

int64_t WallClockUs() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * int64_t{kUsPerSecond} + int64_t{now.tv_nsec} / 1000;
}

void SleepUs(uint64_t duration_us) {
  timespec left = {};
  left.tv_sec = static_cast<time_t>(duration_us / kUsPerSecond);
  left.tv_nsec = static_cast<long>(duration_us % kUsPerSecond * 1000);
  // A signal ends a sleep early and leaves in `left` what remains of it.
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

}  // namespace glasswal::port
