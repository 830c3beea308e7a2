// Threads that open a database while others write and checkpoint it. ThreadSanitizer watches.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "contract/place.h"

namespace glasswal::test {
namespace {

class Threads : public Contract {
 protected:
  /// Six threads open, look and close until two others have done `rounds` of `work` each.
  void OpenBeside(const std::string& work, int rounds) {
    std::atomic<int> working{2};
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&, i] {
        while (working.load() > 0) {
          Database db(place().Path("app.sqlite"), place().Vfs(static_cast<size_t>(i)));
          ASSERT_EQ(db.open_code(), SQLITE_OK) << db.error();
          sqlite3_busy_timeout(db.get(), 20'000);
          EXPECT_EQ(db.Rows("SELECT count(*) FROM t"), "1");
        }
      });
    }
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        Database db(place().Path("app.sqlite"), place().Vfs(static_cast<size_t>(i)));
        sqlite3_busy_timeout(db.get(), 20'000);
        for (int round = 0; round < rounds; ++round) db.Run(work);
        --working;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_P(Threads, OpenADatabaseWhileACheckpointWritesItsHeader) {
  // It stays open, or the last one to close would end the log, and whoever comes next would rebuild
  // the wal-index, where SQLite has a race of its own (walIndexRecover resets nBackfill last).
  Database keeper = Open();
  keeper.Run("CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  EXPECT_EQ(keeper.Rows("SELECT x FROM t"), "0");
  OpenBeside("UPDATE t SET x = x + 1; PRAGMA user_version = 7; PRAGMA wal_checkpoint", 100);
}

TEST_P(Threads, OpenADatabaseWhileATransactionInPersistModeBegins) {
  Open().Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  OpenBeside("PRAGMA journal_mode = PERSIST; UPDATE t SET x = x + 1", 100);
}

INSTANTIATE_TEST_SUITE_P(In, Threads, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
