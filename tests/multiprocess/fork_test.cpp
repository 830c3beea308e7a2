// fork() and its children: none may use what belongs to its parent, and none may keep its parent's
// death from being seen, unless it holds on to everything behind the library's back; then nothing
// is taken from the parent until that child is gone as well.
#include <signal.h>
#include <sys/syscall.h>

#include <atomic>

#include "multiprocess/region_audit.h"
#include "multiprocess/scoreboard.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"

namespace glasswal::test {
namespace {

using Fork = Stage;

TEST_F(Fork, ChildIsRefusedItsParentsConnection) {
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  ChildProcess child([this](const auto&) {
    if (sql().Run("INSERT INTO t VALUES('child')")) return 1;
    if (sql().Number("SELECT count(*) FROM t") != -1 || sql().ok()) return 2;
    if (seat().Open()->Run("SELECT 1 FROM t")) return 3;
    if (runtime().RecoverDead() != 0) return 4;
    const Seat own = Seat::Join(name(), "child");
    return own.problem().empty() && own.Open()->Run("INSERT INTO t VALUES('own')") ? 0 : 5;
  });
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES(2)")) << sql().error();
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "1,own,2");
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

TEST_F(Fork, ChildThatInheritsALockDoesNotReleaseIt) {
  ASSERT_TRUE(sql().Run("BEGIN IMMEDIATE; INSERT INTO t VALUES('parent')"));
  ChildProcess child([this](const auto&) {
    sqlite3_close(sql().db());
    const Seat own = Seat::Join(name(), "child");
    const auto connection = own.Open("/app.sqlite", 50);
    return !connection->Run("INSERT INTO t VALUES('child')") && connection->code() == SQLITE_BUSY
               ? 0
               : 1;
  });
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_TRUE(sql().Run("COMMIT")) << sql().error();
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "parent");
}

/// Starts a process that is a copy of this one, without the C library's handlers being called.
pid_t RawFork() { return static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }

/// A writer with a child of its own. Tells the child's process id, then holds WRITE.
int HoldWithAChild(const std::string& region, bool raw, std::atomic<pid_t>* child,
                   const std::function<void()>& signal) {
  const Seat own = Seat::Join(region, "parent");
  const auto connection = own.Open();
  if (!connection->Run("BEGIN IMMEDIATE; INSERT INTO t VALUES('lost')")) return 1;
  const pid_t pid = raw ? RawFork() : fork();
  if (pid == 0) SleepForEver();
  child->store(pid);
  signal();
  SleepForEver();
}

TEST_F(Fork, GrandchildDoesNotHideADeath) {
  SharedObject<std::atomic<pid_t>> grandchild;
  ChildProcess holder(
      [&](const auto& signal) { return HoldWithAChild(name(), false, grandchild.get(), signal); });
  ASSERT_TRUE(holder.WaitForSignal());
  const Place place = PlaceOf(holder.process_id());
  holder.Kill();
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('next')")) << sql().error();
  EXPECT_TRUE(IsFree(place));
  kill(grandchild->load(), SIGKILL);
}

TEST_F(Fork, GrandchildThatInheritedEverythingKeepsTheDeathUnproved) {
  SharedObject<std::atomic<pid_t>> grandchild;
  ChildProcess holder(
      [&](const auto& signal) { return HoldWithAChild(name(), true, grandchild.get(), signal); });
  ASSERT_TRUE(holder.WaitForSignal());
  const Place place = PlaceOf(holder.process_id());
  holder.Kill();
  sqlite3_busy_timeout(sql().db(), 200);
  EXPECT_FALSE(sql().Run("INSERT INTO t VALUES('too early')"));
  EXPECT_EQ(sql().code(), SQLITE_BUSY);
  EXPECT_EQ(runtime().RecoverDead(), 0u);
  EXPECT_FALSE(IsFree(place)) << "something was taken without proof";
  EXPECT_EQ(runtime().Evict(place.slot, place.generation, 50).code(), StatusCode::kNotDead);
  EXPECT_FALSE(IsFree(place));

  kill(grandchild->load(), SIGKILL);
  sqlite3_busy_timeout(sql().db(), 5000);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('next')")) << sql().error();
  EXPECT_EQ(AuditDead(region(), place.slot, place.generation), "");
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "next");
}

}  // namespace
}  // namespace glasswal::test
