#include "contract/workload.h"

#include <gtest/gtest.h>

namespace glasswal::test {
namespace {

constexpr char kRows[] =
    "SELECT coalesce((SELECT group_concat(name) FROM sqlite_schema), '');"
    "SELECT count(*), coalesce(sum(k), 0), coalesce(sum(length(x)), 0), coalesce(max(x), '') FROM "
    "t";

std::string Insert(int from, int to, int bytes) {
  return "WITH RECURSIVE c(i) AS (SELECT " + std::to_string(from) +
         " UNION ALL SELECT i + 1 FROM c WHERE i < " + std::to_string(to) +
         ") INSERT INTO t SELECT i, printf('%.*c', " + std::to_string(bytes) + ", 'x') FROM c";
}

}  // namespace

const std::vector<Step>& WorkloadSteps() {
  static const std::vector<Step> steps = {
      {"CREATE TABLE IF NOT EXISTS t(k INTEGER PRIMARY KEY, x)"},
      {Insert(1, 20, 100)},
      {Insert(21, 60, 2000)},
      {"CREATE INDEX tx ON t(x)"},
      {"UPDATE t SET x = x || 'y' WHERE k % 2"},
      {"PRAGMA wal_checkpoint", false},
      {"PRAGMA cache_size = 5", false},
      {"BEGIN; DELETE FROM t WHERE k > 30; " + Insert(100, 250, 1500) + "; COMMIT"},
      {"BEGIN; UPDATE t SET x = 'z'; " + Insert(1000, 1200, 1000) + "; ROLLBACK"},
      {"PRAGMA wal_checkpoint(TRUNCATE)", false},
      {"DELETE FROM t WHERE k % 3 = 0"},
      {"VACUUM", false},
      {"PRAGMA wal_checkpoint(RESTART)", false},
      {"PRAGMA journal_mode = DELETE", false},
      {Insert(2000, 2100, 1000)},
      {"BEGIN; SAVEPOINT s; DELETE FROM t; ROLLBACK TO s; UPDATE t SET x = upper(x) WHERE k < 50; "
       "COMMIT"},
      {"VACUUM", false},
      {"PRAGMA journal_mode = WAL", false},
      {"UPDATE t SET x = x || '.'"},
      {"DROP INDEX IF EXISTS tx"},
  };
  return steps;
}

int Workload::Open() {
  if (database_.get() != nullptr && database_.open_code() == SQLITE_OK) return SQLITE_OK;
  return database_.Open(path_, vfs_) & 0xff;
}

int Workload::Run(const Step& step) {
  const int result = Try(step);
  Settle(step, result);
  return result;
}

void Workload::Settle(const Step& step, int result) {
  if (sqlite3_get_autocommit(database_.get()) == 0) {
    EXPECT_NE(result, SQLITE_OK) << step.sql;
    EXPECT_EQ(database_.Exec("ROLLBACK"), SQLITE_OK) << database_.error();
  }
  if (result == SQLITE_OK && step.changes_rows) model_.Run(step.sql);
}

void Workload::ExpectEqualRows() {
  // Both say "no such table" while there is none.
  EXPECT_EQ(database_.Rows(kRows), model_.Rows(kRows));
}

void Workload::ExpectSound() {
  ExpectEqualRows();
  EXPECT_EQ(database_.Rows("PRAGMA integrity_check"), "ok");
}

}  // namespace glasswal::test
