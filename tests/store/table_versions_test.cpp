// The versions of tables, against a map that forgets nothing.
#include "store/table_versions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>

namespace glasswal::store {
namespace {

TEST(TableVersions, NeverForgetAChange) {
  auto database = std::make_unique<shm::ShmDatabase>();
  std::mt19937_64 random(14);
  std::map<uint32_t, uint64_t> last;
  for (uint64_t change = 1; change <= 20'000; ++change) {
    const uint32_t roots[2] = {static_cast<uint32_t>(random() % 1200 + 1),
                               static_cast<uint32_t>(random() % 30 + 1)};
    RaiseVersions(database.get(), roots, 2);
    for (const uint32_t root : roots) last[root] = change;
    const auto root = static_cast<uint32_t>(random() % 1200 + 1);
    const uint64_t since = change - random() % std::min<uint64_t>(change, 500);
    if (last.contains(root) && last[root] > since) {
      EXPECT_TRUE(HasChanged(*database, root, since, Changes(*database)));
    }
    // As long as each has a word of its own there is nothing too many either.
    if (change < 60 && (!last.contains(root) || last[root] <= since)) {
      EXPECT_FALSE(HasChanged(*database, root, since, Changes(*database)));
    }
  }
}

// The low half of the number runs over after four thousand million commits.
TEST(TableVersions, CountBeyondTheirWord) {
  auto database = std::make_unique<shm::ShmDatabase>();
  database->changes.store(UINT32_MAX - 1);
  const uint32_t first = 5;
  const uint32_t second = 6;
  const uint64_t since = Changes(*database);
  RaiseVersions(database.get(), &first, 1);
  RaiseVersions(database.get(), &second, 1);
  const uint64_t now = Changes(*database);
  EXPECT_EQ(now, uint64_t{UINT32_MAX} + 1);
  EXPECT_TRUE(HasChanged(*database, first, since, now));
  EXPECT_TRUE(HasChanged(*database, second, since, now));
  EXPECT_FALSE(HasChanged(*database, first, since + 1, now));
  EXPECT_FALSE(HasChanged(*database, 7, since, now));
  EXPECT_TRUE(HasChanged(*database, 7, now + 1, now)) << "another database in its place";
}

}  // namespace
}  // namespace glasswal::store
