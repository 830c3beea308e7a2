#include "sqlite/log_file.h"

#include <string>

#include "amalgamation/private_controls.h"
#include "port/option_language.h"
#include "port/point.h"
#include "recovery/runtime_inside.h"
#include "sqlite/log_room.h"
#include "sqlite/plain_file.h"
#include "store/directory.h"
#include "store/wal_index.h"

namespace glasswal::sqlite {
namespace {

uint32_t LoadBigEndian(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

bool Enter(LogFile* file) {
  if (file->database != nullptr) return file->database->Enter();
  return !ClientOf(*file->runtime).IsFenced();
}

int Fenced(LogFile* file, int code) {
  return file->vfs->Fail(code,
                         "this client was declared dead, or belongs to the parent of this "
                         "process: open the region and the database anew");
}

int FullFor(LogFile* file, uint64_t wanted_bytes, uint64_t limit_bytes, const char* what,
            const std::string& why = {}) {
  if (file->database != nullptr) {
    return file->database->Full(wanted_bytes, limit_bytes, what, why);
  }
  return file->vfs->Refuse(SQLITE_FULL, FullMessage(wanted_bytes, limit_bytes, what, why));
}

int Full(LogFile* file, uint64_t wanted_bytes) {
  const uint64_t limit_bytes = file->file.LimitBytes();
  if (!file->is_wal) return FullFor(file, wanted_bytes, limit_bytes, "the rollback journal");
  if (file->database == nullptr) {
    return FullFor(file, wanted_bytes, limit_bytes, "the write-ahead log",
                   ": copy it with PRAGMA wal_checkpoint, or raise " +
                       port::SayOption(Option::kMaxWriteAheadCapacity));
  }
  // What its limit says everybody sees; that the region or the machine had nothing left, only the
  // one who asked.
  if (wanted_bytes <= limit_bytes) file->database->database()->log_full.store(1);
  return FullFor(file, wanted_bytes, limit_bytes, "the write-ahead log",
                 DescribeFullLog(file->database));
}

/// Makes sure of a block for a log whose connection is hidden.
bool HasWalIndexBlockOfHidden(LogFile* file, uint64_t block) {
  const uint32_t database = file->pages.number();
  store::ClientContext& self = ClientOf(*file->runtime).context();
  if (store::WalIndexBlock(*self.region, database, block) != nullptr) return true;
  store::DirectoryLock lock(self);
  return lock.held() &&
         store::ReserveWalIndexBlock(self, &self.shm_client()->intent, database, block);
}

bool HasWalIndexBlock(LogFile* file, uint64_t block) {
  DatabaseFile* database = file->database;
  if (database == nullptr) return HasWalIndexBlockOfHidden(file, block);
  // Blocks go only when the last connection does, so one that was seen need not be looked for
  // again.
  if (block < database->wal_index_blocks) return true;
  if (!store::ReserveWalIndexBlock(*database->connection.client, &database->connection.shm->intent,
                                   database->connection.file, block)) {
    return false;
  }
  if (block == database->wal_index_blocks) ++database->wal_index_blocks;
  return true;
}

/// What a frame at `offset` will need: its wal-index block, and room for its page in the database.
int ReserveForFrame(LogFile* file, uint64_t offset, uint64_t page_size, uint64_t page) {
  const uint64_t frame_size = page_size + store::kWalFrameHeaderBytes;
  if (page_size < 512 || (offset - store::kWalHeaderBytes) % frame_size != 0) return SQLITE_OK;

  const uint64_t frame = (offset - store::kWalHeaderBytes) / frame_size + 1;
  if (!HasWalIndexBlock(file, store::WalIndexBlockOfFrame(frame))) {
    return FullFor(file, shm::kWalIndexBlockBytes, shm::kWalIndexBlockBytes, "the wal-index");
  }
  if (page == 0) return SQLITE_OK;
  store::File& pages = file->database != nullptr ? file->database->file : file->pages;
  const store::IoStatus status = pages.Reserve((page - 1) * page_size, page_size);
  if (status == store::IoStatus::kOk) return SQLITE_OK;
  return FullFor(file, page * page_size, pages.LimitBytes(), "the database");
}

/// The size of the pages of the log, from its header; 0 while it has none.
uint64_t PageSizeOf(const LogFile& file) {
  constexpr uint64_t kPageSizeAt = 8;
  const std::byte* header = file.file.Fetch(kPageSizeAt, sizeof(uint32_t));
  return header != nullptr ? LoadBigEndian(reinterpret_cast<const uint8_t*>(header)) : 0;
}

int Close(sqlite3_file* base) {
  LogFile* file = LogFile::Of(base);
  if (Enter(file)) {
    store::CloseFileInTime(ClientOf(*file->runtime).context(), file->file.number());
  }
  if (file->is_wal && file->database != nullptr) file->database->log = nullptr;
  file->~LogFile();
  base->pMethods = nullptr;
  return SQLITE_OK;
}

int Read(sqlite3_file* base, void* to, int size, sqlite3_int64 offset) {
  LogFile* file = LogFile::Of(base);
  if (!Enter(file)) return Fenced(file, SQLITE_IOERR_READ);
  if (file->database != nullptr) {
    file->database->Count(shm::kCounterReads);
    file->database->Count(shm::kCounterReadBytes, static_cast<uint64_t>(size));
  }
  const store::IoStatus status =
      file->file.Read(static_cast<uint64_t>(offset), to, static_cast<uint32_t>(size));
  return status == store::IoStatus::kOk ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int WriteBytes(LogFile* file, uint64_t at, const void* from, uint32_t bytes) {
  switch (file->file.Write(at, from, bytes)) {
    case store::IoStatus::kOk:
    case store::IoStatus::kShort:
      return SQLITE_OK;
    case store::IoStatus::kFull:
      return Full(file, at + bytes);
    case store::IoStatus::kBusy:
      return file->vfs->Fail(SQLITE_BUSY, "the directory of files is held by another client");
    case store::IoStatus::kCorrupt:
      break;
  }
  return file->vfs->Fail(SQLITE_IOERR_WRITE, "a map of the log's segments is damaged");
}

int Write(sqlite3_file* base, const void* from, int size, sqlite3_int64 offset) {
  LogFile* file = LogFile::Of(base);
  if (!Enter(file)) return Fenced(file, SQLITE_IOERR_WRITE);
  const auto at = static_cast<uint64_t>(offset);
  const auto bytes = static_cast<uint32_t>(size);
  if (file->database != nullptr) {
    file->database->Count(shm::kCounterWrites);
    file->database->Count(shm::kCounterWriteBytes, bytes);
    // A header over what is there already: the log begins anew (walRestartLog in wal.c).
    if (file->is_wal && at == 0 && bytes == store::kWalHeaderBytes &&
        file->file.SizeBytes() > store::kWalHeaderBytes) {
      file->database->Record(EventKind::kWalRestarted, file->file.SizeBytes());
    }
    if (file->is_wal && at == 0) {
      file->database->database()->log_full.store(0);
      file->database->frame_before = 0;  // All that the log has from now on is this transaction's.
    }
  }
  // Without powersafe_overwrite SQLite may write the header in two parts (walWriteToLog); the
  // page number is in the first.
  if (file->is_wal && bytes <= store::kWalFrameHeaderBytes && bytes >= sizeof(uint32_t) &&
      at >= store::kWalHeaderBytes) {
    const int result = ReserveForFrame(file, at, PageSizeOf(*file),
                                       LoadBigEndian(static_cast<const uint8_t*>(from)));
    if (result != SQLITE_OK) return result;
  }
  return WriteBytes(file, at, from, bytes);
}

/// What the patched SQLite asks for instead of two writes (amalgamation/private_controls.h).
int WriteFrame(LogFile* file, GlasswalFrame* frame) {
  if (!Enter(file)) return Fenced(file, SQLITE_IOERR_WRITE);
  const auto at = static_cast<uint64_t>(frame->iOffset);
  const auto page_bytes = static_cast<uint32_t>(frame->nPage);
  const uint64_t size_bytes = store::kWalFrameHeaderBytes + page_bytes;
  file->database->Count(shm::kCounterWrites);
  file->database->Count(shm::kCounterWriteBytes, size_bytes);
  const int result = ReserveForFrame(file, at, page_bytes, frame->iPage);
  if (result != SQLITE_OK) return result;
  uint64_t old_size = 0;
  std::byte* place = file->file.BeginInPlace(at, size_bytes, &old_size);
  if (place != nullptr) {
    GLASSWAL_POINT("store.write.part");
    frame->xFill(frame, place, place + store::kWalFrameHeaderBytes);
    file->file.EndInPlace(old_size, at + size_bytes);
    return SQLITE_OK;
  }
  uint8_t header[store::kWalFrameHeaderBytes];
  frame->xFill(frame, header, nullptr);
  const int written = WriteBytes(file, at, header, sizeof(header));
  return written != SQLITE_OK ? written
                              : WriteBytes(file, at + sizeof(header), frame->pPage, page_bytes);
}

int FileControl(sqlite3_file* base, int operation, void* argument) {
  LogFile* file = LogFile::Of(base);
  if (operation != GLASSWAL_FCNTL_WRITE_FRAME) return SQLITE_NOTFOUND;
  auto* frame = static_cast<GlasswalFrame*>(argument);
  // Whoever has put other methods in the place of these, or a file before this one, sees all writes.
  const bool is_direct = frame->pFile == base && base->pMethods == &kLogMethods;
  if (!is_direct || file->database == nullptr || !file->is_wal ||
      frame->nHeader != static_cast<int>(store::kWalFrameHeaderBytes)) {
    return SQLITE_NOTFOUND;
  }
  frame->bAnswered = 1;
  return WriteFrame(file, frame);
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  LogFile* file = LogFile::Of(base);
  if (!Enter(file)) return Fenced(file, SQLITE_IOERR_TRUNCATE);
  const uint64_t old_size = file->file.SizeBytes();
  const uint32_t freed = file->file.Truncate(static_cast<uint64_t>(size));
  if (file->database != nullptr) {
    file->database->Count(shm::kCounterTruncates);
    file->database->Count(shm::kCounterSegmentsReclaimed, freed);
    trace::Record(file->database->region(), EventKind::kFileTruncated,
                  file->database->connection.client->Subject(file->database->connection.slot + 1,
                                                             file->file.number() + 1),
                  old_size, static_cast<uint64_t>(size), freed);
  }
  return SQLITE_OK;
}

int Sync(sqlite3_file* base, int) {
  LogFile* file = LogFile::Of(base);
  if (!Enter(file)) return Fenced(file, SQLITE_IOERR_FSYNC);
  // Each write has been published as it was made (store::File::Write), and there is nothing below.
  if (file->database != nullptr) file->database->Count(shm::kCounterSyncs);
  return SQLITE_OK;
}

int FileSize(sqlite3_file* base, sqlite3_int64* size) {
  LogFile* file = LogFile::Of(base);
  if (!Enter(file)) return Fenced(file, SQLITE_IOERR_FSTAT);
  *size = static_cast<sqlite3_int64>(file->file.SizeBytes());
  return SQLITE_OK;
}

constexpr sqlite3_io_methods LogMethods() {
  sqlite3_io_methods methods = PlainFileMethods(Close, Read, Write, Truncate, Sync, FileSize);
  methods.xFileControl = FileControl;
  return methods;
}

}  // namespace

constinit const sqlite3_io_methods kLogMethods = LogMethods();

}  // namespace glasswal::sqlite
