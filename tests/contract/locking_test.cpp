// Locks as SQLite's users meet them: busy timeouts, being woken, upgrades, snapshots that are too
// old, and the reason of a refusal in words.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "contract/place.h"
#include "glasswal/observe.h"
#include "glasswal/sqlite.h"
#include "store/segment_map.h"

namespace glasswal::test {
namespace {

using Clock = std::chrono::steady_clock;

int64_t MsSince(Clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
}

class Locking : public Contract {
 protected:
  Database OpenWithTable() {
    Database db = Open();
    db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    return db;
  }
};

TEST_P(Locking, WithoutATimeoutBusyComesAtOnce) {
  Database holder = OpenWithTable();
  Database other = Open();
  holder.Run("BEGIN IMMEDIATE");
  const auto began = Clock::now();
  EXPECT_EQ(other.Exec("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_LT(MsSince(began), 100);
  EXPECT_EQ(other.Rows("SELECT x FROM t"), "1");
}

TEST_P(Locking, TheDeadlineIsKept) {
  Database holder = OpenWithTable();
  Database other = Open();
  holder.Run("BEGIN IMMEDIATE");
  sqlite3_busy_timeout(other.get(), 300);
  for (const char* statement : {"BEGIN IMMEDIATE", "INSERT INTO t VALUES (2)"}) {
    const auto began = Clock::now();
    EXPECT_EQ(other.Exec(statement), SQLITE_BUSY);
    EXPECT_GE(MsSince(began), 295) << statement;
    EXPECT_LT(MsSince(began), 550) << statement;
  }
}

TEST_P(Locking, AWaiterGetsTheLockOnceItIsReleased) {
  Database holder = OpenWithTable();
  Database other = Open();
  sqlite3_busy_timeout(other.get(), 20000);
  holder.Run("BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
  std::binary_semaphore begins(0);
  std::thread waiter([&other, &begins] {
    begins.release();
    other.Run("BEGIN IMMEDIATE; INSERT INTO t VALUES (3); COMMIT");
  });
  begins.acquire();
  holder.Run("COMMIT");
  waiter.join();
  EXPECT_EQ(holder.Rows("SELECT x FROM t"), "1 2 3");
}

TEST_P(Locking, ABusyHandlerIsAsked) {
  Database holder = OpenWithTable();
  Database other = Open();
  holder.Run("BEGIN IMMEDIATE");
  int calls = 0;
  sqlite3_busy_handler(
      other.get(), [](void* count, int) { return ++*static_cast<int*>(count) < 4 ? 1 : 0; },
      &calls);
  EXPECT_EQ(other.Exec("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(calls, 4);
}

TEST_P(Locking, ADeferredTransactionIsUpgradedOrToldThatItsSnapshotIsOld) {
  Database first = OpenWithTable();
  Database second = Open();
  first.Run("BEGIN; SELECT * FROM t; INSERT INTO t VALUES (2); COMMIT");
  second.Run("BEGIN; SELECT * FROM t");
  first.Run("INSERT INTO t VALUES (3)");
  EXPECT_EQ(second.Exec("INSERT INTO t VALUES (4)"), SQLITE_BUSY);
  EXPECT_EQ(second.extended(), SQLITE_BUSY_SNAPSHOT);
  EXPECT_EQ(second.Rows("SELECT x FROM t"), "1 2");
  second.Run("ROLLBACK; INSERT INTO t VALUES (4)");
  EXPECT_EQ(first.Rows("SELECT x FROM t"), "1 2 3 4");
}

TEST_P(Locking, TwoReadersThatWantToWriteDoNotDeadlock) {
  Database first = OpenWithTable();
  Database second = Open();
  sqlite3_busy_timeout(first.get(), 100);
  sqlite3_busy_timeout(second.get(), 100);
  first.Run("BEGIN; SELECT * FROM t");
  second.Run("BEGIN; SELECT * FROM t");
  first.Run("INSERT INTO t VALUES (2)");
  EXPECT_EQ(second.Exec("INSERT INTO t VALUES (3)"), SQLITE_BUSY);
  first.Run("COMMIT");
  second.Run("ROLLBACK");
  EXPECT_EQ(second.Rows("SELECT x FROM t"), "1 2");
}

TEST_P(Locking, SnapshotsAreIsolated) {
  Database writer = OpenWithTable();
  Database old = Open();
  Database older = Open();
  older.Run("BEGIN; SELECT * FROM t");
  writer.Run("INSERT INTO t VALUES (2)");
  old.Run("BEGIN; SELECT * FROM t");
  writer.Run("DELETE FROM t");
  EXPECT_EQ(older.Rows("SELECT x FROM t"), "1");
  EXPECT_EQ(old.Rows("SELECT x FROM t"), "1 2");
  EXPECT_EQ(writer.Rows("SELECT count(*) FROM t"), "0");
  old.Run("COMMIT");
  EXPECT_EQ(old.Rows("SELECT count(*) FROM t"), "0");
}

TEST_P(Locking, MoreReadersThanReadMarks) {
  Database writer = OpenWithTable();
  std::vector<Database> readers;
  for (int i = 0; i < 12; ++i) {
    writer.Run("INSERT INTO t VALUES (0)");
    readers.push_back(Open());
    readers.back().Run("BEGIN; SELECT * FROM t");
  }
  for (int i = 0; i < 12; ++i) {
    const int64_t rows = readers[static_cast<size_t>(i)].Int("SELECT count(*) FROM t");
    EXPECT_EQ(rows, i + 2);
  }
}

TEST_P(Locking, ExclusiveModeKeepsEverybodyOut) {
  Database db = OpenWithTable();
  EXPECT_EQ(db.Rows("PRAGMA locking_mode = EXCLUSIVE"), "exclusive");
  db.Run("INSERT INTO t VALUES (2)");
  Database other = place().OpenBare("app.sqlite");
  EXPECT_EQ(other.Exec("SELECT * FROM t"), SQLITE_BUSY);
  EXPECT_EQ(db.Rows("PRAGMA locking_mode = NORMAL"), "normal");
  db.Run("SELECT * FROM t");
  EXPECT_EQ(other.Rows("SELECT x FROM t"), "1 2");
}

TEST_P(Locking, ExclusiveModeBeforeTheFirstReadNeedsNoSharedMemory) {
  OpenWithTable().Close();
  Database db = place().OpenBare("app.sqlite");
  db.Run("PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (2)");
  Database other = place().OpenBare("app.sqlite");
  EXPECT_EQ(other.Exec("SELECT * FROM t"), SQLITE_BUSY);
  EXPECT_EQ(db.Rows("SELECT x FROM t; PRAGMA integrity_check"), "1 2 ok");
  db.Close();
  EXPECT_EQ(other.Rows("SELECT x FROM t"), "1 2");
}

INSTANTIATE_TEST_SUITE_P(In, Locking, Everywhere(), ProviderName);

class Waiting : public Contract {};

TEST_P(Waiting, TheReleaseWakesTheWaiter) {
  Database holder = Open();
  holder.Run("CREATE TABLE t(x)");
  Database other = Open();
  sqlite3_busy_timeout(other.get(), 20000);
  // The waiter must be asleep when the lock is released: that is seen in the lock's own word.
  shm::Region& region = place().region();
  const auto waits = [&region] {
    for (uint32_t number = 0; number < shm::kMaxFiles; ++number) {
      const shm::ShmDatabase* database = store::DatabaseOf(region, number);
      if (database != nullptr && database->locks[shm::kLockWalWrite].waiters.load() != 0)
        return true;
    }
    return false;
  };
  int64_t fastest_us = INT64_MAX;
  for (int round = 0; round < 20; ++round) {
    holder.Run("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
    Clock::time_point woken;
    std::thread waiter([&other, &woken] {
      EXPECT_EQ(other.Exec("BEGIN IMMEDIATE"), SQLITE_OK) << other.error();
      woken = Clock::now();
      other.Run("COMMIT");
    });
    while (!waits()) std::this_thread::yield();
    const auto released = Clock::now();
    holder.Run("COMMIT");
    waiter.join();
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(woken - released).count();
    fastest_us = std::min<int64_t>(fastest_us, took);
  }
  // Polling, as SQLite's own busy handler does, would take up to 100 ms; a single look 250 ms.
  EXPECT_LT(fastest_us, 5000);
}

TEST_P(Waiting, TheRefusalSaysWhoAndHowLong) {
  Database holder = Open();
  holder.Run("CREATE TABLE t(x)");
  Database other = Open();
  EXPECT_FALSE(LastRefusal(other.get()).present);
  holder.Run("BEGIN IMMEDIATE");
  sqlite3_busy_timeout(other.get(), 100);
  EXPECT_EQ(other.Exec("INSERT INTO t VALUES (1)"), SQLITE_BUSY);
  const Refusal refusal = LastRefusal(other.get());
  EXPECT_TRUE(refusal.present);
  EXPECT_EQ(refusal.lock, "WRITE");
  EXPECT_TRUE(refusal.exclusive);
  EXPECT_EQ(refusal.holder, "first");
  EXPECT_EQ(refusal.client, place().runtime(0).client_slot());
  EXPECT_EQ(refusal.client_generation, place().runtime(0).client_generation());
  EXPECT_GE(refusal.waited_ms, 99u);
  EXPECT_GE(refusal.held_ms, 99u);
  const std::string sentence = refusal.ToString();
  EXPECT_NE(sentence.find("`first` has held WRITE for "), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("; you waited "), std::string::npos) << sentence;
  char message[300] = "";
  sqlite3_vfs* vfs = place().RawVfs(1);
  vfs->xGetLastError(vfs, sizeof(message), message);
  EXPECT_EQ(message, sentence);
}

TEST_P(Waiting, QuietRefusalsAreKeptAndNotCounted) {
  Database holder = Open();
  holder.Run("CREATE TABLE t(x); BEGIN IMMEDIATE");
  Database other = Open();
  const auto counted = [this] { return Observe(place().runtime(0))->totals.busy; };
  for (int quiet : {1, 0}) {
    const uint64_t before = counted();
    int argument = quiet;
    EXPECT_EQ(sqlite3_file_control(other.get(), "main", kFcntlQuietRefusals, &argument), SQLITE_OK);
    EXPECT_EQ(other.Exec("BEGIN IMMEDIATE"), SQLITE_BUSY);
    EXPECT_EQ(LastRefusal(other.get()).lock, "WRITE");
    EXPECT_EQ(counted() - before, quiet == 1 ? 0u : 1u);
  }
}

TEST_P(Waiting, ARefusalInRollbackModeSaysSharedOrReserved) {
  Database holder = Open();
  holder.Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); BEGIN IMMEDIATE");
  Database other = Open();
  EXPECT_EQ(other.Exec("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(LastRefusal(other.get()).lock, "RESERVED");
  other.Run("BEGIN; SELECT * FROM t");
  EXPECT_EQ(holder.Exec("INSERT INTO t VALUES (1); COMMIT"), SQLITE_BUSY);
  EXPECT_EQ(LastRefusal(holder.get()).lock, "SHARED");
  EXPECT_EQ(LastRefusal(holder.get()).holder, place().clients() == 2 ? "second" : "first");
  Database late = Open();
  EXPECT_EQ(late.Exec("SELECT * FROM t"), SQLITE_BUSY);
  EXPECT_EQ(LastRefusal(late.get()).lock, "PENDING");
}

TEST_P(Waiting, ARefusalInRollbackModeSaysHowLongTheBusyHandlerWaited) {
  Database holder = Open();
  holder.Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); BEGIN IMMEDIATE");
  Database other = Open();
  const auto waited = [](Database& db) { return LastRefusal(db.get()).waited_ms; };
  EXPECT_EQ(other.Exec("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_LT(waited(other), 50u) << "nobody waited";
  sqlite3_busy_timeout(other.get(), 300);
  EXPECT_EQ(other.Exec("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(LastRefusal(other.get()).lock, "RESERVED");
  EXPECT_GE(waited(other), 200u);
  other.Run("BEGIN; SELECT * FROM t");
  sqlite3_busy_timeout(holder.get(), 300);
  EXPECT_EQ(holder.Exec("INSERT INTO t VALUES (1); COMMIT"), SQLITE_BUSY);
  EXPECT_EQ(LastRefusal(holder.get()).lock, "SHARED");
  EXPECT_GE(waited(holder), 200u);
  Database late = Open();
  sqlite3_busy_timeout(late.get(), 300);
  EXPECT_EQ(late.Exec("SELECT * FROM t"), SQLITE_BUSY);
  EXPECT_EQ(LastRefusal(late.get()).lock, "PENDING");
  EXPECT_GE(waited(late), 200u);
  other.Run("COMMIT");
  holder.Run("COMMIT; BEGIN EXCLUSIVE");
  EXPECT_EQ(late.Exec("SELECT * FROM t"), SQLITE_BUSY);
  EXPECT_GE(waited(late), 200u);
  EXPECT_LT(waited(late), 3000u) << "an earlier wait does not count";
}

TEST_P(Waiting, LastRefusalOfAnotherVfsIsNotPresent) {
  Database memory(":memory:", "");
  EXPECT_FALSE(LastRefusal(memory.get()).present);
  EXPECT_FALSE(LastRefusal(memory.get(), "nosuch").present);
  EXPECT_EQ(Refusal().ToString(), "no lock was refused");
}

INSTANTIATE_TEST_SUITE_P(In, Waiting, InRegions(), ProviderName);

// The holder's name is any bytes, and the sentence goes to terminals and logs.
TEST(RefusalText, ANameCannotCommandATerminal) {
  Refusal refusal;
  refusal.present = true;
  refusal.lock = "WRITE";
  refusal.holder = "\x1b]0;owned\x07\n\xe2\x80\xae";
  refusal.held_ms = 3;
  EXPECT_EQ(refusal.ToString(),
            "`\\x1b]0;owned\\x07\\x0a\\u202e` has held WRITE for 3 ms; you waited 0 ms");
}

class Snapshots : public Contract {};

TEST_P(Snapshots, TakenOpenedComparedAndExpired) {
  Database db = Open();
  db.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Database reader = Open();
  sqlite3_snapshot* first = nullptr;
  sqlite3_snapshot* second = nullptr;
  reader.Run("BEGIN; SELECT * FROM t");
  ASSERT_EQ(sqlite3_snapshot_get(reader.get(), "main", &first), SQLITE_OK);
  reader.Run("COMMIT");
  db.Run("INSERT INTO t VALUES (2)");
  reader.Run("BEGIN; SELECT * FROM t");
  ASSERT_EQ(sqlite3_snapshot_get(reader.get(), "main", &second), SQLITE_OK);
  reader.Run("COMMIT");
  EXPECT_LT(sqlite3_snapshot_cmp(first, second), 0);

  reader.Run("BEGIN");
  EXPECT_EQ(sqlite3_snapshot_open(reader.get(), "main", first), SQLITE_OK);
  EXPECT_EQ(reader.Rows("SELECT x FROM t"), "1");
  EXPECT_EQ(reader.Exec("INSERT INTO t VALUES (9)"), SQLITE_BUSY);
  reader.Run("ROLLBACK");
  reader.Run("BEGIN");
  EXPECT_EQ(sqlite3_snapshot_open(reader.get(), "main", second), SQLITE_OK);
  EXPECT_EQ(reader.Rows("SELECT x FROM t"), "1 2");
  reader.Run("COMMIT");

  EXPECT_EQ(sqlite3_snapshot_recover(reader.get(), "main"), SQLITE_OK);
  db.Run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
  reader.Run("BEGIN");
  EXPECT_EQ(sqlite3_snapshot_open(reader.get(), "main", first), SQLITE_ERROR_SNAPSHOT);
  reader.Run("ROLLBACK");
  sqlite3_snapshot_free(first);
  sqlite3_snapshot_free(second);
}

INSTANTIATE_TEST_SUITE_P(In, Snapshots, Everywhere(), ProviderName);

}  // namespace
}  // namespace glasswal::test
