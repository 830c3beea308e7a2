// Out of memory at every allocation that SQLite makes: no crash, nothing half done, nothing left
// open.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "contract/audit.h"
#include "contract/workload.h"
#include "glasswal/runtime.h"
#include "multiprocess/effort.h"
#include "recovery/runtime_inside.h"
#include "shm/block.h"

namespace glasswal::test {
namespace {

/// SQLite's own allocator, of which one call (or all from it on) can be made to fail.
class Allocator {
 public:
  static void Install() {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_);
    sqlite3_mem_methods own = real_;
    own.xMalloc = [](int size) { return Refuses() ? nullptr : real_.xMalloc(size); };
    own.xRealloc = [](void* old, int size) {
      return Refuses() ? nullptr : real_.xRealloc(old, size);
    };
    ASSERT_EQ(sqlite3_config(SQLITE_CONFIG_MALLOC, &own), SQLITE_OK);
    // Without these, most small allocations would not be seen here.
    ASSERT_EQ(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
  }
  /// The n-th allocation from now on fails, or it and all that follow.
  static void FailNth(int64_t n, bool for_good) {
    countdown_ = n;
    for_good_ = for_good;
    failed_ = false;
  }
  static bool failed() { return failed_; }
  /// Nothing fails while this is off. Once something has failed it stays off.
  static void Switch(bool on) { on_ = on && !failed_; }

 private:
  static bool Refuses() {
    if (!on_ || --countdown_ > 0) return false;
    if (countdown_ < 0 && !for_good_) return false;
    failed_ = true;
    return true;
  }
  static inline sqlite3_mem_methods real_{};
  static inline int64_t countdown_ = 0;
  static inline bool for_good_ = false;
  static inline bool failed_ = false;
  static inline bool on_ = false;
};

bool IsOutOfMemory(int result, int extended) {
  return result == SQLITE_NOMEM || (extended == SQLITE_IOERR_NOMEM && result == SQLITE_IOERR);
}

/// Does `step` with the allocator's switch on; what follows it, with the switch off. If it fails it
/// must be for want of memory, must have changed nothing, and must succeed the next time.
void Try(Workload& work, const Step& step) {
  Allocator::Switch(true);
  const int result = work.Try(step);
  const int extended = work.database().extended();
  Allocator::Switch(false);
  work.Settle(step, result);
  if (result == SQLITE_OK) return;
  EXPECT_TRUE(IsOutOfMemory(result, extended)) << step.sql << ": " << result << " " << extended;
  work.ExpectEqualRows();
  EXPECT_EQ(work.Run(step), SQLITE_OK) << step.sql << ": " << work.database().error();
}

/// The workload with the n-th allocation failing. False when there are fewer than n.
bool RunWithFailure(Runtime& runtime, int64_t n, bool for_good) {
  Allocator::FailNth(n, for_good);
  {
    Workload work("app.sqlite", "oom");
    Allocator::Switch(true);
    const int opened = work.Open();
    Allocator::Switch(false);
    if (opened != SQLITE_OK) {
      EXPECT_EQ(opened, SQLITE_NOMEM);
      EXPECT_EQ(work.Open(), SQLITE_OK);
    }
    for (const Step& step : WorkloadSteps()) Try(work, step);
    work.ExpectSound();
    Allocator::Switch(true);
    work.Close();
    Allocator::Switch(false);
  }
  EXPECT_EQ(AuditSegments(RegionOf(runtime)) + AuditClosed(RegionOf(runtime)), "");
  sqlite3_vfs* vfs = sqlite3_vfs_find("oom");
  EXPECT_EQ(vfs->xDelete(vfs, "/app.sqlite", 0), SQLITE_OK);
  return Allocator::failed();
}

class OutOfMemory : public ::testing::TestWithParam<bool> {
 protected:
  static void SetUpTestSuite() {
    sqlite3_shutdown();
    Allocator::Install();
  }
};

TEST_P(OutOfMemory, AtEveryAllocation) {
  Block block(8 * kMiB);
  auto runtime = Runtime::CreateIn(block.header(), block.size_bytes(), SmallOptions(), "oom");
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  ASSERT_TRUE((*runtime)->RegisterVfs("oom", false).ok());
  // Every one at first, where opening and creating are; then ever larger steps, so that the whole
  // takes seconds. The offset of the steps differs from run to run.
  const auto seed = static_cast<int64_t>(TestSeed() % 1000);
  const int64_t offset = seed % 17;
  // Sanitizers make it many times as slow: there a run takes one of five, unless all is asked for.
  const int64_t stride = kSanitized && !Thorough() ? 5 : 1;
  int64_t n = 1 + seed % stride;
  while (RunWithFailure(**runtime, n, GetParam()) && !HasFailure())
    n += stride * (n < 300 ? 1 : 37 + n % 37 + offset);
  EXPECT_GT(n, 1000) << "fewer allocations than the workload makes";
  if (HasFailure())
    std::printf("the allocation that failed was number %lld\n", static_cast<long long>(n));
  EXPECT_TRUE(Runtime::UnregisterVfs("oom").ok());
}

INSTANTIATE_TEST_SUITE_P(In, OutOfMemory, ::testing::Bool(), [](const auto& chosen) {
  return std::string(chosen.param ? "for_good" : "once");
});

}  // namespace
}  // namespace glasswal::test
