// Coming and going: the name of a region leads to the one in which the living are, whoever comes or
// goes at the same time or dies on the way, and it is gone when the last one has left.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <vector>

#include "multiprocess/crew.h"
#include "multiprocess/effort.h"
#include "multiprocess/referee.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/memory.h"
#include "recovery/runtime_inside.h"

namespace glasswal::test {
namespace {

constexpr uint32_t kProcesses = 4;
constexpr int kRounds = kSanitized ? 30 : 200;

/// Joins and leaves again and again. While it is in, the name must lead to where it is.
int ComeAndGo(const Options& options, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int round = 0; round < kRounds; ++round) {
    const Result<std::shared_ptr<Runtime>> runtime = Runtime::OpenOrCreate(options, "visitor");
    if (!runtime.ok()) {
      std::fprintf(stderr, "round %d: %s\n", round, runtime.status().message().c_str());
      return 1;
    }
    for (uint64_t looks = random() % 8; looks > 0; --looks) {
      if (!port::IsCurrentNamedMemory(options.name, RegionOf(**runtime).memory())) return 2;
    }
  }
  return 0;
}

TEST(JoinLeave, NameLeadsToTheLiving) {
  const Options options = KillTestOptions("visit");
  std::mt19937_64 random(Seed());
  std::vector<std::unique_ptr<ChildProcess>> visitors;
  for (uint32_t i = 0; i < kProcesses; ++i) {
    const uint64_t seed = random();
    visitors.push_back(
        std::make_unique<ChildProcess>([&](const auto&) { return ComeAndGo(options, seed); }));
  }
  for (const auto& visitor : visitors) EXPECT_EQ(visitor->Wait(), 0);
  EXPECT_FALSE(port::OpenNamedMemoryReadOnly(options.name).ok())
      << "all have left and the region is still there";
  (void)Runtime::Remove(options.name);
}

TEST(JoinLeave, NameLeadsToTheLivingAlsoWhenSomeDie) {
  const Options options = KillTestOptions("mortal");
  std::mt19937_64 random(Seed());
  std::vector<std::unique_ptr<ChildProcess>> visitors;
  for (uint32_t i = 0; i < kProcesses; ++i) {
    const uint64_t seed = random();
    visitors.push_back(
        std::make_unique<ChildProcess>([&](const auto&) { return ComeAndGo(options, seed); }));
  }
  for (int i = 0; i < 100; ++i) {
    ChildProcess victim([&, seed = random()](const auto&) { return ComeAndGo(options, seed); });
    port::SleepUs(random() % 3000 * kSlowness);  // The random moment is what this is about.
    victim.Kill();
  }
  for (const auto& visitor : visitors) EXPECT_EQ(visitor->Wait(), 0);
  const Result<std::shared_ptr<Runtime>> last = Runtime::OpenOrCreate(options, "last");
  EXPECT_TRUE(last.ok()) << last.status().message();
  (void)Runtime::Remove(options.name);
}

/// Lets `count` processes go on at the same moment, again and again.
struct Barrier {
  std::atomic<uint32_t> arrived{0};
  void Pass(uint32_t count, uint32_t time) {
    arrived.fetch_add(1);
    while (arrived.load() < count * time) sched_yield();
  }
};

struct Meeting {
  Barrier barrier;
  std::atomic<uint64_t> id[kProcesses] = {};
};

/// Comes with the others, sees that all are in the same region, and leaves with them.
int MeetAndPart(const Options& options, Meeting* meeting, uint32_t number) {
  meeting->barrier.Pass(kProcesses, 1);
  Result<std::shared_ptr<Runtime>> runtime = Runtime::OpenOrCreate(options, "guest");
  if (!runtime.ok()) std::fprintf(stderr, "%s\n", runtime.status().message().c_str());
  if (runtime.ok()) {
    meeting->id[number].store(RegionOf(**runtime).header()->runtime_id[0].load());
  }
  meeting->barrier.Pass(kProcesses, 2);
  if (!runtime.ok()) return 1;
  const bool is_current = port::IsCurrentNamedMemory(options.name, RegionOf(**runtime).memory());
  bool all_are_here = true;
  for (const auto& other : meeting->id) all_are_here &= other == meeting->id[number];
  meeting->barrier.Pass(kProcesses, 3);
  *runtime = nullptr;
  return !is_current ? 2 : !all_are_here ? 3 : 0;
}

TEST(JoinLeave, ThoseWhoComeTogetherMeetAndTheLastTakesTheNameAway) {
  const Options options = KillTestOptions("meeting");
  for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
    SharedObject<Meeting> meeting;
    std::vector<std::unique_ptr<ChildProcess>> guests;
    for (uint32_t i = 0; i < kProcesses; ++i) {
      guests.push_back(std::make_unique<ChildProcess>(
          [&](const auto&) { return MeetAndPart(options, meeting.get(), i); }));
    }
    for (const auto& guest : guests) EXPECT_EQ(guest->Wait(), 0) << "in round " << round;
    EXPECT_FALSE(port::OpenNamedMemoryReadOnly(options.name).ok())
        << "in round " << round << " all have left and the region is still there";
  }
  (void)Runtime::Remove(options.name);
}

/// One client lives while another dies at `point` of its coming or going. A third must get in at
/// once.
class DeathAtTheDoor : public testing::TestWithParam<const char*> {};

TEST_P(DeathAtTheDoor, KeepsNobodyOut) {
  const Options options = KillTestOptions("door");
  const Result<std::shared_ptr<Runtime>> resident = Runtime::OpenOrCreate(options, "resident");
  ASSERT_TRUE(resident.ok()) << resident.status().message();
  ChildProcess victim([&](const auto&) {
    Fate fate{GetParam(), 1};
    fate.Await();
    return Runtime::Open(options.name, "victim").ok() ? 0 : 1;
  });
  EXPECT_EQ(victim.Wait(), -SIGKILL) << "it never came to " << GetParam();
  ChildProcess third([&](const auto&) {
    const uint64_t began_ns = port::NowNs();
    const Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(options.name, "third");
    if (!runtime.ok()) return 1;
    if (!port::IsCurrentNamedMemory(options.name, RegionOf(**runtime).memory())) return 2;
    return port::NowNs() - began_ns < 1000 * kNsPerMs * kSlowness ? 0 : 3;
  });
  EXPECT_EQ(third.Wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(Points, DeathAtTheDoor,
                         testing::Values("client.join.held", "client.join.live",
                                         "client.leave.free", "runtime.gate", "runtime.left"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace glasswal::test
