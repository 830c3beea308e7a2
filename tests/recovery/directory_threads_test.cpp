// Several threads of one client in the directory of files at once. The directory's lock names
// clients, so it cannot keep two threads of the same one apart: that is the client's own business.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "glasswal/runtime.h"
#include "multiprocess/effort.h"
#include "multiprocess/region_audit.h"
#include "multiprocess/sql.h"
#include "recovery/runtime_inside.h"
#include "shm/region.h"
#include "store/directory.h"
#include "store/words.h"

namespace glasswal::test {
namespace {

constexpr const char* kVfs = "threads";
constexpr int kThreads = 4;
constexpr int kRounds = kSanitized ? 40 : 300;

/// Creates, uses, closes and deletes a file of its own, and opens one that all have in common.
void WorkInTheDirectory(int thread, std::string* problem) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(kVfs);
  for (int round = 0; round < kRounds && problem->empty(); ++round) {
    const std::string path = "/own-" + std::to_string(thread) + "-" + std::to_string(round % 3);
    {
      Sql own(path, kVfs);
      if (!own.ok() || !own.Run("CREATE TABLE t(x); INSERT INTO t VALUES(1)"))
        *problem = own.error();
      Sql common("/common", kVfs);
      if (!common.ok() || !common.Run("REPLACE INTO t VALUES(" + std::to_string(thread) + ", 1)")) {
        *problem = common.error();
      }
    }
    const int deleted = vfs->xDelete(vfs, path.c_str(), 0);
    if (deleted != SQLITE_OK) *problem = path + " cannot be deleted: " + std::to_string(deleted);
  }
}

std::multiset<std::string> LivePaths(shm::Region& region) {
  std::multiset<std::string> paths;
  for (uint32_t number = 0; number < shm::kMaxFiles; ++number) {
    const shm::ShmFile* file = region.file(number);
    if (store::FileStateOf(file->state.load()) != shm::kFileLive) continue;
    char buffer[shm::kPathBytes];
    paths.insert(std::string(store::PathOf(*file, buffer)));
  }
  return paths;
}

TEST(DirectoryThreads, DoNotMeetInside) {
  Options options;
  options.max_database_capacity_bytes = 64 * kMiB;
  options.max_write_ahead_capacity_bytes = 64 * kMiB;
  const Result<std::shared_ptr<Runtime>> runtime = Runtime::Create(options, "threads");
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  ASSERT_TRUE((*runtime)->RegisterVfs(kVfs, false).ok());
  {
    Sql common("/common", kVfs);
    ASSERT_TRUE(common.Run("CREATE TABLE t(x INTEGER PRIMARY KEY, y); SELECT * FROM t"))
        << common.error();
    std::vector<std::string> problems(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back(WorkInTheDirectory, i, &problems[static_cast<size_t>(i)]);
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& problem : problems) EXPECT_EQ(problem, "");
    EXPECT_EQ(LivePaths(RegionOf(**runtime)),
              (std::multiset<std::string>{"/common", "/common-wal"}));
    EXPECT_EQ(AuditQuiescent(RegionOf(**runtime), 0), "");
  }
  EXPECT_TRUE(Runtime::UnregisterVfs(kVfs).ok());
}

}  // namespace
}  // namespace glasswal::test
