#include "sqlite/backfill.h"

#include <algorithm>

#include "port/assert.h"
#include "store/wal_index.h"

namespace glasswal::sqlite {
namespace {

constexpr uint32_t kUnusedMark = 0xffffffff;  // READMARK_NOT_USED
constexpr uint32_t kPieceBytes = 4096;        // What is copied at a time; from the stack.

int LockMark(DatabaseFile* file, uint32_t mark) {
  return DatabaseShmLock(&file->base, static_cast<int>(shm::kLockWalRead0 + mark), 1,
                         SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE);
}
void UnlockMark(DatabaseFile* file, uint32_t mark) {
  (void)DatabaseShmLock(&file->base, static_cast<int>(shm::kLockWalRead0 + mark), 1,
                        SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
}

/// The last frame that may be copied: readers of an older snapshot take the pages that come after
/// it from the database.
uint32_t SafeFrame(DatabaseFile* file, uint32_t max_frame) {
  uint32_t safe = max_frame;
  for (uint32_t mark = 1; mark < shm::kWalReaders; ++mark) {
    const uint32_t frame = store::WalIndexReadMark(file->wal_index, mark);
    if (frame >= safe) continue;
    if (LockMark(file, mark) != SQLITE_OK) {
      safe = frame;
      continue;
    }
    store::SetWalIndexReadMark(file->wal_index, mark, mark == 1 ? safe : kUnusedMark);
    UnlockMark(file, mark);
  }
  return safe;
}

/// One bit for each page of the database; without memory for it every frame is copied.
class PageSet {
 public:
  explicit PageSet(uint32_t pages) : bits_(static_cast<uint8_t*>(sqlite3_malloc64(pages / 8 + 1))) {
    if (bits_ != nullptr) std::fill_n(bits_, pages / 8 + 1, uint8_t{0});
  }
  PageSet(const PageSet&) = delete;
  PageSet& operator=(const PageSet&) = delete;
  ~PageSet() { sqlite3_free(bits_); }

  bool ok() const { return bits_ != nullptr; }
  /// False if it was in already.
  bool Insert(uint32_t page) {
    const auto bit = static_cast<uint8_t>(1u << (page % 8));
    const bool is_new = (bits_[page / 8] & bit) == 0;
    bits_[page / 8] |= bit;
    return is_new;
  }

 private:
  uint8_t* const bits_;
};

class FrameCopier {
 public:
  FrameCopier(DatabaseFile* file, const store::WalIndexHeader& header)
      : file_(file), pages_(header.pages), page_bytes_(store::PageBytesOf(header)) {}

  /// Copies the frames from `first` to `last`, of each page the latest.
  bool Copy(uint32_t first, uint32_t last) {
    PageSet seen(pages_);
    const uint32_t count = last - first + 1;
    for (uint32_t i = 0; i < count; ++i) {
      // Without the set the later ones must overwrite the earlier ones.
      const uint32_t frame = seen.ok() ? last - i : first + i;
      const uint32_t page = store::WalIndexPageOf(file_->region(), file_->connection.file, frame);
      if (page == 0) return false;
      if (page > pages_ || (seen.ok() && !seen.Insert(page))) continue;
      const uint64_t at = store::kWalHeaderBytes +
                          uint64_t{frame - 1} * (page_bytes_ + store::kWalFrameHeaderBytes);
      if (!CopyPage(at + store::kWalFrameHeaderBytes, page)) return false;
    }
    return true;
  }

  uint64_t database_bytes() const { return uint64_t{pages_} * page_bytes_; }

 private:
  bool CopyPage(uint64_t from, uint32_t page) {
    const uint64_t to = uint64_t{page - 1} * page_bytes_;
    file_->Count(shm::kCounterWrites);
    file_->Count(shm::kCounterWriteBytes, page_bytes_);
    const std::byte* in_place = file_->log->Fetch(from, page_bytes_);
    if (in_place != nullptr) {
      return file_->file.Write(to, in_place, page_bytes_) == store::IoStatus::kOk;
    }
    // It lies in two segments.
    std::byte piece[kPieceBytes];
    for (uint32_t done = 0; done < page_bytes_; done += kPieceBytes) {
      const uint32_t size = std::min(kPieceBytes, page_bytes_ - done);
      if (file_->log->Read(from + done, piece, size) != store::IoStatus::kOk) return false;
      if (file_->file.Write(to + done, piece, size) != store::IoStatus::kOk) return false;
    }
    return true;
  }

  DatabaseFile* const file_;
  const uint32_t pages_;
  const uint32_t page_bytes_;
};

/// REQUIRES: mark 0 exclusively: nobody reads the database without the log.
bool CopyUpTo(DatabaseFile* file, const store::WalIndexHeader& header, uint32_t safe) {
  GLASSWAL_ASSERT((file->exclusive_mask & 1u << shm::kLockWalRead0) != 0,
                  "nobody reads the database without the log while it is written to");
  const uint32_t copied = store::WalIndexBackfilled(file->wal_index);
  store::WalIndexHeader live;
  // A writer may have started the log anew before mark 0 was locked: then there is nothing to copy.
  if (!store::ReadWalIndexHeader(file->wal_index, &live) || live.salt[0] != header.salt[0] ||
      live.salt[1] != header.salt[1] || copied >= safe) {
    return false;
  }
  store::SetWalIndexBackfillAttempted(file->wal_index, safe);
  FrameCopier copier(file, header);
  if (!copier.Copy(copied + 1, safe)) return false;
  if (safe == store::WalIndexMaxFrame(file->wal_index) &&
      DatabaseTruncate(&file->base, static_cast<sqlite3_int64>(copier.database_bytes())) !=
          SQLITE_OK) {
    return false;
  }
  store::SetWalIndexBackfilled(file->wal_index, safe);
  return safe == store::WalIndexMaxFrame(file->wal_index);
}

}  // namespace

bool Backfill(DatabaseFile* file) {
  GLASSWAL_ASSERT((file->exclusive_mask & 1u << shm::kLockWalCheckpoint) != 0,
                  "whoever copies the log holds CHECKPOINT");
  store::WalIndexHeader header;
  if (file->log == nullptr || !store::ReadWalIndexHeader(file->wal_index, &header)) return false;
  // The frames that this header counts were written before the barrier between its two copies, by
  // plain stores: only after a barrier here are they older than what is read of them.
  DatabaseShmBarrier(&file->base);
  if (header.is_initialized == 0 || store::PageBytesOf(header) < 512) return false;
  if (store::WalIndexBackfilled(file->wal_index) >= header.max_frame) return false;
  const uint32_t safe = SafeFrame(file, header.max_frame);
  if (store::WalIndexBackfilled(file->wal_index) >= safe) return false;
  if (LockMark(file, 0) != SQLITE_OK) return false;
  const bool is_done = CopyUpTo(file, header, safe);
  UnlockMark(file, 0);
  return is_done;
}

}  // namespace glasswal::sqlite
