// Every interleaving of two clients of one lock, and those of three with few preemptions, with
// deaths at every step. See model/explorer.h for what "every" means.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "model/lock_world.h"
#include "multiprocess/effort.h"

namespace glasswal::model {
namespace {

using lock::LockMode;
using lock::LockResult;

constexpr int kAnyNumber = -1;

// How many preemptions the larger cases are explored with: most faults need one or two. `./dev test
// --all` takes `all`.
int Preemptions(int few, int all) { return test::Thorough() ? all : few; }

// The programs. Each names what one client does.

void Write(LockWorld& world, uint32_t slot) { world.Use(slot, LockMode::kExclusive, kForeverNs); }

void Read(LockWorld& world, uint32_t slot) { world.Use(slot, LockMode::kShared, kForeverNs); }

void WriteTwice(LockWorld& world, uint32_t slot) {
  Write(world, slot);
  Write(world, slot);
}

void ReadTwice(LockWorld& world, uint32_t slot) {
  Read(world, slot);
  Read(world, slot);
}

void TryToWrite(LockWorld& world, uint32_t slot) { world.Use(slot, LockMode::kExclusive, 0); }

void WriteUnlessLate(LockWorld& world, uint32_t slot) {
  world.Use(slot, LockMode::kExclusive, kShortNs);
}

void ReadUnlessLate(LockWorld& world, uint32_t slot) {
  world.Use(slot, LockMode::kShared, kShortNs);
}

void UpgradeFor(LockWorld& world, uint32_t slot, uint64_t timeout_ns) {
  if (world.Acquire(slot, LockMode::kShared, kForeverNs) != LockResult::kAcquired) return;
  world.BeInside(slot, LockMode::kShared);
  const LockResult upgrade = world.Acquire(slot, LockMode::kExclusive, timeout_ns);
  world.BeInside(slot, upgrade == LockResult::kAcquired ? LockMode::kExclusive : LockMode::kShared);
  lock::Release(world.lock(), slot);
}

void Upgrade(LockWorld& world, uint32_t slot) { UpgradeFor(world, slot, kForeverNs); }

// Two that upgrade wait for each other, so one of them must give up.
void UpgradeUnlessLate(LockWorld& world, uint32_t slot) { UpgradeFor(world, slot, kShortNs); }

void TryToUpgrade(LockWorld& world, uint32_t slot) { UpgradeFor(world, slot, 0); }

void WriteThenRead(LockWorld& world, uint32_t slot) {
  if (world.Acquire(slot, LockMode::kExclusive, kForeverNs) != LockResult::kAcquired) return;
  world.BeInside(slot, LockMode::kExclusive);
  lock::Downgrade(world.lock(), slot);
  world.BeInside(slot, LockMode::kShared);
  lock::Release(world.lock(), slot);
}

// Readers that stay inside until all of them are. A reader that is kept out although it could share
// keeps the others in for ever.
void ReadTogether(LockWorld& world, uint32_t slot) {
  if (world.Acquire(slot, LockMode::kShared, kForeverNs) != LockResult::kAcquired) return;
  world.MeetReaders(2);
  lock::Release(world.lock(), slot);
}

// The same for a reader that was the writer, unless a reader came first.
void DowngradeToReadTogether(LockWorld& world, uint32_t slot) {
  if (world.Acquire(slot, LockMode::kExclusive, 0) == LockResult::kAcquired) {
    lock::Downgrade(world.lock(), slot);
    world.MeetReaders(2);
    lock::Release(world.lock(), slot);
  } else {
    ReadTogether(world, slot);
  }
}

struct Case {
  const char* name;
  std::vector<LockWorld::Program> programs;
};

void ExpectHolds(const std::string& name, const Scenario& scenario, const Limits& limits) {
  const auto began = std::chrono::steady_clock::now();
  const Report report = Explore(scenario, limits);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  std::printf(
      "%-44s %8llu schedules (%llu to the end), %8llu states, %9llu steps, %7llu deaths, %6.0f "
      "ms\n",
      name.c_str(), static_cast<unsigned long long>(report.schedules),
      static_cast<unsigned long long>(report.completed),
      static_cast<unsigned long long>(report.states), static_cast<unsigned long long>(report.steps),
      static_cast<unsigned long long>(report.deaths), took.count());
  EXPECT_EQ(report.failure, "") << name;
  EXPECT_TRUE(report.complete) << name;
}

// The pairs in which nobody needs a timeout. Without one, a lost wake-up is a sleep without end.
std::vector<Case> Pairs() {
  return {
      {"write | write", {Write, Write}},
      {"write twice | write", {WriteTwice, Write}},
      {"write twice | read", {WriteTwice, Read}},
      {"write | read twice", {Write, ReadTwice}},
      {"read twice | read twice", {ReadTwice, ReadTwice}},
      {"write twice | try to write", {WriteTwice, TryToWrite}},
      {"upgrade | write", {Upgrade, Write}},
      {"upgrade | read", {Upgrade, Read}},
      {"upgrade | try to upgrade", {Upgrade, TryToUpgrade}},
      {"write then read | write", {WriteThenRead, Write}},
      {"write then read | read", {WriteThenRead, Read}},
      {"write then read | upgrade", {WriteThenRead, Upgrade}},
  };
}

TEST(LockModel, TwoClientsInEveryOrder) {
  for (const Case& pair : Pairs()) {
    LockWorld world(pair.programs);
    ExpectHolds(pair.name, world.WithJanitor(), {});
  }
}

TEST(LockModel, TwoClientsThatDieAtEveryStep) {
  for (const Case& pair : Pairs()) {
    LockWorld world(pair.programs);
    ExpectHolds(std::string(pair.name) + ", 1 death", world.WithJanitor(), {.deaths = 1});
  }
}

// The second to die may be the other client, or the janitor in the middle of a recovery.
TEST(LockModel, TwoClientsOfWhichBothDie) {
  for (const Case& pair :
       {Case{"write | write", {Write, Write}},
        Case{"write twice | try to write", {WriteTwice, TryToWrite}},
        Case{"read | write", {Read, Write}}, Case{"upgrade | write", {Upgrade, Write}},
        Case{"upgrade | read", {Upgrade, Read}},
        Case{"write then read | read", {WriteThenRead, Read}}}) {
    LockWorld world(pair.programs);
    ExpectHolds(std::string(pair.name) + ", 2 deaths", world.WithJanitor(),
                {.preemptions = Preemptions(5, kAnyNumber), .deaths = 2});
  }
}

TEST(LockModel, TimedHoldsLeaveNoStamp) {
  for (const Case& pair : {Case{"timed: write | write", {Write, Write}},
                           Case{"timed: write then read | upgrade", {WriteThenRead, Upgrade}}}) {
    LockWorld world(pair.programs);
    world.set_timing(lock::Timing::kExact);
    ExpectHolds(std::string(pair.name) + ", 1 death", world.WithJanitor(),
                {.preemptions = Preemptions(6, kAnyNumber), .deaths = 1});
  }
}

TEST(LockModel, TimeoutsAtEveryStep) {
  for (const Case& pair : {Case{"write unless late | write", {WriteUnlessLate, Write}},
                           Case{"write unless late, both", {WriteUnlessLate, WriteUnlessLate}},
                           Case{"read unless late | write", {ReadUnlessLate, Write}},
                           Case{"upgrade unless late | read", {UpgradeUnlessLate, Read}}}) {
    LockWorld world(pair.programs);
    const Limits limits = {.deaths = 1, .timeouts = 1};
    ExpectHolds(std::string(pair.name) + ", timeouts", world.WithJanitor(), limits);
  }
}

TEST(LockModel, OfTwoThatUpgradeOneGivesUp) {
  LockWorld world({UpgradeUnlessLate, UpgradeUnlessLate});
  ExpectHolds("upgrade unless late, both", world.WithJanitor(),
              {.preemptions = 4, .deaths = 1, .timeouts = 1, .time_passes = true});
}

// The explorer finds what it is for: two that wait for each other's shared hold for ever.
TEST(LockModel, TwoThatUpgradeWithoutEndAreFoundAsleep) {
  LockWorld world({Upgrade, Upgrade});
  const Scenario scenario = world.WithJanitor();
  const Report report = Explore(scenario, {});
  EXPECT_NE(report.failure.find("a lost wake-up: nobody will wake client 0 client 1"),
            std::string::npos);
  EXPECT_EQ(Replay(scenario, {}, report.decisions).failure, report.failure);
}

TEST(LockModel, SurvivorsRecoverWhenTheyLook) {
  for (const Case& pair : Pairs()) {
    LockWorld world(pair.programs);
    const Limits limits = {.deaths = 1, .time_passes = true};
    ExpectHolds(std::string(pair.name) + ", survivors", world.WithSurvivors(), limits);
  }
}

std::vector<Case> Triples() {
  return {
      {"write | write | write", {Write, Write, Write}},
      {"write twice | write | read", {WriteTwice, Write, Read}},
      {"write | read | read", {Write, Read, Read}},
      {"upgrade | write | read", {Upgrade, Write, Read}},
      {"upgrade | read | read", {Upgrade, Read, Read}},
      {"write then read | write | read", {WriteThenRead, Write, Read}},
      {"write | try to write | write", {Write, TryToWrite, Write}},
  };
}

TEST(LockModel, ThreeClientsWithFewPreemptions) {
  for (const Case& triple : Triples()) {
    LockWorld world(triple.programs);
    ExpectHolds(triple.name, world.WithJanitor(), {.preemptions = Preemptions(4, 5)});
  }
}

TEST(LockModel, ThreeClientsOfWhichOneDies) {
  for (const Case& triple : Triples()) {
    LockWorld world(triple.programs);
    ExpectHolds(std::string(triple.name) + ", 1 death", world.WithJanitor(),
                {.preemptions = Preemptions(2, 3), .deaths = 1});
  }
}

TEST(LockModel, ThreeClientsWithTimeouts) {
  for (const Case& triple :
       {Case{"write unless late | write twice | write", {WriteUnlessLate, WriteTwice, Write}},
        Case{"write unless late | read | read", {WriteUnlessLate, Read, Read}},
        Case{"read unless late | write | read", {ReadUnlessLate, Write, Read}}}) {
    LockWorld world(triple.programs);
    const Limits limits = {.preemptions = 4, .timeouts = 1};
    ExpectHolds(std::string(triple.name) + ", timeouts", world.WithJanitor(), limits);
  }
}

TEST(LockModel, ReadersThatWaitedGetInTogether) {
  LockWorld behind_a_writer({TryToWrite, ReadTogether, ReadTogether});
  ExpectHolds("try to write | read together | read together", behind_a_writer.WithJanitor(),
              {.preemptions = 4});
  LockWorld behind_a_downgrade({DowngradeToReadTogether, ReadTogether});
  ExpectHolds("downgrade to read together | read together", behind_a_downgrade.WithJanitor(), {});
  LockWorld behind_a_late_writer({Read, WriteUnlessLate, Read});
  ExpectHolds("read | write unless late | read", behind_a_late_writer.WithJanitor(),
              {.preemptions = 4, .timeouts = 1});
}

}  // namespace
}  // namespace glasswal::model
