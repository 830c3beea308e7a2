// How much a randomised test does, and from which seed.
//
//   GLASSWAL_KILLS     how many clients the random kill tests kill in all (default 1,000)
//   GLASSWAL_THOROUGH  set by `./dev test --all`: nothing is left out where a sanitizer is slow
//   GLASSWAL_SEED      the seed; without it a new one each time, printed to repeat the run
//
// Thread-safety: pure functions of the environment.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_EFFORT_H_
#define GLASSWAL_TESTS_MULTIPROCESS_EFFORT_H_

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace glasswal::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

/// How much slower everything may be.
inline constexpr uint32_t kSlowness = kSanitized ? 10 : 1;

inline bool Thorough() { return std::getenv("GLASSWAL_THOROUGH") != nullptr; }

inline uint32_t KillsPerCase(uint32_t cases) {
  const char* wanted = std::getenv("GLASSWAL_KILLS");
  const uint32_t asked = wanted != nullptr ? static_cast<uint32_t>(std::atoi(wanted)) : 0;
  const uint32_t total = asked != 0 ? asked : 1000;
  return std::max(4u, (total + cases - 1) / cases / kSlowness);
}

inline uint64_t Seed() {
  const char* wanted = std::getenv("GLASSWAL_SEED");
  const uint64_t seed =
      wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : std::random_device{}();
  std::printf("GLASSWAL_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return seed;
}

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_EFFORT_H_
