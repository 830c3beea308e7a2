// New databases start in WAL mode, however they come into being (W7, W8, W9).
#include <gtest/gtest.h>

#include <string>

#include "contract/place.h"

namespace glasswal::test {
namespace {

class WalDefault : public Contract {
 protected:
  /// The write version in the file's own header: 2 is WAL.
  int WriteVersion(const std::string& name) {
    const std::string bytes = place().Contents(name);
    return bytes.size() < 100 ? -1 : bytes[18];
  }
};

TEST_P(WalDefault, AnEmptyDatabaseSaysWalBeforeAnythingIsWritten) {
  Database db = Open();
  EXPECT_EQ(db.Rows("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM sqlite_schema"), "0");
  EXPECT_EQ(place().SizeOf("app.sqlite"), 0);
}

TEST_P(WalDefault, CreateTableAsTheFirstStatement) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  EXPECT_EQ(WriteVersion("app.sqlite"), 2);
  EXPECT_EQ(db.Rows("PRAGMA journal_mode"), "wal");
  db.Run("INSERT INTO t VALUES (1)");
  EXPECT_GT(place().SizeOf("app.sqlite-wal"), 0);
  Database other = Open();
  EXPECT_EQ(other.Rows("PRAGMA journal_mode; SELECT x FROM t"), "wal 1");
}

TEST_P(WalDefault, InsertInTheCreatingTransaction) {
  Database db = Open();
  db.Run(
      "BEGIN; CREATE TABLE t(x); INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2);"
      "ROLLBACK TO s; COMMIT");
  EXPECT_EQ(db.Rows("SELECT x FROM t; PRAGMA journal_mode"), "1 wal");
}

TEST_P(WalDefault, ARolledBackCreationLeavesAnEmptyWalDatabase) {
  Database db = Open();
  db.Run("BEGIN; CREATE TABLE t(x); ROLLBACK");
  EXPECT_EQ(db.Rows("PRAGMA journal_mode; SELECT count(*) FROM sqlite_schema"), "wal 0");
  db.Run("CREATE TABLE t(x)");
  EXPECT_EQ(WriteVersion("app.sqlite"), 2);
}

TEST_P(WalDefault, TwoConnectionsThatRaceToCreateAgree) {
  Database first = Open();
  Database second = Open();
  first.Run("BEGIN IMMEDIATE; CREATE TABLE t(x)");
  EXPECT_EQ(second.Exec("CREATE TABLE u(x)"), SQLITE_BUSY);
  first.Run("COMMIT");
  second.Run("CREATE TABLE u(x); INSERT INTO u VALUES (2)");
  EXPECT_EQ(first.Rows("SELECT x FROM u; PRAGMA journal_mode"), "2 wal");
  EXPECT_EQ(second.Rows("PRAGMA journal_mode"), "wal");
}

TEST_P(WalDefault, Attach) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); ATTACH '" + place().Path("other.sqlite") + "' AS o");
  EXPECT_EQ(db.Rows("PRAGMA o.journal_mode"), "wal");
  db.Run("CREATE TABLE o.t(x); INSERT INTO o.t VALUES (7)");
  EXPECT_EQ(WriteVersion("other.sqlite"), 2);
  EXPECT_EQ(db.Rows("PRAGMA o.journal_mode; SELECT x FROM o.t"), "wal 7");
}

TEST_P(WalDefault, VacuumInto) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1), (2)");
  db.Run("VACUUM INTO '" + place().Path("copy.sqlite") + "'");
  EXPECT_EQ(WriteVersion("copy.sqlite"), 2);
  Database copy = Open("copy.sqlite");
  EXPECT_EQ(copy.Rows("PRAGMA journal_mode; SELECT x FROM t; PRAGMA integrity_check"),
            "wal 1 2 ok");
}

TEST_P(WalDefault, VacuumIntoFromMemory) {
  Database db(":memory:", place().Vfs());
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (3); VACUUM INTO 'file:" +
         place().Path("copy.sqlite") + "?vfs=" + place().Vfs() + "'");
  Database copy = Open("copy.sqlite");
  EXPECT_EQ(copy.Rows("PRAGMA journal_mode; SELECT x FROM t"), "wal 3");
}

TEST_P(WalDefault, BackupTarget) {
  Database memory(":memory:", "");
  memory.Run("CREATE TABLE t(x); INSERT INTO t VALUES (5)");
  Database target = Open();
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", memory.get(), "main");
  ASSERT_NE(backup, nullptr) << target.error();
  EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
  EXPECT_EQ(sqlite3_backup_finish(backup), SQLITE_OK);
  EXPECT_EQ(WriteVersion("app.sqlite"), 2);
  EXPECT_EQ(target.Rows("SELECT x FROM t; PRAGMA journal_mode"), "5 wal");
  target.Run("INSERT INTO t VALUES (6)");
  EXPECT_EQ(Open().Rows("SELECT x FROM t; PRAGMA journal_mode; PRAGMA integrity_check"),
            "5 6 wal ok");
}

TEST_P(WalDefault, AnotherModeThatIsAskedForFirstIsKept) {
  for (const char* mode : {"delete", "truncate", "persist", "memory", "off"}) {
    const std::string name = std::string("in-") + mode;
    Database db = Open(name);
    EXPECT_EQ(db.Rows(std::string("PRAGMA journal_mode = ") + mode), mode);
    db.Run("CREATE TABLE t(x)");
    EXPECT_EQ(WriteVersion(name), 1) << mode;
    EXPECT_EQ(db.Rows("PRAGMA journal_mode"), mode);
  }
}

TEST_P(WalDefault, LeavingWalModeLaterIsKept) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  EXPECT_EQ(db.Rows("PRAGMA journal_mode = DELETE"), "delete");
  db.Run("INSERT INTO t VALUES (1)");
  db.Close();
  db = Open();
  EXPECT_EQ(db.Rows("PRAGMA journal_mode"), "delete");
  db.Run("DELETE FROM t; VACUUM; INSERT INTO t VALUES (2)");
  EXPECT_EQ(db.Rows("PRAGMA journal_mode; SELECT x FROM t"), "delete 2");
}

TEST_P(WalDefault, ADeferredTransactionBecomesAWriter) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  db.Run("BEGIN; SELECT * FROM t; INSERT INTO t VALUES (2); COMMIT");
  EXPECT_EQ(Open().Rows("SELECT x FROM t"), "1 2");
}

TEST_P(WalDefault, ExclusiveLockingFromTheBeginning) {
  Database db = Open();
  db.Run("PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  EXPECT_EQ(db.Rows("SELECT x FROM t; PRAGMA integrity_check"), "1 ok");
  EXPECT_EQ(Open().Exec("SELECT * FROM t"), SQLITE_BUSY);
  db.Run("PRAGMA locking_mode = NORMAL; INSERT INTO t VALUES (2)");
  EXPECT_EQ(Open().Rows("SELECT x FROM t; PRAGMA journal_mode; PRAGMA integrity_check"),
            "1 2 wal ok");
  db.Run("INSERT INTO t VALUES (3)");
  EXPECT_EQ(Open().Rows("SELECT x FROM t; PRAGMA integrity_check"), "1 2 3 ok");
}

INSTANTIATE_TEST_SUITE_P(In, WalDefault, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
