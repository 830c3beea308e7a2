// The native benches. Both sides of every ratio are measured in one run, and the repetitions of all
// benchmarks are interleaved at random, so that what else the machine does hits all alike.
//
//   glasswal_bench [--benchmark_filter=RE] [--benchmark_out=FILE --benchmark_out_format=json]
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "crew.h"
#include "report.h"
#include "store.h"
#include "work.h"

int main(int argc, char** argv) {
  using namespace glasswal::bench;
  // How crew.cpp starts its processes.
  if (argc == 4 && std::string(argv[1]) == "--reader") return RunReaderProcess(argv[2], argv[3]);

  // Ours first, so that the caller's own options win.
  std::string interleaved = "--benchmark_enable_random_interleaving=true";
  std::string repetitions = "--benchmark_repetitions=7";
  std::vector<char*> arguments{argv[0], interleaved.data(), repetitions.data()};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  RegisterSingleClient();
  RegisterConcurrent();
  RegisterLatencies();
  RegisterCosts();
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  ForgetLoadedStores();
}
