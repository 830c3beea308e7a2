// The locks of the main file, SHARED to EXCLUSIVE, over three lock words.
//
//   SHARED     shared mode of the SHARED word, which is refused while somebody has PENDING
//   RESERVED   exclusive mode of the RESERVED word
//   PENDING    exclusive mode of the PENDING word: no new readers
//   EXCLUSIVE  the SHARED word upgraded: no other reader is left
//
// The levels and the rules between them are SQLite's own (os.h, os_unix.c: unixLock, unixUnlock).
// These locks are not waited for: SQLite's busy handler does that, as with its own VFS. The
// exception is SHARED of a connection with SQLITE_SETLK_BLOCK_ON_CONNECT, which waits for as long
// as another client has the database to itself (os_unix.c: unixFileLock, F_SETLKW).
#include <bit>

#include "sqlite/database_file.h"
#include "store/words.h"

namespace glasswal::sqlite {
namespace {

using lock::LockMode;

bool IsHeldByOther(const DatabaseFile& file, shm::LockId id) {
  const uint64_t word = file.database()->locks[id].word.load();
  return (lock::Holders(word) & ~lock::SlotBit(file.connection.slot)) != 0;
}

/// True when the SHARED word is held by another client only: waiting for the own one would be
/// waiting for oneself.
bool IsHeldByOtherClient(const DatabaseFile& file) {
  const shm::ShmDatabase& database = *file.database();
  const uint64_t holders = lock::Holders(database.locks[shm::kLockMainShared].word.load());
  for (uint64_t rest = holders; rest != 0; rest &= rest - 1) {
    const uint64_t word = database.connections[std::countr_zero(rest)].state.load();
    if (word != 0 && store::ConnectionClientOf(word) == file.client().context().slot) return false;
  }
  return holders != 0;
}

uint32_t TimeoutForShared(const DatabaseFile& file) {
  constexpr uint32_t kForEverMs = 0x7fffffff;
  return file.settings.block_on_connect && IsHeldByOtherClient(file) ? kForEverMs : 0;
}

/// SQLITE_BUSY because of a writer that waits for the readers to go.
int RefuseShared(DatabaseFile* file, uint64_t holders) {
  trace::AddShared(file->database()->locks[shm::kLockMainPending].refused, uint64_t{1});
  file->Refuse(shm::kLockMainPending, LockMode::kShared, {lock::LockResult::kBusy, holders, 0});
  return SQLITE_BUSY;
}

int LockShared(DatabaseFile* file) {
  constexpr shm::LockId kPending = shm::kLockMainPending;
  // A reader that comes in while somebody has PENDING would keep it waiting for ever. Whoever takes
  // PENDING after this look sees this reader's bit in the SHARED word.
  if (IsHeldByOther(*file, kPending)) {
    const uint64_t holders = lock::Holders(file->database()->locks[kPending].word.load());
    if (!file->watch->LookAtHolders(holders) || IsHeldByOther(*file, kPending)) {
      return RefuseShared(file, holders);
    }
  }
  const int result =
      file->AcquireLock(shm::kLockMainShared, LockMode::kShared, TimeoutForShared(*file));
  if (result == SQLITE_OK && IsHeldByOther(*file, kPending)) {
    file->ReleaseLock(shm::kLockMainShared);
    return RefuseShared(file, lock::Holders(file->database()->locks[kPending].word.load()));
  }
  if (result == SQLITE_OK) file->tries.End(kPending);
  return result;
}

/// Only a writer keeps new readers out while it waits for the old ones. SQLite asks for EXCLUSIVE
/// without RESERVED when it probes whether it is alone (exclusive mode and closing in WAL mode, hot
/// journals); when that fails nobody must be left standing in anybody's way, as unixLock has it.
int LockExclusive(DatabaseFile* file) {
  if (file->lock_level == SQLITE_LOCK_RESERVED) {
    const int result = file->AcquireLock(shm::kLockMainPending, LockMode::kExclusive, 0);
    if (result != SQLITE_OK) return result;
    file->lock_level = SQLITE_LOCK_PENDING;
  }
  return file->AcquireLock(shm::kLockMainShared, LockMode::kExclusive, 0);
}

}  // namespace

int DatabaseLock(sqlite3_file* base, int level) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_LOCK);
  if (file->lock_level >= level) return SQLITE_OK;
  int result = SQLITE_OK;
  switch (level) {
    case SQLITE_LOCK_SHARED:
      file->statements->JoinExpected();
      result = LockShared(file);
      break;
    case SQLITE_LOCK_RESERVED:
      result = file->AcquireLock(shm::kLockMainReserved, LockMode::kExclusive, 0);
      break;
    case SQLITE_LOCK_EXCLUSIVE:
      result = LockExclusive(file);
      break;
    default:
      return file->Error(SQLITE_MISUSE, "SQLite never asks for this lock by name");
  }
  if (result != SQLITE_OK) return result;
  file->lock_level = level;
  file->has_read = true;
  return SQLITE_OK;
}

int DatabaseUnlock(sqlite3_file* base, int level) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_UNLOCK);
  if (level == SQLITE_LOCK_NONE) {
    // SQLite asks for this also when it has tried for SHARED in vain and gives up.
    file->tries.End(shm::kLockMainShared);
    file->tries.End(shm::kLockMainPending);
  }
  if (file->lock_level <= level) return SQLITE_OK;
  if (file->lock_level == SQLITE_LOCK_EXCLUSIVE && file->file.SizeBytes() > 0) {
    // The transaction that created the database is over: later changes of its mode are meant.
    uint32_t pending = 1;
    file->file.shm()->wal_default.compare_exchange_strong(pending, 0);
  }
  shm::ShmDatabase* database = file->database();
  if (level == SQLITE_LOCK_SHARED) {
    lock::Downgrade(&database->locks[shm::kLockMainShared], file->connection.slot);
  } else {
    file->ReleaseLock(shm::kLockMainShared);
  }
  file->ReleaseLock(shm::kLockMainReserved);
  file->ReleaseLock(shm::kLockMainPending);
  file->lock_level = level;
  return SQLITE_OK;
}

int DatabaseCheckReservedLock(sqlite3_file* base, int* reserved) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_CHECKRESERVEDLOCK);
  const uint64_t word = file->database()->locks[shm::kLockMainReserved].word.load();
  *reserved = lock::Holders(word) != 0;
  // A dead writer's journal is hot only once its lock is seen to be gone.
  if (IsHeldByOther(*file, shm::kLockMainReserved) &&
      file->watch->LookAtHolders(lock::Holders(word))) {
    *reserved = lock::Holders(file->database()->locks[shm::kLockMainReserved].word.load()) != 0;
  }
  return SQLITE_OK;
}

}  // namespace glasswal::sqlite
