// The dead hold nothing back: not the write-ahead log by their snapshots, not slots, handles or
// memory.
#include <signal.h>

#include <vector>

#include "multiprocess/region_audit.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "store/directory.h"

namespace glasswal::test {
namespace {

class DeadReader : public Stage {
 protected:
  uint64_t WalBytes() {
    const auto wal = store::FindFile(region(), "/app.sqlite-wal");
    return wal.has_value() ? region().file(*wal)->size_bytes.load() : 0;
  }
};

TEST_F(DeadReader, DoesNotHoldTheLogBack) {
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  const auto reader = Child("reader", "BEGIN; SELECT * FROM t");
  ASSERT_TRUE(sql().Run("INSERT INTO t SELECT randomblob(100000)")) << sql().error();
  sqlite3_busy_timeout(sql().db(), 100);
  EXPECT_EQ(sql().Number("PRAGMA wal_checkpoint(TRUNCATE)"), 1) << "the reader pinned nothing";
  EXPECT_GT(WalBytes(), 100'000u);
  reader->Kill();
  EXPECT_EQ(sql().Number("PRAGMA wal_checkpoint(TRUNCATE)"), 0) << sql().error();
  EXPECT_EQ(WalBytes(), 0u);
}

TEST_F(DeadReader, DoesNotLetTheLogGrowWithoutEnd) {
  ASSERT_TRUE(sql().Run("PRAGMA wal_autocheckpoint=20"));
  const auto reader = Child("reader", "BEGIN; SELECT * FROM t");
  reader->Kill();
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(randomblob(2000))"));
  EXPECT_LT(WalBytes(), 60u * 4120) << "the log was never restarted";
}

// Nobody asks for it: a survivor that merely works notices within a second or two.
TEST_F(DeadReader, EverythingOfTheDeadComesBackByItself) {
  const std::vector<std::string> lives = {
      "BEGIN; SELECT * FROM t",
      "SELECT * FROM t",
      ("ATTACH '/other.sqlite' AS other; CREATE TABLE IF NOT EXISTS other.o(x); BEGIN; SELECT * "
       "FROM other.o"),
      ("ATTACH '/third.sqlite' AS third; PRAGMA third.journal_mode=DELETE; CREATE TABLE third.o(x);"
       "BEGIN IMMEDIATE; INSERT INTO third.o VALUES(1)"),
      "PRAGMA mmap_size=1000000; BEGIN; SELECT * FROM t",
  };
  std::vector<std::unique_ptr<ChildProcess>> children;
  std::vector<Place> places;
  for (size_t i = 0; i < lives.size(); ++i) {
    children.push_back(Child("life-" + std::to_string(i), lives[i]));
    places.push_back(PlaceOf(children.back()->process_id()));
    children.back()->Kill();
  }
  const auto problems = [&] {
    std::string all;
    for (const Place& place : places) all += AuditDead(region(), place.slot, place.generation);
    return all;
  };
  Eventually(
      [&] {
        EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('work')")) << sql().error();
        return problems().empty();
      },
      2500);
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(AuditQuiescent(region(), 0), "");
}

}  // namespace
}  // namespace glasswal::test
