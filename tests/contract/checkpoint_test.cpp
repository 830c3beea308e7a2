// Checkpoints: their modes, their three result columns (W9), who holds them back, and that they
// free what they should (W11).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/place.h"
#include "store/directory.h"

namespace glasswal::test {
namespace {

class Checkpoint : public Contract {
 protected:
  /// A table with `commits` commits of one page each in the write-ahead log.
  Database OpenWithCommits(int commits) {
    Database db = Open();
    db.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x); PRAGMA wal_checkpoint(TRUNCATE)");
    for (int i = 0; i < commits; ++i) db.Run("INSERT INTO t VALUES (1)");
    return db;
  }
};

TEST_P(Checkpoint, EveryModeTellsThreeNumbers) {
  Database db = OpenWithCommits(3);
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(PASSIVE)"), "0|3|3");
  db.Run("INSERT INTO t VALUES (2)");  // Everything is copied, so the log starts anew.
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint"), "0|1|1");
  db.Run("INSERT INTO t VALUES (2); INSERT INTO t VALUES (2)");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(FULL)"), "0|2|2");
  db.Run("INSERT INTO t VALUES (2)");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(RESTART)"), "0|1|1");
  EXPECT_GT(place().SizeOf("app.sqlite-wal"), 0);
  db.Run("INSERT INTO t VALUES (2)");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
  EXPECT_EQ(place().SizeOf("app.sqlite-wal"), 0);
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "8 ok");
}

TEST_P(Checkpoint, NoopTellsWithoutCopying) {
  Database db = OpenWithCommits(3);
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(NOOP)"), "0|3|0");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(PASSIVE)"), "0|3|3");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(NOOP)"), "0|3|3");
}

TEST_P(Checkpoint, TheFunctionTellsTheSame) {
  Database db = OpenWithCommits(4);
  int frames = -1;
  int copied = -1;
  EXPECT_EQ(sqlite3_wal_checkpoint_v2(db.get(), "main", SQLITE_CHECKPOINT_FULL, &frames, &copied),
            SQLITE_OK);
  EXPECT_EQ(frames, 4);
  EXPECT_EQ(copied, 4);
}

TEST_P(Checkpoint, AReaderHoldsItBack) {
  Database db = OpenWithCommits(2);
  Database reader = Open();
  reader.Run("BEGIN; SELECT * FROM t");
  db.Run("INSERT INTO t VALUES (3)");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(PASSIVE)"), "0|3|2");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(FULL)"), "1|3|2");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(RESTART)"), "1|3|2");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "1|3|2");
  EXPECT_EQ(reader.Rows("SELECT count(*) FROM t"), "2");
  reader.Run("COMMIT");
  EXPECT_EQ(reader.Rows("SELECT count(*) FROM t"), "3");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
}

TEST_P(Checkpoint, AWriterMakesFullBusyAndPassiveNot) {
  Database db = OpenWithCommits(2);
  Database writer = Open();
  writer.Run("BEGIN IMMEDIATE; INSERT INTO t VALUES (3)");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(PASSIVE)"), "0|2|2");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(FULL)"), "1|2|2");
  writer.Run("COMMIT");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t"), "3");
}

TEST_P(Checkpoint, WithinATransactionItIsLocked) {
  Database db = OpenWithCommits(1);
  db.Run("BEGIN; INSERT INTO t VALUES (2)");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint"), "error 6: database table is locked");
  db.Run("COMMIT");
}

TEST_P(Checkpoint, AutomaticAtTheThresholdAndByHook) {
  Database db = Open();
  db.Run("PRAGMA wal_autocheckpoint = 10; CREATE TABLE t(x)");
  for (int i = 0; i < 50; ++i) db.Run("INSERT INTO t VALUES (1)");
  EXPECT_LT(place().SizeOf("app.sqlite-wal"), 20 * 4200);
  std::vector<int> pages;
  sqlite3_wal_hook(
      db.get(),
      [](void* to, sqlite3*, const char*, int count) {
        static_cast<std::vector<int>*>(to)->push_back(count);
        return SQLITE_OK;
      },
      &pages);
  db.Run("INSERT INTO t VALUES (2); INSERT INTO t VALUES (2)");
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_GT(pages[0], 0);
  sqlite3_wal_hook(db.get(), nullptr, nullptr);
}

TEST_P(Checkpoint, TheLastToCloseChecksPointsAndRemovesTheLog) {
  {
    Database db = OpenWithCommits(3);
    Database other = Open();
    other.Run("SELECT * FROM t");
    db.Close();
    EXPECT_GT(place().SizeOf("app.sqlite-wal"), 0);
  }
  EXPECT_EQ(place().SizeOf("app.sqlite-wal"), -1);
  EXPECT_EQ(Open().Rows("SELECT count(*) FROM t"), "3");
}

TEST_P(Checkpoint, TheLogMayBeKeptOnClosing) {
  {
    Database db = OpenWithCommits(3);
    int keep = 1;
    EXPECT_EQ(sqlite3_file_control(db.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep), SQLITE_OK);
    EXPECT_EQ(keep, 1);
  }
  EXPECT_GE(place().SizeOf("app.sqlite-wal"), 0);
  Database db = Open();
  db.Run("INSERT INTO t VALUES (4)");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "4 ok");
}

TEST_P(Checkpoint, NoCheckpointOnClosingKeepsEveryCommit) {
  {
    Database db = OpenWithCommits(3);
    ASSERT_EQ(sqlite3_db_config(db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr), SQLITE_OK);
  }
  EXPECT_GT(place().SizeOf("app.sqlite-wal"), 0);
  EXPECT_EQ(Open().Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "3 ok");
}

TEST_P(Checkpoint, ItShrinksTheDatabaseAfterAVacuum) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); " + InsertBlobs("t", 2000, 1000) + " PRAGMA wal_checkpoint(TRUNCATE)");
  const int64_t before = place().SizeOf("app.sqlite");
  db.Run("DELETE FROM t; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_LT(place().SizeOf("app.sqlite"), before / 10);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
}

TEST_P(Checkpoint, TheSizeOfTheLogCanBeLimited) {
  Database db = Open();
  EXPECT_EQ(db.Rows("PRAGMA journal_size_limit = 100000"), "100000");
  db.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x); " + InsertBlobs("t", 1000, 1000));
  EXPECT_GT(place().SizeOf("app.sqlite-wal"), 1000000);
  db.Run("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES (1)");
  EXPECT_LE(place().SizeOf("app.sqlite-wal"), 100000);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
}

INSTANTIATE_TEST_SUITE_P(In, Checkpoint, Everywhere(), ProviderName);

class Reclaim : public Contract {
 protected:
  const shm::ShmFile& FileOf(const std::string& name) {
    const auto number = store::FindFile(place().region(), "/" + name);
    EXPECT_TRUE(number.has_value());
    return *place().region().file(number.value_or(0));
  }
};

TEST_P(Reclaim, TruncateTakesSegmentsOutOfTheLogAndCountsThem) {
  Database db = Open();
  db.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x); " + InsertBlobs("t", 4000, 1000));
  const shm::ShmFile& log = FileOf("app.sqlite-wal");
  const uint32_t before = log.segments.load();
  EXPECT_GT(before, 60u);
  EXPECT_EQ(log.reclaimed_segments.load(), 0u);
  const uint64_t free_before = place().region().header()->free_segments.load();
  db.Run("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(log.segments.load(), 0u);
  EXPECT_EQ(log.reclaimed_segments.load(), before);
  EXPECT_EQ(log.peak_segments.load(), before);
  EXPECT_EQ(log.size_bytes.load(), 0u);
  EXPECT_EQ(place().region().header()->free_segments.load(), free_before + before);
  EXPECT_EQ(place().Audit(false), "");

  // What came free is used again: the region does not grow for the same work.
  const uint32_t committed = place().region().header()->committed_segments.load();
  db.Run("UPDATE t SET x = randomblob(1000)");
  EXPECT_EQ(place().region().header()->committed_segments.load(), committed);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
}

TEST_P(Reclaim, WhatADroppedTableHeldComesBackWithAVacuum) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); " + InsertBlobs("t", 4000, 1000) + " PRAGMA wal_checkpoint(TRUNCATE)");
  const uint32_t before = FileOf("app.sqlite").segments.load();
  EXPECT_GT(before, 60u);
  db.Run("DROP TABLE t; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(FileOf("app.sqlite").segments.load(), 1u);
  EXPECT_EQ(place().Audit(false), "");
}

INSTANTIATE_TEST_SUITE_P(In, Reclaim, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
