// Kills a client at every named point of the library, at several of its hits.
//
// The names are read from the sources, so a new point is visited without being entered anywhere;
// one that no act below comes to is a failure.
//
//   life       a worker dies at the point while two others work; they must go on
//   growth     a worker dies while it makes the region larger
//   recovery   several clients lie dead with all that can be left behind, a recoverer dies at the
//              point, a second one at a random point of the recovery, and a third must finish
//   creation   the creator of a region, or its last client, dies at the point; the name must be
//              usable afterwards
//   turn,      two points that need a client that was stopped: the one whose turn it was, and the
//   overrun    one whose event is still being written when the ring comes round
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "multiprocess/crew.h"
#include "multiprocess/effort.h"
#include "multiprocess/point_acts.h"

namespace glasswal::test {
namespace {

std::vector<std::string> AllPoints() {
  static const std::regex kPoint("GLASSWAL_POINT\\(\"([^\"]+)\"\\)");
  std::set<std::string> names;
  const std::filesystem::path sources = std::filesystem::path(GLASSWAL_SOURCE_DIR) / "vfs";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(sources)) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator it(text.begin(), text.end(), kPoint), end; it != end; ++it) {
      // A reader of the ring changes nothing, so there is nothing that its death could leave
      // behind.
      if ((*it)[1].str().rfind("trace.read.", 0) != 0) names.insert((*it)[1]);
    }
  }
  return {names.begin(), names.end()};
}

bool StartsWithAny(const std::string& name, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return name.rfind(prefix, 0) == 0; });
}

bool IsOfCreation(const std::string& name) {
  return StartsWithAny(name, {"memory.create.", "region.create.", "runtime."});
}
bool IsOfGrowth(const std::string& name) { return StartsWithAny(name, {"segments.grow."}); }
bool IsOfRecovery(const std::string& name) {
  return StartsWithAny(name, {"recover.", "lock.takeback.", "store.finish.", "connection.release.",
                              "directory.dead.", "walindex.spoil", "trace.repair."});
}
/// Of those, the ones that no client comes to that merely works and leaves.
bool IsOfRecoveryOnly(const std::string& name) {
  return StartsWithAny(name, {"recover.spoil", "recover.intent", "recover.locks", "recover.inherit",
                              "recover.claim", "recover.free", "lock.takeback.word",
                              "store.finish.looked", "walindex.spoil", "trace.repair."});
}

class PointKill : public testing::TestWithParam<std::string> {};

TEST_P(PointKill, NothingIsLost) {
  const std::string name = GetParam();
  const uint64_t seed = Seed();
  uint64_t kills = 0;
  if (IsOfCreation(name)) {
    for (const uint64_t hit : {1, 2}) kills += DieInCreation({name, hit});
  } else if (IsOfGrowth(name)) {
    kills += DieInGrowth(name, {1, 2, 5}, seed);
  } else if (name == "lock.acquire.patience") {
    kills += DieBehindAStoppedTurn({name, 1});
  } else if (name == "trace.write.drop") {
    kills += DieInAnOverrun({name, 1});
  } else if (!IsOfRecoveryOnly(name)) {
    kills += DieInLife(name, {1, 2, 5, 23}, seed);
  }
  if (IsOfRecovery(name)) {
    std::vector<std::string> seconds = AllPoints();
    std::erase_if(seconds, [](const std::string& other) { return !IsOfRecovery(other); });
    kills += DieInRecovery(name, {1, 2, 3, 9}, seconds, seed);
  }
  std::printf("%llu kills\n", static_cast<unsigned long long>(kills));
  EXPECT_GT(kills, 0u) << "no act comes to the point " << name;
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(At, PointKill, testing::ValuesIn(AllPoints()), TestName);

}  // namespace
}  // namespace glasswal::test
