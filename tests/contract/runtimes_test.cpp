// Runtimes and connections: regions that do not interfere (W2), running out of connections, data
// that stays while the runtime lives, commits that are visible at once (W1), names and URIs.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "contract/place.h"
#include "glasswal/sqlite.h"
#include "shm/layout.h"

namespace glasswal::test {
namespace {

class Runtimes : public Contract {};
class Regions : public Contract {};

TEST_P(Runtimes, TwoRuntimesWithTheSameDatabaseNameDoNotInterfere) {
  Place other(GetParam(), SmallStart());
  Database here = Open();
  Database there = other.Open();
  here.Run("CREATE TABLE t(x); INSERT INTO t VALUES ('here')");
  there.Run("CREATE TABLE t(x); INSERT INTO t VALUES ('there')");
  here.Run("BEGIN IMMEDIATE");
  there.Run("INSERT INTO t VALUES ('too')");
  here.Run("COMMIT");
  EXPECT_EQ(there.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
  EXPECT_EQ(here.Rows("SELECT x FROM t; PRAGMA integrity_check"), "here ok");
  EXPECT_EQ(there.Rows("SELECT x FROM t; PRAGMA integrity_check"), "there too ok");
  there.Close();
  EXPECT_EQ(other.Audit(true), "");
}

TEST_P(Regions, EveryRuntimeHasAnIdOfItsOwn) {
  Place other(GetParam(), SmallStart());
  EXPECT_NE(place().runtime().id(), other.runtime().id());
  EXPECT_EQ(place().runtime(0).id(), place().runtime(1).id());
  EXPECT_EQ(other.runtime().id().size(), 32u);
}

TEST_P(Regions, OneConnectionOverTwoRuntimes) {
  Place other(GetParam(), SmallStart());
  Database db = Open();
  db.Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); ATTACH 'file:/app.sqlite?vfs=" +
         other.Vfs() + "' AS o; PRAGMA o.journal_mode = DELETE; CREATE TABLE o.t(x)");
  db.Run("BEGIN; INSERT INTO t VALUES (1); INSERT INTO o.t VALUES (2); COMMIT");
  EXPECT_EQ(db.Rows("SELECT t.x, u.x FROM t, o.t AS u"), "1|2");
  db.Run("VACUUM main; VACUUM o");
}

TEST_P(Regions, AllConnectionsInUseIsAClearErrorAndPasses) {
  std::vector<Database> open;
  for (uint32_t i = 0; i < shm::kMaxConnections; ++i) {
    open.push_back(Open());
    open.back().Run(i == 0 ? "CREATE TABLE t(x)" : "INSERT INTO t VALUES (1)");
  }
  Database one_more(place().Path("app.sqlite"), place().Vfs());
  EXPECT_EQ(one_more.open_code(), SQLITE_FULL);
  char message[200] = "";
  place().RawVfs()->xGetLastError(place().RawVfs(), sizeof(message), message);
  EXPECT_STREQ(message, "all 62 connections of the database are in use: close one first");
  Database elsewhere = Open("other.sqlite");
  elsewhere.Run("CREATE TABLE t(x)");
  open.pop_back();
  EXPECT_EQ(one_more.Open(place().Path("app.sqlite"), place().Vfs()), SQLITE_OK);
  EXPECT_EQ(one_more.Int("SELECT count(*) FROM t"), shm::kMaxConnections - 1);
}

TEST_P(Runtimes, DataStaysAfterTheLastCloseWhileTheRuntimeLives) {
  for (int round = 1; round <= 3; ++round) {
    Database db = Open();
    db.Run("CREATE TABLE IF NOT EXISTS t(x); INSERT INTO t VALUES (1)");
    EXPECT_EQ(db.Int("SELECT count(*) FROM t"), round);
    db.Close();
    EXPECT_EQ(place().SizeOf("app.sqlite-wal"), -1);
  }
}

TEST_P(Regions, EveryFileSlotInUseIsAClearErrorAndPasses) {
  std::vector<Database> open;
  int result = SQLITE_OK;
  for (uint32_t i = 0; result == SQLITE_OK; ++i) {
    Database db(place().Path("db" + std::to_string(i)), place().Vfs(i));
    result = db.open_code();
    open.push_back(std::move(db));
    ASSERT_LE(i, shm::kMaxFiles);
  }
  EXPECT_EQ(result, SQLITE_FULL);
  EXPECT_EQ(open.size(), shm::kMaxFiles + 1);
  EXPECT_NE(LastError(place().Vfs(shm::kMaxFiles)).find("Runtime::RemoveFile"), std::string::npos);
  // There is no room for a write-ahead log now: that is an error, and not a wedge.
  EXPECT_EQ(open[0].Exec("CREATE TABLE t(x)"), SQLITE_FULL);
  sqlite3_vfs* vfs = place().RawVfs();
  for (int i = 100; i < 120; ++i) {
    open[static_cast<size_t>(i)].Close();
    const std::string path = place().Path("db" + std::to_string(i));
    EXPECT_EQ(vfs->xDelete(vfs, path.c_str(), 0), SQLITE_OK);
  }
  open[0].Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  EXPECT_EQ(open[0].Rows("SELECT x FROM t; PRAGMA journal_mode"), "1 wal");
}

TEST_P(Regions, AFileThatNobodyHasOpenCanBeRemoved) {
  Runtime& runtime = place().runtime();
  EXPECT_EQ(runtime.RemoveFile("/app.sqlite").code(), StatusCode::kNotFound);
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  const Status open = runtime.RemoveFile("/app.sqlite");
  EXPECT_EQ(open.code(), StatusCode::kBusy);
  EXPECT_NE(open.message().find("/app.sqlite cannot be removed while `first` has it open"),
            std::string::npos)
      << open.message();
  const auto paths = [&] {
    std::string text;
    for (const FileEntry& file : runtime.ListFiles()) text += file.path + " ";
    return text;
  };
  EXPECT_EQ(paths(), "/app.sqlite /app.sqlite-wal ");
  int persist = 1;
  sqlite3_file_control(db.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
  db.Close();
  EXPECT_EQ(paths(), "/app.sqlite /app.sqlite-wal ") << "the log stays as asked";
  const Status log = runtime.RemoveFile("/app.sqlite-wal");
  EXPECT_EQ(log.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(log.message().find("belongs to /app.sqlite"), std::string::npos) << log.message();
  const Status removed = runtime.RemoveFile("/app.sqlite");
  EXPECT_TRUE(removed.ok()) << removed.message();
  EXPECT_EQ(paths(), "") << "its log goes with it";
  db = Open();
  EXPECT_EQ(db.Rows("SELECT count(*) FROM sqlite_schema"), "0");
}

TEST_P(Regions, DatabasesThatAreRemovedAfterUseNeverFillTheRegion) {
  for (uint32_t i = 0; i < 2 * shm::kMaxFiles; ++i) {
    const std::string path = "/session" + std::to_string(i);
    {
      Database db(path, place().Vfs(i));
      ASSERT_EQ(db.open_code(), SQLITE_OK) << LastError(place().Vfs(i));
      if (i % 64 == 0) db.Run("CREATE TABLE t(x)");
    }
    ASSERT_TRUE(place().runtime().RemoveFile(path).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(In, Runtimes, Everywhere(), ProviderName);
INSTANTIATE_TEST_SUITE_P(In, Regions, InRegions(), ProviderName);

class Freshness : public Contract {};

TEST_P(Freshness, ASignalledCommitIsSeenByTheNextStatementAlways) {
  constexpr int kCommits = 5000;
  Database writer = Open();
  writer.Run("CREATE TABLE t(k INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (1, 0)");
  Database reader = Open();
  std::atomic<int> committed{0};
  std::atomic<int> seen{0};
  int stale = 0;
  std::thread reading([&] {
    Statement select(reader, "SELECT x FROM t WHERE k = 1");
    for (int i = 1; i <= kCommits; ++i) {
      int signalled = committed.load();
      while (signalled < i) {
        committed.wait(signalled);
        signalled = committed.load();
      }
      if (select.Step() != SQLITE_ROW || select.Int(0) < signalled) ++stale;
      select.Reset();
      seen.store(i);
      seen.notify_one();
    }
  });
  Statement update(writer, "UPDATE t SET x = x + 1 WHERE k = 1");
  int failed = 0;
  for (int i = 1; i <= kCommits; ++i) {
    failed += update.Step() != SQLITE_DONE;
    update.Reset();
    committed.store(i);
    committed.notify_one();
    for (int now = seen.load(); now < i; now = seen.load()) seen.wait(now);
  }
  reading.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(stale, 0);
}

TEST_P(Freshness, WritersAndReadersInThreadsAgree) {
  constexpr int kWriters = 3;
  constexpr int kRows = 200;
  Database first = Open();
  first.Run("CREATE TABLE t(who, n); CREATE INDEX ti ON t(who, n)");
  std::atomic<int> errors{0};
  std::atomic<bool> done{false};
  std::vector<Database> databases;
  for (int i = 0; i < kWriters + 2; ++i) {
    databases.push_back(Open());
    sqlite3_busy_timeout(databases.back().get(), 30000);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kRows; ++n) {
        const std::string values = std::to_string(i) + ", " + std::to_string(n);
        errors +=
            databases[static_cast<size_t>(i)].Exec("INSERT INTO t VALUES (" + values + ")") != 0;
      }
    });
  }
  for (int i = kWriters; i < kWriters + 2; ++i) {
    threads.emplace_back([&, i] {
      int64_t last = 0;
      while (!done.load()) {
        // One statement is one snapshot: table and index agree in it, and it is never an older one.
        const std::string row = databases[static_cast<size_t>(i)].Rows(
            "SELECT (SELECT count(*) FROM t NOT INDEXED), (SELECT count(*) FROM t INDEXED BY ti)");
        const size_t bar = row.find('|');
        const int64_t now = bar == std::string::npos ? -1 : std::stoll(row);
        errors += now < last || row.substr(0, bar) != row.substr(bar + 1);
        last = now;
      }
    });
  }
  for (int i = 0; i < kWriters; ++i) threads[static_cast<size_t>(i)].join();
  done = true;
  for (size_t i = kWriters; i < threads.size(); ++i) threads[i].join();
  EXPECT_EQ(errors.load(), 0);
  EXPECT_EQ(first.Rows("SELECT who, count(*), sum(n) FROM t GROUP BY who; PRAGMA integrity_check"),
            "0|200|19900 1|200|19900 2|200|19900 ok");
}

INSTANTIATE_TEST_SUITE_P(In, Freshness, Everywhere(), ProviderName);

}  // namespace
}  // namespace glasswal::test
