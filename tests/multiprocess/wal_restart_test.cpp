// A writer that dies inside SQLite's walRestartHdr(), and why recovery spoils the wal-index.
//
// The first write after a complete checkpoint restarts the log: walRestartHdr() writes the
// wal-index header, whose mxFrame is 0 from then on, and only afterwards nBackfill, the number of
// frames that were copied into the database. A writer that dies in between leaves a valid header
// and an nBackfill of the former log. As soon as the new log has as many frames, everybody takes
// all of it for copied and reads the database alone: acknowledged commits vanish, and
// integrity_check finds nothing.
#include <signal.h>

#include <cstring>

#include "lock/lock.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/point.h"
#include "store/directory.h"
#include "store/segment_map.h"
#include "store/wal_index.h"

namespace glasswal::test {
namespace {

/// What the victim's hook needs to find the moment.
struct Moment {
  std::byte* block_0;
};

/// SQLite writes the second copy of the header, calls xShmBarrier (which is this point), and then
/// writes the first copy. When the second one says that the log was restarted, this does what
/// SQLite would do next, and dies before it can do any more.
void DieAfterTheHeader(const char* name, void* context) {
  if (std::strcmp(name, "walindex.barrier") != 0) return;
  std::byte* const first = static_cast<Moment*>(context)->block_0;
  std::byte* const second = first + sizeof(store::WalIndexHeader);
  if (store::WalIndexMaxFrame(first) == 0 || store::WalIndexMaxFrame(second) != 0) return;
  std::memcpy(first, second, sizeof(store::WalIndexHeader));
  raise(SIGKILL);
}

class WalRestart : public Stage {
 protected:
  /// Leaves a writer dead in the middle of walRestartHdr(), one frame having been checkpointed.
  Place KillInTheMiddle() {
    EXPECT_TRUE(
        sql().Run("PRAGMA wal_autocheckpoint=0; PRAGMA wal_checkpoint(TRUNCATE);"
                  "INSERT INTO t VALUES('before'); PRAGMA wal_checkpoint(PASSIVE)"));
    EXPECT_EQ(store::WalIndexMaxFrame(Block()), 1u);
    EXPECT_EQ(store::WalIndexBackfilled(Block()), 1u);
    ChildProcess victim([this](const auto&) {
      const Seat own = Seat::Join(name(), "victim");
      const auto connection = own.Open();
      Moment moment{store::WalIndexBlock(own.region(), File(own.region()), 0)};
      port::SetPointHook(DieAfterTheHeader, &moment);
      connection->Run("INSERT INTO t VALUES('victim')");
      return 1;  // It should not have come here.
    });
    EXPECT_EQ(victim.Wait(), -SIGKILL);
    EXPECT_EQ(store::WalIndexMaxFrame(Block()), 0u);
    EXPECT_EQ(store::WalIndexBackfilled(Block()), 1u);
    return PlaceOf(victim.process_id());
  }

  static uint32_t File(shm::Region& region) {
    return store::FindFile(region, "/app.sqlite").value_or(0);
  }
  const std::byte* Block() { return store::WalIndexBlock(region(), File(region()), 0); }

  int64_t RowsForANewcomer() {
    const Seat fresh = Seat::Join(name(), "newcomer");
    return fresh.Open()->Number("SELECT count(*) FROM t WHERE x='survivor'");
  }

  /// Takes the locks of the dead client's connections back as recovery does, but leaves the
  /// wal-index as it is.
  void TakeBackWithoutSpoiling(const Place& dead) {
    shm::ShmDatabase* database = store::DatabaseOf(region(), File(region()));
    for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
      shm::Atomic64& state = database->connections[slot].state;
      if (state.load() != store::ConnectionWord(shm::kConnectionOpen, dead.slot, dead.generation)) {
        continue;
      }
      for (shm::ShmLock& lock : database->locks) lock::TakeBack(&lock, slot);
      state.store(0);
    }
  }
};

TEST_F(WalRestart, TheNextCommitSurvives) {
  const Place dead = KillInTheMiddle();
  ASSERT_LT(dead.slot, shm::kMaxClients);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('survivor')")) << sql().error();
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t WHERE x='survivor'"), 1);
  EXPECT_EQ(RowsForANewcomer(), 1);
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t WHERE x='victim'"), 0);
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
  EXPECT_TRUE(sql().Run("PRAGMA wal_checkpoint(TRUNCATE)"));
  EXPECT_EQ(RowsForANewcomer(), 1);
  EXPECT_TRUE(IsFree(dead));
}

// The test above would notice: the same without that one step of recovery loses the commit.
TEST_F(WalRestart, WithoutSpoilingTheNextCommitVanishes) {
  const Place dead = KillInTheMiddle();
  ASSERT_LT(dead.slot, shm::kMaxClients);
  TakeBackWithoutSpoiling(dead);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('survivor')")) << sql().error();
  EXPECT_EQ(RowsForANewcomer(), 0);
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace glasswal::test
