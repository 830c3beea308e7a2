// What one build of SQLite does, for two builds to be compared: patched and as it is published.
//
//   witness script VFS FOLDER PAGE_SIZE   runs a fixed script and tells a digest of every file after each step
//   witness write VFS FILE                inserts row after row, and tells of each that is committed, until it is killed
//   witness read VFS FILE                 tells the number of rows, the last of them, and what integrity_check says
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

int Main(int count, char** arguments) {
  if (count < 4) Die("witness script|write|read VFS FILE");
  const std::string act = arguments[1];
  const std::string vfs = VfsOf(arguments[2]);
  if (act == "script" && count == 5) {
    Script(vfs, arguments[3], arguments[4]);
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
