// Who changed what: no commit that has changed the rows of a table goes unnoticed, and none is
// noticed that has not touched it. What the tables hold is compared by reading them.
#include "glasswal/table_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "contract/place.h"

namespace glasswal::test {
namespace {

using testing::ElementsAre;

using Tables = std::vector<std::string>;

class TableWatches : public Contract {
 protected:
  static std::unique_ptr<TableWatch> Watch(const Database& db, const Tables& tables) {
    Result<std::unique_ptr<TableWatch>> watch = TableWatch::Create(db.get(), tables);
    EXPECT_TRUE(watch.ok()) << watch.status().message();
    return watch.ok() ? std::move(*watch) : nullptr;
  }
  static bool Look(TableWatch& watch) {
    const Result<bool> looked = watch.Look();
    EXPECT_TRUE(looked.ok()) << looked.status().message();
    return looked.ok() && *looked;
  }
  static Tables TablesOfSql(const Database& db, const std::string& sql) {
    const Result<Tables> tables = TablesOf(db.get(), sql);
    EXPECT_TRUE(tables.ok()) << tables.status().message();
    return tables.ok() ? *tables : Tables();
  }
  /// Whether SQLite tells which tables it touches. A stock one does not, and each commit is one to all.
  static bool IsExact(Database& db) {
    db.Run("CREATE TABLE exact_1(x); CREATE TABLE exact_2(x)");
    const std::unique_ptr<TableWatch> watch = Watch(db, {"exact_1"});
    db.Run("INSERT INTO exact_2 VALUES (1)");
    return !Look(*watch);
  }
};

/// What one random change may touch, whatever becomes of it.
struct Change {
  std::string sql;
  std::set<std::string> touches;
};

constexpr char kSchema[] = R"(
  CREATE TABLE plain(id INTEGER PRIMARY KEY, a, b);
  CREATE INDEX plain_a ON plain(a);
  CREATE TABLE other(x, y UNIQUE);
  CREATE TABLE keyed(k PRIMARY KEY, v) WITHOUT ROWID;
  CREATE INDEX keyed_v ON keyed(v);
  CREATE TABLE parent(id INTEGER PRIMARY KEY, n);
  CREATE TABLE child(id INTEGER PRIMARY KEY, parent REFERENCES parent ON DELETE CASCADE);
  CREATE TABLE source(id INTEGER PRIMARY KEY, a);
  CREATE TABLE log(id INTEGER PRIMARY KEY AUTOINCREMENT, what);
  CREATE TRIGGER source_insert AFTER INSERT ON source BEGIN INSERT INTO log(what) VALUES (new.a); END;
  CREATE TABLE copy_1(a, b, c);
  CREATE TABLE copy_2(a, b, c);
  CREATE VIRTUAL TABLE words USING fts5(title, body);
)";

const Tables kTables = {"plain",  "other", "keyed",  "parent", "child",
                        "source", "log",   "copy_1", "copy_2", "words_data"};

class RandomChanges {
 public:
  explicit RandomChanges(uint64_t seed) : random_(seed) {}

  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random_() % end); }

  Change Next() {
    const std::string n = std::to_string(Below(40));
    const std::string m = std::to_string(Below(1000));
    const std::vector<Change> changes = {
        {"INSERT OR REPLACE INTO plain VALUES (" + n + ", " + m + ", randomblob(" + m + "))",
         {"plain"}},
        {"UPDATE plain SET b = zeroblob(3000) WHERE id = " + n, {"plain"}},
        {"UPDATE plain SET a = a + 1 WHERE id < " + n, {"plain"}},
        {"DELETE FROM plain WHERE id = " + n, {"plain"}},
        {"DELETE FROM plain", {"plain"}},
        {"INSERT OR IGNORE INTO other VALUES (" + m + ", " + n + ")", {"other"}},
        {"INSERT INTO other VALUES (0, " + n + ") ON CONFLICT(y) DO UPDATE SET x = x + 1",
         {"other"}},
        {"DELETE FROM other WHERE y > " + n, {"other"}},
        {"INSERT OR REPLACE INTO keyed VALUES (" + n + ", " + m + ")", {"keyed"}},
        {"UPDATE keyed SET v = v + 1 WHERE k = " + n, {"keyed"}},
        {"DELETE FROM keyed WHERE k = " + n, {"keyed"}},
        {"DELETE FROM keyed", {"keyed"}},
        {"INSERT OR IGNORE INTO parent VALUES (" + n + ", " + m + ")", {"parent"}},
        {"INSERT INTO child(parent) SELECT id FROM parent WHERE id < " + n, {"child"}},
        {"DELETE FROM parent WHERE id = " + n, {"parent", "child"}},
        {"DELETE FROM parent", {"parent", "child"}},
        {"INSERT INTO source(a) VALUES (" + m + ")", {"source", "log"}},
        {"UPDATE source SET a = " + m + " WHERE id = " + n, {"source"}},
        {"DELETE FROM log WHERE id < " + m, {"log"}},
        {"INSERT INTO copy_1 VALUES (1, 2, zeroblob(" + m + "))", {"copy_1"}},
        {"INSERT INTO copy_2 SELECT * FROM copy_1", {"copy_2"}},
        {"DELETE FROM copy_1; DELETE FROM copy_2", {"copy_1", "copy_2"}},
        {"INSERT INTO words VALUES ('a" + n + "', 'b c d " + m + "')", {"words_data"}},
        {"DELETE FROM words WHERE words MATCH 'a" + n + "'", {"words_data"}},
        {"PRAGMA user_version = " + n, {}},
        {"CREATE TABLE IF NOT EXISTS made_" + n + "(x); INSERT INTO made_" + n + " VALUES (1)", {}},
        {"DROP TABLE IF EXISTS made_" + n, {}},
        {"CREATE INDEX IF NOT EXISTS more_" + n + " ON other(x)", {}},
        {"DROP INDEX IF EXISTS more_" + n, {}},
        {"REINDEX", {"keyed"}},  // Its rows are in an index.
        {"PRAGMA incremental_vacuum", {}},
        {"CREATE TEMP TABLE IF NOT EXISTS mine(x); INSERT INTO mine VALUES (1)", {}},
        {"UPDATE plain SET a = 1 WHERE id = -1", {}},
        {"ANALYZE", {}},
    };
    return changes[Below(static_cast<uint32_t>(changes.size()))];
  }

 private:
  std::mt19937_64 random_;
};

/// Runs a change, or several as one transaction of which a part or all may be taken back.
std::set<std::string> RunTransaction(Database& db, RandomChanges* random) {
  std::set<std::string> touches;
  const auto run = [&] {
    const Change change = random->Next();
    db.Run(change.sql);
    touches.insert(change.touches.begin(), change.touches.end());
  };
  if (random->Below(2) == 0) {
    run();
    return touches;
  }
  db.Run("BEGIN IMMEDIATE");
  for (uint32_t i = random->Below(4); i-- > 0;) {
    db.Run("SAVEPOINT part");
    run();
    if (random->Below(3) == 0) db.Run("ROLLBACK TO part");
    db.Run("RELEASE part");
  }
  const bool is_kept = random->Below(5) != 0;
  db.Run(is_kept ? "COMMIT" : "ROLLBACK");
  return is_kept ? touches : std::set<std::string>();
}

TEST_P(TableWatches, AreRightOfEveryCommitWhateverItDoes) {
  constexpr int kCommits = 1500;
  RandomChanges random(TestSeed());
  Database writers[2] = {place().OpenBare("app.sqlite"), Database()};
  writers[0].Run("PRAGMA auto_vacuum = INCREMENTAL");
  writers[0].Run(kSchema);
  writers[1] = Open();
  Database reader = Open();
  const bool is_exact = IsExact(writers[0]);
  std::vector<std::unique_ptr<TableWatch>> watches;
  std::map<std::string, std::string> rows;
  for (const std::string& table : kTables) {
    watches.push_back(Watch(reader, {table}));
    rows[table] = reader.Rows("SELECT * FROM " + table);
  }
  for (Database& writer : writers) writer.Run("PRAGMA foreign_keys = ON");
  int noticed = 0;
  for (int i = 0; i < kCommits && !HasFailure(); ++i) {
    const std::set<std::string> touches = RunTransaction(writers[random.Below(2)], &random);
    for (size_t t = 0; t < kTables.size(); ++t) {
      const std::string& table = kTables[t];
      const bool looked = Look(*watches[t]);
      std::string now = reader.Rows("SELECT * FROM " + table);
      EXPECT_TRUE(looked || now == rows[table]) << table << " at commit " << i;
      EXPECT_TRUE(!is_exact || !looked || touches.contains(table)) << table << " at commit " << i;
      rows[table] = std::move(now);
      noticed += looked ? 1 : 0;
    }
  }
  EXPECT_GT(noticed, 0);
}

TEST_P(TableWatches, AreTheSameWithoutALog) {
  constexpr int kCommits = 300;
  RandomChanges random(TestSeed());
  Database writer = place().OpenBare("app.sqlite");
  writer.Run("PRAGMA journal_mode = DELETE");
  writer.Run(kSchema);
  Database reader = place().OpenBare("app.sqlite");
  std::vector<std::unique_ptr<TableWatch>> watches;
  std::map<std::string, std::string> rows;
  for (const std::string& table : kTables) {
    watches.push_back(Watch(reader, {table}));
    rows[table] = reader.Rows("SELECT * FROM " + table);
  }
  for (int i = 0; i < kCommits && !HasFailure(); ++i) {
    (void)RunTransaction(writer, &random);
    for (size_t t = 0; t < kTables.size(); ++t) {
      const bool looked = Look(*watches[t]);
      std::string now = reader.Rows("SELECT * FROM " + kTables[t]);
      EXPECT_TRUE(looked || now == rows[kTables[t]]) << kTables[t] << " at commit " << i;
      rows[kTables[t]] = std::move(now);
    }
  }
}

TEST_P(TableWatches, NoticeWhatHappensToTheTableItself) {
  Database writer = Open();
  Database reader = Open();
  writer.Run("CREATE TABLE t(a); CREATE TABLE u(a); CREATE TABLE n(a)");
  const bool is_exact = IsExact(writer);
  const std::unique_ptr<TableWatch> watch = Watch(reader, {"t", "later"});
  for (const char* touching :
       {"ALTER TABLE t ADD COLUMN b", "ALTER TABLE t RENAME TO s", "ALTER TABLE s RENAME TO t",
        "CREATE TABLE later(x)", "INSERT INTO later VALUES (1)", "DROP TABLE t",
        "CREATE TABLE t(z)", "BEGIN; DROP TABLE t; CREATE TABLE t(z); COMMIT", "VACUUM",
        "INSERT INTO t VALUES (2)"}) {
    writer.Run(touching);
    EXPECT_TRUE(Look(*watch)) << touching;
    EXPECT_FALSE(Look(*watch)) << touching;
  }
  if (!is_exact) return;
  for (const char* other :
       {"CREATE TABLE v(x)", "CREATE INDEX t_a ON t(z)", "DROP TABLE v", "DROP INDEX t_a",
        "ALTER TABLE u ADD COLUMN c", "CREATE VIEW w AS SELECT * FROM t", "DROP TABLE u",
        "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA user_version = 7", "BEGIN IMMEDIATE; COMMIT",
        "BEGIN; DELETE FROM t; ROLLBACK", "CREATE TABLE u(a)", "INSERT INTO u VALUES (5)"}) {
    writer.Run(other);
    EXPECT_FALSE(Look(*watch)) << other;
  }
}

TEST_P(TableWatches, NoticeWhatIsWrittenWithoutSql) {
  Database writer = Open();
  Database reader = Open();
  writer.Run("CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(10)); CREATE TABLE u(a)");
  const std::unique_ptr<TableWatch> watch = Watch(reader, {"t"});
  sqlite3_blob* blob = nullptr;
  ASSERT_EQ(sqlite3_blob_open(writer.get(), "main", "t", "a", 1, 1, &blob), SQLITE_OK);
  ASSERT_EQ(sqlite3_blob_write(blob, "x", 1, 0), SQLITE_OK);
  ASSERT_EQ(sqlite3_blob_close(blob), SQLITE_OK);
  EXPECT_TRUE(Look(*watch));

  Database source = place().Open("source.sqlite");
  source.Run("CREATE TABLE t(a); CREATE TABLE u(a); INSERT INTO t VALUES (1)");
  sqlite3_backup* backup = sqlite3_backup_init(writer.get(), "main", source.get(), "main");
  ASSERT_NE(backup, nullptr);
  ASSERT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
  ASSERT_EQ(sqlite3_backup_finish(backup), SQLITE_OK);
  EXPECT_TRUE(Look(*watch));
  EXPECT_EQ(reader.Rows("SELECT a FROM t"), "1");
}

TEST_P(TableWatches, LookWhenATransactionHasEnded) {
  Database writer = Open();
  Database reader = Open();
  writer.Run("CREATE TABLE t(a)");
  const std::unique_ptr<TableWatch> watch = Watch(reader, {"t"});
  reader.Run("BEGIN; SELECT * FROM t");
  EXPECT_FALSE(Look(*watch));
  writer.Run("INSERT INTO t VALUES (1)");
  const Result<bool> early = watch->Look();
  EXPECT_EQ(early.status().code(), StatusCode::kBusy);
  reader.Run("COMMIT");
  EXPECT_TRUE(Look(*watch));
}

TEST_P(TableWatches, KnowAttachedDatabases) {
  Database writer = Open();
  Database reader = Open();
  const std::string attach = "ATTACH '" + place().Path("more.sqlite") + "' AS more";
  writer.Run("CREATE TABLE t(a)");
  writer.Run(attach + "; CREATE TABLE more.t(a)");
  reader.Run(attach);
  const std::unique_ptr<TableWatch> of_main = Watch(reader, {"t"});
  const std::unique_ptr<TableWatch> of_more = Watch(reader, {"more.t"});
  writer.Run("INSERT INTO more.t VALUES (1)");
  EXPECT_FALSE(Look(*of_main));
  EXPECT_TRUE(Look(*of_more));
  writer.Run("BEGIN; INSERT INTO more.t VALUES (1); INSERT INTO main.t VALUES (1); COMMIT");
  EXPECT_TRUE(Look(*of_main));
  EXPECT_TRUE(Look(*of_more));
  EXPECT_THAT(TablesOfSql(reader, "SELECT * FROM more.t, main.t"), ElementsAre("more.t", "t"));
  reader.Run("ATTACH ':memory:' AS elsewhere; CREATE TABLE elsewhere.m(a)");
  EXPECT_EQ(TableWatch::Create(reader.get(), {"elsewhere.m"}).status().code(),
            StatusCode::kInvalidArgument);
}

// More roots than have a place of their own: looks may be too many, and never too few.
TEST_P(TableWatches, MissNothingWhereTablesAreMany) {
  constexpr int kTablesMade = 700;
  Database writer = Open();
  Database reader = Open();
  std::string sql = "BEGIN;";
  for (int i = 0; i < kTablesMade; ++i) sql += "CREATE TABLE t" + std::to_string(i) + "(a);";
  writer.Run(sql + "COMMIT");
  std::vector<std::unique_ptr<TableWatch>> watches;
  for (int i = 0; i < kTablesMade; ++i) watches.push_back(Watch(reader, {"t" + std::to_string(i)}));
  for (int i = 0; i < kTablesMade; ++i) {
    writer.Run("INSERT INTO t" + std::to_string(i) + " VALUES (1)");
  }
  for (int i = 0; i < kTablesMade; ++i) EXPECT_TRUE(Look(*watches[i])) << i;
  sql = "BEGIN;";
  for (int i = 0; i < 100; ++i) sql += "INSERT INTO t" + std::to_string(i) + " VALUES (1);";
  writer.Run(sql + "COMMIT");
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Look(*watches[i])) << i;
}

TEST_P(TableWatches, NameTheTablesOfAStatement) {
  Database db = Open();
  db.Run("PRAGMA foreign_keys = ON");
  db.Run(kSchema);
  db.Run(R"(
    CREATE VIEW both AS SELECT a FROM plain UNION SELECT x FROM other;
    CREATE VIRTUAL TABLE places USING rtree(id, a, b);
    CREATE VIRTUAL TABLE about USING fts5(what, content='log', content_rowid='id'))");
  const auto of = [&](const char* sql) { return TablesOfSql(db, sql); };
  EXPECT_EQ(of("SELECT 1"), Tables());
  EXPECT_THAT(of("SELECT a FROM plain"), ElementsAre("plain"));
  EXPECT_THAT(of("SELECT count(*) FROM plain"), ElementsAre("plain"));
  EXPECT_THAT(of("SELECT (SELECT max(v) FROM keyed) FROM both"),
              ElementsAre("keyed", "other", "plain"));
  EXPECT_THAT(of("WITH c AS (SELECT y FROM other) SELECT count(*) FROM c"), ElementsAre("other"));
  EXPECT_THAT(of("SELECT value FROM plain, json_each(b)"), ElementsAre("plain"));
  EXPECT_THAT(of("DELETE FROM parent"), ElementsAre("child", "parent"));
  EXPECT_THAT(of("INSERT INTO source(a) VALUES (1)"), ElementsAre("log", "source"));
  EXPECT_THAT(
      of("SELECT title FROM words"),
      ElementsAre("words_config", "words_content", "words_data", "words_docsize", "words_idx"));
  EXPECT_THAT(of("SELECT a FROM places"),
              ElementsAre("places_node", "places_parent", "places_rowid"));
  EXPECT_THAT(of("SELECT what FROM about"), testing::Contains("*"));
  EXPECT_THAT(of("SELECT name FROM sqlite_master"), ElementsAre("sqlite_schema"));
  EXPECT_THAT(of("SELECT name FROM pragma_table_info('plain')"), ElementsAre("sqlite_schema"));
  EXPECT_THAT(of("SELECT name FROM dbstat"), testing::Contains("*"));
  EXPECT_EQ(of("SELECT lock FROM glasswal_locks"), Tables());
  EXPECT_EQ(TablesOf(db.get(), "SELECT * FROM nowhere").status().code(),
            StatusCode::kInvalidArgument);
}

// Writers in several threads, and one that waits for each table: each sees the last commit to it,
// again and again, and is woken no more often than there were commits.
TEST_P(TableWatches, WaitAndMissNothingOfManyWriters) {
  constexpr int kWatched = 4;
  constexpr int kRounds = 40;
  constexpr int kCommitsPerRound = 100;
  Database db = Open();
  const bool is_exact = IsExact(db);
  for (int t = 0; t < kWatched; ++t) {
    db.Run("CREATE TABLE t" + std::to_string(t) + "(n); INSERT INTO t" + std::to_string(t) +
           " VALUES (0)");
  }
  std::atomic<int64_t> made[kWatched] = {};
  std::atomic<int64_t> seen[kWatched] = {};
  std::atomic<int64_t> woken[kWatched] = {};
  std::atomic<bool> done = false;
  std::vector<Database> readers;
  std::vector<Database> writers;
  for (int t = 0; t < kWatched; ++t) readers.push_back(Open());
  for (int i = 0; i < 2; ++i) writers.push_back(Open());
  std::vector<std::unique_ptr<TableWatch>> watches;
  for (int t = 0; t < kWatched; ++t) {
    sqlite3_busy_timeout(readers[t].get(), 10'000);
    watches.push_back(Watch(readers[t], {"t" + std::to_string(t)}));
  }
  std::vector<std::thread> watching;
  for (int t = 0; t < kWatched; ++t) {
    watching.emplace_back([&, t] {
      while (!done) {
        const Result<bool> waited = watches[t]->Wait(50);
        ASSERT_TRUE(waited.ok()) << waited.status().message();
        if (!*waited) continue;
        woken[t].fetch_add(1);
        seen[t].store(readers[t].Int("SELECT n FROM t" + std::to_string(t)));
      }
    });
  }
  std::vector<std::thread> writing;
  for (Database& writer : writers) {
    writing.emplace_back([&] {
      sqlite3_busy_timeout(writer.get(), 10'000);
      std::minstd_rand random(static_cast<uint32_t>(TestSeed()) + 7);
      for (int round = 0; round < kRounds; ++round) {
        for (int i = 0; i < kCommitsPerRound; ++i) {
          const uint32_t t = random() % kWatched;
          writer.Run("UPDATE t" + std::to_string(t) + " SET n = n + 1");
          made[t].fetch_add(1);
        }
        // What was committed before is seen, though nothing follows it: nobody else goes on for
        // ever.
        int64_t wanted[kWatched];
        for (int t = 0; t < kWatched; ++t) wanted[t] = made[t].load();
        const auto is_seen = [&] {
          return std::equal(wanted, wanted + kWatched, seen,
                            [](int64_t a, const std::atomic<int64_t>& b) { return b.load() >= a; });
        };
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!is_seen() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        ASSERT_TRUE(is_seen()) << "a commit was missed in round " << round;
      }
    });
  }
  for (std::thread& thread : writing) thread.join();
  done = true;
  for (std::thread& thread : watching) thread.join();
  for (int t = 0; t < kWatched; ++t) {
    EXPECT_EQ(seen[t].load(), made[t].load()) << t;
    EXPECT_TRUE(!is_exact || woken[t].load() <= made[t].load()) << t;
  }
}

INSTANTIATE_TEST_SUITE_P(InRegions, TableWatches, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
