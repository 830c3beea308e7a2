// What the table of statements keeps of a text: all that SQL says, and nothing that it says it about.
#include "trace/statement_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace glasswal::trace {
namespace {

constexpr size_t kRoom = 4096;

std::string Redacted(std::string_view sql, bool quotes_names = true) {
  return StatementText(sql, {.keeps_literals = false, .quotes_names = quotes_names}, kRoom);
}

TEST(StatementText, KeepsTheWordsOfSql) {
  EXPECT_EQ(
      Redacted("SELECT a.b, count(*) FROM \"Order\" a JOIN [x y] USING(`z`) WHERE c >= ?1 AND "
               "d = :name AND e -> '$.f' = @g OR h IS NOT NULL"),
      "SELECT a.b, count(*) FROM \"Order\" a JOIN [x y] USING(`z`) WHERE c >= ?1 AND d = :name "
      "AND e -> ? = @g OR h IS NOT NULL");
  EXPECT_EQ(Redacted("PRAGMA wal_checkpoint(TRUNCATE);"), "PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(Redacted("SELECT \xc3\xa9t\xc3\xa9 FROM t1, t_2, t$3"),
            "SELECT \xc3\xa9t\xc3\xa9 FROM t1, t_2, t$3");
}

TEST(StatementText, IsOnOneLineWithoutComments) {
  EXPECT_EQ(Redacted("  SELECT\n\t1 -- of secret\n , /* a 'secret' */ x\r\n;; "), "SELECT ? , x");
  EXPECT_EQ(Redacted("/* secret"), "");
  EXPECT_EQ(Redacted("-- secret"), "");
  EXPECT_EQ(Redacted(""), "");
}

TEST(StatementText, HasNoLiteral) {
  const struct {
    const char* sql;
    const char* text;
  } cases[] = {
      {"VALUES('secret', x'736563726574', X'73', 5ecre7, 1_000, .5e-3, 1e+9, 0xsecret)",
       "VALUES(?, ?, ?, ?, ?, ?, ?, ?)"},
      {"VALUES('it''s secret''', '')", "VALUES(?, ?)"},
      {"VALUES('secret /* not a comment', '-- nor this')", "VALUES(?, ?)"},
      {"SELECT 1-1, -5, a-3e-2", "SELECT ?-?, -?, a-?"},
      {"VALUES('secret", "VALUES(?"},
      {"VALUES(x'736", "VALUES(?"},
      {"SELECT \"secret", "SELECT ?"},
      {"SELECT \"secret\"\"", "SELECT ?"},
      {"SELECT `secret", "SELECT ?"},
      {"SELECT [secret", "SELECT ?"},
      {"SELECT 'a'/* 'secret' */'secret'", "SELECT ? ?"},
      {"SELECT $tcl::name(secret), $x::y", "SELECT ?, $x::y"},
      {"ATTACH 'secret.db' AS s", "ATTACH ? AS s"},
      {"PRAGMA key = 'secret'", "PRAGMA key = ?"},
      {"SELECT '\xf0\x9f\x94\x91 secret', '\xff secret'", "SELECT ?, ?"},
  };
  for (const auto& one : cases) EXPECT_EQ(Redacted(one.sql), one.text) << one.sql;
}

// Where the grammar takes a name for a text, SQLITE_DBCONFIG_DQS_DML does not matter.
TEST(StatementText, HasNoTextThatIsWrittenAsAName) {
  const struct {
    const char* sql;
    const char* text;
  } cases[] = {
      {"ATTACH \"secret\" AS s KEY \"secret\"", "ATTACH ? AS s KEY ?"},
      {"attach database [file:secret] as s key secret", "attach database ? as s key ?"},
      {"ATTACH `secret` AS s", "ATTACH ? AS s"},
      {"EXPLAIN ATTACH secret AS s", "EXPLAIN ATTACH ? AS s"},
      {"ATTACH :file AS s KEY ?2", "ATTACH :file AS s KEY ?2"},
      {"DETACH s", "DETACH s"},
      {"PRAGMA key = \"secret\"", "PRAGMA key = ?"},
      {"PRAGMA main.rekey(secret)", "PRAGMA main.rekey(?)"},
      {"PRAGMA HexKey=[secret]", "PRAGMA HexKey=?"},
      {"PRAGMA temp_store_directory = `secret`", "PRAGMA temp_store_directory = ?"},
      {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode=WAL"},
      {"PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = ON"},
      {"CREATE TABLE t(a DEFAULT 5 NOT NULL)", "CREATE TABLE t(a DEFAULT ? NOT NULL)"},
      {"CREATE TABLE t(a DEFAULT \"secret\", b DEFAULT secret, c DEFAULT [secret], d DEFAULT NULL)",
       "CREATE TABLE t(a DEFAULT ?, b DEFAULT ?, c DEFAULT ?, d DEFAULT NULL)"},
      {"ALTER TABLE t ADD COLUMN a DEFAULT /* of */ `secret`",
       "ALTER TABLE t ADD COLUMN a DEFAULT ?"},
      {"CREATE TABLE t(a REFERENCES u ON DELETE SET DEFAULT ON UPDATE CASCADE)",
       "CREATE TABLE t(a REFERENCES u ON DELETE SET DEFAULT ON UPDATE CASCADE)"},
      {"INSERT INTO t DEFAULT VALUES", "INSERT INTO t DEFAULT VALUES"},
      {"CREATE VIRTUAL TABLE v USING csv(a, filename=secret, data=\"secret\", [secret])",
       "CREATE VIRTUAL TABLE v USING csv(a, filename=?, data=?, ?)"},
      {"SELECT \xef\xbb\xbf"
       "5601, a\xef\xbb\xbf",
       "SELECT ?, a\xef\xbb\xbf"},
  };
  for (const auto& one : cases) EXPECT_EQ(Redacted(one.sql), one.text) << one.sql;
}

TEST(StatementText, TakesDoubleQuotesForTextWhereSqliteMight) {
  EXPECT_EQ(Redacted("SELECT \"secret\" FROM \"t\"", /*quotes_names=*/false), "SELECT ? FROM ?");
}

TEST(StatementText, KeepsLiteralsWhereItIsAsked) {
  EXPECT_EQ(
      StatementText("SELECT 'a',  1 -- b", {.keeps_literals = true, .quotes_names = false}, kRoom),
      "SELECT 'a', 1");
}

TEST(StatementText, IsCutAtAWholeCharacterWithAMark) {
  const std::string sql = "SELECT \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
  for (size_t room = 0; room <= sql.size() + 1; ++room) {
    const std::string text = StatementText(sql, {.quotes_names = true}, room);
    EXPECT_LE(text.size(), room);
    if (room >= sql.size()) {
      EXPECT_EQ(text, sql);
    } else if (room >= 3) {
      EXPECT_TRUE(text.ends_with("\xe2\x80\xa6")) << text;
      EXPECT_TRUE(text.size() < 10 || ((text.size() - 3 - 7) % 2 == 0)) << text;
    }
  }
}

// Whatever the pieces are put together from, what stands in a literal does not come out.
TEST(StatementText, LetsNothingOutOfAnyMixture) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const char* pieces[] = {"SELECT",   "'ZQ'", "'Z''Q'", "x'5A51'", "/* ZQ */", "-- ZQ\n", "\n",
                          " ",        ",",    "(",      ")",       "\"name\"", "[name]",  "`name`",
                          "1.5e-3",   "?",    ":v",     "''",      "'\"ZQ\"'", "'[ZQ]'",  "'--ZQ'",
                          "'/*ZQ*/'", ";",    "a.b",    "->>",     "'ZQ\n'",   "0x5A51"};
  for (int round = 0; round < 20'000; ++round) {
    std::string sql;
    const auto count = 1 + random() % 12;
    for (unsigned i = 0; i < count; ++i) {
      sql += pieces[random() % std::size(pieces)];
      sql += ' ';
    }
    const std::string text = Redacted(sql);
    EXPECT_EQ(text.find("ZQ"), std::string::npos) << sql << " gave " << text;
    EXPECT_EQ(text.find("5A51"), std::string::npos) << sql << " gave " << text;
    EXPECT_EQ(text.find("1.5"), std::string::npos) << sql << " gave " << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_EQ(Redacted(text), text) << "what is redacted stays as it is: " << sql;
  }
}

}  // namespace
}  // namespace glasswal::trace
