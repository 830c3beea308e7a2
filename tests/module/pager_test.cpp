// The pages of a database by their number (module/pager.c), as the door of wa-sqlite uses them, with SQLite's own assertions, and over
// its own VFS as well as in regions.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "contract/place.h"
#include "module/pager_view.h"

extern "C" {
int32_t glasswal_pager_open(sqlite3* db, int32_t cache_kib, int32_t page_size);
int32_t glasswal_pager_begin(sqlite3* db, int32_t write, int32_t timeout_ms, PagerView* view);
void* glasswal_pager_read(sqlite3* db, uint32_t number, PagerView* view);
void* glasswal_pager_write(sqlite3* db, uint32_t number, PagerView* view);
int32_t glasswal_pager_write_first(sqlite3* db, const uint8_t* bytes, PagerView* view);
int32_t glasswal_pager_lock_out(sqlite3* db, int32_t timeout_ms);
int32_t glasswal_pager_prepare(sqlite3* db);
int32_t glasswal_pager_commit(sqlite3* db, int32_t keep_lock, PagerView* view);
void glasswal_pager_rollback(sqlite3* db, int32_t keep_lock, PagerView* view);
int32_t glasswal_pager_renew(sqlite3* db, PagerView* view);
void glasswal_pager_ignore_wal(sqlite3* db, int32_t ignore);
int32_t glasswal_pager_leave_wal(sqlite3* db);
void glasswal_pager_end(sqlite3* db);
}

namespace glasswal::test {
namespace {

#define GLASSWAL_TEST_FLAG(name, number) name = number,
enum : uint32_t { GLASSWAL_PAGER_FLAGS(GLASSWAL_TEST_FLAG) };
#undef GLASSWAL_TEST_FLAG

constexpr size_t kUserVersionAt = 60;
constexpr size_t kReadVersionAt = 19;
constexpr uint32_t kMostPageBytes = 65536;

class Pager : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    other_ = Open();
    other_.Run("CREATE TABLE t(a); " + InsertBlobs("t", 100, 3000));
    own_ = Open();
    // The module has one thread and no mutexes, and this SQLite wants to see them held.
    sqlite3_mutex_enter(sqlite3_db_mutex(db()));
    ASSERT_EQ(glasswal_pager_open(db(), 16, 0), SQLITE_OK);
  }
  void TearDown() override {
    if (other_.get() != nullptr) {
      EXPECT_EQ(other_.Rows("PRAGMA integrity_check"), "ok");
    }
    sqlite3_mutex_leave(sqlite3_db_mutex(db()));
    own_.Close();
    other_.Close();
    Contract::TearDown();
  }

  sqlite3* db() const { return own_.get(); }
  PagerView& view() { return room_.view; }
  bool IsWriting() { return (view().flags & kPagerIsWriting) != 0; }

  /// A page, copied out of where it is until the next call.
  std::vector<uint8_t> Read(uint32_t number) {
    const void* at = glasswal_pager_read(db(), number, &view());
    EXPECT_NE(at, nullptr) << view().code;
    std::vector<uint8_t> page(view().page_size);
    if (at != nullptr) std::memcpy(page.data(), at, page.size());
    return page;
  }
  /// Writes the same again: a change to the log and to nothing else.
  void Rewrite(uint32_t number) {
    const std::vector<uint8_t> page = Read(number);
    void* at = glasswal_pager_write(db(), number, &view());
    ASSERT_NE(at, nullptr) << view().code;
    std::memcpy(at, page.data(), page.size());
  }
  void SetUserVersion(uint8_t version) {
    std::vector<uint8_t> page = Read(1);
    page[kUserVersionAt + 3] = version;
    ASSERT_EQ(glasswal_pager_write_first(db(), page.data(), &view()), SQLITE_OK);
  }
  void Begin() { ASSERT_EQ(glasswal_pager_begin(db(), 1, 0, &view()), SQLITE_OK); }
  void Commit(int keep_lock) {
    ASSERT_EQ(glasswal_pager_commit(db(), keep_lock, &view()), SQLITE_OK);
    EXPECT_EQ(IsWriting(), keep_lock != 0);
  }
  int OthersWrite() { return other_.Exec("BEGIN IMMEDIATE; ROLLBACK"); }

  Database other_;
  Database own_;

 private:
  struct {
    PagerView view;
    uint8_t page[kMostPageBytes];
  } room_ = {};
};

TEST_P(Pager, WhatIsPreparedIsSeenWhenItIsCommitted) {
  for (uint8_t version = 1; version <= 20; ++version) {
    Begin();
    for (uint32_t number = 2; number < 60; ++number) Rewrite(number);
    SetUserVersion(version);
    ASSERT_EQ(glasswal_pager_prepare(db()), SQLITE_OK);
    ASSERT_EQ(glasswal_pager_prepare(db()), SQLITE_OK);
    Rewrite(10);
    ASSERT_EQ(glasswal_pager_prepare(db()), SQLITE_OK);
    EXPECT_EQ(other_.Int("PRAGMA user_version"), version - 1);
    Commit(0);
    glasswal_pager_end(db());
    EXPECT_EQ(other_.Int("PRAGMA user_version"), version);
    EXPECT_EQ(OthersWrite(), SQLITE_OK);
  }
}

TEST_P(Pager, WhatIsPreparedCanBeTakenBack) {
  for (const int keep_lock : {0, 1, 0}) {
    Begin();
    SetUserVersion(7);
    Rewrite(5);
    ASSERT_EQ(glasswal_pager_prepare(db()), SQLITE_OK);
    glasswal_pager_rollback(db(), keep_lock, &view());
    EXPECT_EQ(IsWriting(), keep_lock != 0);
    EXPECT_EQ(Read(1)[kUserVersionAt + 3], 0);
    EXPECT_EQ(OthersWrite(), keep_lock != 0 ? SQLITE_BUSY : SQLITE_OK);
    glasswal_pager_end(db());
    EXPECT_EQ(OthersWrite(), SQLITE_OK);
    other_.Run("UPDATE t SET a = a WHERE rowid = 1");
  }
}

TEST_P(Pager, ALogIsRenewedWhileNobodyElseCanWrite) {
  Begin();
  for (uint8_t version = 1; version <= 30; ++version) {
    SetUserVersion(version);
    for (uint32_t number = 2; number < 20; ++number) Rewrite(number);
    Commit(1);
    if (version > 1) {
      EXPECT_LT(view().log_frames, 60u);
    }
    EXPECT_EQ(OthersWrite(), SQLITE_BUSY);
    ASSERT_EQ(glasswal_pager_renew(db(), &view()), SQLITE_OK);
    EXPECT_TRUE(IsWriting());
    EXPECT_EQ(OthersWrite(), SQLITE_BUSY);
    EXPECT_EQ(other_.Int("PRAGMA user_version"), version);
  }
  // Who reads what is in the log keeps it from beginning anew, and reads on.
  other_.Run("BEGIN");
  EXPECT_EQ(other_.Int("PRAGMA user_version"), 30);
  for (uint8_t version = 31; version <= 33; ++version) {
    SetUserVersion(version);
    Commit(1);
    ASSERT_EQ(glasswal_pager_renew(db(), &view()), SQLITE_OK);
    EXPECT_EQ(other_.Int("PRAGMA user_version"), 30);
  }
  other_.Run("COMMIT");
  glasswal_pager_end(db());
  EXPECT_EQ(OthersWrite(), SQLITE_OK);
  EXPECT_EQ(other_.Int("PRAGMA user_version"), 33);
}

TEST_P(Pager, WhoWritesWithoutALogLeavesTheDatabaseInWalMode) {
  EXPECT_EQ(other_.Int("SELECT count(*) FROM t"), 100);
  own_.Run("PRAGMA locking_mode = exclusive");
  EXPECT_EQ(glasswal_pager_leave_wal(db()), SQLITE_BUSY);
  own_.Run("PRAGMA locking_mode = normal; SELECT count(*) FROM t");
  other_.Run("UPDATE t SET a = a WHERE rowid = 1");
  other_.Close();

  own_.Run("PRAGMA locking_mode = exclusive");
  ASSERT_EQ(glasswal_pager_leave_wal(db()), SQLITE_OK);
  EXPECT_LE(place().SizeOf("app.sqlite-wal"), 0);
  for (uint8_t version = 1; version <= 3; ++version) {
    Begin();
    EXPECT_EQ(view().flags & kPagerInWal, 0u);
    SetUserVersion(version);
    Commit(0);
    glasswal_pager_end(db());
    Begin();
    SetUserVersion(99);
    glasswal_pager_rollback(db(), 0, &view());
    glasswal_pager_end(db());
    EXPECT_EQ(place().Contents("app.sqlite")[kReadVersionAt], 2);
    Database late = place().OpenBare("app.sqlite");
    EXPECT_EQ(late.Exec("SELECT * FROM t"), SQLITE_BUSY);
  }
  own_.Run("PRAGMA locking_mode = normal; SELECT count(*) FROM t");
  glasswal_pager_ignore_wal(db(), 0);

  other_ = Open();
  EXPECT_EQ(other_.Rows("PRAGMA journal_mode; PRAGMA user_version"), "wal 3");
  other_.Run("UPDATE t SET a = a WHERE rowid = 1");
  Begin();
  EXPECT_NE(view().flags & kPagerInWal, 0u);
  SetUserVersion(4);
  Commit(0);
  glasswal_pager_end(db());
  EXPECT_EQ(other_.Int("PRAGMA user_version"), 4);
}

TEST_P(Pager, WithoutALogACommitWaitsForReadersBeforeItIsPrepared) {
  sqlite3_mutex_leave(sqlite3_db_mutex(db()));
  own_.Close();
  ASSERT_EQ(other_.Rows("PRAGMA journal_mode = delete"), "delete");
  own_ = place().OpenBare("app.sqlite");
  sqlite3_mutex_enter(sqlite3_db_mutex(db()));
  other_.Run("BEGIN");
  EXPECT_EQ(other_.Int("SELECT count(*) FROM t"), 100);
  Begin();
  SetUserVersion(1);
  EXPECT_EQ(glasswal_pager_lock_out(db(), 0), SQLITE_BUSY);
  EXPECT_EQ(glasswal_pager_prepare(db()), SQLITE_BUSY);
  other_.Run("COMMIT");
  ASSERT_EQ(glasswal_pager_lock_out(db(), 0), SQLITE_OK);
  ASSERT_EQ(glasswal_pager_prepare(db()), SQLITE_OK);
  ASSERT_EQ(glasswal_pager_prepare(db()), SQLITE_OK);
  EXPECT_EQ(other_.Exec("SELECT * FROM t"), SQLITE_BUSY);
  Commit(0);
  glasswal_pager_end(db());
  EXPECT_EQ(other_.Int("PRAGMA user_version"), 1);
}

INSTANTIATE_TEST_SUITE_P(Places, Pager, Everywhere(), ProviderName);

}  // namespace
}  // namespace glasswal::test
