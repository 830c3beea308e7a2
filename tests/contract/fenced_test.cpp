// What a client is answered that was declared dead and goes on: nothing is given to it, and nothing
// of the others' is changed by it.
#include <gtest/gtest.h>

#include <string>

#include "contract/place.h"
#include "recovery/client.h"
#include "recovery/runtime_inside.h"

namespace glasswal::test {
namespace {

class Fenced : public Contract {};

TEST_P(Fenced, EveryMethodRefusesAndChangesNothing) {
  Database db = place().OpenBare("app.sqlite");
  db.Run("PRAGMA journal_mode = WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1); BEGIN IMMEDIATE");
  db.Run("INSERT INTO t VALUES (2)");
  sqlite3_file* file = nullptr;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(db.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  sqlite3_file_control(db.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  const std::string database = place().Contents("app.sqlite");
  const std::string frames = place().Contents("app.sqlite-wal");
  const uint32_t slot = ClientOf(place().runtime()).context().slot;
  shm::Atomic64& state = place().region().client(slot)->state;
  const uint64_t alive = state.exchange(0);

  char page[4096] = "not this";
  sqlite3_int64 size = 0;
  int answer = 0;
  void* at = nullptr;
  void volatile* index = nullptr;
  const sqlite3_io_methods* methods = file->pMethods;
  EXPECT_EQ(methods->xRead(file, page, sizeof(page), 0), SQLITE_IOERR_READ);
  EXPECT_EQ(methods->xWrite(file, page, sizeof(page), 0), SQLITE_IOERR_WRITE);
  EXPECT_EQ(methods->xTruncate(file, 0), SQLITE_IOERR_TRUNCATE);
  EXPECT_EQ(methods->xSync(file, SQLITE_SYNC_FULL), SQLITE_IOERR_FSYNC);
  EXPECT_EQ(methods->xFileSize(file, &size), SQLITE_IOERR_FSTAT);
  EXPECT_EQ(methods->xLock(file, SQLITE_LOCK_RESERVED), SQLITE_IOERR_LOCK);
  EXPECT_EQ(methods->xUnlock(file, SQLITE_LOCK_NONE), SQLITE_IOERR_UNLOCK);
  EXPECT_EQ(methods->xCheckReservedLock(file, &answer), SQLITE_IOERR_CHECKRESERVEDLOCK);
  EXPECT_EQ(methods->xShmMap(file, 0, 32768, 1, &index), SQLITE_IOERR_SHMMAP);
  EXPECT_EQ(methods->xShmLock(file, 1, 1, SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE),
            SQLITE_IOERR_SHMLOCK);
  methods->xShmBarrier(file);
  EXPECT_EQ(methods->xShmUnmap(file, 1), SQLITE_IOERR_SHMMAP);
  if (methods->iVersion >= 3) {
    EXPECT_EQ(methods->xFetch(file, 0, 512, &at), SQLITE_IOERR_MMAP);
    EXPECT_EQ(at, nullptr);
  }
  EXPECT_EQ(log->pMethods->xRead(log, page, 32, 0), SQLITE_IOERR_READ);
  EXPECT_EQ(log->pMethods->xWrite(log, page, 32, 0), SQLITE_IOERR_WRITE);
  EXPECT_EQ(log->pMethods->xTruncate(log, 0), SQLITE_IOERR_TRUNCATE);
  EXPECT_EQ(log->pMethods->xSync(log, SQLITE_SYNC_FULL), SQLITE_IOERR_FSYNC);
  EXPECT_EQ(log->pMethods->xFileSize(log, &size), SQLITE_IOERR_FSTAT);

  state.store(alive);
  EXPECT_EQ(place().Contents("app.sqlite"), database);
  EXPECT_EQ(place().Contents("app.sqlite-wal"), frames);
  db.Run("COMMIT");
  EXPECT_EQ(db.Rows("SELECT x FROM t"), "1 2");
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
}

INSTANTIATE_TEST_SUITE_P(In, Fenced, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
