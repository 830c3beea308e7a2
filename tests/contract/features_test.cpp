// What applications build on: full-text search, R-Tree, JSON, mathematics, sessions, column
// metadata, backups, serialisation, blobs, savepoints.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "contract/place.h"

namespace glasswal::test {
namespace {

class Features : public Contract {};

TEST_P(Features, FullTextSearch) {
  Database db = Open();
  db.Run(
      "CREATE VIRTUAL TABLE docs USING fts5(title, body);"
      "INSERT INTO docs VALUES ('one', 'the quick brown fox'), ('two', 'a lazy dog')");
  db.Run(
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2000) "
      "INSERT INTO docs SELECT 'n' || i, 'number ' || i || ' of many' FROM c");
  EXPECT_EQ(Open().Rows("SELECT title FROM docs WHERE docs MATCH 'fox OR lazy' ORDER BY title"),
            "one two");
  db.Run(
      "DELETE FROM docs WHERE title = 'one'; INSERT INTO docs(docs) VALUES ('optimize');"
      "INSERT INTO docs(docs) VALUES ('integrity-check')");
  EXPECT_EQ(Open().Rows("SELECT count(*) FROM docs('many'); PRAGMA integrity_check"), "2000 ok");
}

TEST_P(Features, RTree) {
  Database db = Open();
  db.Run(
      "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, y0, y1);"
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2000) "
      "INSERT INTO boxes SELECT i, i, i + 1, i, i + 1 FROM c");
  Database other = Open();
  EXPECT_EQ(other.Rows("SELECT count(*) FROM boxes WHERE x0 > 99.5 AND x1 < 200.5"), "100");
  EXPECT_EQ(other.Rows("SELECT rtreecheck('boxes')"), "ok");
}

TEST_P(Features, JsonAndMathematics) {
  Database db = Open();
  db.Run("CREATE TABLE t(j); INSERT INTO t VALUES (jsonb('{\"a\":[1,2,{\"b\":3}]}'))");
  EXPECT_EQ(db.Rows("SELECT j ->> '$.a[2].b', json(jsonb_set(j, '$.a', 4)) FROM t;"
                    "SELECT group_concat(value) FROM t, json_each(j, '$.a') WHERE atom IS NOT NULL;"
                    "SELECT round(pi(), 3), sqrt(16.0), floor(2.5)"),
            "3|{\"a\":4} 1,2 3.142|4.0|2.0");
}

TEST_P(Features, SessionRecordsAndAppliesChanges) {
  Database db = Open("source.sqlite");
  db.Run("CREATE TABLE t(k PRIMARY KEY, x); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  Database copy = Open("copy.sqlite");
  copy.Run("CREATE TABLE t(k PRIMARY KEY, x); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  sqlite3_session* session = nullptr;
  ASSERT_EQ(sqlite3session_create(db.get(), "main", &session), SQLITE_OK);
  ASSERT_EQ(sqlite3session_attach(session, nullptr), SQLITE_OK);
  db.Run(
      "UPDATE t SET x = 'c' WHERE k = 1; DELETE FROM t WHERE k = 2; INSERT INTO t VALUES (3, 'd')");
  int size = 0;
  void* changes = nullptr;
  ASSERT_EQ(sqlite3session_changeset(session, &size, &changes), SQLITE_OK);
  sqlite3session_delete(session);
  EXPECT_EQ(
      sqlite3changeset_apply(
          copy.get(), size, changes, nullptr,
          [](void*, int, sqlite3_changeset_iter*) { return SQLITE_CHANGESET_ABORT; }, nullptr),
      SQLITE_OK);
  sqlite3_free(changes);
  EXPECT_EQ(copy.Rows("SELECT k, x FROM t ORDER BY k"), "1|c 3|d");
}

TEST_P(Features, ColumnMetadata) {
  Database db = Open();
  db.Run("CREATE TABLE t(k INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT NOT NULL COLLATE nocase)");
  const char* type = nullptr;
  const char* collation = nullptr;
  int not_null = 0;
  ASSERT_EQ(sqlite3_table_column_metadata(db.get(), "main", "t", "x", &type, &collation, &not_null,
                                          nullptr, nullptr),
            SQLITE_OK);
  EXPECT_STREQ(type, "TEXT");
  EXPECT_STREQ(collation, "nocase");
  EXPECT_EQ(not_null, 1);
  Statement select(db, "SELECT x AS renamed FROM t AS other");
  EXPECT_STREQ(sqlite3_column_origin_name(select.get(), 0), "x");
  EXPECT_STREQ(sqlite3_column_table_name(select.get(), 0), "t");
  EXPECT_STREQ(sqlite3_column_database_name(select.get(), 0), "main");
}

TEST_P(Features, Savepoints) {
  Database db = Open();
  db.Run(
      "CREATE TABLE t(x); SAVEPOINT a; INSERT INTO t VALUES (1); SAVEPOINT b;"
      "INSERT INTO t VALUES (2); SAVEPOINT c; INSERT INTO t VALUES (3); ROLLBACK TO b;"
      "INSERT INTO t VALUES (4); RELEASE b");
  EXPECT_EQ(Open().Rows("SELECT count(*) FROM t"), "0");
  db.Run("RELEASE a");
  EXPECT_EQ(Open().Rows("SELECT x FROM t"), "1 4");
  db.Run("SAVEPOINT a; DELETE FROM t; ROLLBACK TO a; RELEASE a");
  EXPECT_EQ(Open().Rows("SELECT x FROM t"), "1 4");
}

TEST_P(Features, IncrementalBlobs) {
  Database db = Open();
  db.Run("CREATE TABLE t(k INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (1, zeroblob(500000))");
  sqlite3_blob* blob = nullptr;
  ASSERT_EQ(sqlite3_blob_open(db.get(), "main", "t", "x", 1, 1, &blob), SQLITE_OK);
  for (int at = 0; at < 500000; at += 50000) {
    EXPECT_EQ(sqlite3_blob_write(blob, "mark", 4, at), SQLITE_OK);
  }
  EXPECT_EQ(sqlite3_blob_close(blob), SQLITE_OK);
  EXPECT_EQ(Open().Rows("SELECT length(x), substr(x, 450001, 4) FROM t"), "500000|mark");
}

class Copies : public Contract {
 protected:
  int Backup(Database& to, Database& from, int pages_a_step, const std::string& between = "") {
    sqlite3_backup* backup = sqlite3_backup_init(to.get(), "main", from.get(), "main");
    EXPECT_NE(backup, nullptr) << to.error();
    int result = SQLITE_OK;
    while (result == SQLITE_OK) {
      result = sqlite3_backup_step(backup, pages_a_step);
      if (result == SQLITE_OK && !between.empty()) from.Run(between);
    }
    const int finished = sqlite3_backup_finish(backup);
    return result == SQLITE_DONE ? finished : result;
  }
};

constexpr char kSum[] = "SELECT count(*), sum(length(x)) FROM t; PRAGMA integrity_check";

TEST_P(Copies, BackupBothWaysWithMemoryAndFiles) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); " + InsertBlobs("t", 500, 1000));
  const std::string sum = db.Rows(kSum);

  Database memory(":memory:", "");
  EXPECT_EQ(Backup(memory, db, 7, "UPDATE t SET x = x WHERE rowid = 1"), SQLITE_OK);
  EXPECT_EQ(memory.Rows(kSum), sum);

  // The folder of a place with SQLite's own VFS.
  Place files(Provider::kUnix, SmallStart());
  Database file = files.Open();
  EXPECT_EQ(Backup(file, db, -1), SQLITE_OK);
  EXPECT_EQ(file.Rows(kSum), sum);

  memory.Run("DELETE FROM t WHERE rowid > 100");
  EXPECT_EQ(Backup(db, memory, 5), SQLITE_OK);
  EXPECT_EQ(db.Rows(kSum), "100|100000 ok");
  EXPECT_EQ(Open().Rows(kSum), "100|100000 ok");
  EXPECT_EQ(Backup(db, file, -1), SQLITE_OK);
  EXPECT_EQ(db.Rows(kSum), sum);
  EXPECT_EQ(db.Rows("PRAGMA journal_mode"), "wal");
}

TEST_P(Copies, BackupOntoADatabaseInUseIsRefusedAndThenWorks) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Database source(":memory:", "");
  source.Run("CREATE TABLE t(x); INSERT INTO t VALUES (2)");
  Database writer = Open();
  writer.Run("BEGIN IMMEDIATE");
  EXPECT_EQ(Backup(db, source, -1), SQLITE_BUSY);
  writer.Run("ROLLBACK; BEGIN; SELECT * FROM t");
  EXPECT_EQ(Backup(db, source, -1), SQLITE_OK);
  EXPECT_EQ(writer.Rows("SELECT x FROM t"), "1");
  writer.Run("COMMIT");
  EXPECT_EQ(writer.Rows("SELECT x FROM t"), "2");
}

TEST_P(Copies, BackupIntoTheSamePlaceSeesWritesInBetween) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); " + InsertBlobs("t", 300, 1000));
  Database copy = Open("copy.sqlite");
  EXPECT_EQ(Backup(copy, db, 20, "INSERT INTO t VALUES (zeroblob(1000))"), SQLITE_OK);
  EXPECT_EQ(copy.Rows(kSum), db.Rows(kSum));
}

TEST_P(Copies, SerializeAndDeserialize) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); " + InsertBlobs("t", 200, 1000));
  const std::string sum = db.Rows(kSum);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(db.get(), "main", &size, 0);
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(size, db.Int("PRAGMA page_size") * db.Int("PRAGMA page_count"));
  // An image in WAL mode cannot be opened in memory, so SQLite's documentation says to say
  // otherwise.
  bytes[18] = bytes[19] = 1;

  Database other = Open("other.sqlite");
  other.Run("CREATE TABLE unrelated(x)");
  ASSERT_EQ(sqlite3_deserialize(other.get(), "main", bytes, size, size,
                                SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE),
            SQLITE_OK);
  EXPECT_EQ(other.Rows(kSum), sum);
  other.Run("DELETE FROM t WHERE rowid > 10; VACUUM INTO 'file:" + place().Path("third.sqlite") +
            "?vfs=" + place().Vfs() + "'");
  EXPECT_EQ(place().OpenBare("third.sqlite").Rows(kSum), "10|10000 ok");
  other.Close();
  EXPECT_EQ(Open("other.sqlite").Rows("SELECT name FROM sqlite_schema"), "unrelated");
}

INSTANTIATE_TEST_SUITE_P(In, Features, Everywhere(), ProviderName);
INSTANTIATE_TEST_SUITE_P(In, Copies, Everywhere(), ProviderName);

}  // namespace
}  // namespace glasswal::test
