// Bytes of a main database: reading, writing, using pages in place; closing.
#include <algorithm>
#include <cstring>
#include <string>

#include "port/assert.h"
#include "port/option_language.h"
#include "sqlite/database_file.h"
#include "sqlite/database_header.h"
#include "store/directory.h"
#include "store/wal_index.h"
#include "store/words.h"

namespace glasswal::sqlite {
namespace {

void IncrementBigEndian(uint8_t* at) {
  const uint32_t value =
      (uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3]) + 1;
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

/// True when this write creates a database that has not been given another journal mode: its header
/// is then made to say WAL, so that new databases start in WAL mode whoever creates them and
/// however.
bool StartsInWalMode(const DatabaseFile& file, const uint8_t* from, int size, int64_t offset) {
  return offset == 0 && size >= kHeaderBytes && file.lock_level == SQLITE_LOCK_EXCLUSIVE &&
         file.file.shm()->wal_default.load(std::memory_order_relaxed) != 0 &&
         from[kWriteVersionAt] == kRollbackVersion && from[kReadVersionAt] == kRollbackVersion;
}

/// Writes page 1 with a header that says WAL. The change counter goes up with it, which makes the
/// connection that wrote it drop its cached page 1 and see the new mode at its next transaction.
store::IoStatus WriteFirstPageAsWal(DatabaseFile& file, const uint8_t* from, uint32_t size) {
  uint8_t header[kHeaderBytes];
  std::memcpy(header, from, kHeaderBytes);
  header[kWriteVersionAt] = kWalVersion;
  header[kReadVersionAt] = kWalVersion;
  IncrementBigEndian(header + kChangeCounterAt);
  IncrementBigEndian(header + kVersionValidForAt);
  const store::IoStatus status =
      file.file.Write(kHeaderBytes, from + kHeaderBytes, size - kHeaderBytes);
  file.created_as_wal = true;
  return status != store::IoStatus::kOk ? status : file.file.Write(0, header, kHeaderBytes);
}

/// Cuts the file off after a checkpoint. A writer that adds frames meanwhile has reserved memory
/// for their pages (log_file.cpp), and so has one that has committed since the checkpoint looked:
/// theirs must stay, so memory is freed under WRITE only. It is not waited for, and not taken when
/// there is nothing to free, since checkpoints should not be in the way of writers; the next one
/// frees the rest.
uint32_t TruncateInWalMode(DatabaseFile* file, uint64_t size) {
  const bool is_writer = (file->exclusive_mask & (1u << shm::kLockWalWrite)) != 0;
  const uint64_t used = std::max(size, store::WalIndexDatabaseBytes(file->wal_index));
  shm::ShmLock* write = &file->database()->locks[shm::kLockWalWrite];
  const uint32_t slot = file->connection.slot;
  const bool may_free = file->file.shm()->segments.load() > shm::SegmentsFor(used) &&
                        (is_writer || lock::Acquire(write, slot, lock::LockMode::kExclusive, 0,
                                                    lock::Timing::kNone, file->watch.get())
                                              .result == lock::LockResult::kAcquired);
  if (!may_free) return file->file.Truncate(size, shm::kMaxFileBytes);
  const uint32_t freed = file->file.Truncate(size, store::WalIndexDatabaseBytes(file->wal_index));
  if (!is_writer) lock::Release(write, slot);
  return freed;
}

}  // namespace

int DatabaseFile::Fenced(int code) {
  trace::Record(region(), EventKind::kFenced, connection.Subject(), connection.client->generation);
  return vfs->Fail(code,
                   "this connection's client was declared dead, or belongs to the parent of "
                   "this process: close it, and open the region and the database anew");
}

int DatabaseFile::Full(uint64_t wanted_bytes, uint64_t limit_bytes, const char* what,
                       const std::string& why) {
  Count(shm::kCounterFull);
  // A claim that the region had no room for was counted by it.
  if (wanted_bytes > limit_bytes) trace::AddShared(region().header()->full);
  Record(EventKind::kFull, wanted_bytes, limit_bytes, wanted_bytes > limit_bytes ? 1 : 0);
  return vfs->Refuse(SQLITE_FULL, FullMessage(wanted_bytes, limit_bytes, what, why));
}

std::string FullMessage(uint64_t wanted_bytes, uint64_t limit_bytes, const char* what,
                        const std::string& why) {
  if (wanted_bytes > limit_bytes) {
    return std::string(what) + " would need " + std::to_string(wanted_bytes) +
           " bytes, its maximum is " + std::to_string(limit_bytes) +
           (why.empty() ? ": delete rows, or raise " + port::SayOption(Option::kMaxDatabaseCapacity)
                        : why);
  }
  return std::string(what) + " cannot grow: the region or the machine has no memory left" +
         (why.empty()
              ? "; delete files, checkpoint with TRUNCATE, or create a region with a larger " +
                    port::SayOption(Option::kRegionCapacity)
              : why);
}

int DatabaseFile::Error(int code, const std::string& message) {
  Count(shm::kCounterErrors);
  Record(EventKind::kError, static_cast<uint64_t>(code & 0xff), static_cast<uint64_t>(code));
  return vfs->Refuse(code, message);
}

int DatabaseClose(sqlite3_file* base) {
  DatabaseFile* file = DatabaseFile::Of(base);
  file->vfs->databases().Remove(file);
  if (file->Enter()) {
    DatabaseUnlock(base, SQLITE_LOCK_NONE);
    DatabaseShmUnmap(base, 0);
    store::ClientContext& self = file->client().context();
    trace::SubtractShared(self.shm_client()->connections, uint32_t{1});
    file->Record(EventKind::kConnectionClosed, self.shm_client()->connections.load());
    file->statements.reset();
    store::ReleaseConnection(file->region(), file->connection.database, file->connection.slot);
    store::CloseFileInTime(self, file->connection.file);
  }
  file->~DatabaseFile();
  base->pMethods = nullptr;
  return SQLITE_OK;
}

int DatabaseRead(sqlite3_file* base, void* to, int size, sqlite3_int64 offset) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_READ);
  file->Count(shm::kCounterReads);
  file->Count(shm::kCounterReadBytes, static_cast<uint64_t>(size));
  file->Record(EventKind::kRead, static_cast<uint64_t>(offset), static_cast<uint64_t>(size));
  const store::IoStatus status =
      file->file.Read(static_cast<uint64_t>(offset), to, static_cast<uint32_t>(size));
  return status == store::IoStatus::kOk ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int DatabaseWrite(sqlite3_file* base, const void* from, int size, sqlite3_int64 offset) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_WRITE);
  const auto at = static_cast<uint64_t>(offset);
  const auto bytes = static_cast<uint32_t>(size);
  file->Count(shm::kCounterWrites);
  file->Count(shm::kCounterWriteBytes, bytes);
  file->Record(EventKind::kWrite, at, bytes);
  const auto* source = static_cast<const uint8_t*>(from);
  const store::IoStatus status = StartsInWalMode(*file, source, size, offset)
                                     ? WriteFirstPageAsWal(*file, source, bytes)
                                     : file->file.Write(at, from, bytes);
  if (status == store::IoStatus::kOk) return SQLITE_OK;
  if (status == store::IoStatus::kFull) {
    return file->Full(at + bytes, file->file.LimitBytes(), "the database");
  }
  return file->Error(SQLITE_CORRUPT, "a map of the database's segments is damaged");
}

int DatabaseTruncate(sqlite3_file* base, sqlite3_int64 size) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_TRUNCATE);
  const uint64_t old_size = file->file.SizeBytes();
  const auto new_size = static_cast<uint64_t>(size);
  if (new_size > old_size && new_size > file->file.LimitBytes()) {
    return file->Full(new_size, file->file.LimitBytes(), "the database");
  }
  const uint32_t freed = file->wal_index != nullptr ? TruncateInWalMode(file, new_size)
                                                    : file->file.Truncate(new_size);
  file->Count(shm::kCounterTruncates);
  file->Count(shm::kCounterSegmentsReclaimed, freed);
  if (old_size != new_size || freed != 0) {
    file->Record(EventKind::kFileTruncated, old_size, new_size, freed);
  }
  return SQLITE_OK;
}

int DatabaseSync(sqlite3_file* base, int) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_FSYNC);
  file->Count(shm::kCounterSyncs);
  file->Record(EventKind::kSync);
  // Each write has been published as it was made (store::File::Write), and there is nothing below.
  return SQLITE_OK;
}

int DatabaseFileSize(sqlite3_file* base, sqlite3_int64* size) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_FSTAT);
  *size = static_cast<sqlite3_int64>(file->file.SizeBytes());
  return SQLITE_OK;
}

int DatabaseFetch(sqlite3_file* base, sqlite3_int64 offset, int size, void** page) {
  DatabaseFile* file = DatabaseFile::Of(base);
  *page = nullptr;
  if (offset + size > file->settings.mmap_limit) return SQLITE_OK;
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_MMAP);
  const std::byte* at =
      file->file.Fetch(static_cast<uint64_t>(offset), static_cast<uint64_t>(size));
  if (at == nullptr) return SQLITE_OK;
  *page = const_cast<std::byte*>(at);
  ++file->fetched;
  file->Count(shm::kCounterFetches);
  return SQLITE_OK;
}

int TakeBackWalMode(DatabaseFile* file) {
  GLASSWAL_ASSERT(file->lock_level == SQLITE_LOCK_EXCLUSIVE,
                  "the header is written by who has the database alone");
  uint8_t header[kHeaderBytes];
  if (file->file.Read(0, header, kHeaderBytes) != store::IoStatus::kOk) return SQLITE_IOERR_READ;
  header[kWriteVersionAt] = kRollbackVersion;
  header[kReadVersionAt] = kRollbackVersion;
  IncrementBigEndian(header + kChangeCounterAt);
  IncrementBigEndian(header + kVersionValidForAt);
  file->created_as_wal = false;
  return file->file.Write(0, header, kHeaderBytes) == store::IoStatus::kOk ? SQLITE_OK
                                                                           : SQLITE_IOERR_WRITE;
}

int DatabaseUnfetch(sqlite3_file* base, sqlite3_int64, void* page) {
  // Without a page SQLite asks to unmap everything: segments never move, so there is nothing to do.
  if (page != nullptr) --DatabaseFile::Of(base)->fetched;
  return SQLITE_OK;
}

}  // namespace glasswal::sqlite
