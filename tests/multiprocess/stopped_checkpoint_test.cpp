// A client is stopped in the middle of a checkpoint, and a writer dies: readers must rebuild the
// wal-index, and cannot before the checkpoint is over. They are told so, and by whom.
#include <signal.h>

#include <cstring>

#include "glasswal/sqlite.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/point.h"

namespace glasswal::test {
namespace {

using StoppedCheckpoint = Stage;

TEST_F(StoppedCheckpoint, RefusesReadersByNameOnceAWriterHasDied) {
  ASSERT_TRUE(sql().Run("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (1)"));
  ChildProcess checkpointer([this](const auto&) {
    const Seat own = Seat::Join(name(), "checkpointer");
    const auto connection = own.Open();
    if (connection->Number("SELECT count(*) FROM t") != 1) return 1;
    port::SetPointHook(
        [](const char* point, void*) {
          if (std::strcmp(point, "store.write.part") == 0) raise(SIGSTOP);
        },
        nullptr);
    const bool done = connection->Run("PRAGMA wal_checkpoint");
    port::SetPointHook(nullptr, nullptr);
    return done ? 0 : 2;
  });
  ASSERT_TRUE(WaitUntilStopped(checkpointer.process_id()));
  const auto writer = Child("writer", "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
  writer->Kill();

  const auto reader = seat().Open("/app.sqlite", /*busy_ms=*/300);
  const uint64_t began_ns = port::NowNs();
  EXPECT_FALSE(reader->Run("SELECT * FROM t"));
  EXPECT_LT(port::NowNs() - began_ns, 3000 * kNsPerMs * kSlowness);
  EXPECT_EQ(reader->code(), SQLITE_BUSY) << reader->error();
  EXPECT_EQ(sqlite3_extended_errcode(reader->db()), SQLITE_BUSY_RECOVERY);
  const Refusal refusal = LastRefusal(reader->db());
  EXPECT_EQ(refusal.lock, "CHECKPOINT");
  EXPECT_EQ(refusal.holder, "checkpointer");
  EXPECT_GE(refusal.waited_ms, 500u);

  kill(checkpointer.process_id(), SIGCONT);
  while (kill(checkpointer.process_id(), 0) == 0 && checkpointer.IsRunning()) {
    kill(checkpointer.process_id(), SIGCONT);  // It stops at each page.
    port::SleepUs(1000);
  }
  EXPECT_EQ(checkpointer.Wait(), 0);
  EXPECT_EQ(reader->Text("SELECT group_concat(x) FROM t"), "1") << reader->error();
  EXPECT_EQ(reader->Text("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace glasswal::test
