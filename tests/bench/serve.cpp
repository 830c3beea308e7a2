#include "serve.h"

#include <gnu/libc-version.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "works.h"

namespace glasswal::bench {
namespace {

// More than a connection's own cache holds, and so few that callgrind, which takes fifty times as
// long, is done in seconds.
constexpr size_t kCountedCities = 60'000;
constexpr int64_t kWarmUp = 50;

/// What decides which instructions are run, besides our own sources.
void PrintCircumstances() {
#ifdef __clang__
  std::printf("compiler: clang %s\n", __clang_version__);
#else
  std::printf("compiler: GCC %s\n", __VERSION__);
#endif
  std::printf("libc: glibc %s\n", gnu_get_libc_version());
  std::printf("processor:");
#if defined(__x86_64__)
  std::printf(" x86_64%s%s%s", __builtin_cpu_supports("avx") != 0 ? " avx" : "",
              __builtin_cpu_supports("avx2") != 0 ? " avx2" : "",
              __builtin_cpu_supports("avx512f") != 0 ? " avx512f" : "");
#else
  std::printf(" another one than x86_64");
#endif
  std::printf("\n\n");
}

}  // namespace

int Serve() {
  Cities();
  for (const Work& work : Works()) std::cout << work.name << '\n';
  std::cout << std::endl;
  std::string work;
  std::string place;
  while (std::cin >> work >> place) {
    std::cout << NanosecondsOf(WorkOf(work), PlaceOf(place)) << std::endl;
  }
  return 0;
}

int Count() {
  UseFirstCities(kCountedCities);
  PrintCircumstances();
  for (const Work& work : Works()) {
    if (work.times_counted == 0) continue;
    for (const Backend backend : {Backend::kPrivateMemory, Backend::kAnonymous}) {
      const std::unique_ptr<Job> job = work.prepare({.backend = backend});
      // What happens only the first time belongs to no operation.
      job->Run(work.is_per_row ? 1 : kWarmUp);
      GlasswalBenchMeasured(job.get(), work.times_counted);
      std::printf("%s %s %lld\n", work.name, Name(backend),
                  static_cast<long long>(OperationsOf(work, work.times_counted)));
    }
  }
  return 0;
}

}  // namespace glasswal::bench
