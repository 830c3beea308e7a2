// What SQLite keeps in its files: page sizes, auto_vacuum, encodings, VACUUM, memory-mapped
// reading, temporary files, and the page that nobody may use beyond 1 GiB.
#include <gtest/gtest.h>

#include <string>

#include "contract/place.h"
#include "sqlite/database_file.h"

namespace glasswal::test {
namespace {

const std::string kChecksum =
    "SELECT count(*), sum(length(x)), total(k) FROM t; PRAGMA integrity_check";

/// A table with an index, with rows inserted, changed and deleted.
std::string Work() {
  return "CREATE TABLE t(k INTEGER PRIMARY KEY, x); CREATE INDEX tx ON t(x);"
         "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300) "
         "INSERT INTO t SELECT i, printf('%0*d', i * 7 % 1500, i) FROM c;"
         "UPDATE t SET x = x || x WHERE k % 3 = 0; DELETE FROM t WHERE k % 5 = 0;";
}

class Storage : public Contract {};

TEST_P(Storage, EveryPageSizeWithEveryAutoVacuumMode) {
  for (int page_size = 512; page_size <= 65536; page_size *= 2) {
    for (int auto_vacuum = 0; auto_vacuum <= 2; ++auto_vacuum) {
      const std::string name = std::to_string(page_size) + "-" + std::to_string(auto_vacuum);
      SCOPED_TRACE(name);
      Database db = place().OpenBare(name);
      db.Run("PRAGMA page_size = " + std::to_string(page_size) + "; PRAGMA auto_vacuum = " +
             std::to_string(auto_vacuum) + "; PRAGMA journal_mode = WAL; " + Work());
      EXPECT_EQ(db.Int("PRAGMA page_size"), page_size);
      EXPECT_EQ(db.Int("PRAGMA auto_vacuum"), auto_vacuum);
      const std::string sum = db.Rows(kChecksum);
      EXPECT_NE(sum.find(" ok"), std::string::npos) << sum;
      db.Run("PRAGMA wal_checkpoint(TRUNCATE)");
      Database other = place().OpenBare(name);
      EXPECT_EQ(other.Rows(kChecksum), sum);
      other.Run("DELETE FROM t WHERE k > 100; PRAGMA incremental_vacuum; VACUUM");
      EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check; PRAGMA journal_mode"),
                "80 ok wal");
    }
  }
}

TEST_P(Storage, VacuumChangesThePageSizeOutsideWalMode) {
  Database db = Open();
  db.Run(Work());
  const std::string sum = db.Rows(kChecksum);
  db.Run("PRAGMA page_size = 16384; VACUUM");
  EXPECT_EQ(db.Int("PRAGMA page_size"), 4096) << "in WAL mode the page size stays (vacuum.c)";
  db.Run(
      "PRAGMA journal_mode = DELETE; PRAGMA page_size = 16384; VACUUM; PRAGMA journal_mode = WAL");
  EXPECT_EQ(db.Int("PRAGMA page_size"), 16384);
  EXPECT_EQ(db.Rows(kChecksum), sum);
  EXPECT_EQ(Open().Rows(kChecksum), sum);
}

TEST_P(Storage, AutoVacuumIsTurnedOnByVacuum) {
  Database db = Open();
  db.Run(Work() + "PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
  EXPECT_EQ(db.Int("PRAGMA auto_vacuum"), 2);
  db.Run("DELETE FROM t WHERE k > 10");
  EXPECT_GT(db.Int("PRAGMA freelist_count"), 0);
  db.Run("PRAGMA incremental_vacuum");
  EXPECT_EQ(db.Int("PRAGMA freelist_count"), 0);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
}

TEST_P(Storage, VacuumWithReadersAndWriters) {
  Database db = Open();
  db.Run(Work());
  const std::string sum = db.Rows(kChecksum);
  Database reader = Open();
  reader.Run("BEGIN; SELECT * FROM t");
  db.Run("VACUUM");
  EXPECT_EQ(reader.Rows(kChecksum), sum);
  reader.Run("COMMIT");
  EXPECT_EQ(reader.Rows(kChecksum), sum);
  reader.Run("BEGIN IMMEDIATE");
  EXPECT_EQ(db.Exec("VACUUM"), SQLITE_BUSY);
  reader.Run("ROLLBACK");
  EXPECT_EQ(db.Rows(kChecksum), sum);
}

TEST_P(Storage, Encodings) {
  for (const char* encoding : {"UTF-8", "UTF-16le", "UTF-16be"}) {
    SCOPED_TRACE(encoding);
    const std::string name = std::string("in-") + encoding;
    Database db = place().OpenBare(name);
    db.Run(std::string("PRAGMA encoding = '") + encoding +
           "'; PRAGMA journal_mode = WAL;"
           "CREATE TABLE t(x); INSERT INTO t VALUES ('größer \xf0\x9f\x98\x80 日本')");
    Database other = place().OpenBare(name);
    EXPECT_EQ(other.Rows("PRAGMA encoding; SELECT x, length(x), typeof(x) FROM t"),
              std::string(encoding) + " größer \xf0\x9f\x98\x80 日本|11|text");
  }
}

TEST_P(Storage, MemoryMappedReadingGivesTheSame) {
  Database db = Open();
  db.Run(Work() + "PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string sum = db.Rows(kChecksum);
  Database mapped = Open();
  EXPECT_EQ(mapped.Rows("PRAGMA mmap_size = 100000000"), "100000000");
  EXPECT_EQ(mapped.Rows(kChecksum), sum);
  // Pages change, come and go under a connection that uses them in place.
  db.Run("UPDATE t SET x = upper(x) || 'y'");
  const std::string changed = db.Rows(kChecksum);
  EXPECT_EQ(mapped.Rows(kChecksum), changed);
  mapped.Run("BEGIN; SELECT * FROM t");
  db.Run("DELETE FROM t WHERE k > 20");
  EXPECT_EQ(mapped.Rows(kChecksum), changed);
  mapped.Run("COMMIT");
  db.Run("PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(mapped.Rows(kChecksum), db.Rows(kChecksum));
  mapped.Run(InsertBlobs("t(x)", 500, 2000) + " DELETE FROM t WHERE k > 30; VACUUM");
  EXPECT_EQ(mapped.Rows("PRAGMA integrity_check; PRAGMA mmap_size = 0"), "ok 0");
  EXPECT_EQ(mapped.Rows(kChecksum), db.Rows(kChecksum));
}

TEST_P(Storage, MemoryMappedInRollbackMode) {
  Database db = Open();
  db.Run("PRAGMA journal_mode = DELETE; PRAGMA mmap_size = 100000000; PRAGMA cache_size = 10; " +
         Work());
  const std::string sum = db.Rows(kChecksum);
  db.Run("BEGIN; UPDATE t SET x = 'other'; DELETE FROM t WHERE k % 2; ROLLBACK");
  EXPECT_EQ(db.Rows(kChecksum), sum);
  Database other = place().OpenBare("app.sqlite");
  other.Run("PRAGMA mmap_size = 100000000");
  EXPECT_EQ(other.Rows(kChecksum), sum);
  db.Run("UPDATE t SET x = x || 'z'; VACUUM");
  EXPECT_EQ(other.Rows(kChecksum), db.Rows(kChecksum));
}

TEST_P(Storage, TemporaryFilesAndBigSorts) {
  Database db = Open();
  db.Run("PRAGMA temp_store = FILE; PRAGMA cache_size = 10; PRAGMA cache_spill = 5");
  db.Run("CREATE TABLE t(k INTEGER PRIMARY KEY, x); " + InsertBlobs("t(x)", 20000, 100));
  // The sorter and the temporary table are larger than the cache and spill.
  db.Run("CREATE TEMP TABLE s AS SELECT x FROM t ORDER BY x; CREATE INDEX temp.si ON s(x)");
  EXPECT_EQ(db.Int("SELECT count(*) FROM (SELECT x, lag(x) OVER (ORDER BY rowid) AS before FROM s) "
                   "WHERE before > x"),
            0);
  db.Run("CREATE INDEX tx ON t(x)");
  db.Run(
      "BEGIN; UPDATE OR ROLLBACK t SET x = x || 'a'; SAVEPOINT s; DELETE FROM s; ROLLBACK TO s; "
      "COMMIT");
  EXPECT_EQ(db.Int("SELECT count(*) FROM s"), 20000);
  EXPECT_EQ(db.Exec("INSERT INTO t SELECT k + 5, x FROM t"), SQLITE_CONSTRAINT);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check; SELECT count(*) FROM t"), "ok 20000");
}

TEST_P(Storage, ATemporaryDatabaseOfThisVfs) {
  Database db("", place().Vfs());
  db.Run("PRAGMA cache_size = 5; PRAGMA cache_spill = 1; CREATE TABLE t(x); " +
         InsertBlobs("t", 3000, 1000) + " DELETE FROM t WHERE rowid % 2; VACUUM");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "1500 ok");
}

INSTANTIATE_TEST_SUITE_P(In, Storage, Everywhere(), ProviderName);

class MappedPages : public Contract {
 protected:
  uint64_t Fetches(Database& db) { return Counter(db, shm::kCounterFetches); }
  uint64_t Reads(Database& db) { return Counter(db, shm::kCounterReads); }

 private:
  uint64_t Counter(Database& db, shm::CounterId id) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(db.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return sqlite::DatabaseFile::Of(Shim::Unwrap(file))->connection.shm->counters[id].load();
  }
};

TEST_P(MappedPages, PagesAreUsedInPlace) {
  Database db = Open();
  db.Run(Work() + "PRAGMA wal_checkpoint(TRUNCATE)");
  Database reader = Open();
  reader.Run(
      "PRAGMA mmap_size = 100000000; SELECT * FROM t NOT INDEXED;"
      "SELECT x FROM t INDEXED BY tx WHERE x > ''");
  const uint64_t pages = static_cast<uint64_t>(db.Int("PRAGMA page_count"));
  EXPECT_GT(Fetches(reader), pages / 2);
  EXPECT_LT(Reads(reader), 10u) << "the header is read, and hardly anything else";
  const uint64_t before = Fetches(reader);
  reader.Run("PRAGMA mmap_size = 0");
  db.Run("UPDATE t SET x = x || 'a'; PRAGMA wal_checkpoint(TRUNCATE)");
  reader.Run("SELECT * FROM t NOT INDEXED");
  EXPECT_EQ(Fetches(reader), before) << "without a limit nothing is used in place";
}

INSTANTIATE_TEST_SUITE_P(In, MappedPages, InRegions(), ProviderName);

/// A database beyond 1 GiB, where SQLite leaves the page with the lock bytes of other systems free.
class Beyond : public Contract {
 protected:
  Options options() const override {
    Options options = SmallStart();
    // Together less than 2 GiB: more than that in one piece is not to be had of every allocator.
    options.max_database_capacity_bytes = 1280 * kMiB;
    options.region_capacity_bytes = 1536 * kMiB;
    return options;
  }
};

TEST_P(Beyond, OneGiBIsSparseAndSkipsThePendingBytePage) {
  Database db = place().OpenBare("app.sqlite");
  db.Run(
      "PRAGMA page_size = 65536; PRAGMA journal_mode = WAL; CREATE TABLE t(k INTEGER PRIMARY KEY, "
      "x)");
  db.Close();
  // A database whose last page is just before the page of the lock byte (1 GiB / 65536 + 1 =
  // 16385): all pages in between are free ones that were never written, so they cost nothing.
  std::string bytes = place().Contents("app.sqlite");
  const auto put = [&bytes](size_t at, uint32_t value) {
    for (int i = 0; i < 4; ++i)
      bytes[at + static_cast<size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
  };
  put(28, 16384);
  place().SetContents("big.sqlite", bytes);
  place().SetSize("big.sqlite", int64_t{16384} * 65536);
  db = place().OpenBare("big.sqlite");
  db.Run("INSERT INTO t VALUES (1, zeroblob(1000000)), (2, randomblob(300000))");
  db.Run("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_GT(place().SizeOf("big.sqlite"), int64_t{1} << 30);
  EXPECT_EQ(db.Rows("SELECT k, length(x) FROM t ORDER BY k"), "1|1000000 2|300000");
  EXPECT_EQ(db.Int("SELECT count(*) FROM dbstat WHERE pageno = 16385"), 0);
  EXPECT_GT(db.Int("SELECT max(pageno) FROM dbstat WHERE name = 't'"), 16385);
  db.Run("PRAGMA mmap_size = 2000000000");
  EXPECT_EQ(place().OpenBare("big.sqlite").Rows("SELECT sum(length(x)) FROM t"), "1300000");
  if (!place().is_unix()) {
    EXPECT_LT(place().region().header()->committed_segments.load(), 400u) << "sparse";
  }
}

INSTANTIATE_TEST_SUITE_P(In, Beyond, Everywhere(), ProviderName);

}  // namespace
}  // namespace glasswal::test
