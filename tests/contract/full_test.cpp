// No room left, at every place where room is asked for: always SQLITE_FULL at the statement,
// nothing half done, the connection works on, and once there is room again everything succeeds.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "contract/audit.h"
#include "contract/shim.h"
#include "contract/workload.h"
#include "glasswal/runtime.h"
#include "port/memory.h"
#include "recovery/runtime_inside.h"
#include "shm/block.h"
#include "shm/segments.h"
#include "store/wal_index.h"

namespace glasswal::test {
namespace {

constexpr uint64_t kRegionBytes = 8 * kMiB;

/// A block of memory of which the machine refuses to give more from some moment on.
class ScarceMemory : public port::Memory {
 public:
  explicit ScarceMemory(std::unique_ptr<port::Memory> real) : real_(std::move(real)) {
    base_ = real_->base();
    size_bytes_ = real_->size_bytes();
  }
  Status Commit(uint64_t offset, uint64_t size_bytes) override {
    ++asked_;
    if (refuse_from_ != 0 && asked_ >= refuse_from_ && asked_ <= refuse_to_) {
      return Status(StatusCode::kFull, "this test has no more memory");
    }
    return real_->Commit(offset, size_bytes);
  }
  Result<std::unique_ptr<port::Liveness>> NewLiveness() override { return real_->NewLiveness(); }

  /// Refuses from the n-th next call on, `times` times.
  void RefuseNth(uint64_t n, uint64_t times) {
    refuse_from_ = asked_ + n;
    refuse_to_ = times == UINT64_MAX ? UINT64_MAX : refuse_from_ + times - 1;
  }
  void Relent() { refuse_from_ = 0; }
  bool refused() const { return refuse_from_ != 0 && asked_ >= refuse_from_; }

 private:
  std::unique_ptr<port::Memory> real_;
  uint64_t asked_ = 0;
  uint64_t refuse_from_ = 0;
  uint64_t refuse_to_ = 0;
};

/// A region in a block, a VFS, and the workload on it. What is scarce is up to the test.
class Scarcity {
 public:
  explicit Scarcity(const Options& options, uint64_t region_bytes = kRegionBytes)
      : block_(region_bytes) {
    auto memory = std::make_unique<ScarceMemory>(block_.memory());
    memory_ = memory.get();
    auto runtime = RuntimeInside::CreateOn(std::move(memory), options, "scarce");
    if (!runtime.ok()) ADD_FAILURE() << runtime.status().message();
    runtime_ = *runtime;
    EXPECT_TRUE(runtime_->RegisterVfs("scarce", false).ok());
  }
  ~Scarcity() {
    EXPECT_EQ(AuditSegments(region()) + AuditClosed(region()), "");
    EXPECT_TRUE(Runtime::UnregisterVfs("scarce").ok());
  }

  shm::Region& region() const { return RegionOf(*runtime_); }
  Runtime& runtime() { return *runtime_; }
  ScarceMemory& memory() { return *memory_; }

 private:
  Block block_;
  ScarceMemory* memory_ = nullptr;
  std::shared_ptr<Runtime> runtime_;
};

/// Takes all segments of a region but a few.
class Hog {
 public:
  Hog(const Scarcity& place, Runtime& runtime, uint32_t leave) : region_(place.region()) {
    const uint32_t owner = shm::ClientOwner(runtime.client_slot(), runtime.client_generation());
    for (;;) {
      const shm::ClaimedSegment segment = shm::ClaimSegment(region_, owner);
      if (segment.segment == shm::kNoSegment) break;
      claimed_.push_back(segment);
    }
    while (leave-- > 0 && !claimed_.empty()) GiveBackOne();
  }
  ~Hog() { GiveBackAll(); }
  void GiveBackAll() {
    while (!claimed_.empty()) GiveBackOne();
  }

 private:
  void GiveBackOne() {
    EXPECT_TRUE(shm::ReleaseSegment(region_, claimed_.back().segment, claimed_.back().word));
    claimed_.pop_back();
  }
  shm::Region& region_;
  std::vector<shm::ClaimedSegment> claimed_;
};

/// Runs the whole workload while something is scarce. At the first refusal `on_first` is called:
/// with `relent` it ends the scarcity, and the step that was refused must then succeed. Otherwise
/// all steps go on being tried, and the scarcity ends after the last. Returns the number of
/// refusals.
int RunThrough(Workload& work, bool relent, const std::function<void()>& end_scarcity) {
  int refusals = 0;
  const auto tried = [&](int result, const std::string& what) {
    if (result == SQLITE_OK) return true;
    // What was refused before may be missing now.
    const std::string error = work.database().error();
    const bool misses = !relent && error.find("no such") == 0;
    EXPECT_EQ(result, misses ? SQLITE_ERROR : SQLITE_FULL) << what << ": " << error;
    ++refusals;
    return false;
  };
  if (!tried(work.Open(), "open")) {
    end_scarcity();
    EXPECT_EQ(work.Open(), SQLITE_OK);
  }
  for (const Step& step : WorkloadSteps()) {
    const int result = work.Try(step);
    const bool done = tried(result, step.sql);
    work.Settle(step, result);
    if (done) continue;
    if (!relent) continue;
    work.ExpectSound();
    end_scarcity();
    const int again = work.Run(step);
    // A step that was refused after it had committed (a VACUUM's checkpoint) may find its work
    // done.
    EXPECT_EQ(again, SQLITE_OK) << step.sql << ": " << work.database().error();
  }
  end_scarcity();
  work.ExpectSound();
  EXPECT_EQ(work.Run(WorkloadSteps()[0]), SQLITE_OK);
  EXPECT_EQ(work.database().Rows("PRAGMA journal_mode = WAL"), "wal");
  EXPECT_EQ(work.Run({"INSERT INTO t VALUES (99999, 'the end')"}), SQLITE_OK);
  EXPECT_EQ(work.database().Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
  work.ExpectSound();
  work.Close();
  return refusals;
}

TEST(Full, EveryNumberOfFreeSegments) {
  for (const bool relent : {true, false}) {
    int refusals = 1;
    uint32_t free = 0;
    for (; refusals > 0; ++free) {
      SCOPED_TRACE(std::to_string(free) + " free segments, " + (relent ? "once" : "for good"));
      Scarcity place(SmallOptions());
      Workload work("app.sqlite", "scarce");
      {
        Hog hog(place, place.runtime(), free);
        refusals = RunThrough(work, relent, [&hog] { hog.GiveBackAll(); });
      }
      if (::testing::Test::HasFailure()) return;
      ASSERT_LT(free, 128u) << "the workload needs no more than the region has";
    }
    EXPECT_GT(free, 10u) << "with few segments it must have been refused";
  }
}

TEST(Full, EveryGrowthOfTheRegion) {
  for (const uint64_t times : {uint64_t{1}, UINT64_MAX}) {
    for (uint64_t n = 1;; ++n) {
      SCOPED_TRACE("commit " + std::to_string(n) + " of memory refused");
      Scarcity place(SmallOptions());
      Workload work("app.sqlite", "scarce");
      place.memory().RefuseNth(n, times);
      RunThrough(work, /*relent=*/true, [&place] { place.memory().Relent(); });
      if (::testing::Test::HasFailure()) return;
      if (!place.memory().refused() && n > 4) break;
    }
  }
}

TEST(Full, EverySmallDatabaseLimit) {
  for (uint64_t limit = 64 * kKiB; limit <= 640 * kKiB; limit += 64 * kKiB) {
    SCOPED_TRACE(limit);
    Options options = SmallOptions();
    options.max_database_capacity_bytes = limit;
    Scarcity place(options);
    Workload work("app.sqlite", "scarce");
    const int refusals = RunThrough(work, /*relent=*/false, [] {});
    EXPECT_GT(refusals, 0);
  }
  Scarcity roomy(SmallOptions());
  Workload work("app.sqlite", "scarce");
  EXPECT_EQ(RunThrough(work, /*relent=*/false, [] {}), 0);
}

TEST(Full, TheRegionCountsWhatItsDatabasesMet) {
  Options options = SmallOptions();
  options.max_database_capacity_bytes = 128 * kKiB;
  Scarcity place(options);
  EXPECT_EQ(place.region().header()->full.load(), 0u);
  Workload work("app.sqlite", "scarce");
  EXPECT_GT(RunThrough(work, /*relent=*/false, [] {}), 0);
  EXPECT_GT(place.region().header()->full.load(), 0u);
}

TEST(Full, EverySmallLogLimit) {
  for (uint64_t limit = 64 * kKiB; limit <= 1280 * kKiB; limit += 64 * kKiB) {
    SCOPED_TRACE(limit);
    Options options = SmallOptions();
    options.max_write_ahead_capacity_bytes = limit;
    Scarcity place(options);
    Workload work("app.sqlite", "scarce");
    RunThrough(work, /*relent=*/false, [] {});
  }
}

TEST(Full, EverySmallRegion) {
  // From the smallest that can be made on: segments for maps, control data and the wal-index run
  // out at other steps each time.
  const auto smallest = [] {
    uint64_t bytes = 64 * kKiB;
    while (!shm::PlanGeometry(bytes, SmallOptions()).ok()) bytes += 64 * kKiB;
    return bytes;
  }();
  for (uint64_t more = 2; more < 40; ++more) {
    SCOPED_TRACE(more);
    Scarcity place(SmallOptions(), smallest + more * 64 * kKiB);
    Workload work("app.sqlite", "scarce");
    RunThrough(work, /*relent=*/false, [] {});
  }
}

TEST(Full, ACheckpointNeverFailsForWantOfRoom) {
  // A writer fills the log while readers hold back the checkpoint, and everything else that is free
  // goes to somebody else. What was acknowledged can still be copied into the database.
  for (uint32_t free = 3; free < 40; free += 3) {
    SCOPED_TRACE(free);
    Scarcity place(SmallOptions());
    Database db("app.sqlite", "scarce");
    db.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x)");
    Database reader("app.sqlite", "scarce");
    reader.Run("BEGIN; SELECT * FROM t");
    Hog hog(place, place.runtime(), free);
    int64_t rows = 0;
    while (db.Exec("INSERT INTO t VALUES (zeroblob(3000))") == SQLITE_OK) ++rows;
    reader.Run("COMMIT");
    EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
    EXPECT_EQ(db.Int("SELECT count(*) FROM t"), rows);
    EXPECT_EQ(reader.Rows("PRAGMA integrity_check"), "ok");
    db.Run("INSERT INTO t VALUES (1)");
  }
}

TEST(Full, ACheckpointKeepsTheRoomOfAWriterAtWork) {
  // The checkpoint of what is committed cuts the database's file off, while a writer has frames in
  // the log for pages beyond its end: their room must not go to anybody else.
  Scarcity place(SmallOptions());
  Database db("app.sqlite", "scarce");
  db.Run(
      "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5; CREATE TABLE t(x);"
      "INSERT INTO t VALUES (1); BEGIN; " +
      InsertBlobs("t", 400, 1000));
  Database other("app.sqlite", "scarce");
  EXPECT_EQ(other.Rows("PRAGMA wal_checkpoint").substr(0, 2), "0|");
  {
    Hog hog(place, place.runtime(), 1);  // For the last pages' frames.
    db.Run("COMMIT");
    EXPECT_EQ(db.Rows("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0") << db.error();
    EXPECT_EQ(other.Rows("SELECT count(*) FROM t; PRAGMA integrity_check"), "401 ok");
  }
}

/// Transactions over three databases until `free` segments are used up: all of them or none, also
/// when there is no room. Returns the number of refusals.
int RunOverThree(Scarcity& place, const std::string& vfs, const std::string& main_mode,
                 uint32_t free) {
  Database db("app.sqlite", vfs);
  db.Run("ATTACH 'left.sqlite' AS l; ATTACH 'right.sqlite' AS r; PRAGMA main.journal_mode = " +
         main_mode +
         "; PRAGMA l.journal_mode = DELETE; PRAGMA r.journal_mode = DELETE;"
         "CREATE TABLE t(x); CREATE TABLE l.t(x); CREATE TABLE r.t(x)");
  Hog hog(place, place.runtime(), free);
  int refusals = 0;
  for (int i = 0; i < 4; ++i) {
    const bool is_done =
        db.Exec("BEGIN;" + InsertBlobs("t", 40, 1000) + InsertBlobs("l.t", 40, 1000) +
                InsertBlobs("r.t", 40, 1000) + "COMMIT") == SQLITE_OK;
    if (!is_done) {
      EXPECT_EQ(db.extended(), SQLITE_FULL) << db.error();
      ++refusals;
      if (sqlite3_get_autocommit(db.get()) == 0) db.Exec("ROLLBACK");
    }
    // With a WAL database among them it is not one transaction (SQLite's documentation of WAL).
    const std::string rows = db.Rows("SELECT count(*) FROM l.t");
    EXPECT_EQ(db.Rows("SELECT count(*) FROM r.t"), rows);
    EXPECT_TRUE(main_mode == "WAL" || db.Rows("SELECT count(*) FROM t") == rows);
  }
  return refusals;
}

TEST(Full, ATransactionOverSeveralDatabasesLeavesNoSuperJournal) {
  // SQLite leaves it to whoever finds it named in a journal, also if the refusal came before it was
  // named in any. Each would cost two segments for ever.
  for (const char* main_mode : {"WAL", "DELETE"}) {
    int refusals = 1;
    for (uint32_t free = 0; refusals > 0; ++free) {
      SCOPED_TRACE(std::to_string(free) + " free segments, " + main_mode);
      Scarcity place(SmallOptions());
      refusals = RunOverThree(place, "scarce", main_mode, free);
      for (const FileEntry& file : place.runtime().ListFiles()) {
        ASSERT_EQ(file.path.find("-mj"), std::string::npos) << file.path;
      }
      ASSERT_LT(free, 120u);
    }
  }
}

TEST(Full, ATransactionOverSeveralDatabasesUnderACipher) {
  // What a journal names cannot be told: nothing may be deleted that one might name.
  int refusals = 1;
  for (uint32_t free = 0; refusals > 0; ++free) {
    SCOPED_TRACE(std::to_string(free) + " free segments");
    Scarcity place(SmallOptions());
    const Shim cipher("cipher", "scarce", Shim::Names::kPassed, Shim::Bytes::kInverted);
    refusals = RunOverThree(place, "cipher", "DELETE", free);
    ASSERT_LT(free, 120u);
  }
}

TEST(Full, ACommitThatIsRefusedDoesNotComeBackWithARecovery) {
  // A segment of the wal-index describes 8158 frames. The next one must be there before the first
  // frame that needs it is written: SQLite asks for it only when the commit's frame is in the log
  // already, and a recovery would then find the commit that was refused.
  for (uint32_t free = 0; free <= 4; ++free) {
    SCOPED_TRACE(free);
    Scarcity place(SmallOptions());
    Database db("app.sqlite", "scarce");
    db.Run(
        "PRAGMA page_size = 512; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(v); INSERT INTO t "
        "VALUES (0)");
    int64_t acknowledged = 0;
    for (; acknowledged < 8100; ++acknowledged) db.Run("UPDATE t SET v = v + 1");
    // Without a reader the log would start anew instead of needing more room.
    Database reader("app.sqlite", "scarce");
    reader.Run("BEGIN; SELECT v FROM t");
    Hog hog(place, place.runtime(), free);
    while (acknowledged < 9000 && db.Exec("UPDATE t SET v = v + 1") == SQLITE_OK) ++acknowledged;
    EXPECT_LT(acknowledged, 9000);
    EXPECT_EQ(db.extended(), SQLITE_FULL);
    reader.Run("COMMIT");
    EXPECT_EQ(db.Int("SELECT v FROM t"), acknowledged);
    // Whoever comes next rebuilds the index from the log.
    EXPECT_TRUE(store::SpoilWalIndex(place.region(), 0));
    Database next("app.sqlite", "scarce");
    EXPECT_EQ(next.Int("SELECT v FROM t"), acknowledged);
    hog.GiveBackAll();
    db.Run("UPDATE t SET v = v + 1");
    EXPECT_EQ(next.Int("SELECT v FROM t"), acknowledged + 1);
    EXPECT_EQ(next.Rows("PRAGMA integrity_check"), "ok");
  }
}

TEST(Full, WhoeverHasAReadMarkIsAskedForNoRoom) {
  // SQLite takes one mark at a time. Another caller of the VFS may want a second one while the log
  // is short of room: it would wait for the one that it has itself.
  Options options = SmallOptions();
  options.max_write_ahead_capacity_bytes = 256 * kKiB;
  Scarcity place(options);
  Database db("app.sqlite", "scarce");
  db.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x)");
  Database reader("app.sqlite", "scarce");
  reader.Run("BEGIN; SELECT * FROM t");
  while (db.Exec("INSERT INTO t VALUES (zeroblob(3000))") == SQLITE_OK) continue;
  sqlite3_file* file = nullptr;
  sqlite3_file_control(reader.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  for (int mark = 1; mark < static_cast<int>(shm::kWalReaders); ++mark) {
    const int lock = static_cast<int>(shm::kLockWalRead0) + mark;
    EXPECT_EQ(file->pMethods->xShmLock(file, lock, 1, SQLITE_SHM_LOCK | SQLITE_SHM_SHARED),
              SQLITE_OK)
        << mark;
  }
  file->pMethods->xShmUnmap(file, 0);
}

}  // namespace
}  // namespace glasswal::test
