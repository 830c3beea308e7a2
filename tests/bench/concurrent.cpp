// One writer beside readers, and readers beside each other. Everything is measured over a window of
// the same length, in seconds per commit or per read.
#include <benchmark/benchmark.h>

#include <chrono>
#include <string>
#include <thread>

#include "crew.h"
#include "work.h"

namespace glasswal::bench {
namespace {

template <typename Readers>
void WriterBeside(benchmark::State& state, Backend backend, int readers) {
  const LoadedStore loaded(backend);
  for ([[maybe_unused]] auto _ : state) {
    Readers crew(loaded.store, readers);
    const double seconds = SecondsPerCommit(loaded.connection);
    state.counters["reads_per_s"] = static_cast<double>(crew.Stop()) / kWindowSeconds;
    state.SetIterationTime(seconds);
  }
}

void ReadersTogether(benchmark::State& state, Backend backend, int readers) {
  const Store& store = Loaded(backend).store;
  for ([[maybe_unused]] auto _ : state) {
    const auto began = std::chrono::steady_clock::now();
    ReaderThreads crew(store, readers);
    std::this_thread::sleep_until(began + std::chrono::duration<double>(kWindowSeconds));
    const auto reads = static_cast<double>(crew.Stop());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    state.SetIterationTime(took.count() / (reads == 0 ? 1 : reads));
  }
}

using Work = void (*)(benchmark::State&, Backend, int);

void Register(const char* name, Work work, Backend backend, int readers) {
  const std::string whole = std::string(name) + "/" + Name(backend) + "/" + std::to_string(readers);
  benchmark::RegisterBenchmark(whole.c_str(), work, backend, readers)
      ->Iterations(1)
      ->UseManualTime();
}

}  // namespace

void RegisterConcurrent() {
  for (const Backend backend :
       {Backend::kMemdb, Backend::kUnixOff, Backend::kAnonymous, Backend::kNamed}) {
    for (const int readers : {0, 1, 2}) {
      Register("writer_beside_threads", WriterBeside<ReaderThreads>, backend, readers);
    }
    for (const int readers : {1, 2}) Register("readers", ReadersTogether, backend, readers);
  }
  for (const Backend backend : {Backend::kUnixOff, Backend::kNamed}) {
    for (const int readers : {0, 1, 2}) {
      Register("writer_beside_processes", WriterBeside<ReaderProcesses>, backend, readers);
    }
  }
}

}  // namespace glasswal::bench
