// What is known of statements: which one runs, what it has come to, and what refusals say of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "contract/place.h"
#include "glasswal/observe.h"
#include "glasswal/sqlite.h"
#include "port/memory.h"

namespace glasswal::test {
namespace {

using testing::HasSubstr;

// As long as it takes; it computes, and reads nothing.
constexpr char kSlow[] =
    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i < 400000) SELECT "
    "count(*) FROM c";

class Statements : public Contract {
 protected:
  Options options() const override {
    Options options = SmallStart();
    options.statement_capacity = 16;
    options.slow_ms = 5;
    return options;
  }

  Snapshot Look() {
    const port::Memory& memory = place().region().memory();
    Result<Snapshot> snapshot = Observe(*NewMappedBytes(memory.base(), memory.size_bytes()));
    EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
    return std::move(*snapshot);
  }
  /// The row of that text; an empty one, and a failure, if there is none.
  StatementTotals Row(const std::string& text) {
    for (StatementTotals& row : Look().statements) {
      if (row.text == text) return row;
    }
    ADD_FAILURE() << "no row has " << text;
    return {};
  }
  std::vector<Event> Events(EventKind kind) {
    const port::Memory& memory = place().region().memory();
    const Result<EventBatch> batch =
        ObserveEvents(*NewMappedBytes(memory.base(), memory.size_bytes()), 0, 100'000);
    std::vector<Event> found;
    std::copy_if(batch->events.begin(), batch->events.end(), std::back_inserter(found),
                 [&](const Event& event) { return event.kind == kind; });
    return found;
  }
  /// Whether the SQLite tells what a statement came to. A stock one does not; that ours does is the
  /// business of amalgamation/watch_test.cpp.
  bool TellsOfFailures(const Database& db) {
    const Statement open(db, "SELECT 1");
    return Look().connections[0].open_statements != 0;
  }
  ConnectionStatement Current() {
    const Snapshot snapshot = Look();
    EXPECT_EQ(snapshot.connections.size(), 1u);
    return snapshot.connections[0].statement.value_or(ConnectionStatement{});
  }
};

TEST_P(Statements, EachTextHasARowOfWhatItHasComeTo) {
  Database db = Open();
  db.Run("CREATE TABLE t(x UNIQUE)");
  {
    Statement insert(db, "INSERT INTO t VALUES(?)");
    for (int i = 0; i < 100; ++i) {
      sqlite3_bind_int(insert.get(), 1, i);
      EXPECT_EQ(insert.Step(), SQLITE_DONE);
      insert.Reset();
    }
    sqlite3_bind_int(insert.get(), 1, 7);
    EXPECT_EQ(insert.Step(), SQLITE_CONSTRAINT);
    insert.Reset();
  }
  db.Rows("SELECT x FROM t WHERE x < 10");
  db.Rows("SELECT x FROM t WHERE x < 20");

  const StatementTotals insert = Row("INSERT INTO t VALUES(?)");
  EXPECT_EQ(insert.runs, 101u);
  if (TellsOfFailures(db)) {
    EXPECT_EQ(insert.errors, 1u);
    EXPECT_EQ(insert.last_error & 0xff, static_cast<uint32_t>(SQLITE_CONSTRAINT));
  }
  EXPECT_GE(insert.page_writes, 100u);
  EXPECT_FALSE(insert.running);
  EXPECT_EQ(insert.database, Look().databases[0].path);
  EXPECT_GT(insert.times.count, 15u);
  EXPECT_LE(insert.times.count, 101u);
  EXPECT_GE(insert.longest_ns, insert.times.p50_ns / 2);
  EXPECT_GT(insert.total_ns, insert.longest_ns);
  const StatementTotals select = Row("SELECT x FROM t WHERE x < ?");
  EXPECT_EQ(select.runs, 2u);
  EXPECT_EQ(select.text_bytes, std::string("SELECT x FROM t WHERE x < 10").size());
  // A stock SQLite does not tell of rows.
  EXPECT_THAT(select.rows, testing::AnyOf(30u, 0u));

  // The same text of another connection is another row.
  Database other = Open();
  other.Rows("SELECT x FROM t WHERE x < 10");
  EXPECT_EQ(Row("SELECT x FROM t WHERE x < ?").runs, 2u);
  const Snapshot snapshot = Look();
  EXPECT_EQ(std::count_if(snapshot.statements.begin(), snapshot.statements.end(),
                          [](const auto& row) { return row.text.starts_with("SELECT x"); }),
            2);
  EXPECT_EQ(snapshot.totals.statements, snapshot.databases[0].totals.statements);
}

TEST_P(Statements, OneRunsUntilItsRowsAreTaken) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES(1),(2),(3)");
  Statement outer(db, "SELECT x FROM t");
  Statement inner(db, "SELECT max(x) FROM t");
  ASSERT_EQ(outer.Step(), SQLITE_ROW);
  EXPECT_TRUE(Current().running);
  EXPECT_EQ(Current().text, "SELECT x FROM t");
  const uint64_t run = Current().run;

  ASSERT_EQ(inner.Step(), SQLITE_ROW);
  EXPECT_EQ(Current().text, "SELECT max(x) FROM t");
  EXPECT_GT(Current().run, run);
  inner.Reset();
  EXPECT_TRUE(Current().running);
  EXPECT_EQ(Current().text, "SELECT x FROM t");
  EXPECT_EQ(Current().run, run);

  // The one that began first ends first.
  ASSERT_EQ(inner.Step(), SQLITE_ROW);
  outer.Reset();
  EXPECT_EQ(Current().text, "SELECT max(x) FROM t");
  EXPECT_TRUE(Current().running);
  inner.Reset();
  EXPECT_FALSE(Current().running);
  EXPECT_EQ(Row("SELECT x FROM t").runs, 1u);
  EXPECT_EQ(Row("SELECT max(x) FROM t").runs, 2u);
}

// As tools that keep statements in files write them.
TEST_P(Statements, OneThatBeginsWithACommentIsKnown) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  db.Rows("-- name: all\nSELECT x AS y FROM t");
  EXPECT_EQ(Row("SELECT x AS y FROM t").runs, 1u);
}

// What tells them apart may stand behind what is kept.
TEST_P(Statements, LongTextsAreToldApart) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  std::string columns = "x";
  while (columns.size() < 600) columns += ", x";
  db.Rows("SELECT " + columns + " FROM t WHERE x < 1");
  db.Rows("SELECT " + columns + " FROM t WHERE x > 1");
  const Snapshot snapshot = Look();
  EXPECT_EQ(std::count_if(snapshot.statements.begin(), snapshot.statements.end(),
                          [](const auto& row) { return row.text.starts_with("SELECT x, x"); }),
            2);
}

TEST_P(Statements, ARefusalSaysWhatTheHolderRuns) {
  Database holder = Open();
  holder.Run("CREATE TABLE t(x); BEGIN IMMEDIATE; INSERT INTO t VALUES('secret')");
  Database other = Open();
  EXPECT_EQ(other.Exec("INSERT INTO t VALUES(2)"), SQLITE_BUSY);
  Refusal refusal = LastRefusal(other.get());
  EXPECT_EQ(refusal.statement, "INSERT INTO t VALUES(?)");
  EXPECT_FALSE(refusal.running);
  EXPECT_THAT(refusal.ToString(), HasSubstr("since INSERT INTO t VALUES(?)"));

  Statement running(holder, "SELECT x FROM t");
  ASSERT_EQ(running.Step(), SQLITE_ROW);
  EXPECT_EQ(other.Exec("INSERT INTO t VALUES(2)"), SQLITE_BUSY);
  refusal = LastRefusal(other.get());
  EXPECT_TRUE(refusal.running);
  EXPECT_THAT(refusal.ToString(), HasSubstr("running SELECT x FROM t for"));
  running.Reset();
  holder.Run("COMMIT");
}

TEST_P(Statements, ASlowOneIsAnEvent) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  EXPECT_EQ(Events(EventKind::kStatementSlow).size(), Look().totals.slow_statements);
  const uint64_t before = Look().totals.slow_statements;
  db.Rows(kSlow);
  const std::vector<Event> slow = Events(EventKind::kStatementSlow);
  ASSERT_GT(slow.size(), before);
  EXPECT_GE(slow.back().arguments[1], 5'000'000u);
  EXPECT_EQ(Look().totals.slow_statements, slow.size());
  const Snapshot snapshot = Look();
  const auto row = std::find_if(snapshot.statements.begin(), snapshot.statements.end(),
                                [](const auto& each) { return each.slow != 0; });
  ASSERT_NE(row, snapshot.statements.end());
  EXPECT_THAT(snapshot.statements.back().text + row->text, HasSubstr("RECURSIVE"));
  EXPECT_GE(row->longest_ns, 5'000'000u);
}

TEST_P(Statements, WhoBeganByReadingAndCannotWriteIsCounted) {
  Database reader = Open();
  reader.Run("CREATE TABLE t(x); BEGIN");
  reader.Rows("SELECT * FROM t");
  Database writer = Open();
  writer.Run("INSERT INTO t VALUES(1)");
  EXPECT_EQ(reader.Exec("INSERT INTO t VALUES(2)"), SQLITE_BUSY);
  EXPECT_EQ(reader.extended(), SQLITE_BUSY_SNAPSHOT);
  if (!TellsOfFailures(reader)) return reader.Run("ROLLBACK");
  EXPECT_EQ(Look().totals.busy_snapshot, 1u);
  EXPECT_EQ(Events(EventKind::kBusySnapshot).size(), 1u);
  reader.Run("ROLLBACK");
}

TEST_P(Statements, AnInterruptFromWithinIsNobodysCancel) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES(1),(2),(3)");
  sqlite3_create_function(
      db.get(), "stop", 0, SQLITE_UTF8, nullptr,
      [](sqlite3_context* context, int, sqlite3_value**) {
        sqlite3_interrupt(sqlite3_context_db_handle(context));
      },
      nullptr, nullptr);
  EXPECT_EQ(db.Exec("SELECT stop() FROM t"), SQLITE_INTERRUPT);
  EXPECT_FALSE(LastCancellation(db.get()).present);
  if (!TellsOfFailures(db)) return;
  EXPECT_EQ(Look().totals.interrupts, 1u);
  EXPECT_EQ(Look().totals.cancels, 0u);
  const std::vector<Event> events = Events(EventKind::kStatementInterrupted);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].arguments[3], 0u);
}

TEST_P(Statements, TheOneThatRanLongestAgoGivesItsRowAway) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  for (int i = 0; i < 40; ++i) db.Rows("SELECT x AS c" + std::to_string(i) + " FROM t");
  Snapshot snapshot = Look();
  EXPECT_EQ(snapshot.statements.size(), 16u);
  EXPECT_GE(snapshot.region.statements_dropped, 24u);
  EXPECT_EQ(Row("SELECT x AS c39 FROM t").runs, 1u);
  // A row that was lost begins anew.
  Statement first(db, "SELECT x AS c0 FROM t");
  EXPECT_EQ(first.Step(), SQLITE_DONE);
  for (int i = 1; i < 40; ++i) db.Rows("SELECT x AS c" + std::to_string(i) + " FROM t");
  first.Reset();
  EXPECT_EQ(first.Step(), SQLITE_DONE);
  EXPECT_EQ(Row("SELECT x AS c0 FROM t").runs, 1u);
}

TEST_P(Statements, FollowingThemIsSwitchedLive) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  place().runtime().SetStatementTracking(StatementTracking::kOff);
  const uint64_t before = Look().totals.statements;
  for (int i = 0; i < 10; ++i) db.Rows("SELECT 1 FROM t");
  EXPECT_EQ(Look().totals.statements, before);
  place().runtime().SetStatementTracking(StatementTracking::kTimed);
  Statement select(db, "SELECT 2 FROM t");
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(select.Step(), SQLITE_DONE);
    select.Reset();
  }
  const StatementTotals row = Row("SELECT ? FROM t");
  EXPECT_EQ(row.runs, 1000u);
  EXPECT_EQ(row.times.count, 1000u);
}

TEST_P(Statements, SampledTimesStandForTheOthers) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  Statement select(db, "SELECT x FROM t");
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(select.Step(), SQLITE_DONE);
    select.Reset();
  }
  const StatementTotals row = Row("SELECT x FROM t");
  EXPECT_EQ(row.runs, 10'000u);
  EXPECT_NEAR(static_cast<double>(row.times.count), 10'000, 500);
}

TEST_P(Statements, ARowOutlivesItsConnection) {
  {
    Database db = Open();
    db.Run("CREATE TABLE t(x); INSERT INTO t VALUES(1)");
  }
  const StatementTotals row = Row("INSERT INTO t VALUES(?)");
  EXPECT_EQ(row.runs, 1u);
  EXPECT_GT(row.page_writes, 0u);
  EXPECT_FALSE(row.running);
}

TEST_P(Statements, OpenStatementsAreCounted) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  Statement one(db, "SELECT x FROM t");
  Statement two(db, "SELECT x FROM t");
  // A stock SQLite does not tell.
  EXPECT_THAT(Look().connections[0].open_statements, testing::AnyOf(2u, 0u));
}

TEST_P(Statements, OneThatRunsInsideOfAnotherIsAPartOfIt) {
  Database db = Open();
  if (db.Exec("CREATE VIRTUAL TABLE words USING fts5(word)") != SQLITE_OK) GTEST_SKIP();
  db.Run("INSERT INTO words VALUES('some words')");
  db.Rows("SELECT * FROM words('words')");
  for (const StatementTotals& row : Look().statements) {
    EXPECT_EQ(row.text.find("words_data"), std::string::npos) << row.text;
  }
  EXPECT_EQ(Row("INSERT INTO words VALUES(?)").runs, 1u);
}

TEST_P(Statements, AConnectionThatIsClosedWithStatementsOpenGoesOn) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2(place().Path("app.sqlite").c_str(), &db, kReadWriteCreate,
                            place().Vfs().c_str()),
            SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES(1),(2)", nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT x FROM t", -1, &statement, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
  sqlite3_close_v2(db);
  EXPECT_TRUE(Current().running);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
  sqlite3_finalize(statement);
  EXPECT_EQ(Row("SELECT x FROM t").runs, 2u);
}

// Nobody stores that a short one has ended which is a transaction of its own: that it runs is seen by
// its transaction, and by no other one.
TEST_P(Statements, AShortOneRunsAsLongAsItsTransaction) {
  Database db = Open();
  db.Run("CREATE TABLE t(x INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, x'00'), (2, x'01')");
  Statement select(db, "SELECT x FROM t WHERE x = ?");
  sqlite3_bind_int(select.get(), 1, 1);
  const auto often = [&] {
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(select.Step(), SQLITE_ROW);
      ASSERT_EQ(select.Step(), SQLITE_DONE);
      select.Reset();
    }
  };
  const uint64_t before = Look().totals.statements;
  often();
  EXPECT_EQ(Look().totals.statements - before, 100u);
  EXPECT_FALSE(Current().running);
  ASSERT_EQ(select.Step(), SQLITE_ROW);
  EXPECT_TRUE(Current().running);
  select.Reset();
  EXPECT_FALSE(Current().running);

  often();
  sqlite3_blob* blob = nullptr;
  ASSERT_EQ(sqlite3_blob_open(db.get(), "main", "t", "b", 1, 0, &blob), SQLITE_OK);
  EXPECT_GT(Look().connections[0].transaction_ns, 0u);
  EXPECT_FALSE(Current().running) << "a transaction without a statement";
  sqlite3_blob_close(blob);

  db.Run("PRAGMA locking_mode = EXCLUSIVE");
  often();
  EXPECT_FALSE(Current().running) << "its lock outlives it";
  EXPECT_EQ(Row("SELECT x FROM t WHERE x = ?").runs, 301u);
}

// Where there is no transaction by which others could see it, they see it all the same.
TEST_P(Statements, AShortOneWithoutATransactionOfTheLogRunsAsLongAsItRuns) {
  Database db = Open();
  db.Run(
      "CREATE TABLE t(x); INSERT INTO t VALUES (1); CREATE TEMP TABLE own(x);"
      "INSERT INTO own VALUES (1)");
  const auto expect = [&](const std::string& where, const std::string& sql) {
    Statement statement(db, sql);
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(statement.Step(), SQLITE_ROW) << where;
      ASSERT_EQ(statement.Step(), SQLITE_DONE) << where;
      statement.Reset();
    }
    EXPECT_FALSE(Current().running) << where << ", " << sql;
    ASSERT_EQ(statement.Step(), SQLITE_ROW) << where;
    EXPECT_TRUE(Current().running) << where << ", " << sql;
    statement.Reset();
    EXPECT_FALSE(Current().running) << where << ", " << sql;
  };
  for (const char* sql : {"SELECT 1", "SELECT x FROM t", "SELECT x FROM own"}) {
    expect("alone", sql);
    db.Run("BEGIN");
    expect("in a transaction", sql);
    db.Run("COMMIT; PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM t");
    expect("exclusive", sql);
    db.Run("BEGIN");
    expect("exclusive, in a transaction", sql);
    db.Run("COMMIT; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM t");
    db.Run("PRAGMA journal_mode = DELETE");
    expect("journal", sql);
    db.Run("PRAGMA journal_mode = WAL");
  }
}

TEST_P(Statements, OneOfSeveralDatabasesIsToldOfOnce) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); ATTACH '" + place().Path("other.sqlite") +
         "' AS other; CREATE TABLE other.u(x); INSERT INTO other.u VALUES (1)");
  const uint64_t before = Look().totals.slow_statements;
  db.Rows(kSlow);
  const Snapshot after = Look();
  EXPECT_EQ(after.totals.slow_statements - before, 1u);
  EXPECT_EQ(Events(EventKind::kStatementSlow).size(), after.totals.slow_statements);
  Statement select(db, "SELECT x FROM other.u");
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(select.Step(), SQLITE_ROW);
    select.Reset();
  }
  for (const ConnectionSnapshot& each : Look().connections) {
    EXPECT_FALSE(each.statement && each.statement->running) << each.database;
  }
}

INSTANTIATE_TEST_SUITE_P(In, Statements, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
