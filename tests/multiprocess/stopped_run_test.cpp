// A run beside clients that are stopped and killed wherever they happen to be: those who commit to
// a database that the stopped ones only read do not notice it.
//
// Whoever is stopped while it writes to that database keeps others from writing, and rightly so:
// nothing may be taken from the living. So the ones who are stopped do everything else.
#include <signal.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <random>
#include <string>

#include "multiprocess/run_delay.h"
#include "multiprocess/scoreboard.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"

namespace glasswal::test {
namespace {

constexpr uint64_t kSlowestCommitNs = 50 * kNsPerMs * kSlowness;
constexpr uint32_t kCommitters = 2;
constexpr uint32_t kOthers = 4;

struct Tally {
  std::atomic<uint32_t> leave{0};
  std::atomic<uint64_t> commits{0};
  std::atomic<uint64_t> slowest_ns{0};
  std::atomic<uint64_t> rounds{0};  // Of the others.
  std::atomic<uint32_t> failed{0};
};

class StoppedRun : public Stage {
 protected:
  /// Commits until it is told to leave, and keeps the longest time that it took.
  std::unique_ptr<ChildProcess> Committer(uint32_t number) {
    return std::make_unique<ChildProcess>([this, number](const auto& signal) {
      const Seat own = Seat::Join(name(), "committer-" + std::to_string(number));
      const auto connection = own.Open();
      const pid_t self = getpid();
      committers_->at(number).store(self);
      for (bool is_first = true; tally_->leave.load() == 0; is_first = false) {
        const uint64_t delay_ns = DelayOfAllNs();
        const uint64_t began_ns = port::NowNs();
        if (!connection->Run("INSERT INTO t VALUES('work')")) {
          std::fprintf(stderr, "committer %u: %s\n", number, connection->error().c_str());
          tally_->failed.store(1);
          return 1;
        }
        // The first opens the log, and waits for the directory as everybody who opens something.
        if (is_first) {
          signal();
          continue;
        }
        uint64_t took_ns = port::NowNs() - began_ns;
        tally_->commits.fetch_add(1);
        if (took_ns > kSlowestCommitNs / 2) took_ns -= std::min(took_ns, DelayOfAllNs() - delay_ns);
        uint64_t slowest_ns = tally_->slowest_ns.load();
        while (took_ns > slowest_ns &&
               !tally_->slowest_ns.compare_exchange_weak(slowest_ns, took_ns)) {
        }
      }
      return 0;
    });
  }

  uint64_t DelayOfAllNs() {
    uint64_t delay_ns = 0;
    for (const std::atomic<pid_t>& committer : *committers_) {
      if (committer.load() != 0) delay_ns += RunDelayNs(committer.load());
    }
    return delay_ns;
  }

  /// Joins, opens, reads, writes and deletes databases of its own, closes and leaves, for ever.
  std::unique_ptr<ChildProcess> Other(uint32_t number, uint64_t seed) {
    return std::make_unique<ChildProcess>([this, number, seed](const auto&) {
      std::mt19937_64 random(seed);
      const std::string own_path = "/own-" + std::to_string(number) + ".sqlite";
      while (tally_->leave.load() == 0) {
        const Seat own = Seat::Join(name(), "other-" + std::to_string(number));
        if (!own.problem().empty()) continue;  // The directory is in the hands of a stopped one.
        for (uint32_t i = 0; i < 4 && tally_->leave.load() == 0; ++i) {
          const auto connection = own.Open("/app.sqlite", 100);
          connection->Run("BEGIN; SELECT count(*) FROM t");
          const auto side = own.Open(own_path, 100);
          side->Run("PRAGMA journal_mode=" + std::string(random() % 2 == 0 ? "delete" : "wal"));
          side->Run("CREATE TABLE IF NOT EXISTS s(x); INSERT INTO s VALUES(randomblob(100000))");
          connection->Run("COMMIT");
          tally_->rounds.fetch_add(1);
        }
        (void)own.runtime().RemoveFile(own_path);
      }
      return 0;
    });
  }

  SharedObject<Tally> tally_;
  SharedObject<std::array<std::atomic<pid_t>, kCommitters>> committers_;
};

TEST_F(StoppedRun, NoCommitWaitsForClientsThatAreStoppedOrKilledElsewhere) {
  std::mt19937_64 random(Seed());
  std::array<std::unique_ptr<ChildProcess>, kCommitters> committers;
  for (uint32_t i = 0; i < kCommitters; ++i) {
    committers[i] = Committer(i);
    ASSERT_TRUE(committers[i]->WaitForSignal());
  }
  std::array<std::unique_ptr<ChildProcess>, kOthers> others;
  for (uint32_t i = 0; i < kOthers; ++i) others[i] = Other(i, random());

  uint32_t stops = 0;
  uint32_t kills = 0;
  const uint64_t end_ns = port::NowNs() + (Thorough() ? 60'000 : 4'000) * kNsPerMs;
  while (port::NowNs() < end_ns && tally_->failed.load() == 0) {
    // Two at a time: one is stopped wherever it is, and another one killed beside it.
    const auto stopped = static_cast<uint32_t>(random() % kOthers);
    const auto killed = static_cast<uint32_t>(random() % kOthers);
    port::SleepUs(random() % 3000);
    kill(others[stopped]->process_id(), SIGSTOP);
    ++stops;
    port::SleepUs(random() % 3000);
    if (killed != stopped) {
      others[killed]->Kill();
      others[killed] = Other(killed, random());
      ++kills;
    }
    port::SleepUs(random() % 300'000);
    kill(others[stopped]->process_id(), SIGCONT);
  }
  tally_->leave.store(1);
  for (const auto& committer : committers) EXPECT_EQ(committer->Wait(), 0);
  std::printf(
      "%u stops, %u kills, %llu commits, the slowest took %.1f ms; the others did %llu rounds\n",
      stops, kills, static_cast<unsigned long long>(tally_->commits.load()),
      static_cast<double>(tally_->slowest_ns.load()) / 1e6,
      static_cast<unsigned long long>(tally_->rounds.load()));
  EXPECT_LT(tally_->slowest_ns.load(), kSlowestCommitNs);
  EXPECT_GT(tally_->commits.load(), 0u);
  EXPECT_GT(tally_->rounds.load(), 0u);
}

}  // namespace
}  // namespace glasswal::test
