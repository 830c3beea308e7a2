// The few functions of the C library that would otherwise come from Emscripten's JavaScript, or
// expect the start-up of a main program.
//
// An instance of the module has exactly one thread, so mutexes have nothing to do and errno needs
// no thread-local storage. Everything here is found by the linker before the archives are.
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "module/exports.h"
#include "module/host.h"
#include "module/inside.h"
#include "module/instance.h"

namespace {

constexpr double kNsPerMs = 1e6;
constexpr int64_t kMsPerSecond = 1000;
constexpr long kNsPerSecond = 1'000'000'000;

int errno_of_the_only_thread = 0;

// A reading of the clock that serves several uses within one turn of the event loop: asking
// JavaScript takes as long as a lock.
constexpr int32_t kUsesOfReading = 16;
timespec coarse_now = {};
int32_t uses_left = 0;

timespec ToTimespec(double ms) {
  const auto whole_ms = static_cast<int64_t>(ms);
  timespec at = {};
  at.tv_sec = static_cast<time_t>(whole_ms / kMsPerSecond);
  const double rest_ms = ms - static_cast<double>(whole_ms / kMsPerSecond * kMsPerSecond);
  at.tv_nsec = static_cast<long>(rest_ms * kNsPerMs);
  if (at.tv_nsec >= kNsPerSecond) at.tv_nsec = kNsPerSecond - 1;
  return at;
}

}  // namespace

namespace glasswal::port {

void StopProgram(const char* sentence) { glasswal_host_abort(sentence); }

}  // namespace glasswal::port

extern "C" {

int* __errno_location() { return &errno_of_the_only_thread; }
int* ___errno_location() { return &errno_of_the_only_thread; }  // musl's own name for it.

// What the C library keeps for each thread. The parts of it that are linked here only compare its
// address.
void* __get_tp() {
  alignas(16) static char thread[512] = {};
  return thread;
}

int clock_gettime(clockid_t clock, timespec* now) {
  if (clock != CLOCK_MONOTONIC_COARSE) {
    *now = ToTimespec(glasswal_host_now(clock == CLOCK_REALTIME ? 1 : 0));
    return 0;
  }
  if (uses_left-- <= 0) {
    coarse_now = ToTimespec(glasswal_host_now(2));
    uses_left = kUsesOfReading - 1;
  }
  *now = coarse_now;
  return 0;
}

void glasswal_forget_time() { uses_left = 0; }

time_t time(time_t* out) {
  const auto now = static_cast<time_t>(glasswal_host_now(1) / 1000);
  if (out != nullptr) *out = now;
  return now;
}

int nanosleep(const timespec* wanted, timespec* left) {
  // `left` may be `wanted`, so it is written last.
  const double until = glasswal_host_now(0) + static_cast<double>(wanted->tv_sec) * 1000 +
                       static_cast<double>(wanted->tv_nsec) / kNsPerMs;
  // Nobody wakes this word: the wait ends with its time. A page's main thread may not wait and goes
  // round.
  static glasswal::port::Atomic<uint32_t> never{0};
  for (double now = glasswal_host_now(0); now < until; now = glasswal_host_now(0)) {
    if (glasswal::port::MayWait()) {
      glasswal::port::FutexWait(&never, 0, static_cast<uint64_t>((until - now) * kNsPerMs) + 1);
    }
  }
  if (left != nullptr) *left = {};
  return 0;
}

// Local time is UTC and an offset that JavaScript knows. The calendar is that of Howard Hinnant's
// "chrono-Compatible Low-Level Date Algorithms": days since 1970 to year, month and day, for all of
// SQLite's dates.
tm* gmtime_r(const time_t* at, tm* out) {
  constexpr int64_t kSecondsPerDay = 86400;
  constexpr int64_t kDaysPerEra = 146097;  // 400 years.
  const int64_t seconds = *at;
  const int64_t days = seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0 ? 1 : 0);
  const auto of_day = static_cast<int>(seconds - days * kSecondsPerDay);
  const int64_t shifted = days + 719468;  // Days since the first of March of the year 0.
  const int64_t era = (shifted >= 0 ? shifted : shifted - kDaysPerEra + 1) / kDaysPerEra;
  const int64_t of_era = shifted - era * kDaysPerEra;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * of_year + 2) / 153;  // 0 is March.
  *out = {};
  out->tm_mday = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
  out->tm_mon = static_cast<int>(month < 10 ? month + 2 : month - 10);
  out->tm_year = static_cast<int>(year_of_era + era * 400 + (month >= 10 ? 1 : 0) - 1900);
  out->tm_wday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  out->tm_hour = of_day / 3600;
  out->tm_min = of_day / 60 % 60;
  out->tm_sec = of_day % 60;
  return out;
}

tm* localtime_r(const time_t* at, tm* out) {
  const auto ahead_seconds =
      static_cast<int64_t>(glasswal_host_timezone(static_cast<double>(*at) * 1000) * 60);
  const auto shifted = static_cast<time_t>(*at + ahead_seconds);
  return gmtime_r(&shifted, out);
}
tm* localtime(const time_t* at) {
  static tm result;
  return localtime_r(at, &result);
}

pid_t getpid() { return static_cast<pid_t>(glasswal::wasm::this_thread.number); }

int getentropy(void* to, size_t size) {
  glasswal_host_random(to, static_cast<uint32_t>(size));
  return 0;
}

int emscripten_is_main_runtime_thread() { return 0; }
int _emscripten_thread_supports_atomics_wait() {
  return glasswal::wasm::this_thread.may_wait ? 1 : 0;
}
int emscripten_is_main_browser_thread() { return glasswal::wasm::this_thread.may_wait ? 0 : 1; }

void abort() { glasswal_host_abort("the module came to a state that it cannot go on from"); }

int pthread_mutex_init(pthread_mutex_t*, const pthread_mutexattr_t*) { return 0; }
int pthread_mutex_destroy(pthread_mutex_t*) { return 0; }
int pthread_mutex_lock(pthread_mutex_t*) { return 0; }
int pthread_mutex_trylock(pthread_mutex_t*) { return 0; }
int pthread_mutex_unlock(pthread_mutex_t*) { return 0; }
int pthread_mutexattr_init(pthread_mutexattr_t*) { return 0; }
int pthread_mutexattr_settype(pthread_mutexattr_t*, int) { return 0; }
int pthread_mutexattr_destroy(pthread_mutexattr_t*) { return 0; }

// Nobody can be waited for in a thread that is alone; the C++ library refers to these without
// calling them.
int pthread_cond_wait(pthread_cond_t*, pthread_mutex_t*) { return 0; }
int pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*) { return ETIMEDOUT; }
int pthread_cond_signal(pthread_cond_t*) { return 0; }
int pthread_cond_broadcast(pthread_cond_t*) { return 0; }
int pthread_cond_destroy(pthread_cond_t*) { return 0; }

// Statics of functions are initialised by the one thread there is.
int __cxa_guard_acquire(uint8_t* guard) { return *guard == 0 ? 1 : 0; }
void __cxa_guard_release(uint8_t* guard) { *guard = 1; }
void __cxa_guard_abort(uint8_t*) {}

// An instance ends with its memory: there is no exit at which destructors could run.
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }

}  // extern "C"
