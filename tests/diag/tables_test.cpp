// The tables of the diagnostics over bytes: hostile ones, those of a capture, and those that nobody
// is a client of any more; and that their reference says what they have.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "contract/database.h"
#include "contract/place.h"
#include "diag/populated_region.h"
#include "diag/tables.h"
#include "fuzz/damaged_region.h"
#include "glasswal/sqlite.h"

namespace glasswal::test {
namespace {

using testing::PopulatedRegion;

std::shared_ptr<const RegionBytes> BytesOf(const std::vector<uint64_t>& words) {
  return NewMappedBytes(words.data(), words.size() * sizeof(uint64_t));
}

Database Over(std::shared_ptr<const RegionBytes> bytes) {
  Database db(":memory:", "");
  EXPECT_TRUE(AddTables(db.get(), std::move(bytes)).ok());
  return db;
}

TEST(TablesTest, ShowAPopulatedRegion) {
  PopulatedRegion populated;
  Database db = Over(NewMappedBytes(populated.region().bytes(), populated.region().size_bytes()));
  EXPECT_EQ(db.Rows("SELECT client, name, generation FROM glasswal_clients"),
            "2|ingest|5 4|report \"7\"|1");
  EXPECT_EQ(
      db.Rows("SELECT lock, mode, client_name, connection, waited_ns BETWEEN 50000 AND 1e9, "
              "remaining_ns > 0, exclusive, holder_client, holder_client_name, "
              "holder_connection, held_ns BETWEEN 100000 AND 1e9, holders FROM glasswal_waits"),
      "WRITE|exclusive|report \"7\"|1|1|1|1|2|ingest|0|1|"
      "[{\"client\":2,\"clientName\":\"ingest\",\"connection\":0}]");
  EXPECT_EQ(db.Rows("SELECT frames, backfilled, writer_client_name, held_back_by_holder_client, "
                    "json_extract(salts, '$[0]') FROM glasswal_wal"),
            "9|2|ingest|4|" + std::to_string(0xdeadbeef));
  EXPECT_EQ(
      db.Rows("SELECT w.value ->> 'name' FROM glasswal_recoveries, json_each(held_locks) AS w"),
      "CHECKPOINT DIRECTORY");
  EXPECT_EQ(db.Rows("SELECT last_events ->> '$[0].arguments.heldNs' FROM glasswal_recoveries"),
            "51200");
  EXPECT_EQ(db.Rows("SELECT scope, file, connection, commits FROM glasswal_counters"),
            "region|NULL|NULL|115 database|0|NULL|115 closed|0|NULL|100 connection|0|0|7 "
            "connection|0|1|8");
  EXPECT_EQ(db.Rows("SELECT kind, client, file, sum(count) FROM glasswal_segments "
                    "WHERE kind = 'control' GROUP BY 1, 2, 3"),
            "control|NULL|0|1");
  EXPECT_EQ(db.Rows("SELECT f.path, l.path FROM glasswal_files AS f JOIN glasswal_files AS l ON "
                    "l.database_file = f.file"),
            "/app.sqlite|/app.sqlite-wal");
}

TEST(TablesTest, ShowEventsWithNames) {
  PopulatedRegion populated;
  shm::Region& region = *populated.region();
  const uint64_t head = region.header()->event_head.load();
  trace::WriteEvent(region, EventKind::kLockRefused, {2, 5, 1, 1}, shm::kLockWalWrite, 4, 7, 9);
  trace::WriteEvent(region, EventKind::kClientLeft, {6, 9, 0, 0}, 1006, 0, 0, 0);
  Database db = Over(NewMappedBytes(populated.region().bytes(), populated.region().size_bytes()));
  EXPECT_EQ(
      db.Rows("SELECT kind, level, client_name, path, connection, arguments FROM glasswal_events "
              "WHERE sequence >= " +
              std::to_string(head)),
      "lock.refused|warn|ingest|/app.sqlite|0|{\"lock\":\"WRITE\",\"holderClient\":4,"
      "\"holderClientName\":\"report \\\"7\\\"\",\"heldNs\":7,\"waitedNs\":9} "
      "client.left|info|importer||NULL|{\"processId\":1006}");
  EXPECT_EQ(db.Rows("SELECT count(*) FROM glasswal_events"),
            db.Rows("SELECT count(*) FROM glasswal_events"))
      << "none is taken out";
}

TEST(TablesTest, ShowTextAndNumbersThatSqlHasNotGot) {
  PopulatedRegion populated;
  testing::SetText(populated.region()->client(2)->name, "a\xff\xe2\x82");
  populated.region()->client(2)->process_id.store(UINT64_MAX);
  Database db = Over(NewMappedBytes(populated.region().bytes(), populated.region().size_bytes()));
  EXPECT_EQ(db.Rows("SELECT name, process_id FROM glasswal_clients WHERE client = 2"),
            "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|9223372036854775807");
}

TEST(TablesTest, SayWhatIsWrongWithBytesThatAreNoRegion) {
  const std::vector<uint64_t> nothing(1 << 16);
  Database db = Over(BytesOf(nothing));
  EXPECT_EQ(db.Exec("SELECT * FROM glasswal_clients"), SQLITE_ERROR);
  EXPECT_EQ(db.error().rfind("glasswal_clients: ", 0), 0u) << db.error();
  EXPECT_GT(db.error().size(), 30u) << db.error();
}

/// Reads every value of every table. Whether there is an error does not matter.
void ReadEverything(Database* db) {
  for (const diag::Table& table : diag::Tables()) {
    Statement statement(*db, std::string("SELECT * FROM ") + table.name);
    int code = statement.Step();
    for (; code == SQLITE_ROW; code = statement.Step()) {
      for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
        (void)sqlite3_column_text(statement.get(), i);
      }
    }
    EXPECT_TRUE(code == SQLITE_DONE || code == SQLITE_ERROR) << code << ": " << db->error();
  }
}

TEST(TablesTest, OutliveAHostileRegion) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  const std::vector<uint64_t> dead = RegionOfTheDead();
  const auto geometry = shm::ReadGeometry(*reinterpret_cast<const shm::ShmHeader*>(dead.data()),
                                          dead.size() * sizeof(uint64_t));
  ASSERT_TRUE(geometry.ok());
  for (int round = 0; round < 60; ++round) {
    std::vector<uint64_t> words = dead;
    std::vector<uint8_t> changes(Damage::kMostRecords * Damage::kRecordBytes);
    for (uint8_t& byte : changes) byte = static_cast<uint8_t>(random());
    for (size_t at = 0; at < changes.size(); at += Damage::kRecordBytes) changes[at] &= 0xfe;
    {
      const Damage damage(*geometry, reinterpret_cast<std::byte*>(words.data()), changes.data(),
                          changes.size());
    }
    Database db = Over(BytesOf(words));
    ReadEverything(&db);
  }
}

TEST(TablesTest, ShowARegionAfterItsLastClientDied) {
  std::vector<uint64_t> words;
  {
    Place place(Provider::kBlock, SmallStart());
    Database db = place.Open();
    db.Run("CREATE TABLE t(x); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
    words.resize(place.runtime().bytes().size() / sizeof(uint64_t));
    const auto bytes =
        NewMappedBytes(place.runtime().bytes().data(), place.runtime().bytes().size());
    ASSERT_TRUE(bytes->Copy(0, words.size() * sizeof(uint64_t), words.data()));
    db.Run("COMMIT");
  }
  Database db = Over(BytesOf(words));
  EXPECT_EQ(db.Rows("SELECT lock, holders ->> '$[0].connection' FROM glasswal_locks "
                    "WHERE lock = 'WRITE' AND exclusive"),
            "WRITE|0");
  ReadEverything(&db);
}

/// Bytes of the heap that are in use; 0 where that is not told. A sanitizer, whose heap does not, looks
/// for leaks itself.
size_t InUse() {
#if defined(__GLIBC__)
  return mallinfo2().uordblks;
#else
  return 0;
#endif
}

TEST(TablesTest, LeakNothingInAHundredThousandRuns) {
  PopulatedRegion populated;
  Database db = Over(NewMappedBytes(populated.region().bytes(), populated.region().size_bytes()));
  Statement statement(db,
                      "SELECT count(*), sum(length(holders)) FROM glasswal_waits, glasswal_region");
  size_t before = 0;
  const int runs = InUse() != 0 ? 100'000 : 5'000;
  for (int run = 0; run < runs; ++run) {
    ASSERT_EQ(statement.Step(), SQLITE_ROW);
    ASSERT_EQ(statement.Int(0), 1);
    statement.Reset();
    if (run == 100) before = InUse();
  }
  EXPECT_LE(InUse(), before + 1024);
}

TEST(TablesTest, TheReferenceIsUpToDate) {
  std::ifstream file(GLASSWAL_TABLES_FILE);
  std::stringstream read;
  read << file.rdbuf();
  const std::string text = read.str();
  const size_t end = text.find("\n## ");
  ASSERT_NE(end, std::string::npos) << "the introduction comes first";
  const std::string wanted = text.substr(0, end) + diag::TableReference();
  if (std::getenv("GLASSWAL_WRITE_TABLES") != nullptr) {
    std::ofstream(GLASSWAL_TABLES_FILE) << wanted;
    return;
  }
  EXPECT_TRUE(text == wanted)
      << "columns or their sentences have changed: GLASSWAL_WRITE_TABLES=1 build/native/tests/"
         "diag_tables_test --gtest_filter='*Reference*' writes vfs/TABLES.md anew";
}

}  // namespace
}  // namespace glasswal::test
