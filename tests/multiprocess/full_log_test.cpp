// A write-ahead log that was filled while somebody read is not full any longer than that: the next
// write starts it anew by itself. Writers wait for slow readers before they fail, and the failure
// names the reader.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/sqlite.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"

namespace glasswal::test {
namespace {

const std::string kInsert = "INSERT INTO t VALUES(randomblob(3000))";

class FullLog : public Stage {
 protected:
  void SetUp() override { RaiseWithLog(4 * kMiB); }

  void RaiseWithLog(uint64_t log_bytes, uint64_t region_bytes = 0) {
    Options options;
    options.max_write_ahead_capacity_bytes = log_bytes;
    options.region_capacity_bytes = region_bytes;
    options.max_database_capacity_bytes = 64 * kMiB;
    Raise(options);
  }

  /// Inserts until there is no room; returns how many rows went in.
  int Fill() {
    sqlite3_busy_timeout(sql().db(), 0);
    int rows = 0;
    while (sql().Run(kInsert)) ++rows;
    EXPECT_EQ(sql().code(), SQLITE_FULL) << sql().error();
    return rows;
  }

  std::string LastError() {
    sqlite3_vfs* vfs = sqlite3_vfs_find("stage");
    char text[1000] = "";
    vfs->xGetLastError(vfs, sizeof(text), text);
    return text;
  }
};

TEST_F(FullLog, StartsAnewWithTheNextWriteWhenItsReaderIsGone) {
  {
    const auto reader = seat().Open();
    ASSERT_TRUE(reader->Run("BEGIN; SELECT count(*) FROM t"));
    EXPECT_GT(Fill(), 200);
    ASSERT_TRUE(reader->Run("COMMIT"));
  }
  const auto other = seat().Open("/app.sqlite", 0);
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(other->Run(kInsert)) << other->error();
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(sql().Run(kInsert)) << sql().error();
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

TEST_F(FullLog, StartsAnewAlsoWhereNobodyCheckpoints) {
  ASSERT_TRUE(sql().Run("PRAGMA wal_autocheckpoint=0"));
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(sql().Run(kInsert)) << i << ": " << sql().error();
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t"), 5000);
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

TEST_F(FullLog, StartsAnewWithTheNextWriteWhenItsReaderWasKilled) {
  const auto reader = Child("doomed", "BEGIN; SELECT count(*) FROM t");
  Fill();
  reader->Kill();
  EXPECT_TRUE(sql().Run(kInsert)) << sql().error();
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

TEST_F(FullLog, StartsAnewToo_WhenItWasTheRegionThatWasFull) {
  RaiseWithLog(512 * kMiB, 14 * kMiB);
  const auto reader = seat().Open();
  ASSERT_TRUE(reader->Run("BEGIN; SELECT count(*) FROM t"));
  // The same page again and again, so that the log is what takes the room.
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(0)"));
  sqlite3_busy_timeout(sql().db(), 0);
  while (sql().Run("UPDATE t SET x = x + 1")) {
  }
  EXPECT_EQ(sql().code(), SQLITE_FULL);
  EXPECT_NE(LastError().find("`stage`"), std::string::npos) << LastError();
  ASSERT_TRUE(reader->Run("COMMIT"));
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(sql().Run("UPDATE t SET x = x + 1")) << i << ": " << sql().error();
  }
}

TEST_F(FullLog, IsRefusedWithTheNameOfTheReaderItsAgeAndTheOption) {
  const auto reader = Child("slow-report", "BEGIN; SELECT count(*) FROM t");
  Fill();
  const std::string text = LastError();
  EXPECT_NE(text.find("`slow-report`"), std::string::npos) << text;
  EXPECT_NE(text.find(" ms old"), std::string::npos) << text;
  EXPECT_NE(text.find("max_write_ahead_capacity_bytes"), std::string::npos) << text;
  // As whoever gives it in a URI writes it; JavaScript's name is for JavaScript.
  EXPECT_NE(text.find("max_write_ahead_bytes"), std::string::npos) << text;
  EXPECT_EQ(text.find("maxWriteAheadCapacityBytes"), std::string::npos) << text;
  const Refusal refusal = LastRefusal(sql().db());
  EXPECT_TRUE(refusal.present);
  EXPECT_EQ(refusal.holder, "slow-report");
  EXPECT_EQ(refusal.client, PlaceOf(reader->process_id()).slot);
}

TEST_F(FullLog, FastWriterWaitsForASlowReaderWithinItsBusyTimeout) {
  sqlite3_busy_timeout(sql().db(), 20'000);
  std::atomic<bool> begun{false};
  std::thread reader([&] {
    const auto connection = seat().Open();
    EXPECT_TRUE(connection->Run("BEGIN; SELECT count(*) FROM t"));
    begun = true;
    port::SleepUs(1'000'000);  // It is slow: that is what the test is about.
    EXPECT_TRUE(connection->Run("COMMIT"));
  });
  EXPECT_TRUE(Eventually([&] { return begun.load(); }));
  uint64_t slowest_ns = 0;
  for (int i = 0; i < 4000; ++i) {
    const uint64_t began_ns = port::NowNs();
    EXPECT_TRUE(sql().Run(kInsert)) << i << ": " << sql().error();
    slowest_ns = std::max(slowest_ns, port::NowNs() - began_ns);
    if (HasFailure()) break;
  }
  reader.join();
  EXPECT_GT(slowest_ns, 100 * kNsPerMs) << "it never had to wait, so the test shows nothing";
  EXPECT_LT(slowest_ns, 1500 * kNsPerMs * kSlowness) << "it was not woken by the reader's end";
}

TEST_F(FullLog, GivesUpWaitingForAReaderThatStaysAfterItsBusyTimeout) {
  const auto reader = seat().Open();
  ASSERT_TRUE(reader->Run("BEGIN; SELECT count(*) FROM t"));
  Fill();
  sqlite3_busy_timeout(sql().db(), 300);
  const uint64_t began_ns = port::NowNs();
  EXPECT_FALSE(sql().Run(kInsert));
  const uint64_t took_ns = port::NowNs() - began_ns;
  EXPECT_EQ(sql().code(), SQLITE_FULL);
  EXPECT_GE(took_ns, 250 * kNsPerMs);
  EXPECT_LT(took_ns, 1000 * kNsPerMs * kSlowness);
}

struct Tally {
  std::atomic<uint64_t> commits{0};
  std::atomic<uint64_t> slowest_ns{0};
  std::atomic<int> errors{0};
};

/// Commits as fast as it can until `ended`.
void WriteOn(const Seat& seat, const std::atomic<bool>& ended, Tally* tally) {
  const auto connection = seat.Open("/app.sqlite", 30'000);
  while (!ended) {
    const uint64_t began_ns = port::NowNs();
    if (!connection->Run(
            "UPDATE t SET x = randomblob(3000) WHERE rowid = 1 + abs(random()) % 50")) {
      ADD_FAILURE() << connection->error();
      ++tally->errors;
      return;
    }
    ++tally->commits;
    tally->slowest_ns = std::max(tally->slowest_ns.load(), port::NowNs() - began_ns);
  }
}

struct Scale {
  uint64_t log_bytes;
  uint64_t reading_ms;  // How long each snapshot is held.
  uint64_t running_ms;
  uint64_t slowest_ms;  // Longer than two snapshots and something for the machine: starved.
};

TEST_F(FullLog, NeverFailsFourWritersAtFullSpeedBesideSlowReaders) {
  const Scale scale = Thorough() && !kSanitized ? Scale{64 * kMiB, 3000, 600'000, 10'000}
                                                : Scale{4 * kMiB, 300, 6'000, 5'000};
  RaiseWithLog(scale.log_bytes);
  ASSERT_TRUE(sql().Run("BEGIN"));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(sql().Run(kInsert));
  ASSERT_TRUE(sql().Run("COMMIT"));
  std::atomic<bool> ended{false};
  std::vector<Tally> tallies(4);
  std::vector<std::thread> threads;
  for (Tally& tally : tallies) threads.emplace_back([&] { WriteOn(seat(), ended, &tally); });
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      const auto connection = seat().Open();
      port::SleepUs(static_cast<uint64_t>(i) * scale.reading_ms * 500);
      while (!ended) {
        EXPECT_TRUE(connection->Run("BEGIN; SELECT count(*) FROM t"));
        port::SleepUs(scale.reading_ms * 1000);
        EXPECT_TRUE(connection->Run("COMMIT"));
      }
    });
  }
  port::SleepUs(scale.running_ms * 1000);
  ended = true;
  for (std::thread& thread : threads) thread.join();
  for (const Tally& tally : tallies) {
    EXPECT_EQ(tally.errors, 0);
    EXPECT_GT(tally.commits, 20u) << "a writer was starved";
    EXPECT_LT(tally.slowest_ns, scale.slowest_ms * kNsPerMs * kSlowness) << "a writer was starved";
    std::printf("%llu commits, slowest %llu ms\n",
                static_cast<unsigned long long>(tally.commits.load()),
                static_cast<unsigned long long>(tally.slowest_ns.load() / kNsPerMs));
  }
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

TEST_F(FullLog, CheckpointFramesCountsWhatWasCopied) {
  ASSERT_TRUE(sql().Run("PRAGMA wal_autocheckpoint=10"));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(sql().Run(kInsert));
  for (const char* mode : {"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) {
    ASSERT_TRUE(sql().Run(kInsert));
    EXPECT_EQ(sql().Number(std::string("PRAGMA wal_checkpoint(") + mode + ")"), 0);
  }
  const Result<Snapshot> snapshot = Observe(runtime());
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(snapshot->totals.checkpoint_frames, snapshot->totals.commit_frames);
}

}  // namespace
}  // namespace glasswal::test
