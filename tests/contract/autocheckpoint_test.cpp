// The checkpoint that follows a commit in a region (sqlite/autocheckpoint.h): the log stays short, a reader in its way costs
// next to nothing, and whoever wants it otherwise has it so. It needs the patched SQLite.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "contract/place.h"
#include "glasswal/observe.h"

namespace glasswal::test {
namespace {

constexpr int kLong = 100;  // Options::wal_autocheckpoint

class Autocheckpoint : public Contract {
 protected:
  Database OpenTable() {
    Database db = Open();
    db.Run("CREATE TABLE t(x)");
    return db;
  }
  static void Commit(Database& db, int times) {
    for (int i = 0; i < times; ++i) db.Run("INSERT INTO t VALUES (1)");
  }
  WalSnapshot Wal() {
    const Result<Snapshot> snapshot = Observe(place().runtime());
    EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
    return snapshot->wals.at(0);
  }
  uint64_t Checkpoints() { return Observe(place().runtime())->totals.checkpoints; }
};

TEST_P(Autocheckpoint, TheLogStaysShort) {
  Database db = OpenTable();
  EXPECT_EQ(db.Int("PRAGMA wal_autocheckpoint"), kLong);
  const uint64_t before = Checkpoints();
  for (int i = 0; i < 20; ++i) {
    Commit(db, kLong / 2);
    EXPECT_LE(Wal().frames, kLong + 2u);
  }
  EXPECT_GE(Checkpoints() - before, 8u);
  EXPECT_LE(Checkpoints() - before, 12u);
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "1000 ok");
}

TEST_P(Autocheckpoint, AReaderInItsWayIsTriedAgainNowAndThenOnly) {
  Database db = OpenTable();
  Commit(db, 10);
  Database reader = Open();
  reader.Run("BEGIN; SELECT count(*) FROM t");
  const uint64_t before = Checkpoints();
  Commit(db, 10 * kLong);
  EXPECT_LE(Checkpoints() - before, 11u);
  EXPECT_GE(Wal().frames, 10u * kLong);
  EXPECT_EQ(reader.Int("SELECT count(*) FROM t"), 10);
  reader.Run("COMMIT");
  // The next try copies everything, and the commit after it begins the log anew.
  Commit(db, kLong + 2);
  EXPECT_LE(Wal().frames, kLong + 2u);
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "1112 ok");
}

// A statement that writes, and is a transaction of its own, leaves its read mark a few frames behind, and only that.
TEST_P(Autocheckpoint, AStatementThatWritesHoldsBackNoMoreThanSomeFrames) {
  constexpr uint32_t kMostBehind = 8;  // WAL_BRIEF_LAG of the patch
  Database db = OpenTable();
  Database other = Open();
  uint32_t most_behind = 0;
  for (int i = 0; i < 40; ++i) {
    db.Run("INSERT INTO t VALUES (1)");
    Statement insert(db, "INSERT INTO t VALUES (1), (2) RETURNING x");
    ASSERT_EQ(insert.Step(), SQLITE_ROW);
    other.Run("PRAGMA wal_checkpoint");
    const WalSnapshot beside = Wal();
    most_behind = std::max(most_behind, beside.frames - beside.backfilled);
    ASSERT_EQ(insert.Step(), SQLITE_ROW);
    ASSERT_EQ(insert.Step(), SQLITE_DONE);
  }
  EXPECT_GT(most_behind, 0u);
  EXPECT_LE(most_behind, kMostBehind);
}

TEST_P(Autocheckpoint, WhoeverReadsOrBeginsToWriteHasAMarkOfItsOwn) {
  Database db = OpenTable();
  Database other = Open();
  for (const char* begin :
       {"BEGIN; SELECT count(*) FROM t", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"}) {
    for (int i = 0; i < 20; ++i) {
      Commit(db, 1);
      db.Run(begin);
      other.Run("PRAGMA wal_checkpoint");
      EXPECT_EQ(Wal().frames, Wal().backfilled) << begin;
      db.Run("COMMIT");
    }
  }
}

TEST_P(Autocheckpoint, AllWhoWriteGoByTheSameMark) {
  Database db = OpenTable();
  Commit(db, 10);
  Database reader = Open();
  reader.Run("BEGIN; SELECT count(*) FROM t");
  Database second = Open();
  Database third = Open();
  const uint64_t before = Checkpoints();
  for (int i = 0; i < kLong; ++i) {
    for (Database* writer : {&db, &second, &third}) Commit(*writer, 1);
  }
  EXPECT_LE(Checkpoints() - before, 4u);
  reader.Run("COMMIT");
}

TEST_P(Autocheckpoint, WhatOneLargeTransactionLeftIsShortAfterwards) {
  Database db = OpenTable();
  db.Run("BEGIN; " + InsertBlobs("t", 3000, 1000) + "; COMMIT");
  EXPECT_EQ(Wal().backfilled, Wal().frames);
  Commit(db, 1);
  EXPECT_LE(Wal().frames, 4u);
}

TEST_P(Autocheckpoint, APragmaOfTheConnectionCounts) {
  Database db = OpenTable();
  db.Run("PRAGMA wal_autocheckpoint = 0");
  Commit(db, 3 * kLong);
  EXPECT_EQ(Wal().backfilled, 0u);
  db.Run("PRAGMA wal_autocheckpoint = 20");
  Commit(db, 45);
  EXPECT_LE(Wal().frames, 22u);
}

TEST_P(Autocheckpoint, AHookOfTheCallersComesInItsPlace) {
  Database db = OpenTable();
  int called = 0;
  sqlite3_wal_hook(
      db.get(),
      [](void* to, sqlite3*, const char*, int) {
        ++*static_cast<int*>(to);
        return SQLITE_OK;
      },
      &called);
  Commit(db, 2 * kLong);
  EXPECT_EQ(called, 2 * kLong);
  EXPECT_EQ(Wal().backfilled, 0u);
  sqlite3_wal_hook(db.get(), nullptr, nullptr);
}

TEST_P(Autocheckpoint, ExclusiveModeHasSQLitesOwn) {
  Database db = OpenTable();
  db.Run("PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (0)");
  Commit(db, 3 * kLong);
  EXPECT_LE(place().SizeOf("app.sqlite-wal"), (kLong + 10) * 4120);
  db.Run("PRAGMA locking_mode = NORMAL; SELECT * FROM t LIMIT 1");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "301 ok");
}

TEST_P(Autocheckpoint, ASelectThatIsOpenDoesNotStopIt) {
  Database db = OpenTable();
  Commit(db, 10);
  {
    const Statement select(db, "SELECT x FROM t");
    ASSERT_EQ(sqlite3_step(select.get()), SQLITE_ROW);
    Commit(db, 3 * kLong);
  }
  Commit(db, kLong);
  Commit(db, 1);
  EXPECT_LE(Wal().frames, kLong + 2u);
}

INSTANTIATE_TEST_SUITE_P(In, Autocheckpoint, InRegions(), ProviderName);

class Chosen : public Contract {
 protected:
  Options options() const override {
    Options options = SmallStart();
    options.page_size = 1024;
    options.wal_autocheckpoint = 0;
    return options;
  }
};

TEST_P(Chosen, TheRegionsOptionsAreThoseOfWhoeverSaysNothing) {
  Database db = place().OpenBare("chosen.sqlite");
  db.Run("CREATE TABLE t(x)");
  EXPECT_EQ(db.Int("PRAGMA page_size"), 1024);
  EXPECT_EQ(db.Int("PRAGMA wal_autocheckpoint"), 0);
  for (int i = 0; i < 300; ++i) db.Run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(Observe(place().runtime())->wals.at(0).backfilled, 0u);
  Database own = place().OpenBare("own.sqlite");
  own.Run("PRAGMA page_size = 8192; CREATE TABLE t(x)");
  EXPECT_EQ(own.Int("PRAGMA page_size"), 8192);
  Database memory;
  memory.Open(":memory:", "");
  EXPECT_EQ(memory.Int("PRAGMA page_size"), 4096);
  EXPECT_EQ(memory.Int("PRAGMA wal_autocheckpoint"), 1000);
}

INSTANTIATE_TEST_SUITE_P(In, Chosen, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
