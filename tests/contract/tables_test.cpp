// The diagnostics as SQL tables: who has them, which region they show, that one statement shows one
// moment, and that looking does nothing.
#include "diag/tables.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "contract/place.h"
#include "glasswal/sqlite.h"

namespace glasswal::test {
namespace {

std::vector<std::string> TableNames() {
  std::vector<std::string> names;
  for (const diag::Table& table : diag::Tables()) names.emplace_back(table.name);
  return names;
}

/// The names of a table's columns, without the hidden one.
std::vector<std::string> ColumnsOf(const Database& db, const std::string& table) {
  Statement statement(db, "SELECT name FROM pragma_table_info('" + table + "')");
  std::vector<std::string> names;
  while (statement.Step() == SQLITE_ROW) {
    names.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0)));
  }
  return names;
}

class Tables : public Contract {};

TEST_P(Tables, AreThereForAConnectionsVeryFirstStatement) {
  for (const std::string& table : TableNames()) {
    Database db = place().OpenBare("app.sqlite");
    Statement first(db, "SELECT * FROM " + table);
    int code = first.Step();
    while (code == SQLITE_ROW) code = first.Step();
    EXPECT_EQ(code, SQLITE_DONE) << table << ": " << db.error();
  }
}

TEST_P(Tables, HaveColumnsThatNeedNoQuotesAndTypes) {
  Database db = Open();
  for (const std::string& table : TableNames()) {
    const std::vector<std::string> columns = ColumnsOf(db, table);
    EXPECT_GE(columns.size(), 5u) << table;
    for (const std::string& column : columns) {
      EXPECT_EQ(db.Exec("SELECT " + column + " FROM " + table + " WHERE " + column + " IS NULL"),
                SQLITE_OK)
          << table << "." << column << ": " << db.error();
    }
    EXPECT_EQ(db.Rows("SELECT count(*) FROM pragma_table_info('" + table +
                      "') WHERE type NOT IN ('INTEGER', 'TEXT')"),
              "0");
    EXPECT_EQ(
        db.Rows("SELECT count(DISTINCT name) - count(*) FROM pragma_table_xinfo('" + table + "')"),
        "0");
  }
}

TEST_P(Tables, AreListedAndExplained) {
  Database db = Open();
  EXPECT_EQ(db.Rows("SELECT count(*) FROM pragma_module_list WHERE name GLOB 'glasswal_*'"),
            std::to_string(TableNames().size()));
  EXPECT_EQ(db.Exec("PRAGMA table_list"), SQLITE_OK);
  EXPECT_NE(db.Rows("EXPLAIN SELECT * FROM glasswal_locks").find("VFilter"), std::string::npos);
  EXPECT_NE(db.Rows("EXPLAIN QUERY PLAN SELECT * FROM glasswal_locks").find("VIRTUAL TABLE"),
            std::string::npos);
}

TEST_P(Tables, ShowWhatTheConnectionItselfHolds) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  const std::string held =
      "SELECT group_concat(lock, ' ') FROM (SELECT lock FROM glasswal_locks "
      "WHERE json_array_length(holders) > 0 AND lock IN ('WRITE', 'READ0', 'READ1') ORDER BY 1)";
  // SQLite reads main for each statement.
  const std::string reading = db.Rows(held);
  EXPECT_TRUE(reading == "READ0" || reading == "READ1") << reading;
  db.Run("BEGIN IMMEDIATE; SAVEPOINT s; INSERT INTO t VALUES (2)");
  EXPECT_NE(db.Rows(held).find("WRITE"), std::string::npos);
  EXPECT_EQ(db.Rows("SELECT exclusive, holders ->> '$[0].clientName' = c.name FROM glasswal_locks "
                    "JOIN glasswal_clients AS c ON c.client = holders ->> '$[0].client' "
                    "WHERE lock = 'WRITE' AND file = 0"),
            "1|1");
  EXPECT_EQ(db.Rows("SELECT client_name = name, transaction_ns > 0 FROM glasswal_connections JOIN "
                    "glasswal_clients USING (client) WHERE transaction_ns > 0"),
            "1|1");
  db.Run("ROLLBACK TO s; RELEASE s; COMMIT");
  EXPECT_EQ(db.Rows(held), reading);
  db.Run("BEGIN EXCLUSIVE");
  EXPECT_NE(db.Rows(held).find("WRITE"), std::string::npos);
  db.Run("COMMIT; PRAGMA query_only = 1");
  EXPECT_EQ(db.Rows(held), reading);
}

TEST_P(Tables, AreForReadOnlyConnections) {
  Open().Run("CREATE TABLE t(x)");
  Database db = place().Open("app.sqlite", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  ASSERT_EQ(db.open_code(), SQLITE_OK);
  EXPECT_EQ(db.Rows("SELECT client_count > 0 FROM glasswal_region"), "1");
}

TEST_P(Tables, CanOnlyBeRead) {
  Database db = Open();
  for (const char* sql :
       {"INSERT INTO glasswal_clients(name) VALUES ('x')", "UPDATE glasswal_clients SET name = 'x'",
        "DELETE FROM glasswal_clients"}) {
    EXPECT_EQ(db.Exec(sql), SQLITE_ERROR) << sql;
    EXPECT_EQ(db.error(), "table glasswal_clients may not be modified");
  }
  EXPECT_EQ(db.Exec("CREATE VIRTUAL TABLE mine USING glasswal_clients"), SQLITE_ERROR);
  EXPECT_EQ(db.error(), "no such module: glasswal_clients");
  EXPECT_EQ(db.Exec("DROP TABLE glasswal_clients"), SQLITE_ERROR);
}

TEST_P(Tables, MayBeAskedByViewsAndTriggers) {
  Database db = Open();
  db.Run(
      "CREATE TABLE t(x); CREATE TABLE log(holders);"
      "CREATE VIEW writers AS SELECT holders FROM glasswal_locks WHERE lock = 'WRITE' AND "
      "exclusive;"
      "CREATE TRIGGER tell AFTER INSERT ON t BEGIN INSERT INTO log SELECT holders FROM writers; "
      "END;"
      "PRAGMA trusted_schema = 0; INSERT INTO t VALUES (1), (2)");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM log"), "2");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM writers"), "0");
}

TEST_P(Tables, LeaveNoTrace) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  const auto bytes =
      NewMappedBytes(place().runtime().bytes().data(), place().runtime().bytes().size());
  Database observer(":memory:", "");
  ASSERT_TRUE(AddTables(observer.get(), NewMappedBytes(place().runtime().bytes().data(),
                                                       place().runtime().bytes().size()))
                  .ok());
  // All that has ever been written to; what lies beyond is zeros.
  std::vector<std::byte> before(
      static_cast<size_t>(observer.Int("SELECT high_water_bytes FROM glasswal_region")));
  std::vector<std::byte> after(before.size());
  ASSERT_TRUE(bytes->Copy(0, before.size(), before.data()));
  for (const std::string& table : TableNames()) observer.Run("SELECT * FROM " + table);
  ASSERT_TRUE(bytes->Copy(0, after.size(), after.data()));
  EXPECT_TRUE(before == after);
  // A connection of the region counts its statements, and does nothing else for them.
  const std::string counters =
      "SELECT commits, reads, fetches, writes, busy, errors, heartbeat FROM glasswal_connections "
      "JOIN glasswal_counters USING (file, connection)";
  db.Run("BEGIN; SELECT * FROM t");
  const std::string counted = db.Rows(counters);
  for (const std::string& table : TableNames()) db.Run("SELECT * FROM " + table);
  EXPECT_EQ(db.Rows(counters), counted);
  db.Run("COMMIT");
}

INSTANTIATE_TEST_SUITE_P(All, Tables, InRegions(), ProviderName);

class Moments : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    Open().Run("CREATE TABLE t(x)");
  }
};

TEST_P(Moments, AllTablesOfOneStatementShowTheSame) {
  constexpr int kWriters = 3;
  constexpr int kLooks = 200;
  std::atomic<bool> done = false;
  std::vector<Database> connections;
  for (int i = 0; i < kWriters; ++i) connections.push_back(Open());
  std::vector<std::thread> writers;
  for (Database& connection : connections) {
    writers.emplace_back([&connection, &done] {
      sqlite3_busy_timeout(connection.get(), 10'000);
      while (!done) connection.Exec("INSERT INTO t VALUES (1)");
    });
  }
  Database db = Open();
  // Sums of different tables, subqueries that begin anew for each row, and every cursor of its own.
  Statement look(db, R"(
      WITH parts AS (SELECT file, sum(commits) AS commits, sum(reads) AS reads
                     FROM glasswal_counters WHERE scope IN ('closed', 'connection') GROUP BY file)
      SELECT d.commits - p.commits, d.reads - p.reads,
             (SELECT commits FROM glasswal_counters WHERE scope = 'region') - sum(d.commits) OVER (),
             (SELECT sum(commits) FROM glasswal_counters AS c
              WHERE scope = 'connection' AND c.file = d.file) +
             (SELECT commits FROM glasswal_counters AS c
              WHERE scope = 'closed' AND c.file = d.file) - d.commits,
             (SELECT heartbeat FROM glasswal_clients AS c WHERE client = 0) -
             (SELECT heartbeat FROM glasswal_clients AS c WHERE client = 0 AND d.commits >= 0),
             (SELECT commit_sequence FROM glasswal_region) -
             (SELECT max(commit_sequence) FROM glasswal_region, glasswal_locks),
             (SELECT max(sequence) FROM glasswal_events) >= (SELECT events_head FROM glasswal_region),
             d.commits
      FROM glasswal_counters AS d JOIN parts AS p USING (file) WHERE scope = 'database')");
  int64_t first = -1;
  int64_t last = -1;
  for (int i = 0; i < kLooks; ++i) {
    ASSERT_EQ(look.Step(), SQLITE_ROW) << db.error();
    for (int column = 0; column < 7; ++column) EXPECT_EQ(look.Int(column), 0) << column;
    last = look.Int(7);
    if (first < 0) first = last;
    look.Reset();
  }
  done = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_GT(last, first) << "nobody committed, so that nothing could differ";
}

TEST_P(Moments, ARunIsANewOne) {
  Database db = Open();
  Statement look(db, "SELECT commits FROM glasswal_counters WHERE scope = 'region'");
  ASSERT_EQ(look.Step(), SQLITE_ROW);
  const int64_t before = look.Int(0);
  look.Reset();
  Open().Run("INSERT INTO t VALUES (1)");
  ASSERT_EQ(look.Step(), SQLITE_ROW);
  EXPECT_EQ(look.Int(0), before + 1);
}

TEST_P(Moments, WhatOneStatementIsLeftStandingOnIsNotWhatOthersSee) {
  Database db = Open();
  const std::string sql =
      "SELECT c.commits, l.lock FROM glasswal_locks AS l, glasswal_counters AS c "
      "WHERE c.scope = 'region' ORDER BY l.rowid";
  Statement standing(db, sql);
  Statement other(db, sql);
  ASSERT_EQ(standing.Step(), SQLITE_ROW);
  const int64_t before = standing.Int(0);
  Open().Run("INSERT INTO t VALUES (1)");
  ASSERT_EQ(other.Step(), SQLITE_ROW);
  EXPECT_EQ(other.Int(0), before + 1);
  ASSERT_EQ(standing.Step(), SQLITE_ROW);
  EXPECT_EQ(standing.Int(0), before) << "the statement goes on in the moment that it began in";
  // A schema change has both compiled anew.
  standing.Reset();
  other.Reset();
  Open().Run("CREATE TABLE u(x)");
  ASSERT_EQ(standing.Step(), SQLITE_ROW);
  ASSERT_EQ(other.Step(), SQLITE_ROW);
  EXPECT_EQ(standing.Int(0), before + 2);
  Open().Run("INSERT INTO t VALUES (1)");
  other.Reset();
  ASSERT_EQ(other.Step(), SQLITE_ROW);
  EXPECT_EQ(other.Int(0), before + 3);
  EXPECT_EQ(standing.Int(0), before + 2);
}

TEST_P(Moments, AreKeptBesideStatementsOfOtherTables) {
  Database db = Open();
  db.Run(
      "CREATE VIRTUAL TABLE docs USING fts5(body); INSERT INTO docs VALUES ('WRITE'), ('READ0')");
  EXPECT_EQ(
      db.Rows("SELECT l.lock, (SELECT observed_ns FROM glasswal_region) = r.observed_ns "
              "FROM docs JOIN glasswal_locks AS l ON docs.body = l.lock, glasswal_region AS r "
              "WHERE l.file = 0 ORDER BY 1"),
      "READ0|1 WRITE|1");
}

INSTANTIATE_TEST_SUITE_P(All, Moments, InRegions(), ProviderName);

class Schemas : public ::testing::Test {
 protected:
  Place one_{Provider::kAnonymous, SmallStart()};
  Place other_{Provider::kAnonymous, SmallStart()};

  std::string Attach(const std::string& name) const {
    return "ATTACH 'file:/" + name + ".sqlite?vfs=" + other_.Vfs() + "' AS " + name;
  }
};

TEST_F(Schemas, MainsRegionIsShownUnlessAnotherIsNamed) {
  Database db = one_.Open();
  db.Run(Attach("other") + "; CREATE TABLE other.t(x)");
  const std::string paths = "SELECT group_concat(path, ' ') FROM glasswal_files";
  EXPECT_EQ(db.Rows(paths + " WHERE kind = 'database'"), "/app.sqlite");
  EXPECT_EQ(db.Rows(paths + "('main') WHERE kind = 'database'"), "/app.sqlite");
  EXPECT_EQ(db.Rows(paths + "('other') WHERE kind = 'database'"), "/other.sqlite");
  EXPECT_EQ(db.Rows("SELECT count(DISTINCT r.id), group_concat(DISTINCT r.schema) FROM "
                    "(VALUES ('main'), ('other')) AS s JOIN glasswal_region AS r ON r.schema = "
                    "s.column1"),
            "2|main,other");
  EXPECT_EQ(db.Rows("SELECT a.id <> b.id, a.id = c.id FROM glasswal_region AS a, "
                    "glasswal_region('other') AS b, glasswal_region('main') AS c"),
            "1|1");
  EXPECT_EQ(db.Rows("SELECT schema FROM glasswal_region('other')"), "other");
  EXPECT_EQ(db.Exec("SELECT * FROM glasswal_region('third')"), SQLITE_ERROR);
  EXPECT_EQ(
      db.error(),
      "glasswal_region: no database of glasswal's is open as \"third\": name main, or one that "
      "was attached");
}

TEST_F(Schemas, AnAttachedDatabaseIsEnough) {
  Database db(":memory:", "");
  EXPECT_EQ(db.Exec("SELECT * FROM glasswal_locks"), SQLITE_ERROR);
  EXPECT_EQ(db.error(),
            "glasswal_locks: it shows the region that a database lies in, and this connection has "
            "none that lies in one: open or attach one with vfs=glasswal");
  db.Run(Attach("other"));
  EXPECT_EQ(db.Rows("SELECT path FROM glasswal_files"), "/other.sqlite");
}

TEST_F(Schemas, WhoseMainIsInMemoryIsNotKeptFromLookingByALock) {
  Database holder = other_.OpenBare("other.sqlite");
  holder.Run("PRAGMA journal_mode = delete; CREATE TABLE t(x)");
  Database db(":memory:", "");
  db.Run(Attach("other") + "; SELECT * FROM other.t");
  Database reader = other_.OpenBare("other.sqlite");
  reader.Run("SELECT * FROM t");
  holder.Run("BEGIN EXCLUSIVE");
  EXPECT_EQ(reader.Exec("SELECT * FROM glasswal_files"), SQLITE_BUSY)
      << "SQLite begins a read transaction of main for every statement";
  EXPECT_EQ(db.Rows("SELECT lock_state, lock_owner_connection IS NOT NULL FROM glasswal_files "
                    "WHERE kind = 'database'"),
            "exclusive|1");
  holder.Run("COMMIT");
}

TEST_F(Schemas, AreForConnectionsThatAreOpenedWhileAVfsIsRegistered) {
  Database db(":memory:", "");
  EXPECT_EQ(db.Rows("SELECT count(*) > 0 FROM pragma_module_list WHERE name = 'glasswal_locks'"),
            "1");
  ASSERT_TRUE(AddTables(db.get()).ok()) << "twice is once";
  EXPECT_EQ(db.Exec("SELECT * FROM glasswal_locks"), SQLITE_ERROR);
}

TEST(TablesOfNobody, AreNotThereWithoutAVfsOfOurs) {
  { const Place place(Provider::kAnonymous, SmallStart()); }
  Database db(":memory:", "");
  EXPECT_EQ(db.Exec("SELECT * FROM glasswal_locks"), SQLITE_ERROR);
  EXPECT_EQ(db.error(), "no such table: glasswal_locks");
  ASSERT_TRUE(AddTables(db.get()).ok());
  EXPECT_EQ(db.Exec("SELECT * FROM glasswal_locks"), SQLITE_ERROR);
  EXPECT_NE(db.error(), "no such table: glasswal_locks");
}

}  // namespace
}  // namespace glasswal::test
