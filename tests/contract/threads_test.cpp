// Threads that open a database while others write and checkpoint it. ThreadSanitizer watches.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <thread>
#include <vector>

#include "amalgamation/private_controls.h"
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
  // It stays open, or the last one to close would end the log.
  Database keeper = Open();
  keeper.Run("CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  EXPECT_EQ(keeper.Rows("SELECT x FROM t"), "0");
  OpenBeside("UPDATE t SET x = x + 1; PRAGMA user_version = 7; PRAGMA wal_checkpoint", 100);
}

// Here the last one to close ends the log, again and again, and whoever comes next rebuilds the
// wal-index, which stores what others look at before they have a lock.
TEST_P(Threads, OpenADatabaseWhileAnotherRebuildsTheWalIndex) {
  Open().Run("CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 200; ++round) {
        Database db(place().Path("app.sqlite"), place().Vfs(i));
        sqlite3_busy_timeout(db.get(), 20'000);
        EXPECT_EQ(db.Rows("SELECT x FROM t"), "0");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(Threads, OpenADatabaseWhileATransactionInPersistModeBegins) {
  Open().Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  OpenBeside("PRAGMA journal_mode = PERSIST; UPDATE t SET x = x + 1", 100);
}

// Another connection commits between a commit and the checkpoint that follows it. Nothing but the
// copier's own barrier comes between what the one has written and what the other reads of it: not the
// turns here, which are relaxed; no lock, for the other reads on with the mark of what it committed;
// no mutex of SQLite's, for its statements stay.
TEST_P(Threads, ACheckpointCopiesWhatWasCommittedAMomentAgo) {
  enum Turn { kMine, kOthers, kCopying, kOver };
  std::atomic<Turn> turn{kMine};
  const auto await = [&turn](Turn wanted) {
    while (turn.load(std::memory_order_relaxed) != wanted) std::this_thread::yield();
  };
  Database db = Open();
  Database other = Open();
  db.Run("CREATE TABLE t(x)");
  other.Run("PRAGMA wal_autocheckpoint = 0; SELECT count(*) FROM t");
  int frames = 1;
  std::function<int(sqlite3*)> between = [&](sqlite3* self) {
    turn.store(kOthers, std::memory_order_relaxed);
    await(kCopying);
    const int code = sqlite3_file_control(self, "main", GLASSWAL_FCNTL_AUTOCHECKPOINT, &frames);
    turn.store(kOver, std::memory_order_relaxed);
    return code;
  };
  sqlite3_wal_hook(
      db.get(),
      [](void* to, sqlite3* self, const char*, int) {
        return (*static_cast<std::function<int(sqlite3*)>*>(to))(self);
      },
      &between);
  std::thread writer([&] {
    Statement insert(other, "INSERT INTO t VALUES (2)");
    Statement select(other, "SELECT x FROM t");
    await(kOthers);
    EXPECT_EQ(insert.Step(), SQLITE_DONE);
    EXPECT_EQ(select.Step(), SQLITE_ROW);
    turn.store(kCopying, std::memory_order_relaxed);
    await(kOver);
  });
  db.Run("INSERT INTO t VALUES (1)");
  writer.join();
  sqlite3_wal_hook(db.get(), nullptr, nullptr);
  // Under a shim the log does not come to the region as a log, and SQLite copies it itself.
  EXPECT_EQ(frames == std::numeric_limits<int>::max(), GetParam() != Provider::kShims);
  EXPECT_EQ(db.Rows("SELECT group_concat(x) FROM t; PRAGMA integrity_check"), "1,2 ok");
}

INSTANTIATE_TEST_SUITE_P(In, Threads, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
