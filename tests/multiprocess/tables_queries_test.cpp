// The queries of the README's "See through it", as it shows them, in a region where each has
// something to tell: one process that waits for another, one that reads in an old snapshot, one that
// is dead.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "multiprocess/stage.h"

namespace glasswal::test {
namespace {

/// The queries by the comments above them.
std::map<std::string, std::string> Queries() {
  std::ifstream file(GLASSWAL_README);
  std::map<std::string, std::string> queries;
  std::string line;
  while (std::getline(file, line) && line != "<!-- queries -->") {
  }
  std::string title;
  std::getline(file, line);
  while (std::getline(file, line) && line != "```") {
    if (line.starts_with("-- ")) {
      title = line.substr(3);
    } else {
      queries[title] += line + "\n";
    }
  }
  return queries;
}

/// One row as text, columns joined by '|', or why there is none.
std::string Row(const Sql& sql, const std::string& query, int at = 0) {
  sqlite3_stmt* statement = nullptr;
  std::string text;
  if (sqlite3_prepare_v2(sql.db(), query.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return sqlite3_errmsg(sql.db());
  }
  int code = sqlite3_step(statement);
  while (at-- > 0 && code == SQLITE_ROW) code = sqlite3_step(statement);
  if (code != SQLITE_ROW) text = code == SQLITE_DONE ? "no row" : sqlite3_errmsg(sql.db());
  for (int i = 0; code == SQLITE_ROW && i < sqlite3_column_count(statement); ++i) {
    const auto* value = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
    if (i > 0) text += '|';
    text += value != nullptr ? value : "NULL";
  }
  sqlite3_finalize(statement);
  return text;
}

class TablesQueries : public Stage {
 protected:
  void SetUp() override {
    Stage::SetUp();
    ASSERT_EQ(queries_.size(), 10u) << "the README has ten";
    ASSERT_TRUE(sql().Run("INSERT INTO t VALUES (zeroblob(20000)); PRAGMA wal_checkpoint"));
  }
  void TearDown() override {
    for (const auto& [title, query] : queries_) {
      EXPECT_TRUE(sql().Run(query)) << title << ": " << sql().error();
    }
    Stage::TearDown();
  }

  /// The query with that title, of some of its columns.
  std::string Of(const std::string& title, const std::string& columns) {
    std::string query = queries_.at(title);
    query.erase(query.rfind(';'));
    return "SELECT " + columns + " FROM (" + query + ")";
  }
  std::string Ask(const std::string& title, const std::string& columns) {
    return Row(sql(), Of(title, columns));
  }

 private:
  std::map<std::string, std::string> queries_ = Queries();
};

TEST_F(TablesQueries, WhoBlocksWhom) {
  const auto holder = Child("holder", "BEGIN IMMEDIATE; INSERT INTO t VALUES ('held')");
  ChildProcess waiter([this](const auto& signal) {
    const Seat own = Seat::Join(name(), "waiter");
    const auto connection = own.Open("/app.sqlite", 60'000);
    if (!connection->ok()) return 1;
    signal();
    return connection->Run("INSERT INTO t VALUES ('waited')") ? 0 : 2;
  });
  ASSERT_TRUE(waiter.WaitForSignal());
  const std::string blocks = Of("who blocks whom",
                                "client_name, lock, waited_ms >= 0, holder_client_name, "
                                "held_ms >= waited_ms, holder_statement_text");
  ASSERT_TRUE(Eventually([&] { return Row(sql(), blocks) != "no row"; }));
  EXPECT_EQ(Row(sql(), blocks), "waiter|WRITE|1|holder|1|NULL") << "the holder runs nothing";
  EXPECT_EQ(Row(sql(), "SELECT statement_text, mode, remaining_ns > 0 FROM glasswal_waits"),
            "INSERT INTO t VALUES (?)|exclusive|1");
  // The holder's transaction is the only one without a statement that runs: the waiter has begun none.
  const std::string idle =
      Of("who is idle in a transaction, for a second or longer",
         "client_name, transaction_ms >= 1000, last_statement, held_locks LIKE '%WRITE%'");
  ASSERT_TRUE(Eventually([&] { return Row(sql(), idle) != "no row"; }));
  EXPECT_EQ(Row(sql(), idle), "holder|1|INSERT INTO t VALUES (?)|1");
  EXPECT_EQ(Row(sql(), idle, 1), "no row");

  sqlite3_busy_timeout(sql().db(), 1);
  ASSERT_FALSE(sql().Run("BEGIN IMMEDIATE"));
  EXPECT_EQ(
      Ask("who was refused a lock, or waited for one (which is recorded from the level debug on)",
          "client_name, lock, times"),
      "stage|WRITE|1");
}

TEST_F(TablesQueries, WhatHoldsTheCheckpointBack) {
  const auto reader = Child("reader", "BEGIN; SELECT count(*) FROM t");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(sql().Run("INSERT INTO t VALUES (zeroblob(5000))")) << sql().error();
  }
  ASSERT_TRUE(sql().Run("PRAGMA wal_checkpoint"));
  EXPECT_EQ(
      Ask("what holds the checkpoint back",
          "database, frames_to_copy > 0, held_back_by, held_back_ms >= 0, oldest_reader_ms >= 0"),
      "/app.sqlite|1|reader|1|1");
  EXPECT_EQ(
      Ask("how large the log is, and who reads up to where",
          "count(*) FILTER (WHERE reader = 'reader'), min(frames) > 20, min(size_bytes) > 100000, "
          "min(frame) < max(frames)"),
      "1|1|1|1");
  EXPECT_EQ(Ask("how long a commit keeps others from writing",
                "database, timed > 0, p50_us > 0, p95_us >= p50_us, p99_us >= p95_us"),
            "/app.sqlite|1|1|1|1");
  EXPECT_EQ(Row(sql(), Of("which statements cost most",
                          "client_name, runs, total_ms > 0, "
                          "longest_ms > 0, p95_ms > 0, text") +
                           " WHERE text LIKE 'INSERT%5000%' OR text LIKE 'INSERT%zeroblob(?)%'"),
            "stage|21|1|1|1|INSERT INTO t VALUES (zeroblob(?))");
}

TEST_F(TablesQueries, WhoHasTheMemory) {
  const auto other = Child("other", "SELECT 1");
  EXPECT_EQ(Row(sql(), Of("memory by client", "name, handles, connections, pending_bytes") +
                           " WHERE name = 'other'"),
            "other|2|1|0");
  EXPECT_EQ(
      Row(sql(), Of("memory by table", "name, size_bytes >= 20000, unused_bytes < size_bytes")),
      "t|1|1");
}

TEST_F(TablesQueries, WhoWasRecoveredFrom) {
  const auto doomed = Child("doomed", "BEGIN IMMEDIATE; INSERT INTO t VALUES ('lost')");
  doomed->Kill();
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES ('after')")) << sql().error();
  ASSERT_TRUE(Eventually([&] { return Ask("recent recoveries", "duration_ns > 0") == "1"; }));
  EXPECT_EQ(Ask("recent recoveries",
                "number, client_name, age_ms >= 0, locks > 0, handles, held_locks LIKE '%WRITE%'"),
            "1|doomed|1|1|2|1");
}

TEST_F(TablesQueries, SeveralWhoShareALockAreAllInTheWay) {
  const auto one = Child("one", "PRAGMA journal_mode");
  const auto reader = Child("reader", "BEGIN; SELECT count(*) FROM t");
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES (1)"));
  // A checkpoint that empties the log waits for its readers.
  ChildProcess cleaner([this](const auto& signal) {
    const Seat own = Seat::Join(name(), "cleaner");
    const auto connection = own.Open("/app.sqlite", 60'000);
    if (!connection->ok()) return 1;
    signal();
    return connection->Run("PRAGMA wal_checkpoint(TRUNCATE)") ? 0 : 2;
  });
  ASSERT_TRUE(cleaner.WaitForSignal());
  const std::string waits =
      "SELECT lock LIKE 'READ%', mode, exclusive, holder_client_name, held_ns > 0, "
      "json_array_length(holders) FROM glasswal_waits WHERE client_name = 'cleaner'";
  ASSERT_TRUE(Eventually([&] { return Row(sql(), waits) != "no row"; }));
  EXPECT_EQ(Row(sql(), waits), "1|exclusive|0|reader|1|1");
}

}  // namespace
}  // namespace glasswal::test
