// What the patched SQLite (vfs/amalgamation) makes of a wal-index that others have left, as the published one does: in files of
// SQLite's own VFS, where nobody rebuilds the index after a death, and where it may be one of another version.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "contract/database.h"

namespace glasswal::test {
namespace {

constexpr uint32_t kHashSlots = 8192;

/// The hash of a page in the tables of the wal-index (walHash in wal.c).
uint32_t HashOf(uint32_t page) { return page * 383 % kHashSlots; }

/// The first block of a wal-index, as `-shm` files have it.
struct IndexBlock {
  struct Header {
    uint32_t version, unused, change;
    uint8_t is_init, is_big_endian;
    uint16_t page_size;
    uint32_t max_frame, pages, frame_checksum[2], salt[2], checksum[2];
  };
  std::array<Header, 2> headers;
  uint32_t backfilled, read_marks[5];
  uint8_t locks[8];
  uint32_t backfill_attempted, reserved;
  std::array<uint32_t, 4096 - 34> pages;
  std::array<uint16_t, kHashSlots> hash;
};
static_assert(sizeof(IndexBlock) == 32768);

class LeftBehind : public ::testing::Test {
 protected:
  LeftBehind() { std::filesystem::create_directories(folder_); }
  ~LeftBehind() override {
    if (index_ != nullptr) munmap(index_, sizeof(IndexBlock));
    std::filesystem::remove_all(folder_);
  }
  std::string path() const { return folder_ + "/a.db"; }
  Database Open() const {
    Database db(path(), "unix");
    db.Run("PRAGMA wal_autocheckpoint=0; PRAGMA synchronous=OFF");
    return db;
  }
  IndexBlock& Index() {
    if (index_ == nullptr) {
      const int file = open((path() + "-shm").c_str(), O_RDWR);
      index_ = static_cast<IndexBlock*>(
          mmap(nullptr, sizeof(IndexBlock), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
      close(file);
    }
    return *index_;
  }

 private:
  const std::string folder_ = std::filesystem::temp_directory_path().string() + "/glasswal-left-" +
                              std::to_string(getpid());
  IndexBlock* index_ = nullptr;
};

/// A row of the table `t`, which has one row a page, and that page.
struct Row {
  int id = 0;
  uint32_t slot = 0;  // Where the entries of its page begin in the index.
};

/// Rows such that the entries of `wide`, of which there are `entries`, come to lie where those of the others begin.
struct Crowd {
  Row wide;
  std::vector<Row> inside;
  Row far;
};

Crowd FindCrowd(const std::vector<Row>& rows, uint32_t entries) {
  for (const Row& wide : rows) {
    if (wide.slot > kHashSlots - 4 * entries) continue;
    Crowd crowd{wide, {}, {}};
    bool is_taken = false;
    for (const Row& row : rows) {
      const uint32_t behind = row.slot - wide.slot;
      if (row.id == wide.id) continue;
      if (behind <= entries) crowd.inside.push_back(row);
      if (behind == entries + 1) is_taken = true;
      if (behind > 8 * entries && behind < kHashSlots - 8 * entries) crowd.far = row;
    }
    if (crowd.inside.size() >= 2 && !is_taken && crowd.far.id != 0) return crowd;
  }
  return {};
}

TEST_F(LeftBehind, AGapOfADeadRollbackIsNoRowsEnd) {
  constexpr int kRows = 1500;
  constexpr uint32_t kCommits = 30;
  Database db = Open();
  db.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, v INT, b BLOB)");
  const auto update = [&db](int id) {
    db.Run("UPDATE t SET v=v+1 WHERE id=" + std::to_string(id));
  };
  db.Run("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x<" +
         std::to_string(kRows) +
         ") INSERT INTO t SELECT x, 0, zeroblob(3500) FROM c; PRAGMA wal_checkpoint(TRUNCATE)");
  std::vector<Row> rows;
  for (int id = 1; id <= kRows; ++id) {
    update(id);
    rows.push_back({id, HashOf(Index().pages[Index().headers[0].max_frame - 1])});
  }
  db.Run("UPDATE t SET v=0; PRAGMA wal_checkpoint(TRUNCATE)");
  const Crowd crowd = FindCrowd(rows, kCommits);
  ASSERT_NE(crowd.wide.id, 0);
  const std::string value = "SELECT v FROM t WHERE id=" + std::to_string(crowd.wide.id);

  for (uint32_t i = 0; i < kCommits; ++i) update(crowd.wide.id);
  // A writer that spills two pages, whose entries come to lie behind those of the wide row, and dies in the middle of their rollback.
  const pid_t doomed = fork();
  if (doomed == 0) {
    Database writer = Open();
    writer.Run("BEGIN IMMEDIATE");
    for (size_t i = 0; i < 2; ++i) {
      writer.Run("UPDATE t SET v=v+1000 WHERE id=" + std::to_string(crowd.inside[i].id));
      sqlite3_db_cacheflush(writer.get());
    }
    kill(getpid(), SIGKILL);
  }
  waitpid(doomed, nullptr, 0);
  ASSERT_EQ(Index().hash[crowd.wide.slot + kCommits + 1], kCommits + 2);
  for (uint32_t i = 0; i <= crowd.wide.slot + kCommits; ++i) {
    if (Index().hash[i] > kCommits) Index().hash[i] = 0;
  }
  // Another one copies the log and starts it anew; then the row grows to the entry behind the gap.
  db.Run("PRAGMA wal_checkpoint");
  for (uint32_t i = 0; i <= kCommits; ++i) update(crowd.far.id);
  for (uint32_t i = 0; i <= kCommits; ++i) update(crowd.wide.id);
  EXPECT_EQ(Open().Int(value), 2 * kCommits + 1);
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
}

TEST_F(LeftBehind, AHeaderOfAnotherVersionIsRefusedEachTime) {
  Database db = Open();
  db.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1); SELECT x FROM t");
  IndexBlock::Header& header = Index().headers[0];
  header.version += 1;
  header.change += 1;
  uint32_t words[10];
  std::memcpy(words, &header, sizeof(words));
  uint32_t sums[2] = {};
  for (int i = 0; i < 10; i += 2) {
    sums[0] += words[i] + sums[1];
    sums[1] += words[i + 1] + sums[0];
  }
  std::memcpy(header.checksum, sums, sizeof(sums));
  Index().headers[1] = header;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(db.Exec("SELECT x FROM t"), SQLITE_CANTOPEN);
  EXPECT_EQ(db.Exec("INSERT INTO t VALUES (2)"), SQLITE_CANTOPEN);
}

TEST_F(LeftBehind, AnIndexThatWentAwayUnderAReaderIsLookedForAnew) {
  const pid_t maker = fork();
  if (maker == 0) {
    Database db = Open();
    db.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1), (2)");
    // The log stays: nobody closes the database.
    kill(getpid(), SIGKILL);
  }
  waitpid(maker, nullptr, 0);
  Database reader("file:" + path() + "?readonly_shm=1", "unix",
                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI);
  const char* const count = "SELECT count(*) FROM t";
  const std::string before = reader.Rows(count);
  EXPECT_EQ(reader.Rows(count), before);
  // As unixLockSharedMemory() does it, by one who is stopped in the middle.
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t stopped = fork();
  if (stopped == 0) {
    const int file = open((path() + "-shm").c_str(), O_RDWR);
    struct flock lock = {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 128;
    lock.l_len = 1;
    if (ftruncate(file, 3) != 0 || fcntl(file, F_SETLK, &lock) != 0) _exit(1);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(ready[1]);
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const int refused = reader.Exec(count);
  EXPECT_NE(refused, SQLITE_OK);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.Exec(count), refused);
  kill(stopped, SIGKILL);
  waitpid(stopped, nullptr, 0);
}

TEST_F(LeftBehind, AStatementThatWasNotBriefHoldsNobodyBack) {
  Database db = Open();
  db.Run(
      "PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB); INSERT INTO t "
      "VALUES (1, zeroblob(10))");
  Database other = Open();
  other.Run("SELECT count(*) FROM t");
  for (int i = 0; i < 4; ++i) db.Run("INSERT INTO t(b) VALUES (1)");
  sqlite3_blob* blob = nullptr;
  ASSERT_EQ(sqlite3_blob_open(db.get(), "main", "t", "b", 1, 1, &blob), SQLITE_OK);
  Statement select(db, "SELECT id FROM t");
  ASSERT_EQ(select.Step(), SQLITE_ROW);
  sqlite3_blob_close(blob);
  int frames = 0;
  int copied = 0;
  EXPECT_EQ(
      sqlite3_wal_checkpoint_v2(other.get(), "main", SQLITE_CHECKPOINT_FULL, &frames, &copied),
      SQLITE_OK);
  EXPECT_GT(frames, 4);
  EXPECT_EQ(copied, frames);
}

}  // namespace
}  // namespace glasswal::test
