// The wal-index header, checked against the -shm file of an unmodified SQLite.
#include "diag/wal_header.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace glasswal::diag {
namespace {

class WalHeaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::path(::testing::TempDir()) / (std::string("glasswal_") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "test.sqlite").string();
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db_), SQLITE_OK);
  }
  void TearDown() override {
    sqlite3_close(db_);
    std::filesystem::remove_all(folder_);
  }

  void Execute(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_);
  }
  void ReadIndex() {
    std::ifstream file(path_ + "-shm", std::ios::binary);
    ASSERT_TRUE(file.read(reinterpret_cast<char*>(words_), sizeof(words_)).good());
  }

  std::filesystem::path folder_;
  std::string path_;
  sqlite3* db_ = nullptr;
  uint32_t words_[kWalIndexHeaderWords] = {};
};

TEST_F(WalHeaderTest, IsWhatSqliteWrote) {
  for (const uint32_t page_size : {512u, 4096u, 65536u}) {
    Execute("PRAGMA journal_mode=DELETE; PRAGMA page_size=" + std::to_string(page_size) +
            "; VACUUM; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
            "DROP TABLE IF EXISTS t; CREATE TABLE t(a); INSERT INTO t VALUES (1);");
    ReadIndex();
    const WalHeader before = DecodeWalHeader(words_);
    EXPECT_TRUE(before.valid);
    EXPECT_EQ(before.page_size_bytes, page_size);
    EXPECT_EQ(before.database_pages, 2u);
    EXPECT_EQ(before.backfilled, 0u);
    int frames = 0;
    int backfilled = 0;
    ASSERT_EQ(
        sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &backfilled),
        SQLITE_OK);
    EXPECT_EQ(before.frames, static_cast<uint32_t>(frames));
    ReadIndex();
    EXPECT_EQ(DecodeWalHeader(words_).backfilled, static_cast<uint32_t>(backfilled));
  }
}

TEST_F(WalHeaderTest, NoticesEveryChangedBit) {
  Execute("PRAGMA journal_mode=WAL; CREATE TABLE t(a);");
  ReadIndex();
  for (uint32_t bit = 0; bit < 2 * 12 * 32; ++bit) {
    words_[bit / 32] ^= 1u << bit % 32;
    EXPECT_FALSE(DecodeWalHeader(words_).valid) << bit;
    words_[bit / 32] ^= 1u << bit % 32;
  }
  EXPECT_TRUE(DecodeWalHeader(words_).valid);
  std::memset(words_, 0, sizeof(words_));
  EXPECT_FALSE(DecodeWalHeader(words_).valid);
}

}  // namespace
}  // namespace glasswal::diag
