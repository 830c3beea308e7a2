// fork() and its children: none may use what belongs to its parent, and none may keep its parent's
// death from being seen, unless it holds on to everything behind the library's back; then nothing
// is taken from the parent until that child is gone as well.
#include <signal.h>
#include <sys/syscall.h>

#include <atomic>
#include <memory>
#include <vector>

#include "multiprocess/region_audit.h"
#include "multiprocess/scoreboard.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "sqlite/vfs.h"

namespace glasswal::test {
namespace {

using Fork = Stage;

TEST_F(Fork, ChildIsRefusedItsParentsConnection) {
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  ChildProcess child([this](const auto&) {
    if (sql().Run("INSERT INTO t VALUES('child')")) return 1;
    if (sql().Number("SELECT count(*) FROM t") != -1 || sql().ok()) return 2;
    if (runtime().RecoverDead() != 0) return 4;
    const Seat own = Seat::Join(name(), "child");
    return own.problem().empty() && own.Open()->Run("INSERT INTO t VALUES('own')") ? 0 : 5;
  });
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES(2)")) << sql().error();
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "1,own,2");
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

/// What a child does that uses the VFS of its parent for a connection of its own. 0: all is well.
int WorkInAChild(const std::function<std::unique_ptr<Sql>()>& open, Sql& inherited) {
  const auto own = open();
  if (!own->ok() || !own->Run("INSERT INTO t VALUES('child')")) return 1;
  const auto second = open();
  if (second->Number("SELECT count(*) FROM t") != 2) return 2;
  if (inherited.Run("INSERT INTO t VALUES('inherited')")) return 3;
  // Rollback journals are created, found and deleted by name alone.
  if (!own->Run("ATTACH '/other.sqlite' AS o; PRAGMA o.journal_mode=DELETE; CREATE TABLE o.x(y);"
                "INSERT INTO o.x VALUES(1)")) {
    return 4;
  }
  // What it inherited is refused as before, now that the region is open in its own name.
  return inherited.Run("SELECT 1 FROM t") ? 5 : 0;
}

TEST_F(Fork, ChildThatOpensAConnectionOfItsOwnJoinsAsAClientOfItsOwn) {
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES('parent')"));
  ChildProcess child([this](const auto& signal) {
    const int result = WorkInAChild([this] { return seat().Open(); }, sql());
    const auto kept = seat().Open();
    if (result == 0) signal();
    if (result == 0) raise(SIGSTOP);
    return result;
  });
  EXPECT_TRUE(child.WaitForSignal());
  EXPECT_TRUE(WaitUntilStopped(child.process_id()));
  const Place place = PlaceOf(child.process_id());
  EXPECT_LT(place.slot, shm::kMaxClients);
  EXPECT_NE(place.slot, runtime().client_slot());
  kill(child.process_id(), SIGCONT);
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('parent again')")) << sql().error();
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "parent,child,parent again");
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
  EXPECT_TRUE(IsFree(place)) << "it left when its last connection was closed";
}

TEST_F(Fork, ChildThatOpensByUriAsItsParentDoesJoinsAsAClientOfItsOwn) {
  // As the loadable extension has it: a VFS without a runtime, whose regions come from the URIs.
  static auto* const vfs = new sqlite::Vfs("by-uri", nullptr);
  ASSERT_EQ(vfs->Register(/*make_default=*/false), SQLITE_OK);
  const std::string uri = "file:/app.sqlite?region=" + name();
  Sql parents(uri, "by-uri");
  ASSERT_TRUE(parents.Run("INSERT INTO t VALUES('parent')")) << parents.error();
  ChildProcess child([&](const auto&) {
    return WorkInAChild([&] { return std::make_unique<Sql>(uri, "by-uri"); }, parents);
  });
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_TRUE(parents.Run("INSERT INTO t VALUES('parent again')")) << parents.error();
  EXPECT_EQ(parents.Text("SELECT group_concat(x) FROM t"), "parent,child,parent again");
  // Many at once, as a pool of workers does it.
  std::vector<std::unique_ptr<ChildProcess>> pool;
  for (int i = 0; i < 8; ++i) {
    pool.push_back(std::make_unique<ChildProcess>([&](const auto&) {
      for (int n = 0; n < 25; ++n) {
        Sql own(uri, "by-uri", 60'000);
        if (!own.Run("INSERT INTO t VALUES('pool')")) return 1;
      }
      return 0;
    }));
  }
  for (const auto& worker : pool) EXPECT_EQ(worker->Wait(), 0);
  EXPECT_EQ(parents.Number("SELECT count(*) FROM t WHERE x = 'pool'"), 200);
  EXPECT_EQ(parents.Text("PRAGMA integrity_check"), "ok");
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
