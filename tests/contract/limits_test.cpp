// Being full: at the statement that needs the space, never later, and over as soon as there is
// space again (W3, W4).
#include <gtest/gtest.h>

#include <string>

#include "contract/place.h"
#include "store/segment_map.h"

namespace glasswal::test {
namespace {

class Limits : public Contract {
 protected:
  Options options() const override {
    Options options = SmallStart();
    options.max_database_capacity_bytes = 1 * kMiB;
    options.max_write_ahead_capacity_bytes = 16 * kMiB;
    return options;
  }

  /// Inserts rows of 1000 bytes until one fails; returns the result code and how many were
  /// inserted.
  std::pair<int, int> InsertUntilRefused(Database& db) {
    int rows = 0;
    int result = SQLITE_OK;
    while (rows < 20000) {
      result = db.Exec("INSERT INTO t VALUES (randomblob(1000))");
      if (result != SQLITE_OK) break;
      ++rows;
    }
    return {result, rows};
  }

  std::string LastError(size_t client) {
    char message[400] = "";
    place().RawVfs(client)->xGetLastError(place().RawVfs(client), sizeof(message), message);
    return message;
  }
};

TEST_P(Limits, TheDatabasesCapIsEnforcedAtTheStatement) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  const auto [result, rows] = InsertUntilRefused(db);
  EXPECT_EQ(result, SQLITE_FULL);
  EXPECT_GT(rows, 700);
  EXPECT_LT(rows, 1049);
  EXPECT_NE(LastError(0).find("the database would need"), std::string::npos) << LastError(0);
  // The refused transaction is gone, everything else is there, and a checkpoint cannot fail.
  EXPECT_EQ(db.Int("SELECT count(*) FROM t"), rows);
  EXPECT_EQ(sqlite3_get_autocommit(db.get()), 1);
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
  EXPECT_LE(place().SizeOf("app.sqlite"), 1 << 20);
  EXPECT_EQ(Open().Rows("SELECT count(*) FROM t; PRAGMA integrity_check"),
            std::to_string(rows) + " ok");
  db.Run("DELETE FROM t WHERE rowid <= 100");
  EXPECT_EQ(InsertUntilRefused(db).first, SQLITE_FULL);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
  db.Run("DELETE FROM t; INSERT INTO t VALUES (1)");
}

TEST_P(Limits, ATransactionThatIsTooBigIsRolledBackWhole) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  db.Run("BEGIN; INSERT INTO t VALUES (2)");
  EXPECT_EQ(db.Exec(InsertBlobs("t", 3000, 1000) + " COMMIT"), SQLITE_FULL);
  EXPECT_EQ(sqlite3_get_autocommit(db.get()), 1) << "SQLITE_FULL rolls the transaction back";
  EXPECT_EQ(db.Rows("SELECT x FROM t; PRAGMA integrity_check"), "1 ok");
  db.Run("PRAGMA cache_size = 5");
  EXPECT_EQ(db.Exec("BEGIN; " + InsertBlobs("t", 3000, 1000)), SQLITE_FULL);
  if (sqlite3_get_autocommit(db.get()) == 0) db.Run("ROLLBACK");
  EXPECT_EQ(db.Rows("SELECT x FROM t; PRAGMA integrity_check"), "1 ok");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
  db.Run("INSERT INTO t VALUES (3)");
}

TEST_P(Limits, ARollbackModeDatabaseHasTheSameCap) {
  for (const char* mode : {"delete", "truncate", "persist", "memory"}) {
    SCOPED_TRACE(mode);
    Database db = Open(mode);
    db.Run(std::string("PRAGMA journal_mode = ") + mode + "; CREATE TABLE t(x)");
    const auto [result, rows] = InsertUntilRefused(db);
    EXPECT_EQ(result, SQLITE_FULL);
    EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"),
              std::to_string(rows) + " ok");
    EXPECT_EQ(db.Exec("BEGIN; DELETE FROM t WHERE rowid % 2; " + InsertBlobs("t", 3000, 1000)),
              SQLITE_FULL);
    if (sqlite3_get_autocommit(db.get()) == 0) db.Run("ROLLBACK");
    EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"),
              std::to_string(rows) + " ok");
    db.Run("DELETE FROM t; INSERT INTO t VALUES (1)");
  }
}

TEST_P(Limits, VacuumThatDoesNotFitLeavesTheDatabaseAsItIs) {
  Database db = Open();
  db.Run("PRAGMA auto_vacuum = NONE; CREATE TABLE t(x)");
  const int rows = InsertUntilRefused(db).second;
  db.Run("PRAGMA wal_checkpoint(TRUNCATE)");
  db.Run("VACUUM");  // In place: it needs the size of the database in the log, and no more in the
                     // file.
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"),
            std::to_string(rows) + " ok");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
}

INSTANTIATE_TEST_SUITE_P(In, Limits, InRegions(), ProviderName);

class LogLimits : public Limits {
 protected:
  Options options() const override {
    Options options = SmallStart();
    options.max_database_capacity_bytes = 64 * kMiB;
    options.max_write_ahead_capacity_bytes = 1 * kMiB;
    return options;
  }
};

TEST_P(LogLimits, APinnedReaderFillsTheLogAndNothingElseBreaks) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  Database reader = Open();
  reader.Run("BEGIN; SELECT * FROM t");
  const auto [result, rows] = InsertUntilRefused(db);
  EXPECT_EQ(result, SQLITE_FULL);
  EXPECT_NE(LastError(0).find("the write-ahead log would need"), std::string::npos) << LastError(0);
  EXPECT_GT(rows, 50);
  EXPECT_LE(place().SizeOf("app.sqlite-wal"), 1 << 20);
  // The connection works on: it reads, and its commits are all there.
  EXPECT_EQ(db.Int("SELECT count(*) FROM t"), rows + 1);
  EXPECT_EQ(db.Exec("INSERT INTO t VALUES (randomblob(1000))"), SQLITE_FULL);
  EXPECT_EQ(reader.Rows("SELECT x FROM t"), "0");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)").substr(0, 1), "1");
  EXPECT_EQ(db.Int("SELECT count(*) FROM t"), rows + 1);
  reader.Run("COMMIT");
  // As soon as the reader has gone the checkpoint succeeds, and so do writes.
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
  db.Run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(reader.Int("SELECT count(*) FROM t"), rows + 2);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
}

TEST_P(LogLimits, AnyonesPassiveCheckpointIsEnoughOnceTheReaderHasGone) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  Database reader = Open();
  reader.Run("BEGIN; SELECT * FROM t");
  EXPECT_EQ(InsertUntilRefused(db).first, SQLITE_FULL);
  reader.Run("COMMIT");
  const std::string passive = reader.Rows("PRAGMA wal_checkpoint");
  EXPECT_EQ(passive.substr(0, 2), "0|") << passive;
  db.Run("INSERT INTO t VALUES (1)");
}

TEST_P(LogLimits, ATransactionLargerThanTheLogIsRefused) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  EXPECT_EQ(db.Exec(InsertBlobs("t", 2000, 1000)), SQLITE_FULL);
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "0 ok");
  // The default of 1000 pages is more than this log holds: it would be full before it is copied.
  db.Run("PRAGMA wal_autocheckpoint = 50");
  for (int i = 0; i < 20; ++i) db.Run(InsertBlobs("t", 100, 1000));
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "2000 ok");
}

INSTANTIATE_TEST_SUITE_P(In, LogLimits, InRegions(), ProviderName);

/// A region so small that its segments run out before any file's own limit.
class RegionLimits : public Limits {
 protected:
  Options options() const override {
    Options options = SmallStart();
    options.event_capacity = 64;
    options.region_capacity_bytes = 3 * kMiB;
    return options;
  }
};

TEST_P(RegionLimits, AFullRegionIsFullAndRecovers) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  const auto [result, rows] = InsertUntilRefused(db);
  EXPECT_EQ(result, SQLITE_FULL);
  EXPECT_NE(LastError(0).find("cannot grow"), std::string::npos) << LastError(0);
  EXPECT_EQ(db.Int("SELECT count(*) FROM t"), rows);
  EXPECT_EQ(place().Audit(false), "");
  // Even a second database is refused in good order, and the first works on.
  {
    Database second(place().Path("second.sqlite"), place().Vfs(1));
    second.Exec("CREATE TABLE t(x)");
    second.Exec(InsertBlobs("t", 500, 1000));
  }
  EXPECT_EQ(place().Audit(false), "");
  EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"),
            std::to_string(rows) + " ok");
  sqlite3_vfs* vfs = place().RawVfs();
  vfs->xDelete(vfs, place().Path("second.sqlite").c_str(), 0);
  db.Run(
      "DELETE FROM t WHERE rowid > 10; PRAGMA wal_checkpoint(TRUNCATE); VACUUM;"
      "PRAGMA wal_checkpoint(TRUNCATE)");
  db.Run(InsertBlobs("t", 200, 1000));
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "210 ok");
}

INSTANTIATE_TEST_SUITE_P(In, RegionLimits, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
