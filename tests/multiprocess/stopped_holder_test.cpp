// A client that is stopped with the directory's lock in its hands keeps nobody from working who
// does not need the directory, also when others die meanwhile: what the dead had of a database is
// taken back at once, and the rest when the directory can be had.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string_view>
#include <thread>

#include "glasswal/sqlite.h"
#include "multiprocess/region_audit.h"
#include "multiprocess/run_delay.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/point.h"
#include "recovery/client.h"
#include "recovery/runtime_inside.h"
#include "store/directory.h"

namespace glasswal::test {
namespace {

constexpr uint64_t kSlowestCommitNs = 50 * kNsPerMs * kSlowness;

class StoppedHolder : public Stage {
 protected:
  void SetUp() override {
    Stage::SetUp();
    // The connection that made the database opens its log at its next transaction.
    ASSERT_TRUE(sql().Run("INSERT INTO t VALUES('first')"));
  }

  /// A child that takes the directory's lock and stops; it goes on and ends well with SIGCONT.
  std::unique_ptr<ChildProcess> HolderOfTheDirectory() {
    auto child = std::make_unique<ChildProcess>([this](const auto&) {
      const Seat own = Seat::Join(name(), "stopped");
      const store::DirectoryLock lock(ClientOf(own.runtime()).context());
      if (!lock.held()) return 1;
      raise(SIGSTOP);
      return 0;
    });
    EXPECT_TRUE(WaitUntilStopped(child->process_id()));
    return child;
  }

  /// Commits for `duration_ms`; returns how long the slowest commit ran and slept.
  uint64_t SlowestCommitNs(uint64_t duration_ms) {
    uint64_t slowest_ns = 0;
    const uint64_t end_ns = port::NowNs() + duration_ms * kNsPerMs;
    for (uint64_t now_ns = port::NowNs(); now_ns < end_ns;) {
      const uint64_t delay_ns = RunDelayNs(getpid());
      const uint64_t began_ns = port::NowNs();
      EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('work')")) << sql().error();
      now_ns = port::NowNs();
      uint64_t took_ns = now_ns - began_ns;
      if (took_ns > kSlowestCommitNs / 2) {
        took_ns -= std::min(took_ns, RunDelayNs(getpid()) - delay_ns);
      }
      slowest_ns = std::max(slowest_ns, took_ns);
    }
    return slowest_ns;
  }
};

TEST_F(StoppedHolder, OfTheDirectoryDoesNotStallTheCommitsOfOthersWhenAThirdDies) {
  const auto doomed = Child("doomed", "BEGIN IMMEDIATE; INSERT INTO t VALUES('lost')");
  const auto reader = Child("doomed", "BEGIN; SELECT * FROM t");
  const Place dead = PlaceOf(doomed->process_id());
  const Place dead_reader = PlaceOf(reader->process_id());
  const auto stopped = HolderOfTheDirectory();
  doomed->Kill();
  reader->Kill();
  EXPECT_LT(SlowestCommitNs(2500), kSlowestCommitNs);
  EXPECT_FALSE(IsFree(dead)) << "its files cannot be closed without the directory";

  kill(stopped->process_id(), SIGCONT);
  EXPECT_EQ(stopped->Wait(), 0);
  EXPECT_LT(SlowestCommitNs(1500), kSlowestCommitNs);
  EXPECT_EQ(AuditDead(region(), dead.slot, dead.generation), "");
  EXPECT_EQ(AuditDead(region(), dead_reader.slot, dead_reader.generation), "");
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t WHERE x = 'lost'"), 0);
}

TEST_F(StoppedHolder, KeepsWhoeverNeedsTheDirectoryNoLongerThanItsBusyTimeout) {
  // Opened before, but its log is opened with the first statement.
  const auto reader = seat().Open("/app.sqlite", 200);
  const auto writer = seat().Open("/rollback.sqlite", 200);
  ASSERT_TRUE(writer->Run("PRAGMA journal_mode=DELETE; CREATE TABLE r(x)"));
  auto closing = seat().Open("/closing.sqlite");
  ASSERT_TRUE(closing->Run("CREATE TABLE c(x)"));
  const auto stopped = HolderOfTheDirectory();
  constexpr uint64_t kLongestNs = 1000 * kNsPerMs * kSlowness;
  const auto took_ns = [](const std::function<void()>& act) {
    const uint64_t began_ns = port::NowNs();
    act();
    return port::NowNs() - began_ns;
  };
  const auto is_refused = [](Sql& connection, const char* sql) {
    EXPECT_FALSE(connection.Run(sql));
    EXPECT_EQ(connection.code(), SQLITE_BUSY) << connection.error();
    EXPECT_NE(LastError("stage").find("`stopped`"), std::string::npos) << LastError("stage");
  };
  EXPECT_LT(took_ns([&] { is_refused(*reader, "SELECT count(*) FROM t"); }), kLongestNs);
  EXPECT_LT(took_ns([&] { is_refused(*writer, "INSERT INTO r VALUES(1)"); }), kLongestNs);
  EXPECT_LT(took_ns([&] { closing.reset(); }), kLongestNs);
  EXPECT_EQ(runtime().ListFiles().size(), 4u) << "closed ones stay until they are removed";

  kill(stopped->process_id(), SIGCONT);
  EXPECT_EQ(stopped->Wait(), 0);
  EXPECT_EQ(reader->Number("SELECT count(*) FROM t"), 1);
  EXPECT_TRUE(writer->Run("INSERT INTO r VALUES(1)")) << writer->error();
  EXPECT_TRUE(runtime().RemoveFile("closing.sqlite").ok()) << "it was not closed in time";
}

TEST_F(StoppedHolder, OfARecoveryIsNamedSuspectedAndEvicted) {
  Options options;
  options.stale_ms = 200 * kSlowness;
  Raise(options);
  const auto doomed = Child("doomed", "BEGIN IMMEDIATE; INSERT INTO t VALUES('lost')");
  const Place dead = PlaceOf(doomed->process_id());
  const auto other = seat().Open("/app.sqlite", 300);
  ASSERT_TRUE(other->Run("SELECT count(*) FROM t"));
  ChildProcess recoverer([this, &doomed](const auto&) {
    const Seat own = Seat::Join(name(), "recoverer");
    kill(doomed->process_id(), SIGKILL);
    port::SetPointHook(
        [](const char* point, void*) {
          if (std::string_view(point) == "recover.locks") raise(SIGSTOP);
        },
        nullptr);
    while (own.runtime().RecoverDead() == 0) port::SleepUs(200);
    return 0;
  });
  ASSERT_TRUE(WaitUntilStopped(recoverer.process_id()));
  doomed->Wait();
  const Place stopped = PlaceOf(recoverer.process_id());

  EXPECT_FALSE(other->Run("INSERT INTO t VALUES('early')"));
  const Refusal refusal = LastRefusal(other->db());
  EXPECT_EQ(refusal.holder, "recoverer") << refusal.ToString();
  EXPECT_EQ(refusal.dead, "doomed") << refusal.ToString();
  EXPECT_EQ(refusal.client, stopped.slot);
  // The dead one spoiled the index, and a reader cannot rebuild it.
  const uint64_t began_ns = port::NowNs();
  EXPECT_FALSE(other->Run("SELECT count(*) FROM t"));
  EXPECT_EQ(other->code() & 0xff, SQLITE_BUSY) << other->error();
  EXPECT_LT(port::NowNs() - began_ns, 3000 * kNsPerMs * kSlowness);
  EXPECT_TRUE(Eventually([&] {
    other->Run("INSERT INTO t VALUES('early')");
    return region().header()->silent_reports.load() != 0;
  }));
  const Status status = runtime().Evict(dead.slot, dead.generation, 100);
  EXPECT_NE(status.message().find("evict that"), std::string::npos) << status.message();
  EXPECT_TRUE(runtime().Evict(stopped.slot, stopped.generation).ok());
  EXPECT_TRUE(other->Run("INSERT INTO t VALUES('next')")) << other->error();
  EXPECT_EQ(AuditDead(region(), dead.slot, dead.generation), "");
}

TEST_F(StoppedHolder, LeavesTheInterruptedRecoveryToWhoeverComesFirst) {
  const auto doomed = Child("doomed", "BEGIN IMMEDIATE; INSERT INTO t VALUES('lost')");
  const Place dead = PlaceOf(doomed->process_id());
  const auto stopped = HolderOfTheDirectory();
  doomed->Kill();
  // One client begins, and is stopped itself before it can finish.
  ChildProcess idle([this](const auto&) {
    const Seat own = Seat::Join(name(), "idle");
    if (own.runtime().RecoverDead() != 0) return 1;
    raise(SIGSTOP);
    return 0;
  });
  ASSERT_TRUE(WaitUntilStopped(idle.process_id()));
  EXPECT_FALSE(IsFree(dead));
  sqlite3_busy_timeout(sql().db(), 0);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('next')")) << sql().error();

  kill(stopped->process_id(), SIGCONT);
  EXPECT_EQ(stopped->Wait(), 0);
  EXPECT_EQ(runtime().RecoverDead(), 1u);
  EXPECT_EQ(AuditDead(region(), dead.slot, dead.generation), "");
  // It is one recovery, whose black box knows what the dead had held at first.
  EXPECT_EQ(region().header()->recoveries.load(), 1u);
  const shm::ShmRecovery* record = region().recovery(1);
  EXPECT_EQ(record->state.load(), 2u);
  EXPECT_GE(record->locks.load(), 2u) << "WRITE and a read mark";
  EXPECT_EQ(record->connections.load(), 1u);
  EXPECT_GE(record->handles.load(), 2u) << "the database and its log";
  EXPECT_GE(record->box_locks.load(), 2u);
  kill(idle.process_id(), SIGCONT);
  EXPECT_EQ(idle.Wait(), 0);
}

TEST_F(StoppedHolder, KeepsTheThreadThatOpensWaitingButNotTheOthersOfItsProcess) {
  const auto doomed = Child("doomed", "BEGIN IMMEDIATE; INSERT INTO t VALUES('lost')");
  const auto stopped = HolderOfTheDirectory();
  std::atomic<bool> opened{false};
  std::thread opener([&] {
    const auto connection = seat().Open("/other.sqlite");
    opened = connection->ok() && connection->Run("CREATE TABLE o(x)");
  });
  EXPECT_TRUE(Eventually([this] { return region().header()->directory.waiters.load() != 0; }));
  doomed->Kill();
  EXPECT_LT(SlowestCommitNs(500), kSlowestCommitNs);
  EXPECT_FALSE(opened);
  kill(stopped->process_id(), SIGCONT);
  opener.join();
  EXPECT_TRUE(opened);
  EXPECT_EQ(stopped->Wait(), 0);
}

}  // namespace
}  // namespace glasswal::test
