#include "contract/differential_script.h"

#include <random>

namespace glasswal::test {
namespace {

class Writer {
 public:
  explicit Writer(uint64_t seed) : random_(seed) {}

  ScriptLine Line() {
    ScriptLine line;
    line.connection = Below(kScriptConnections);
    const size_t kind = Below(100);
    if (kind < 2) {
      line.action = Action::kReopen;
    } else if (kind < 5) {
      line.action = Action::kOpenCursor;
      line.sql = "SELECT * FROM " + Table() + (Chance(2) ? "" : " ORDER BY a");
    } else if (kind < 12) {
      line.action = Action::kStepCursor;
    } else if (kind < 15) {
      line.action = Action::kCloseCursor;
    } else {
      line.sql = kind < 24   ? Schema()
                 : kind < 55 ? Change()
                 : kind < 70 ? Query()
                 : kind < 85 ? Transaction()
                 : kind < 92 ? Checkpoint()
                             : Maintenance();
    }
    return line;
  }

 private:
  size_t Below(size_t n) { return static_cast<size_t>(random_() % n); }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }
  std::string Number(size_t below) { return std::to_string(Below(below)); }
  template <size_t kSize>
  std::string Pick(const char* const (&choices)[kSize]) {
    return choices[Below(kSize)];
  }
  std::string Table() { return std::string(Chance(4) ? "aux." : "") + "t" + Number(3); }
  std::string Value() {
    switch (Below(4)) {
      case 0:
        return Number(1000);
      case 1:
        return "printf('%0" + std::to_string(1 + Below(200)) + "d', " + Number(100000) + ")";
      case 2:
        return "zeroblob(" + std::to_string(Below(Chance(8) ? 20000 : 600)) + ")";
      default:
        return "NULL";
    }
  }
  std::string Where() {
    switch (Below(3)) {
      case 0:
        return " WHERE k % " + std::to_string(2 + Below(5)) + " = 0";
      case 1:
        return " WHERE k BETWEEN " + Number(100) + " AND " + Number(300);
      default:
        return " WHERE a > " + Number(500);
    }
  }

  std::string Schema() {
    const std::string table = Table();
    const size_t dot = table.find('.');
    const std::string schema = dot == std::string::npos ? "" : "aux.";
    const std::string name = dot == std::string::npos ? table : table.substr(dot + 1);
    switch (Below(10)) {
      case 0:
        return "DROP TABLE IF EXISTS " + table;
      case 1:
        return "CREATE INDEX IF NOT EXISTS " + schema + name + "a ON " + name + "(a, b)";
      case 2:
        return "DROP INDEX IF EXISTS " + schema + name + "a";
      case 3:
        return "ALTER TABLE " + table + " ADD COLUMN c" + Number(3) + " DEFAULT 7";
      case 4:
        return "CREATE TABLE IF NOT EXISTS " + table +
               "(k INTEGER PRIMARY KEY, a, b) WITHOUT ROWID";
      case 5:
        return "CREATE TRIGGER IF NOT EXISTS " + schema + name + "g AFTER DELETE ON " + name +
               " BEGIN UPDATE " + name + " SET b = 'gone' WHERE k = old.k + 1; END";
      default:
        return "CREATE TABLE IF NOT EXISTS " + table + "(k INTEGER PRIMARY KEY, a, b)";
    }
  }

  std::string Change() {
    const std::string table = Table();
    switch (Below(6)) {
      case 0:
        return "WITH RECURSIVE c(i) AS (SELECT " + Number(200) +
               " UNION ALL SELECT i + 1 FROM c LIMIT " + std::to_string(1 + Below(80)) +
               ") INSERT OR REPLACE INTO " + table + "(k, a, b) SELECT i, i * 7 % 100, " + Value() +
               " FROM c";
      case 1:
        return "UPDATE " + table + " SET a = " + Value() + Where();
      case 2:
        return "DELETE FROM " + table + Where();
      case 3:
        return "INSERT INTO " + table + "(k, a, b) VALUES (" + Number(300) + ", " + Value() + ", " +
               Value() + ") ON CONFLICT(k) DO UPDATE SET b = excluded.a";
      default:
        return Pick({"INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR ROLLBACK"}) +
               " INTO " + table + "(k, a, b) VALUES (" + Number(300) + ", " + Value() + ", " +
               Value() + ")";
    }
  }

  std::string Query() {
    const std::string table = Table();
    switch (Below(6)) {
      case 0:
        return "SELECT count(*), sum(k), sum(length(a)), sum(length(b)) FROM " + table;
      case 1:
        return "SELECT k, a, length(b) FROM " + table + Where() + " ORDER BY a, k LIMIT 20";
      case 2:
        return "SELECT x.k, y.k FROM " + table + " x JOIN " + Table() +
               " y ON x.a = y.a "
               "ORDER BY 1, 2 LIMIT 20";
      case 3:
        return "SELECT a, count(*) FROM " + table + " GROUP BY a ORDER BY a LIMIT 10";
      case 4:
        return "SELECT name, sql FROM sqlite_schema ORDER BY name";
      default:
        return "SELECT * FROM " + table + " WHERE k = " + Number(300);
    }
  }

  std::string Transaction() {
    return Pick({"BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "COMMIT", "COMMIT", "COMMIT",
                 "ROLLBACK", "ROLLBACK", "SAVEPOINT s", "SAVEPOINT r", "ROLLBACK TO s",
                 "ROLLBACK TO r", "RELEASE s", "RELEASE r"});
  }

  std::string Checkpoint() {
    return Pick({"PRAGMA wal_checkpoint", "PRAGMA wal_checkpoint(FULL)",
                 "PRAGMA wal_checkpoint(RESTART)", "PRAGMA wal_checkpoint(TRUNCATE)",
                 "PRAGMA aux.wal_checkpoint(TRUNCATE)"});
  }

  std::string Maintenance() {
    return Pick(
        {"VACUUM",
         "VACUUM aux",
         "PRAGMA integrity_check",
         "PRAGMA quick_check",
         "PRAGMA page_count",
         "PRAGMA freelist_count",
         "PRAGMA cache_size = 3",
         "PRAGMA cache_size = 100",
         "PRAGMA incremental_vacuum(3)",
         "ANALYZE",
         "REINDEX",
         "PRAGMA user_version = 3; PRAGMA user_version",
         "PRAGMA schema_version",
         "PRAGMA journal_mode",
         "PRAGMA journal_mode = DELETE",
         "PRAGMA journal_mode = WAL",
         "PRAGMA journal_mode = PERSIST",
         "PRAGMA aux.journal_mode = TRUNCATE",
         "PRAGMA locking_mode = EXCLUSIVE",
         "PRAGMA locking_mode = NORMAL",
         "PRAGMA optimize",
         "PRAGMA shrink_memory",
         "PRAGMA secure_delete = ON",
         "PRAGMA temp_store = FILE",
         "CREATE TEMP TABLE IF NOT EXISTS tmp AS SELECT * FROM t1; SELECT count(*) FROM tmp",
         "DROP TABLE IF EXISTS temp.tmp"});
  }

  std::mt19937_64 random_;
};

}  // namespace

Script MakeScript(uint64_t seed, size_t lines) {
  Writer writer(seed);
  Script script;
  script.reserve(lines);
  while (script.size() < lines) script.push_back(writer.Line());
  return script;
}

std::string ToString(const ScriptLine& line) {
  static constexpr const char* kActions[] = {"", "reopen", "open cursor ", "step cursor",
                                             "close cursor"};
  return std::to_string(line.connection) + ": " + kActions[static_cast<size_t>(line.action)] +
         line.sql;
}

}  // namespace glasswal::test
