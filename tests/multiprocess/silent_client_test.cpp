// Clients that are stopped, but not dead: they are suspected and named, and nothing is taken from
// them.
#include <signal.h>

#include "glasswal/sqlite.h"
#include "lock/lock_word.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "store/directory.h"
#include "store/segment_map.h"
#include "trace/ring.h"

namespace glasswal::test {
namespace {

constexpr uint32_t kStaleMs = 40;

class SilentClient : public Stage {
 protected:
  void SetUp() override { Raise(OptionsFor(OnStale::kReport)); }

  static Options OptionsFor(OnStale on_stale) {
    Options options;
    options.stale_ms = kStaleMs * kSlowness;
    options.on_stale = on_stale;
    return options;
  }

  uint64_t LockWord(shm::LockId id) {
    const auto file = store::FindFile(region(), "/app.sqlite");
    return store::DatabaseOf(region(), file.value_or(0))->locks[id].word.load();
  }
  uint64_t Waiters(shm::LockId id) {
    const auto file = store::FindFile(region(), "/app.sqlite");
    return store::DatabaseOf(region(), file.value_or(0))->locks[id].waiters.load();
  }

  /// How many locks the last report of its silence says that the client held.
  uint64_t ReportedLocks(uint32_t about) {
    trace::EventCursor cursor(region(), trace::EventCursor::Start::kOldest);
    uint64_t locks = 0;
    Event event;
    while (cursor.Next(&event)) {
      if (event.kind == EventKind::kClientSilent && event.arguments[0] == about) {
        locks = event.arguments[2];
      }
    }
    return locks;
  }

  uint32_t CountEvents(EventKind kind, uint32_t about) {
    trace::EventCursor cursor(region(), trace::EventCursor::Start::kOldest);
    uint32_t found = 0;
    Event event;
    while (cursor.Next(&event)) found += event.kind == kind && event.arguments[0] == about;
    return found;
  }

  /// A child that runs `before`, stops itself, and when it goes on runs `after`.
  int StopBetween(Seat& own, const std::string& before, const std::string& after) {
    const auto connection = own.Open();
    if (!connection->Run(before)) return 2;
    raise(SIGSTOP);
    return connection->Run(after) ? 0 : 3;
  }
};

TEST_F(SilentClient, WriterIsNamedAndKeepsItsLock) {
  ChildProcess writer([this](const auto&) {
    Seat own = Seat::Join(name(), "ingest");
    return StopBetween(own, "BEGIN IMMEDIATE; INSERT INTO t VALUES('slow')", "COMMIT");
  });
  ASSERT_TRUE(WaitUntilStopped(writer.process_id()));
  const Place place = PlaceOf(writer.process_id());
  const uint64_t word = LockWord(shm::kLockWalWrite);
  EXPECT_TRUE(lock::IsExclusive(word));

  sqlite3_busy_timeout(sql().db(), 400 * kSlowness);
  EXPECT_FALSE(sql().Run("INSERT INTO t VALUES('other')"));
  EXPECT_EQ(sql().code(), SQLITE_BUSY);
  const Refusal refusal = LastRefusal(sql().db());
  ASSERT_TRUE(refusal.present);
  EXPECT_EQ(refusal.holder, "ingest");
  EXPECT_EQ(refusal.lock, "WRITE");
  EXPECT_EQ(refusal.client, place.slot);
  EXPECT_EQ(refusal.client_generation, place.generation);
  EXPECT_EQ(refusal.process_id, static_cast<uint64_t>(writer.process_id()));
  EXPECT_GE(refusal.silent_ms, kStaleMs);
  EXPECT_GE(refusal.held_ms, refusal.silent_ms);
  EXPECT_GE(refusal.waited_ms, 390u);

  EXPECT_EQ(LockWord(shm::kLockWalWrite), word);
  EXPECT_FALSE(IsFree(place));
  EXPECT_EQ(CountEvents(EventKind::kClientSilent, place.slot), 1u);
  EXPECT_EQ(ReportedLocks(place.slot), 2u) << "WRITE and its read mark";
  EXPECT_EQ(CountEvents(EventKind::kRecoveryBegan, place.slot), 0u);
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t"), 0);

  kill(writer.process_id(), SIGCONT);
  EXPECT_EQ(writer.Wait(), 0);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('other')")) << sql().error();
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "slow,other");
}

TEST_F(SilentClient, ReaderKeepsItsSnapshot) {
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  ChildProcess reader([this](const auto&) {
    const Seat own = Seat::Join(name(), "reader");
    const auto connection = own.Open();
    if (!connection->Run("BEGIN") || connection->Number("SELECT count(*) FROM t") != 1) return 2;
    raise(SIGSTOP);
    if (connection->Number("SELECT count(*) FROM t") != 1 || !connection->Run("COMMIT")) return 3;
    return connection->Number("SELECT count(*) FROM t") == 2 ? 0 : 4;
  });
  ASSERT_TRUE(WaitUntilStopped(reader.process_id()));
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES(2)")) << sql().error();
  sqlite3_busy_timeout(sql().db(), 300 * kSlowness);
  EXPECT_EQ(sql().Number("PRAGMA wal_checkpoint(TRUNCATE)"), 1) << "the reader was ignored";
  EXPECT_EQ(CountEvents(EventKind::kClientSilent, PlaceOf(reader.process_id()).slot), 1u);
  kill(reader.process_id(), SIGCONT);
  EXPECT_EQ(reader.Wait(), 0);
  EXPECT_EQ(sql().Number("PRAGMA wal_checkpoint(TRUNCATE)"), 0);
}

TEST_F(SilentClient, WaiterHoldsNobodyUp) {
  ASSERT_TRUE(sql().Run("BEGIN IMMEDIATE; INSERT INTO t VALUES('first')"));
  ChildProcess waiter([this](const auto&) {
    const Seat own = Seat::Join(name(), "waiter");
    const auto connection = own.Open("/app.sqlite", 60'000);
    return connection->Run("INSERT INTO t VALUES('waited')") ? 0 : 1;
  });
  ASSERT_TRUE(Eventually([this] { return Waiters(shm::kLockWalWrite) != 0; }));
  kill(waiter.process_id(), SIGSTOP);
  ASSERT_TRUE(WaitUntilStopped(waiter.process_id()));
  ASSERT_TRUE(sql().Run("COMMIT"));
  for (int i = 0; i < 20; ++i) {
    const uint64_t before_ns = port::NowNs();
    EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('next')")) << sql().error();
    EXPECT_LT(port::NowNs() - before_ns, 500 * kNsPerMs * kSlowness);
  }
  const Place place = PlaceOf(waiter.process_id());
  EXPECT_FALSE(IsFree(place));
  kill(waiter.process_id(), SIGCONT);
  EXPECT_EQ(waiter.Wait(), 0);
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t WHERE x='waited'"), 1);
}

TEST_F(SilentClient, IsEvictedWhereTheRegionSaysSo) {
  Raise(OptionsFor(OnStale::kEvict));
  ChildProcess writer([this](const auto&) {
    Seat own = Seat::Join(name(), "stuck");
    return StopBetween(own, "BEGIN IMMEDIATE; INSERT INTO t VALUES('stuck')", "COMMIT");
  });
  ASSERT_TRUE(WaitUntilStopped(writer.process_id()));
  const Place place = PlaceOf(writer.process_id());
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('other')")) << sql().error();
  EXPECT_EQ(writer.Wait(), -SIGKILL);
  EXPECT_TRUE(IsFree(place));
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "other");
  EXPECT_EQ(CountEvents(EventKind::kClientSilent, place.slot), 1u);
  EXPECT_EQ(CountEvents(EventKind::kClientEvicted, place.slot), 1u);
  EXPECT_EQ(CountEvents(EventKind::kRecoveryDone, place.slot), 1u);
  const shm::ShmRecovery* box = region().recovery(1 % shm::kMaxRecoveries);
  EXPECT_EQ(box->state.load(), 2u);
  EXPECT_EQ((box->subject.load() >> 40) & 0xff, 1u) << "the black box does not say `evicted`";
  EXPECT_GE(box->silent_ns.load(), kStaleMs * kNsPerMs);
}

}  // namespace
}  // namespace glasswal::test
