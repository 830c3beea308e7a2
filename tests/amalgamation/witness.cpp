// What one build of SQLite does, for two builds to be compared: patched and as it is published.
//
//   witness script VFS FOLDER PAGE_SIZE   runs a fixed script and tells a digest of every file after each step
//   witness write VFS FILE                inserts row after row, and tells of each that is committed, until it is killed
//   witness read VFS FILE                 tells the number of rows, the last of them, and what integrity_check says
//   witness rows VFS ENCODING BINARY      tells the rows of queries that sort, group and unite; BINARY is SQLite's or one's own
//
// VFS is a name that SQLite knows ("unix"), or region:NAME for glasswal over the region of that name, which the first to ask for
// makes. The database of FILE is opened in WAL mode.
//
// Thread-safety: one thread.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "glasswal/runtime.h"
#include "sqlite3.h"

namespace glasswal::test {
namespace {

[[noreturn]] void Die(const std::string& what) {
  std::printf("FAILED %s\n", what.c_str());
  std::exit(1);
}

std::shared_ptr<Runtime> g_runtime;

/// The name of the VFS that `wanted` means, registered.
std::string VfsOf(const std::string& wanted) {
  const std::string prefix = "region:";
  if (wanted.rfind(prefix, 0) != 0) return wanted;
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = wanted.substr(prefix.size());
  options.initial_database_capacity_bytes = 1 << 20;
  options.initial_write_ahead_capacity_bytes = 1 << 20;
  const auto runtime = Runtime::OpenOrCreate(options, "witness");
  if (!runtime.ok()) Die(runtime.status().message());
  g_runtime = *runtime;
  const Status status = g_runtime->RegisterVfs("witness", false);
  if (!status.ok()) Die(status.message());
  return "witness";
}

sqlite3* Open(const std::string& path, const std::string& vfs) {
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs.c_str()) !=
      SQLITE_OK) {
    Die("open " + path + ": " + sqlite3_errmsg(db));
  }
  sqlite3_busy_timeout(db, 10'000);
  return db;
}

/// Runs all statements; what the last column of the last row says.
std::string Run(sqlite3* db, const std::string& sql) {
  std::string last;
  const auto note = [](void* to, int columns, char** values, char**) {
    *static_cast<std::string*>(to) = values[columns - 1] != nullptr ? values[columns - 1] : "null";
    return 0;
  };
  if (sqlite3_exec(db, sql.c_str(), note, &last, nullptr) != SQLITE_OK)
    Die(sql + ": " + sqlite3_errmsg(db));
  return last;
}

/// FNV-1a over the words of a file, and how many bytes it has.
std::string Digest(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return "none";
  std::ostringstream bytes;
  bytes << file.rdbuf();
  const std::string all = bytes.str();
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t at = 0; at < all.size(); at += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, all.data() + at, std::min(sizeof(word), all.size() - at));
    hash = (hash ^ word) * 0x100000001b3;
  }
  return std::to_string(all.size()) + ":" + std::to_string(hash);
}

const char* const kScript[] = {
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, data BLOB); CREATE INDEX names ON t(name)",
    "INSERT INTO t(name) VALUES ('one')",
    "INSERT INTO t(name) VALUES ('two'); INSERT INTO t(name) VALUES ('three'); UPDATE t SET name = "
    "'zwei' WHERE id = 2",
    "WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) INSERT INTO t(name, "
    "data) SELECT 'row ' || (i * 7919 % 3001), "
    "zeroblob(i % 300) FROM c",
    "BEGIN; DELETE FROM t WHERE id % 3 = 0; SAVEPOINT s; UPDATE t SET name = upper(name); ROLLBACK "
    "TO s; COMMIT",
    "BEGIN; UPDATE t SET data = zeroblob(2000); ROLLBACK",
    "PRAGMA cache_size = 10; BEGIN; UPDATE t SET data = zeroblob(500) WHERE id % 2 = 0; INSERT "
    "INTO t(name) VALUES ('late'); COMMIT",
    "PRAGMA wal_checkpoint(PASSIVE)",
    "INSERT INTO t(name) VALUES ('after the restart')",
    "PRAGMA cache_size = 2000; BEGIN; INSERT INTO t(name, data) VALUES ('large', "
    "zeroblob(300000)); UPDATE t SET data = NULL WHERE id < 500; COMMIT",
    "PRAGMA wal_checkpoint(FULL)",
    "DELETE FROM t WHERE id > 1000",
    "PRAGMA wal_checkpoint(RESTART)",
    "INSERT INTO t(name) VALUES ('again')",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "DROP INDEX names; CREATE INDEX data ON t(data)",
};

void Script(const std::string& vfs, const std::string& folder, const std::string& page_size) {
  const std::string path = folder + "/script-" + page_size + ".db";
  sqlite3* db = Open(path, vfs);
  // The salts of the log are random, and are to be the same ones.
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 20260101, db);
  Run(db,
      "PRAGMA page_size = " + page_size +
          "; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF");
  // Fewer of large pages: all of the log is read after each step.
  const int commits = std::min(100, (1 << 19) / std::stoi(page_size));
  sqlite3* reader = Open(path, vfs);
  for (const char* sql : kScript) {
    Run(db, sql);
    // Hundreds of commits of one page, of two in turns, and of many, beside one that reads.
    for (int i = 0; i < commits; ++i) {
      const std::string number = std::to_string(i);
      Run(db, "INSERT INTO t(name) VALUES ('n" + number + "'); UPDATE t SET name = 'm" + number +
                  "' WHERE id = " + number);
    }
    const std::string seen =
        Run(reader, "SELECT count(*) || ' ' || coalesce(sum(length(name)), 0) FROM t");
    std::printf("%s | %s | %s | %s\n", seen.c_str(), Digest(path).c_str(),
                Digest(path + "-wal").c_str(), Digest(path + "-shm").c_str());
  }
  std::printf("integrity %s\n", Run(db, "PRAGMA integrity_check").c_str());
  sqlite3_close(reader);
  sqlite3_close(db);
  std::printf("closed %s\n", Digest(path).c_str());
}

[[noreturn]] void Write(const std::string& vfs, const std::string& file) {
  sqlite3* db = Open(file, vfs);
  Run(db,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS t(id "
      "INTEGER PRIMARY KEY, data BLOB)");
  for (;;) {
    Run(db, "INSERT INTO t(data) VALUES (randomblob(abs(random()) % 6000))");
    std::printf("row %lld\n", static_cast<long long>(sqlite3_last_insert_rowid(db)));
    std::fflush(stdout);
  }
}

void Read(const std::string& vfs, const std::string& file) {
  sqlite3* db = Open(file, vfs);
  std::printf("%s\n", Run(db, "SELECT count(*) || ' ' || max(id) FROM t").c_str());
  std::printf("%s\n", Run(db, "PRAGMA integrity_check").c_str());
  sqlite3_close(db);
}

/// All values of all rows, by their types and bytes.
std::string Rows(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
    Die(sql + ": " + sqlite3_errmsg(db));
  std::ostringstream told;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
      told << sqlite3_column_type(statement, column) << ':' << std::hex;
      const auto* bytes = static_cast<const uint8_t*>(sqlite3_column_blob(statement, column));
      for (int at = 0; at < sqlite3_column_bytes(statement, column); ++at) told << +bytes[at];
      told << std::dec << ' ';
    }
    told << "| ";
  }
  if (sqlite3_finalize(statement) != SQLITE_OK) Die(sql + ": " + sqlite3_errmsg(db));
  return told.str();
}

/// By the last byte first, so that nothing is as in BINARY; texts of the same bytes are the same.
int FromTheEnd(void*, int left_size, const void* left, int right_size, const void* right) {
  const auto* a = static_cast<const uint8_t*>(left) + left_size;
  const auto* b = static_cast<const uint8_t*>(right) + right_size;
  for (int at = std::min(left_size, right_size); at > 0; --at) {
    if (*--a != *--b) return *a - *b;
  }
  return left_size - right_size;
}

const char* const kOrders[] = {"", " DESC", " NULLS LAST", " DESC NULLS FIRST"};
const char* const kKeys[] = {"v",
                             "s",
                             "+v COLLATE BINARY",
                             "v COLLATE NOCASE",
                             "v COLLATE RTRIM",
                             "v COLLATE from_the_end",
                             "s || ''"};

/// What looks rows up by keys that name a collation. <key> and <order> stand for each of those above.
const char* const kQueries[] = {
    "SELECT id, v FROM t ORDER BY <key><order> LIMIT 9",
    "SELECT id FROM t ORDER BY <key><order>, id DESC LIMIT 20 OFFSET 5",
    "SELECT id FROM t ORDER BY k<order>, <key><order>, id LIMIT 33",
    "SELECT id FROM t ORDER BY <key><order>, k<order>, id LIMIT 1000",
    "SELECT id FROM t ORDER BY <key><order>, id",
    "SELECT DISTINCT <key> FROM t",
    "SELECT DISTINCT k, <key> FROM t ORDER BY 2<order>, 1 LIMIT 50",
    "SELECT count(*), min(id), max(id) FROM t GROUP BY <key> ORDER BY <key><order> LIMIT 30",
    "SELECT k, count(DISTINCT <key>), min(v COLLATE BINARY), max(<key>) FROM t GROUP BY k",
    "SELECT <key> FROM t WHERE k < 3 UNION SELECT v FROM t WHERE k > 1 ORDER BY 1<order> LIMIT 40",
    "SELECT <key> FROM t WHERE k < 3 UNION SELECT v FROM t WHERE k > 1",
    "SELECT <key> FROM t WHERE k < 3 EXCEPT SELECT v FROM t WHERE k = 1",
    "SELECT <key> FROM t WHERE k < 3 INTERSECT SELECT s FROM t WHERE k > 1 ORDER BY 1<order>",
    "SELECT id FROM t WHERE <key> IN (SELECT s FROM t WHERE k = 2)",
    "SELECT id FROM t WHERE v IN (SELECT <key> FROM t WHERE k = 2) ORDER BY <key><order>, id LIMIT "
    "25",
    "WITH c(x) AS (SELECT <key> FROM t UNION SELECT substr(x, 2) FROM c WHERE x <> '') SELECT * "
    "FROM "
    "c ORDER BY x<order> LIMIT 60",
    "SELECT id, rank() OVER (PARTITION BY k ORDER BY <key><order>, id) FROM t ORDER BY id LIMIT 60",
};

std::string With(std::string text, const std::string& mark, const std::string& value) {
  for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size())
    text.replace(at, mark.size(), value);
  return text;
}

void RowsOfQueries(const std::string& vfs, const std::string& encoding, const std::string& binary) {
  sqlite3* db = Open(":memory:", vfs);
  Run(db,
      "PRAGMA encoding = '" + encoding + "'; CREATE TABLE t(id INTEGER PRIMARY KEY, k, v, s TEXT)");
  sqlite3_create_collation(db, "from_the_end", SQLITE_UTF8, nullptr, FromTheEnd);
  // Where others begin alike: cases, spaces at the end, none, NULs, what UTF-8 and UTF-16 order otherwise, numbers, bytes.
  Run(db,
      "WITH c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 299) INSERT INTO t(k, v) "
      "SELECT i % 4, CASE i % 11 WHEN 0 THEN NULL WHEN 1 THEN i % 7 WHEN 2 THEN i / 8.0 WHEN 3 "
      "THEN "
      "CAST('v' || (i % 5) AS BLOB) WHEN 4 THEN 'V' || (i % 5) WHEN 5 THEN 'v' || (i % 5) || '  ' "
      "WHEN 6 THEN '' WHEN 7 THEN char(118, 0, i % 5) WHEN 8 THEN char(0xe000 + i % 3) WHEN 9 THEN "
      "char(0x10000 + i % 3) ELSE 'v' || (i % 5) END FROM c; UPDATE t SET s = v");
  const int encoded = encoding == "UTF-8"      ? SQLITE_UTF8
                      : encoding == "UTF-16le" ? SQLITE_UTF16LE
                                               : SQLITE_UTF16BE;
  if (binary == "own") sqlite3_create_collation(db, "BINARY", encoded, nullptr, FromTheEnd);
  for (const bool indexed : {false, true}) {
    if (indexed) Run(db, "CREATE INDEX i ON t(v); CREATE INDEX j ON t(s COLLATE NOCASE DESC, k)");
    for (const char* query : kQueries) {
      for (const char* key : kKeys) {
        for (const char* order : kOrders) {
          const std::string sql = With(With(query, "<key>", key), "<order>", order);
          std::printf("%s => %s\n", sql.c_str(), Rows(db, sql).c_str());
        }
      }
    }
  }
  sqlite3_close(db);
}

int Main(int count, char** arguments) {
  if (count < 4) Die("witness script|write|read|rows VFS FILE");
  const std::string act = arguments[1];
  const std::string vfs = VfsOf(arguments[2]);
  if (act == "script" && count == 5) {
    Script(vfs, arguments[3], arguments[4]);
  } else if (act == "rows" && count == 5) {
    RowsOfQueries(vfs, arguments[3], arguments[4]);
  } else if (act == "write") {
    Write(vfs, arguments[3]);
  } else if (act == "read") {
    Read(vfs, arguments[3]);
  } else {
    Die("there is no act " + act);
  }
  return 0;
}

}  // namespace
}  // namespace glasswal::test

int main(int count, char** arguments) { return glasswal::test::Main(count, arguments); }
