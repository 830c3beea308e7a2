// The file controls that a main database answers; see sqlite3_file_control and os_unix.c.
#include "sqlite/file_control.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "amalgamation/private_controls.h"
#include "glasswal/option_names.h"
#include "port/clock.h"
#include "port/futex.h"
#include "sqlite/autocheckpoint.h"
#include "sqlite/database_file.h"
#include "sqlite/database_header.h"
#include "store/directory.h"
#include "store/wal_index.h"
#include "store/words.h"

namespace glasswal::sqlite {
namespace {

/// Sets `*flag` from a non-negative argument, and reports the present value for a negative one.
void QueryOrSet(int* flag, int* argument) {
  if (*argument >= 0) *flag = *argument != 0;
  *argument = *flag;
}

void SetLockTimeout(FileSettings* settings, int* argument) {
  const int wanted = *argument;
  *argument = static_cast<int>(settings->lock_timeout_ms);
  settings->lock_timeout_ms = wanted < 0 ? 0x7fffffff : static_cast<uint32_t>(wanted);
}

void SetMmapLimit(const Vfs& vfs, FileSettings* settings, bool may_remap, int64_t* argument) {
  const int64_t wanted = std::min(*argument, vfs.most_mmap_bytes());
  *argument = settings->mmap_limit;
  if (wanted >= 0 && may_remap) settings->mmap_limit = wanted;
}

void SetBusyHandler(DatabaseFile* file, void** handler_and_argument) {
  file->busy_handler = reinterpret_cast<int (*)(void*)>(handler_and_argument[0]);
  file->busy_argument = handler_and_argument[1];
}

/// Space for a transaction that is about to be written, so that it fails before anything is.
int ReserveSpace(DatabaseFile* file, int64_t size_bytes) {
  const uint64_t present = file->file.SizeBytes();
  const auto wanted = static_cast<uint64_t>(size_bytes);
  if (size_bytes < 0 || wanted <= present) return SQLITE_OK;
  if (file->file.Reserve(present, wanted - present) == store::IoStatus::kOk) return SQLITE_OK;
  return file->Full(wanted, file->file.LimitBytes(), "the database");
}

/// A transaction has committed. In WAL mode that is noticed when WRITE is released; who keeps it
/// (locking_mode=EXCLUSIVE) at least tells the tables.
void NoteCommit(DatabaseFile* file) {
  if (file->wal_index != nullptr) {
    if ((file->exclusive_mask & 1u << shm::kLockWalWrite) != 0) {
      file->RaiseIfNew(store::WalIndexChange(file->wal_index));
    }
    return;
  }
  file->RaiseTouched();
  file->Count(shm::kCounterCommits);
  file->NoteOperation(EventKind::kCommit, 0);
  file->Record(EventKind::kCommit);
  shm::ShmHeader* header = file->region().header();
  header->commit_sequence.fetch_add(1);
  if (header->commit_waiters.load() != 0) port::FutexWake(&header->commit_sequence, ~0u);
}

/// True when a connection of another client reads: as in os_unix.c, where the kernel tells of other
/// processes' locks only.
bool OtherClientsRead(const DatabaseFile& file) {
  if (file.wal_index == nullptr) return false;
  const shm::ShmDatabase& database = *file.database();
  uint64_t readers = 0;
  for (uint32_t i = 0; i < shm::kWalReaders; ++i) {
    readers |= lock::Holders(database.locks[shm::kLockWalRead0 + i].word.load());
  }
  for (; readers != 0; readers &= readers - 1) {
    const uint64_t word = database.connections[std::countr_zero(readers)].state.load();
    if (word != 0 && store::ConnectionClientOf(word) != file.client().context().slot) return true;
  }
  return false;
}

bool SaysWal(const DatabaseFile& file) {
  uint8_t version = 0;
  return file.file.Read(kWriteVersionAt, &version, 1) == store::IoStatus::kOk &&
         version == kWalVersion;
}

/// True when frames of a write-ahead log are there, whoever wrote them.
bool HasLog(const DatabaseFile& file) {
  char path[shm::kPathBytes];
  const std::string log = std::string(store::PathOf(*file.file.shm(), path)) + "-wal";
  const std::optional<uint32_t> number = store::FindFile(file.region(), log);
  return number && file.region().file(*number)->size_bytes.load() > 0;
}

/// The connection that created a database in WAL mode does not know the mode before its next
/// transaction: SQLite would take a change to another mode for none. So it is changed here, as long
/// as nobody has used the log, which everybody would who knows the mode, holding SHARED.
int LeaveWalModeUnused(DatabaseFile* file, char** argument) {
  const int level = file->lock_level;
  int result = SQLITE_OK;
  for (const int wanted : {SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED, SQLITE_LOCK_EXCLUSIVE}) {
    if (result == SQLITE_OK) result = DatabaseLock(&file->base, wanted);
  }
  if (result == SQLITE_OK && HasLog(*file)) result = SQLITE_BUSY;
  if (result == SQLITE_OK) {
    file->file.shm()->wal_default.store(0);
    result = TakeBackWalMode(file);
  }
  DatabaseUnlock(&file->base, level);
  if (result == SQLITE_OK) return SQLITE_NOTFOUND;
  argument[0] = sqlite3_mprintf("%s", sqlite3_errstr(result));
  return result;
}

bool StartsInWal(const DatabaseFile& file) {
  return file.file.shm()->wal_default.load() != 0 && file.file.SizeBytes() == 0;
}

/// Waits with SQLite's own busy handler until nobody has the database to itself.
int WaitUntilReadable(DatabaseFile* file) {
  if (file->lock_level != SQLITE_LOCK_NONE) return SQLITE_OK;
  const bool has_read = file->has_read;
  int result = SQLITE_OK;
  do {
    result = DatabaseLock(&file->base, SQLITE_LOCK_SHARED);
  } while ((result & 0xff) == SQLITE_BUSY && file->MayTryAgain());
  if (result == SQLITE_OK) DatabaseUnlock(&file->base, SQLITE_LOCK_NONE);
  file->has_read = has_read;
  return result;
}

/// `PRAGMA journal_mode` without a mode. SQLite reads the database and answers, except where it
/// cannot know: an empty database will start in WAL mode, and a connection that has read it before
/// that looks at the mode again only in its next transaction.
int AnswerJournalMode(DatabaseFile* file, char** argument) {
  if (StartsInWal(*file)) {
    const int result = WaitUntilReadable(file);
    if (result != SQLITE_OK) {
      argument[0] = sqlite3_mprintf("%s", sqlite3_errstr(result));
      return result;
    }
  }
  const bool unnoticed = file->has_read && file->wal_index == nullptr && SaysWal(*file);
  if (!StartsInWal(*file) && !unnoticed) return SQLITE_NOTFOUND;
  argument[0] = sqlite3_mprintf("wal");
  return argument[0] != nullptr ? SQLITE_OK : SQLITE_NOMEM;
}

/// The mode that SQLite takes `text` for, which may be a part of its name; null if it takes it for
/// a question.
const char* ModeNamed(const char* text) {
  const int length = static_cast<int>(std::strlen(text));
  for (const char* mode : {"delete", "persist", "off", "truncate", "memory", "wal"}) {
    if (sqlite3_strnicmp(text, mode, length) == 0) return mode;
  }
  return nullptr;
}

/// `PRAGMA journal_mode`. A database that nobody has written to yet will start in WAL mode, unless
/// another is asked for first; and the connection that creates it notices at its next transaction.
int HandlePragma(DatabaseFile* file, char** argument) {
  if (sqlite3_stricmp(argument[1], "journal_mode") != 0) return SQLITE_NOTFOUND;
  const char* mode = argument[2] != nullptr ? ModeNamed(argument[2]) : nullptr;
  if (mode == nullptr) return AnswerJournalMode(file, argument);
  if (std::strcmp(mode, "wal") == 0) return SQLITE_NOTFOUND;
  if (StartsInWal(*file)) file->file.shm()->wal_default.store(0);
  const bool unnoticed = file->created_as_wal && file->wal_index == nullptr && SaysWal(*file);
  return unnoticed ? LeaveWalModeUnused(file, argument) : SQLITE_NOTFOUND;
}

/// What the region's creator chose for those who say nothing. The region's bytes are input: what
/// cannot be is not told, and SQLite keeps to its own.
int TellOption(const DatabaseFile& file, int operation, int* argument) {
  const shm::ShmHeader& header = *file.region().header();
  if (operation == GLASSWAL_FCNTL_PAGE_SIZE) {
    const uint32_t bytes = header.page_size.load(std::memory_order_relaxed);
    const auto [least, most] = BoundsOf(Option::kPageSize);
    if (!std::has_single_bit(bytes) || bytes < least || bytes > most) return SQLITE_NOTFOUND;
    *argument = static_cast<int>(bytes);
    return SQLITE_OK;
  }
  const uint32_t frames = header.wal_autocheckpoint.load(std::memory_order_relaxed);
  if (frames > BoundsOf(Option::kWalAutocheckpoint).most) return SQLITE_NOTFOUND;
  *argument = static_cast<int>(frames);
  return SQLITE_OK;
}

}  // namespace

int ControlSettings(Vfs* vfs, FileSettings* settings, bool may_remap, int operation,
                    void* argument) {
  switch (operation) {
    case SQLITE_FCNTL_LOCK_TIMEOUT:
      SetLockTimeout(settings, static_cast<int*>(argument));
      return SQLITE_OK;
    case SQLITE_FCNTL_BLOCK_ON_CONNECT:
      settings->block_on_connect = *static_cast<int*>(argument) != 0;
      return SQLITE_OK;
    case SQLITE_FCNTL_LAST_ERRNO:
      *static_cast<int*>(argument) = 0;
      return SQLITE_OK;
    case SQLITE_FCNTL_CHUNK_SIZE:
      return SQLITE_OK;  // Segments are the chunks.
    case SQLITE_FCNTL_PERSIST_WAL:
      QueryOrSet(&settings->persist_wal, static_cast<int*>(argument));
      return SQLITE_OK;
    case SQLITE_FCNTL_POWERSAFE_OVERWRITE:
      QueryOrSet(&settings->powersafe_overwrite, static_cast<int*>(argument));
      return SQLITE_OK;
    case SQLITE_FCNTL_VFSNAME:
      *static_cast<char**>(argument) = sqlite3_mprintf("%s", vfs->name().c_str());
      return SQLITE_OK;
    case SQLITE_FCNTL_TEMPFILENAME:
      *static_cast<char**>(argument) = sqlite3_mprintf("/temp-%lld", port::NowNs());
      return SQLITE_OK;
    case SQLITE_FCNTL_MMAP_SIZE:
      SetMmapLimit(*vfs, settings, may_remap, static_cast<int64_t*>(argument));
      return SQLITE_OK;
    default:
      return SQLITE_NOTFOUND;
  }
}

int DatabaseFileControl(sqlite3_file* base, int operation, void* argument) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (operation == kFcntlRegion) {  // Looking is no progress of a client, and leaves no trace.
    const port::Memory& memory = file->region().memory();
    *static_cast<RegionPlace*>(argument) = {memory.base(), memory.BytesAtHand()};
    return SQLITE_OK;
  }
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR);
  if (operation == SQLITE_FCNTL_COMMIT_PHASETWO) {  // Asked at the end of each transaction.
    NoteCommit(file);
    return SQLITE_OK;
  }
  const int result =
      ControlSettings(file->vfs, &file->settings, file->fetched == 0, operation, argument);
  if (result != SQLITE_NOTFOUND) return result;
  switch (operation) {
    case SQLITE_FCNTL_PDB:
      file->statements->Expect(static_cast<sqlite3**>(argument));
      return SQLITE_OK;
    case GLASSWAL_FCNTL_WATCH:
      file->statements->Join(static_cast<GlasswalWatchPlace*>(argument));
      return SQLITE_OK;
    case GLASSWAL_FCNTL_TOUCHED:
      file->touched = static_cast<GlasswalTouched*>(argument);
      return SQLITE_OK;
    case SQLITE_FCNTL_BUSYHANDLER:
      SetBusyHandler(file, static_cast<void**>(argument));
      return SQLITE_OK;
    case SQLITE_FCNTL_LOCKSTATE:
      *static_cast<int*>(argument) = file->lock_level;
      return SQLITE_OK;
    case SQLITE_FCNTL_SIZE_HINT:
      return ReserveSpace(file, *static_cast<int64_t*>(argument));
    case SQLITE_FCNTL_HAS_MOVED:
      *static_cast<int*>(argument) =
          store::FileStateOf(file->file.shm()->state.load()) != shm::kFileLive;
      return SQLITE_OK;
    case SQLITE_FCNTL_EXTERNAL_READER:
      *static_cast<int*>(argument) = OtherClientsRead(*file);
      return SQLITE_OK;
    case SQLITE_FCNTL_PRAGMA:
      return HandlePragma(file, static_cast<char**>(argument));
    case GLASSWAL_FCNTL_AUTOCHECKPOINT:
      if (Autocheckpoint(file, static_cast<uint32_t>(*static_cast<int*>(argument)))) {
        *static_cast<int*>(argument) = std::numeric_limits<int>::max();
      }
      return SQLITE_OK;
    case GLASSWAL_FCNTL_AUTOCHECKPOINT_FRAMES:
    case GLASSWAL_FCNTL_PAGE_SIZE:
      return TellOption(*file, operation, static_cast<int*>(argument));
    case kFcntlRefusal:
      *static_cast<Refusal*>(argument) = file->refusal;
      return SQLITE_OK;
    case GLASSWAL_FCNTL_PLACE:
      static_cast<uint32_t*>(argument)[0] = file->connection.file;
      static_cast<uint32_t*>(argument)[1] = file->connection.slot;
      return SQLITE_OK;
    case kFcntlVersions:
      *static_cast<VersionsPlace*>(argument) = {file->database(), file->region().header()};
      return SQLITE_OK;
    case kFcntlCancellation:
      *static_cast<Cancellation*>(argument) = file->statements->cancellation();
      return SQLITE_OK;
    case kFcntlQuietRefusals:
      file->has_quiet_refusals = *static_cast<int*>(argument) != 0;
      return SQLITE_OK;
    case kFcntlRegion:  // Answered already; two controls of one number would not compile.
    default:
      return SQLITE_NOTFOUND;
  }
}

}  // namespace glasswal::sqlite
