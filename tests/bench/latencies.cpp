// How long things take that happen once: being woken after a release, joining a region.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "store.h"
#include "work.h"

namespace glasswal::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWakes = 60;
// Long enough for the other one to have given up spinning and to be asleep.
constexpr auto kHold = std::chrono::milliseconds(3);

/// A thread that waits for WRITE as often as it is asked to, and notes when it got it.
class Waiter {
 public:
  explicit Waiter(const Store& store) : thread_([this, &store] { Run(store); }) {}
  ~Waiter() {
    rounds_.store(-1);
    rounds_.notify_all();
    thread_.join();
  }
  void Begin() {
    rounds_.fetch_add(1);
    rounds_.notify_all();
  }
  /// Waits until the round is over; the moment at which WRITE was had.
  Clock::time_point Finish(int round) {
    for (int done = done_.load(); done < round; done = done_.load()) done_.wait(done);
    return got_;
  }

 private:
  void Run(const Store& store) {
    const Database database = store.Connect();
    sqlite3_busy_timeout(database.handle(), 5000);
    for (int round = 1;; ++round) {
      for (int seen = rounds_.load(); seen >= 0 && seen < round; seen = rounds_.load()) {
        rounds_.wait(seen);
      }
      if (rounds_.load() < 0) return;
      database.Execute("BEGIN IMMEDIATE");
      got_ = Clock::now();
      database.Execute("ROLLBACK");
      done_.store(round);
      done_.notify_all();
    }
  }

  std::atomic<int> rounds_{0};
  std::atomic<int> done_{0};
  Clock::time_point got_;
  std::thread thread_;
};

void Wake(benchmark::State& state, Backend backend) {
  const Store& store = Loaded(backend).store;
  const Database& holder = Loaded(backend).connection;
  std::vector<double> waits;
  Waiter waiter(store);
  for ([[maybe_unused]] auto _ : state) {
    for (int round = 1; round <= kWakes; ++round) {
      holder.Execute("BEGIN IMMEDIATE");
      waiter.Begin();
      // The length of the hold is part of what is measured here, and not how two threads agree.
      std::this_thread::sleep_for(kHold);
      const auto released = Clock::now();
      holder.Execute("ROLLBACK");
      waits.push_back(std::chrono::duration<double>(waiter.Finish(round) - released).count());
    }
    std::sort(waits.begin(), waits.end());
    state.SetIterationTime(waits[waits.size() / 2]);
    state.counters["p99_us"] = waits[waits.size() * 99 / 100] * 1e6;
  }
}

/// From the name of a region to the first row: joining, registering a VFS, opening, a query.
void Join(benchmark::State& state) {
  const LoadedStore& loaded = Loaded(Backend::kNamed);
  for ([[maybe_unused]] auto _ : state) {
    const Store store(Backend::kNamed, loaded.store.address());
    benchmark::DoNotOptimize(store.Connect().Number("SELECT id FROM cities LIMIT 1"));
  }
}

}  // namespace

void RegisterLatencies() {
  for (const Backend backend : {Backend::kUnixOff, Backend::kAnonymous}) {
    benchmark::RegisterBenchmark((std::string("wake/") + Name(backend)).c_str(), Wake, backend)
        ->Iterations(1)
        ->UseManualTime();
  }
  benchmark::RegisterBenchmark("join/named", Join)->Iterations(20)->UseRealTime();
}

}  // namespace glasswal::bench
