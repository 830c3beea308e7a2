// What the patched SQLite tells of statements and no other does: rows, failures, and how many are
// prepared.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "contract/place.h"
#include "glasswal/observe.h"
#include "port/memory.h"

namespace glasswal::test {
namespace {

class Watch : public testing::Test {
 protected:
  Snapshot Look() {
    const port::Memory& memory = place_.region().memory();
    return *Observe(*NewMappedBytes(memory.base(), memory.size_bytes()));
  }
  StatementTotals Row(const std::string& text) {
    for (StatementTotals& row : Look().statements) {
      if (row.text == text) return row;
    }
    ADD_FAILURE() << "no row has " << text;
    return {};
  }

  Place place_{Provider::kAnonymous, SmallStart()};
};

TEST_F(Watch, RowsAndFailuresAreTold) {
  Database db = place_.Open();
  db.Run("CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES (1), (2), (3)");
  db.Rows("SELECT x FROM t");
  EXPECT_EQ(Row("SELECT x FROM t").rows, 3u);
  EXPECT_EQ(db.Rows("INSERT INTO t VALUES (4), (5) RETURNING x"), "4 5");
  EXPECT_EQ(Row("INSERT INTO t VALUES (?), (?) RETURNING x").rows, 2u);
  EXPECT_EQ(db.Exec("INSERT INTO t VALUES (1)"), SQLITE_CONSTRAINT);
  const StatementTotals failed = Row("INSERT INTO t VALUES (?)");
  EXPECT_EQ(failed.errors, 1u);
  EXPECT_EQ(failed.last_error, static_cast<uint32_t>(SQLITE_CONSTRAINT_UNIQUE));
  // One that is left in the middle has not failed.
  Statement left(db, "SELECT x AS y FROM t");
  ASSERT_EQ(left.Step(), SQLITE_ROW);
  left.Reset();
  EXPECT_EQ(Row("SELECT x AS y FROM t").rows, 1u);
  EXPECT_EQ(Row("SELECT x AS y FROM t").errors, 0u);
}

// SQLite prepares it anew and runs it again, which its caller does not see.
TEST_F(Watch, AChangeOfTheSchemaIsNoFailure) {
  Database db = place_.Open();
  db.Run("CREATE TABLE t(x)");
  Statement select(db, "SELECT x FROM t");
  ASSERT_EQ(select.Step(), SQLITE_DONE);
  select.Reset();
  place_.Open().Run("CREATE TABLE u(x)");
  EXPECT_EQ(select.Step(), SQLITE_DONE);
  EXPECT_EQ(Row("SELECT x FROM t").errors, 0u);
  EXPECT_EQ(Row("SELECT x FROM t").last_error, 0u);
}

// What a statement remembers of the one is nothing to the other.
TEST_F(Watch, OneThatOutlivesADatabaseIsCountedInTheOther) {
  Place other{Provider::kAnonymous, SmallStart()};
  Database db(":memory:", place_.Vfs());
  db.Run("ATTACH 'file:/a?vfs=" + place_.Vfs() + "' AS a");
  db.Run("ATTACH 'file:/b?vfs=" + other.Vfs() + "' AS b");
  Statement one(db, "SELECT 1 AS one");
  ASSERT_EQ(one.Step(), SQLITE_ROW);
  one.Reset();
  for (int i = 0; i < 4; ++i) db.Rows("SELECT 2 AS other" + std::to_string(i));
  db.Run("DETACH a");
  ASSERT_EQ(one.Step(), SQLITE_ROW);
  one.Reset();
  const Result<Snapshot> snapshot = Observe(
      *NewMappedBytes(other.region().memory().base(), other.region().memory().size_bytes()));
  for (const StatementTotals& row : snapshot->statements) {
    if (!row.text.starts_with("SELECT ? AS o")) continue;
    EXPECT_EQ(row.runs, row.text == "SELECT ? AS one" ? 2u : 1u) << row.text;
  }
}

TEST_F(Watch, OpenStatementsAreCountedUntilTheyAreFinalized) {
  Database db = place_.Open();
  db.Run("CREATE TABLE t(x)");
  std::vector<std::unique_ptr<Statement>> open;
  for (uint32_t i = 1; i <= 5; ++i) {
    open.push_back(std::make_unique<Statement>(db, "SELECT x FROM t"));
    EXPECT_EQ(Look().connections[0].open_statements, i);
  }
  // What cannot be compiled is none.
  EXPECT_EQ(db.Exec("SELECT nothing FROM t"), SQLITE_ERROR);
  EXPECT_EQ(Look().connections[0].open_statements, 5u);
  open.clear();
  EXPECT_EQ(Look().connections[0].open_statements, 0u);
}

TEST_F(Watch, DatabasesOfOneConnectionAreToldAlike) {
  Database db = place_.Open();
  db.Run("ATTACH 'other.sqlite' AS other; CREATE TABLE other.t(x); CREATE TABLE main.u(x)");
  db.Rows("SELECT count(*) FROM t, u");
  const Snapshot snapshot = Look();
  uint32_t rows = 0;
  for (const StatementTotals& row : snapshot.statements) {
    if (row.text != "SELECT count(*) FROM t, u") continue;
    EXPECT_EQ(row.runs, 1u);
    EXPECT_EQ(row.rows, 1u);
    ++rows;
  }
  EXPECT_EQ(rows, 2u);
  db.Run("DETACH other");
  db.Rows("SELECT count(*) FROM u");
  EXPECT_EQ(Row("SELECT count(*) FROM u").runs, 1u);
}

}  // namespace
}  // namespace glasswal::test
