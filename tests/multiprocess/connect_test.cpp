// SQLITE_SETLK_BLOCK_ON_CONNECT: a connection that comes while another has the database to itself
// waits for it, as with SQLite's own VFS.
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "store/directory.h"
#include "store/segment_map.h"

namespace glasswal::test {
namespace {

constexpr const char* kPath = "/alone.sqlite";

class Connect : public Stage {
 protected:
  bool SomebodyWaits(shm::Region& place) {
    const auto file = store::FindFile(place, kPath);
    if (!file) return false;
    const shm::ShmDatabase* database = store::DatabaseOf(place, *file);
    return database->locks[shm::kLockMainShared].waiters.load() != 0;
  }
};

TEST_F(Connect, BlocksWhileAnotherHasTheDatabaseToItself) {
  ASSERT_TRUE(seat().Open(kPath)->Run("CREATE TABLE t(x)"));
  ChildProcess holder([this](const auto& signal) {
    const Seat own = Seat::Join(name(), "holder");
    const auto alone = own.Open(kPath);
    if (!alone->Run("PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (1)")) return 1;
    signal();
    return Eventually([&] { return SomebodyWaits(own.region()); }) ? 0 : 2;
  });
  ASSERT_TRUE(holder.WaitForSignal());
  const auto comer = seat().Open(kPath, /*busy_ms=*/0);
  EXPECT_FALSE(comer->Run("SELECT * FROM t")) << "not asked to wait";
  EXPECT_EQ(comer->code(), SQLITE_BUSY);
  ASSERT_EQ(sqlite3_setlk_timeout(comer->db(), 0, SQLITE_SETLK_BLOCK_ON_CONNECT), SQLITE_OK);
  EXPECT_EQ(comer->Number("SELECT x FROM t"), 1) << comer->error();
  EXPECT_EQ(holder.Wait(), 0);
}

TEST_F(Connect, IsRefusedWhenItsOwnClientIsInTheWay) {
  const auto holder = seat().Open(kPath);
  ASSERT_TRUE(holder->Run("PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t(x)"));
  const auto comer = seat().Open(kPath, /*busy_ms=*/0);
  ASSERT_EQ(sqlite3_setlk_timeout(comer->db(), 0, SQLITE_SETLK_BLOCK_ON_CONNECT), SQLITE_OK);
  EXPECT_FALSE(comer->Run("SELECT * FROM t")) << "it would wait for itself";
  EXPECT_EQ(comer->code(), SQLITE_BUSY);
}

}  // namespace
}  // namespace glasswal::test
