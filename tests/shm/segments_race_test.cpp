// Many clients at once, and clients that die at every step: no segment ever has two owners, and
// none is lost.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "port/child_process.h"
#include "port/named_object.h"
#include "port/point.h"
#include "port/small_shm.h"
#include "shm/block.h"
#include "shm/segments.h"

namespace glasswal::shm {
namespace {

using test::Block;
using test::ChildProcess;
using test::NamedObject;
using test::SmallOptions;

struct Held {
  uint32_t segment;
  uint64_t word;
};

// Plain, unsynchronised accesses to a few words of the segment: a second owner at the same time is
// a data race for the thread sanitizer and a wrong value for everybody else.
uint64_t* Marks(Region& region, uint32_t segment) {
  return reinterpret_cast<uint64_t*>(region.SegmentAddress(segment));
}
bool Mark(Region& region, uint32_t segment, uint64_t mark) {
  uint64_t* words = Marks(region, segment);
  const uint64_t last = kSegmentBytes / 8 - 1;
  if (words[0] != 0 || words[last / 2] != 0 || words[last] != 0) return false;
  words[0] = words[last / 2] = words[last] = mark;
  return true;
}
bool IsMarked(Region& region, uint32_t segment, uint64_t mark) {
  const uint64_t last = kSegmentBytes / 8 - 1;
  const uint64_t* words = Marks(region, segment);
  return words[0] == mark && words[last / 2] == mark && words[last] == mark;
}

// One client: claims, publishes, takes runs and gives back at random. Returns what went wrong, or
// "".
std::string Work(Region& region, uint32_t client, uint32_t rounds, uint32_t seed) {
  std::mt19937 random(seed);
  const uint32_t owner = ClientOwner(client, 1);
  std::vector<Held> held;
  for (uint32_t round = 0; round < rounds; ++round) {
    const uint32_t action = random() % 8;
    if (action < 3) {
      const ClaimedSegment claimed = ClaimSegment(region, owner);
      if (claimed.segment == kNoSegment) continue;
      if (!Mark(region, claimed.segment, owner)) return "a claimed segment was not zero";
      const uint64_t word = PublishSegment(region, claimed.segment, claimed.word, kSegmentDatabase,
                                           FileOwner(client, 1));
      if (word == 0) return "a pending segment was taken away";
      held.push_back({claimed.segment, word});
    } else if (action == 3) {
      const uint32_t count = 1 + random() % 4;
      const uint32_t first = ClaimPrivateRun(region, owner, count);
      for (uint32_t i = 0; first != kNoSegment && i < count; ++i) {
        if (!Mark(region, first + i, owner)) return "a segment of a run was not zero";
        held.push_back({first + i, region.segment_word(first + i)->load()});
      }
    } else if (!held.empty()) {
      std::swap(held[random() % held.size()], held.back());
      if (!IsMarked(region, held.back().segment, owner)) return "a segment had two owners";
      if (!ReleaseSegment(region, held.back().segment, held.back().word)) return "a release failed";
      held.pop_back();
    }
  }
  for (const Held& each : held) {
    if (!IsMarked(region, each.segment, owner)) return "a segment had two owners at the end";
    if (!ReleaseSegment(region, each.segment, each.word)) return "the last release failed";
  }
  return "";
}

uint64_t CountFree(Region& region) {
  uint64_t found = 0;
  for (uint32_t i = region.geometry().first_segment; i < region.geometry().segment_count; ++i) {
    const SegmentKind kind = SegmentKindOf(region.segment_word(i)->load());
    if (kind == kSegmentFree || kind == kSegmentReusable) ++found;
  }
  return found;
}

TEST(SegmentRaces, ThreadsNeverShareASegment) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  // Thirty segments for four clients: they are full, and in each other's way, most of the time.
  Block block(34 * kSegmentBytes);
  auto created = Region::Create(block.memory(), SmallOptions());
  ASSERT_TRUE(created.ok()) << created.status().message();
  std::vector<std::thread> clients;
  for (uint32_t i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      // Two clients have mappings of their own, and two share one.
      auto own = Region::Attach(block.memory());
      ASSERT_TRUE(own.ok());
      EXPECT_EQ(Work(i < 2 ? **own : **created, i, 4000, seed + i), "");
    });
  }
  for (std::thread& client : clients) client.join();
  const RegionGeometry& geometry = (*created)->geometry();
  EXPECT_EQ(CountFree(**created), geometry.segment_count - geometry.first_segment);
  EXPECT_EQ((*created)->header()->free_segments.load() + geometry.first_segment,
            (*created)->header()->committed_segments.load());
}

class SegmentDeaths : public testing::Test {
 protected:
  void SetUp() override {
    auto memory = port::CreateNamedMemory(object_.name(), 40 * kSegmentBytes);
    ASSERT_TRUE(memory.ok()) << memory.status().message();
    auto region = Region::Create(std::move(*memory), SmallOptions());
    ASSERT_TRUE(region.ok()) << region.status().message();
    region_ = std::move(*region);
  }
  uint32_t capacity() const {
    return region_->geometry().segment_count - region_->geometry().first_segment;
  }
  std::unique_ptr<Region> Open() {
    auto memory = port::OpenNamedMemory(object_.name());
    if (!memory.ok()) return nullptr;
    auto region = Region::Attach(std::move(*memory));
    return region.ok() ? std::move(*region) : nullptr;
  }

  NamedObject object_;
  std::unique_ptr<Region> region_;
};

TEST_F(SegmentDeaths, ProcessesNeverShareASegment) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (uint32_t i = 0; i < 3; ++i) {
    children.push_back(std::make_unique<ChildProcess>([&, i](const auto&) {
      const auto region = Open();
      return region != nullptr && Work(*region, i, 3000, seed + i).empty() ? 0 : 1;
    }));
  }
  for (auto& child : children) EXPECT_EQ(child->Wait(), 0);
  EXPECT_EQ(CountFree(*region_), capacity());
}

// Kills a client at its first, second, third, ... point until it gets through; each time the sweep
// brings back everything that had not become a file's.
TEST_F(SegmentDeaths, KilledAtEveryPointLosesNothing) {
  const uint32_t owner = ClientOwner(5, 1);
  const uint32_t file = FileOwner(6, 1);
  static int points_left;
  int kills = 0;
  for (;; ++kills) {
    ChildProcess child([&](const auto&) {
      points_left = kills;
      port::SetPointHook(
          [](const char*, void*) {
            if (points_left-- == 0) raise(SIGKILL);
          },
          nullptr);
      const auto region = Open();
      if (region == nullptr) return 1;
      const ClaimedSegment one = ClaimSegment(*region, owner);
      const uint32_t run = ClaimPrivateRun(*region, owner, 12);
      const uint64_t word = PublishSegment(*region, one.segment, one.word, kSegmentWal, file);
      if (run == kNoSegment || word == 0) return 2;
      const bool released = ReleaseSegment(*region, one.segment, word);
      return released && SweepClientSegments(*region, owner) == 12 ? 0 : 3;
    });
    const int code = child.Wait();
    SweepClientSegments(*region_, owner);
    for (uint32_t i = region_->geometry().first_segment; i < region_->geometry().segment_count;
         ++i) {
      const uint64_t word = region_->segment_word(i)->load();
      if (SegmentKindOf(word) == kSegmentWal) {
        EXPECT_TRUE(ReleaseSegment(*region_, i, word));
      }
    }
    ASSERT_EQ(CountFree(*region_), capacity()) << "after death at point " << kills;
    // The counter may be too high by what the dead were in the middle of, and is never too low.
    const uint64_t committed_free =
        region_->header()->committed_segments.load() - region_->geometry().first_segment;
    ASSERT_GE(region_->header()->free_segments.load(), committed_free);
    if (code == 0) break;
    ASSERT_EQ(code, -SIGKILL) << "at point " << kills;
  }
  EXPECT_GT(kills, 20);
  // All of it can be had again, and is clean.
  EXPECT_EQ(Work(*region_, 1, 2000, 1), "");
  EXPECT_NE(ClaimPrivateRun(*region_, owner, capacity()), kNoSegment);
}

// Random kills of one of two busy clients; the other never notices.
TEST_F(SegmentDeaths, RandomKillsBesideALivingClient) {
  ChildProcess living([&](const auto&) {
    const auto region = Open();
    return region != nullptr && Work(*region, 1, 20'000, 11).empty() ? 0 : 1;
  });
  for (uint32_t round = 0; round < 20; ++round) {
    ChildProcess victim([&](const auto& signal) {
      const auto region = Open();
      signal();
      while (region != nullptr && Work(*region, 2, 1000, round).empty()) {
      }
      return 1;
    });
    ASSERT_TRUE(victim.WaitForSignal());
    usleep(1000 * (round % 5));
    victim.Kill();
    SweepClientSegments(*region_, ClientOwner(2, 1));
    for (uint32_t i = region_->geometry().first_segment; i < region_->geometry().segment_count;
         ++i) {
      const uint64_t word = region_->segment_word(i)->load();
      const bool of_victim =
          SegmentKindOf(word) == kSegmentDatabase && SegmentOwnerOf(word) == FileOwner(2, 1);
      if (of_victim) {
        EXPECT_TRUE(ReleaseSegment(*region_, i, word));
      }
    }
  }
  EXPECT_EQ(living.Wait(), 0);
  EXPECT_EQ(CountFree(*region_), capacity());
}

// The region promises more than the machine has: claims end with "full", and all that was claimed
// can be written to.
TEST(SegmentsOnAFullMachine, ClaimsEndWithoutSigbusAndRecover) {
  ChildProcess child([&](const auto&) {
    if (!test::MountSmallShm(2 * kMiB)) return test::kNoSmallShm;
    auto memory = port::CreateNamedMemory("r", 64 * kMiB);
    if (!memory.ok()) return 1;
    const auto region = Region::Create(std::move(*memory), SmallOptions());
    if (!region.ok()) return 2;
    const uint32_t owner = ClientOwner(1, 1);
    std::vector<ClaimedSegment> all;
    for (ClaimedSegment one = ClaimSegment(**region, owner); one.segment != kNoSegment;
         one = ClaimSegment(**region, owner)) {
      std::memset((*region)->SegmentAddress(one.segment), 1, kSegmentBytes);
      all.push_back(one);
    }
    // The metadata takes some of the 32 segments that the machine has.
    if (all.size() < 24 || all.size() > 31 || (*region)->header()->full.load() != 1) return 3;
    if (ClaimPrivateRun(**region, owner, 2) != kNoSegment) return 4;
    for (const ClaimedSegment& one : all) {
      if (!ReleaseSegment(**region, one.segment, one.word)) return 5;
    }
    return ClaimPrivateRun(**region, owner, static_cast<uint32_t>(all.size())) != kNoSegment ? 0
                                                                                             : 6;
  });
  const int code = child.Wait();
  if (code == test::kNoSmallShm) GTEST_SKIP() << "No tmpfs can be mounted here.";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace glasswal::shm
