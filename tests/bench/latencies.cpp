// How long things take that happen once: being woken after a release, joining a region, and a
// commit while others are stopped and killed.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "crew.h"
#include "measures.h"
#include "works.h"

namespace glasswal::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWakes = 30;
// Long enough for the other one to have given up spinning and to be asleep.
constexpr auto kHold = std::chrono::milliseconds(3);

constexpr int kDeaths = 12;
// Between one event and the next, for those who begin to be in the middle of their work.
constexpr auto kBreath = std::chrono::milliseconds(15);

double NanosecondsSince(Clock::time_point began) {
  return std::chrono::duration<double, std::nano>(Clock::now() - began).count();
}

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

/// From a release to the moment at which the one who waited for it has WRITE: the median.
double Wake(Backend backend) {
  const Database& holder = Loaded(backend).connection;
  std::vector<double> waits;
  Waiter waiter(Loaded(backend).store);
  for (int round = 1; round <= kWakes; ++round) {
    holder.Execute("BEGIN IMMEDIATE");
    waiter.Begin();
    // The length of the hold is part of what is measured here, and not how two threads agree.
    std::this_thread::sleep_for(kHold);
    const auto released = Clock::now();
    holder.Execute("ROLLBACK");
    waits.push_back(
        std::chrono::duration<double, std::nano>(waiter.Finish(round) - released).count());
  }
  return SpreadOf(waits).median;
}

/// From the name of a region to the first row: joining, registering a VFS, opening, a query.
double Join() {
  const std::string& address = Loaded(Backend::kNamed).store.address();
  const auto began = Clock::now();
  const Store store(Backend::kNamed, address);
  store.Connect().Number("SELECT id FROM cities LIMIT 1");
  return NanosecondsSince(began);
}

/// Stops and continues a reader, and kills readers and writers wherever they happen to be. Nobody
/// is stopped who writes: nothing may be taken from the living, so that others rightly wait for it.
void StopAndKill(const Store& store) {
  const CrewProcess stopped(store, Role::kReader);
  for (int i = 0; i < kDeaths; ++i) {
    const CrewProcess victim(store, i % 2 == 0 ? Role::kWriter : Role::kReader);
    kill(stopped.id(), SIGSTOP);
    std::this_thread::sleep_for(kBreath);
    kill(victim.id(), SIGKILL);
    std::this_thread::sleep_for(kBreath);
    kill(stopped.id(), SIGCONT);
  }
}

/// The longest that a writer waited for a commit of one row in the meantime.
double SlowestCommit() {
  const LoadedStore loaded({.backend = Backend::kNamed});
  sqlite3_busy_timeout(loaded.connection.handle(), 30'000);
  const Statement insert(loaded.connection, kInsertCity);
  Bind(insert, Cities()[0]);
  std::atomic<bool> is_over{false};
  std::thread turmoil([&] {
    StopAndKill(loaded.store);
    is_over.store(true);
  });
  double slowest_ns = 0;
  while (!is_over.load(std::memory_order_relaxed)) {
    const auto began = Clock::now();
    if (insert.Run() != SQLITE_OK) Die("a writer beside those who are killed was refused");
    slowest_ns = std::max(slowest_ns, NanosecondsSince(began));
  }
  turmoil.join();
  return slowest_ns;
}

}  // namespace

void MeasureLatencies(int rounds, Samples* samples) {
  RunRounds({{"wake/unix_off", [] { return Wake(Backend::kUnixOff); }},
             {"wake/anonymous", [] { return Wake(Backend::kAnonymous); }}},
            rounds, samples);
  RunRounds({{"join/named", Join}}, 3 * rounds, samples);
  RunRounds({{"slowest_commit/named", SlowestCommit}}, std::max(rounds / 2, 1), samples);
  ForgetLoadedStores();
}

}  // namespace glasswal::bench
