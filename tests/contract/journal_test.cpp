// Rollback journals of every mode, switching between all modes, hot journals, and transactions over
// several databases with their super-journal.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "contract/place.h"

namespace glasswal::test {
namespace {

const std::vector<std::string>& Modes() {
  static const std::vector<std::string> modes = {"delete", "truncate", "persist",
                                                 "memory", "off",      "wal"};
  return modes;
}

class Journal : public Contract {
 protected:
  Database OpenIn(const std::string& mode, const std::string& name = "app.sqlite") {
    Database db = Open(name);
    EXPECT_EQ(db.Rows("PRAGMA journal_mode = " + mode), mode);
    return db;
  }
};

TEST_P(Journal, CommitAndRollbackInEveryMode) {
  for (const std::string& mode : Modes()) {
    SCOPED_TRACE(mode);
    Database db = OpenIn(mode, mode);
    db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    if (mode != "off") {
      db.Run("BEGIN; UPDATE t SET x = 9; " + InsertBlobs("t", 500, 1000) + " ROLLBACK");
      EXPECT_EQ(db.Rows("SELECT x FROM t"), "1");
    }
    db.Run(
        "BEGIN; INSERT INTO t VALUES (2); SAVEPOINT a; INSERT INTO t VALUES (3);"
        "RELEASE a; COMMIT");
    EXPECT_EQ(db.Rows("SELECT x FROM t; PRAGMA integrity_check"), "1 2 3 ok");
    EXPECT_EQ(place().OpenBare(mode).Rows("SELECT x FROM t"), "1 2 3");
  }
}

TEST_P(Journal, SpilledTransactionsRollBack) {
  for (const std::string& mode : Modes()) {
    if (mode == "off") continue;
    SCOPED_TRACE(mode);
    Database db = OpenIn(mode, mode);
    db.Run("PRAGMA cache_size = 5; CREATE TABLE t(x, y); CREATE INDEX i ON t(y)");
    db.Run(
        "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 500) "
        "INSERT INTO t SELECT i, hex(randomblob(200)) FROM c");
    const std::string before = db.Rows("SELECT count(*), sum(length(y)), max(y) FROM t");
    db.Run(
        "BEGIN; UPDATE t SET y = hex(randomblob(300)); SAVEPOINT s; DELETE FROM t;"
        "ROLLBACK TO s; DELETE FROM t WHERE x % 2; ROLLBACK");
    EXPECT_EQ(db.Rows("SELECT count(*), sum(length(y)), max(y) FROM t"), before);
    EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
  }
}

TEST_P(Journal, SwitchingBetweenAllModes) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  int rows = 0;
  for (const std::string& from : Modes()) {
    for (const std::string& to : Modes()) {
      SCOPED_TRACE(from + " to " + to);
      EXPECT_EQ(db.Rows("PRAGMA journal_mode = " + from), from);
      db.Run("INSERT INTO t VALUES (1)");
      EXPECT_EQ(db.Rows("PRAGMA journal_mode = " + to), to);
      db.Run("INSERT INTO t VALUES (1)");
      rows += 2;
      const std::string wanted = std::to_string(rows);
      EXPECT_EQ(db.Rows("SELECT count(*) FROM t"), wanted);
      Database other = place().OpenBare("app.sqlite");
      EXPECT_EQ(other.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), wanted + " ok");
      EXPECT_EQ(place().SizeOf("app.sqlite-wal") >= 0, to == "wal");
    }
  }
}

TEST_P(Journal, WalIsNotLeftWhileAnotherConnectionIsOpen) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  Database other = Open();
  other.Run("SELECT * FROM t");
  EXPECT_EQ(db.Exec("PRAGMA journal_mode = DELETE"), SQLITE_BUSY);
  EXPECT_EQ(db.Rows("PRAGMA journal_mode"), "wal");
  db.Run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(other.Rows("SELECT x FROM t"), "1");
  other.Close();
  EXPECT_EQ(db.Rows("PRAGMA journal_mode = DELETE"), "delete");
}

TEST_P(Journal, TheJournalsFileIsAsTheModeSays) {
  const std::map<std::string, bool> stays = {
      {"delete", false}, {"truncate", true}, {"persist", true}, {"memory", false}, {"off", false}};
  for (const auto& [mode, expected] : stays) {
    Database db = OpenIn(mode, mode);
    db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    const int64_t size = place().SizeOf(mode + "-journal");
    EXPECT_EQ(size >= 0, expected) << mode << " " << size;
    EXPECT_EQ(size > 0, mode == "persist") << mode << " " << size;
  }
}

TEST_P(Journal, ReadersAndWritersInRollbackMode) {
  Database writer = OpenIn("delete");
  writer.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Database reader = place().OpenBare("app.sqlite");
  reader.Run("BEGIN; SELECT * FROM t");
  writer.Run("BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
  EXPECT_EQ(reader.Rows("SELECT x FROM t"), "1");
  EXPECT_EQ(writer.Exec("COMMIT"), SQLITE_BUSY);  // PENDING: the reader is still there.
  Database late = place().OpenBare("app.sqlite");
  EXPECT_EQ(late.Exec("SELECT * FROM t"), SQLITE_BUSY);  // And no new one comes in.
  reader.Run("COMMIT");
  writer.Run("COMMIT");
  EXPECT_EQ(late.Rows("SELECT x FROM t"), "1 2");
  reader.Run("BEGIN IMMEDIATE");
  EXPECT_EQ(writer.Exec("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(writer.Rows("SELECT x FROM t"), "1 2");
  reader.Run("ROLLBACK");
  reader.Run("BEGIN EXCLUSIVE");
  EXPECT_EQ(writer.Exec("SELECT * FROM t"), SQLITE_BUSY);
  reader.Run("ROLLBACK");
}

TEST_P(Journal, AHotJournalIsRolledBackByWhoeverComesNext) {
  Database db = OpenIn("delete");
  db.Run("PRAGMA cache_size = 5; CREATE TABLE t(x); " + InsertBlobs("t", 300, 1000));
  const std::string before = db.Rows("SELECT count(*), max(hex(x)) FROM t");
  db.Run("BEGIN; UPDATE t SET x = randomblob(1001)");
  // What a crash now would leave behind: a half-written database with its journal.
  const std::string database = place().Contents("app.sqlite");
  const std::string journal = place().Contents("app.sqlite-journal");
  ASSERT_GT(journal.size(), 10000u);
  db.Run("COMMIT");
  place().SetContents("crashed.sqlite", database);
  place().SetContents("crashed.sqlite-journal", journal);
  Database crashed = place().OpenBare("crashed.sqlite");
  EXPECT_EQ(crashed.Rows("PRAGMA integrity_check; SELECT count(*), max(hex(x)) FROM t"),
            "ok " + before);
  EXPECT_EQ(place().SizeOf("crashed.sqlite-journal"), -1);
}

TEST_P(Journal, AWriteAheadLogLeftBehindIsReadByWhoeverComesNext) {
  Database db = Open();
  db.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x); " + InsertBlobs("t", 300, 1000));
  const std::string before = db.Rows("SELECT count(*), max(hex(x)) FROM t");
  const std::string database = place().Contents("app.sqlite");
  const std::string log = place().Contents("app.sqlite-wal");
  place().SetContents("crashed.sqlite", database);
  place().SetContents("crashed.sqlite-wal", log.substr(0, log.size() - 100) + "torn");
  place().SetContents("whole.sqlite", database);
  place().SetContents("whole.sqlite-wal", log);
  EXPECT_EQ(
      place().OpenBare("crashed.sqlite").Rows("PRAGMA integrity_check; SELECT count(*) FROM t"),
      "ok 0");
  EXPECT_EQ(place().OpenBare("whole.sqlite").Rows("SELECT count(*), max(hex(x)) FROM t"), before);
}

INSTANTIATE_TEST_SUITE_P(In, Journal, Everywhere(), ProviderName);

/// Copies the files of a place at chosen moments: what a crash at that moment would leave.
class Crash : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    shim_ = *place().RawVfs();
    shim_.zName = "glasswal-test-crash";
    shim_.xDelete = [](sqlite3_vfs*, const char* path, int sync) {
      return current_->Delete(path, sync);
    };
    current_ = this;
    ASSERT_EQ(sqlite3_vfs_register(&shim_, 0), SQLITE_OK);
  }
  void TearDown() override {
    sqlite3_vfs_unregister(&shim_);
    Contract::TearDown();
  }

  /// Both databases in one transaction, under the shim.
  void CommitTwo() {
    Database db(place().Path("a.sqlite"), shim_.zName);
    db.Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); ATTACH '" + place().Path("b.sqlite") +
           "' AS b; PRAGMA b.journal_mode = DELETE; CREATE TABLE b.t(x); INSERT INTO t VALUES (1);"
           "INSERT INTO b.t VALUES (1); BEGIN; UPDATE t SET x = 2; UPDATE b.t SET x = 2");
    watching_ = true;
    db.Run("COMMIT");
    watching_ = false;
  }

  using Files = std::map<std::string, std::string>;
  Files Capture() {
    Files files;
    std::vector<std::string> names = {"a.sqlite", "b.sqlite", "a.sqlite-journal",
                                      "b.sqlite-journal"};
    if (!super_.empty()) names.push_back(super_);
    for (const std::string& name : names) {
      if (place().SizeOf(name) >= 0) files[name] = place().Contents(name);
    }
    return files;
  }

  /// What x is in both databases after the next one has come. The names must be the same: the
  /// super- journal holds them.
  std::string AfterCrash(const Files& files) {
    for (const char* name : {"a.sqlite", "b.sqlite", "a.sqlite-journal", "b.sqlite-journal"}) {
      place().RawVfs()->xDelete(place().RawVfs(), place().Path(name).c_str(), 0);
    }
    for (const auto& [name, bytes] : files) place().SetContents(name, bytes);
    const std::string a =
        place().OpenBare("a.sqlite").Rows("SELECT x FROM t; PRAGMA integrity_check");
    const std::string b =
        place().OpenBare("b.sqlite").Rows("SELECT x FROM t; PRAGMA integrity_check");
    return a + " | " + b;
  }

  Files before_;  // While the super-journal is there.
  Files after_;   // Just after it has been deleted: the transaction is committed.
  std::string super_;

 private:
  int Delete(const char* path, int sync) {
    const std::string name(path);
    const bool is_super = watching_ && name.find("-mj") != std::string::npos;
    if (is_super) {
      super_ = name.substr(name.rfind('/') + 1);
      before_ = Capture();
    }
    const int result = place().RawVfs()->xDelete(&shim_, path, sync);
    if (is_super) after_ = Capture();
    return result;
  }

  static inline Crash* current_ = nullptr;
  sqlite3_vfs shim_{};
  bool watching_ = false;
};

TEST_P(Crash, BeforeTheSuperJournalIsDeletedBothRollBack) {
  CommitTwo();
  ASSERT_EQ(before_.size(), 5u) << "two databases, two journals and a super-journal";
  EXPECT_EQ(AfterCrash(before_), "1 ok | 1 ok");
}

TEST_P(Crash, AfterTheSuperJournalIsDeletedBothAreCommitted) {
  CommitTwo();
  ASSERT_EQ(after_.size(), 4u);
  EXPECT_EQ(AfterCrash(after_), "2 ok | 2 ok");
}

INSTANTIATE_TEST_SUITE_P(In, Crash, Everywhere(), ProviderName);

class Attach : public Contract {};

TEST_P(Attach, TransactionsOverSeveralDatabases) {
  for (const char* mode : {"wal", "delete"}) {
    SCOPED_TRACE(mode);
    const std::string pragma = std::string(".journal_mode = ") + mode;
    Database db = Open(std::string("main-") + mode);
    db.Run("PRAGMA main" + pragma + "; CREATE TABLE t(x)");
    for (const char* name : {"b", "c"}) {
      db.Run("ATTACH '" + place().Path(std::string(name) + mode) + "' AS " + name + "; PRAGMA " +
             name + pragma + "; CREATE TABLE " + name + ".t(x)");
    }
    db.Run(
        "BEGIN; INSERT INTO main.t VALUES (1); INSERT INTO b.t VALUES (2);"
        "INSERT INTO c.t VALUES (3); COMMIT");
    db.Run("BEGIN; DELETE FROM main.t; DELETE FROM b.t; DELETE FROM c.t; ROLLBACK");
    EXPECT_EQ(db.Rows("SELECT a.x, b.x, c.x FROM main.t a, b.t b, c.t c"), "1|2|3");
    Database other = place().OpenBare(std::string("b") + mode);
    other.Run("BEGIN IMMEDIATE");
    EXPECT_EQ(db.Exec("BEGIN; INSERT INTO main.t VALUES (9); INSERT INTO b.t VALUES (9)"),
              SQLITE_BUSY);
    db.Run("ROLLBACK");
    other.Run("ROLLBACK");
    EXPECT_EQ(db.Rows("SELECT count(*) FROM main.t"), "1");
    db.Run("DETACH b; DETACH c");
  }
}

TEST_P(Attach, ATransactionOverSeveralDatabasesThatChangesNothing) {
  // There is a super-journal, and nobody names it: SQLite deletes it all the same.
  Database db = Open();
  db.Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); ATTACH '" + place().Path("b") +
         "' AS b; PRAGMA b.journal_mode = DELETE; CREATE TABLE b.t(x)");
  db.Run("BEGIN EXCLUSIVE; COMMIT; BEGIN EXCLUSIVE; ROLLBACK");
  db.Run("BEGIN EXCLUSIVE; INSERT INTO t VALUES (1); COMMIT");
  db.Run("BEGIN; INSERT INTO t VALUES (2); INSERT INTO b.t VALUES (2); COMMIT");
  EXPECT_EQ(db.Rows("SELECT sum(x) FROM t; SELECT sum(x) FROM b.t"), "3 2");
}

TEST_P(Attach, TheSameDatabaseTwiceInOneConnectionIsTwoConnections) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); ATTACH '" + place().Path("app.sqlite") + "' AS again");
  db.Run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(db.Rows("SELECT x FROM again.t"), "1");
  EXPECT_EQ(db.Exec("BEGIN; INSERT INTO t VALUES (2); INSERT INTO again.t VALUES (3)"),
            SQLITE_BUSY);
  db.Run("ROLLBACK; DETACH again");
}

INSTANTIATE_TEST_SUITE_P(In, Attach, Everywhere(), ProviderName);

}  // namespace
}  // namespace glasswal::test
