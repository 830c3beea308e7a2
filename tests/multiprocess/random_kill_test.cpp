// Kills clients at random moments, thousands of times, and looks each time whether anything was
// lost.
//
// Five workers do everything that a client can do (worker.h). One after another is killed with
// SIGKILL wherever it happens to be, the referee checks, and a new worker takes its place.
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>
#include <string>

#include "multiprocess/crew.h"
#include "multiprocess/effort.h"
#include "multiprocess/referee.h"
#include "multiprocess/scoreboard.h"
#include "port/clock.h"

namespace glasswal::test {
namespace {

constexpr uint32_t kCases = 10;  // Half of them in each kind of region.
constexpr uint32_t kWorkers = 5;
constexpr uint32_t kAuditEvery = 8;

class Massacre {
 public:
  Massacre(const Options& options, Roominess roominess, uint64_t seed)
      : random_(seed), referee_(options, board_.get()), crew_(options.name, board_.get()) {
    board_->cramped.store(roominess == Roominess::kCramped);
  }

  void Run(uint32_t kills) {
    for (uint32_t i = 0; i < kWorkers; ++i) crew_.Spawn(i, random_());
    while (kills_ < kills && referee_.ok()) {
      KillOne();
      if (kills_ % kAuditEvery == 0 && referee_.ok()) {
        crew_.StandStill();
        if (referee_.ok()) referee_.CheckRegion(kills_);
        crew_.GoOn();
      }
    }
    crew_.LeaveAll();
    if (referee_.ok()) referee_.CheckBooks();
    if (referee_.ok()) referee_.CheckRegion(kills_);
    if (referee_.ok()) referee_.CheckFiles();
    if (referee_.ok()) referee_.MakeRoom();
    if (referee_.ok()) referee_.Close();
  }

  std::string Failure() const {
    const std::string own = referee_.failure();
    return own.empty() ? board_->FirstFailure() : own;
  }
  uint64_t kills() const { return kills_; }
  uint64_t slowest_ns() const { return referee_.slowest_ns(); }
  uint64_t operations() const { return board_->operations.load(); }
  uint64_t full() const { return board_->full.load(); }

 private:
  void KillOne() {
    // The random moment is what this test is about, so this is not a wait for anything.
    port::SleepUs(random_() % (random_() % 4 == 0 ? 8000 : 1500) * kSlowness);
    const auto number = static_cast<uint32_t>(random_() % kWorkers);
    const pid_t pid = crew_.pid(number);
    const int status = crew_.Kill(number);
    const uint64_t died_ns = port::NowNs();
    ++kills_;
    if (!WasKilled(status)) {
      board_->Fail("worker " + std::to_string(number) + " ended by itself, status " +
                   std::to_string(status));
      return;
    }
    referee_.AfterDeath(FindClient(referee_.region(), pid), died_ns);
    if (referee_.ok()) referee_.CheckBooks();
    if (referee_.ok()) crew_.Spawn(number, random_());
  }

  std::mt19937_64 random_;
  SharedObject<Scoreboard> board_;
  Referee referee_;
  Crew crew_;
  uint64_t kills_ = 0;
};

class RandomKill : public testing::TestWithParam<uint32_t> {};

void Kill(const std::string& name, Roominess roominess, uint64_t seed) {
  const uint32_t kills = KillsPerCase(kCases);
  Massacre massacre(KillTestOptions(name, roominess), roominess, seed);
  massacre.Run(kills);
  EXPECT_EQ(massacre.Failure(), "");
  EXPECT_EQ(massacre.kills(), kills);
  std::printf(
      "%u kills, %llu operations, %llu of them found it full, slowest write after a death %.1f "
      "ms\n",
      kills, static_cast<unsigned long long>(massacre.operations()),
      static_cast<unsigned long long>(massacre.full()),
      static_cast<double>(massacre.slowest_ns()) / 1e6);
  EXPECT_GT(massacre.operations(), 0u);
  if (roominess == Roominess::kCramped && kills >= 100) {
    EXPECT_GT(massacre.full(), 0u);
  }
}

TEST_P(RandomKill, NothingIsLostTornOrLeaked) {
  Kill("random", Roominess::kAmple, Seed() + GetParam());
}

TEST_P(RandomKill, NothingIsLostTornOrLeakedInARegionThatIsOftenFull) {
  Kill("cramped", Roominess::kCramped, Seed() + GetParam());
}

INSTANTIATE_TEST_SUITE_P(Cases, RandomKill, testing::Range(0u, kCases / 2));

}  // namespace
}  // namespace glasswal::test
