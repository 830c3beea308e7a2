// The wal-index and its eight locks: xShmMap, xShmLock, xShmBarrier, xShmUnmap.
//
// The blocks of the wal-index are addressed in place. Locks are taken in SQLite's own order and
// waited for when SQLite has set a timeout (SQLITE_FCNTL_LOCK_TIMEOUT); the contract is that of
// os_unix.c.
#include <bit>

#include "port/clock.h"
#include "port/fence.h"
#include "port/futex.h"
#include "port/point.h"
#include "sqlite/checkpoint.h"
#include "sqlite/database_file.h"
#include "sqlite/log_room.h"
#include "store/wal_index.h"
#include "store/words.h"

namespace glasswal::sqlite {
namespace {

constexpr uint32_t kBit(uint32_t lock) { return 1u << lock; }
constexpr uint32_t kReadMarks = ((1u << shm::kWalReaders) - 1) << shm::kLockWalRead0;

void BeginTransaction(DatabaseFile* file) {
  if (file->connection.shm->transaction_ns.load(std::memory_order_relaxed) == 0) {
    trace::AddOwned(file->connection.shm->transaction);
    file->statements->BeginTransaction();
    const uint64_t now_ns =
        file->IsRecorded(EventKind::kTransactionEnded) ? port::NowNs() : port::CoarseNowNs();
    file->connection.shm->transaction_ns.store(now_ns, std::memory_order_relaxed);
  }
}

[[gnu::noinline]] void RecordTransaction(DatabaseFile* file) {
  const uint64_t began_ns = file->connection.shm->transaction_ns.load(std::memory_order_relaxed);
  const uint64_t now_ns = port::NowNs();
  if (began_ns == 0 || began_ns > now_ns) return;
  trace::WriteEvent(file->region(), EventKind::kTransactionEnded, file->connection.Subject(),
                    now_ns - began_ns, 0, 0, 0, now_ns);
}

void EndTransaction(DatabaseFile* file) {
  if (((file->shared_mask & kReadMarks) | (file->exclusive_mask & kBit(shm::kLockWalWrite))) == 0) {
    if (file->IsRecorded(EventKind::kTransactionEnded)) [[unlikely]]
      RecordTransaction(file);
    file->connection.shm->transaction_ns.store(0, std::memory_order_relaxed);
  }
}

/// Wakes those who wait for commits, and records one (glasswal/event.h, kCommit) that is visible: at
/// `now_ns`, after the writer has had WRITE for `held_ns`, where that was timed exactly (else 0).
void AnnounceCommit(DatabaseFile* file, uint64_t now_ns, uint64_t held_ns) {
  const uint32_t frame = store::WalIndexMaxFrame(file->wal_index);
  const uint32_t frames = frame >= file->frame_before ? frame - file->frame_before : frame;
  file->Count(shm::kCounterCommits);
  file->Count(shm::kCounterCommitFrames, frames);
  file->NoteOperation(EventKind::kCommit, frames);
  if (file->IsRecorded(EventKind::kCommit)) {
    trace::WriteEvent(file->region(), EventKind::kCommit, file->connection.Subject(), frames,
                      store::WalIndexPages(file->wal_index), store::WalIndexChange(file->wal_index),
                      held_ns, now_ns);
  }
  shm::ShmHeader* header = file->region().header();
  if (header->commit_waiters.load() != 0) port::FutexWake(&header->commit_sequence, ~0u);
}

/// Whether mark 0 is being held by a checkpoint that copies frames.
bool IsCopying(const DatabaseFile& file, shm::LockId id) {
  return id == shm::kLockWalRead0 && (file.exclusive_mask & kBit(shm::kLockWalCheckpoint)) != 0;
}

void OnLockedShared(DatabaseFile* file, shm::LockId id) {
  const bool has_mark = (file->shared_mask & kReadMarks) != 0;
  file->shared_mask |= kBit(id);
  if ((kBit(id) & kReadMarks) == 0 || has_mark) return;
  file->Count(shm::kCounterReadTransactions);
  BeginTransaction(file);
}

void OnLockedExclusive(DatabaseFile* file, shm::LockId id) {
  file->exclusive_mask |= kBit(id);
  if (id == shm::kLockWalWrite) {
    file->Count(shm::kCounterWriteTransactions);
    file->change_before = store::WalIndexChange(file->wal_index);
    file->change_raised = file->change_before;
    file->frame_before = store::WalIndexMaxFrame(file->wal_index);
    file->write_patience_ms = file->settings.lock_timeout_ms;
    file->patience_until_ns = 0;
    BeginTransaction(file);
  } else if (id == shm::kLockWalCheckpoint) {
    file->statements->Lasts();
    OnCheckpointLocked(file);
  } else if (IsCopying(*file, id)) {
    OnCopyBegins(file);
  }
}

int UnlockShared(DatabaseFile* file, shm::LockId id) {
  file->shared_mask &= ~kBit(id);
  lock::Release(&file->database()->locks[id], file->connection.slot);
  file->Record(EventKind::kLockReleased, id);
  if ((kBit(id) & kReadMarks) != 0) EndTransaction(file);
  return SQLITE_OK;
}

/// The end of a transaction that had WRITE, or of one that wanted to write and did not.
void UnlockWrite(DatabaseFile* file) {
  const uint32_t change = store::WalIndexChange(file->wal_index);
  const bool committed = change != file->change_before;
  // Before anybody can find this client dead without WRITE: who recovers from it wakes those who
  // sleep, and they look at what has been told.
  if (committed) {
    file->RaiseIfNew(change);
    file->region().header()->commit_sequence.fetch_add(1);
  }
  const uint64_t now_ns = port::StampNs();
  file->exclusive_mask &= ~kBit(shm::kLockWalWrite);
  const uint64_t held_ns =
      lock::Release(&file->database()->locks[shm::kLockWalWrite], file->connection.slot, now_ns);
  file->Record(EventKind::kLockReleased, shm::kLockWalWrite, 1, held_ns);
  if (committed) AnnounceCommit(file, now_ns, held_ns);
  EndTransaction(file);
  file->client().SweepNowAndThen(now_ns);
}

[[gnu::noinline]] void UnlockExclusive(DatabaseFile* file, shm::LockId id) {
  if (id == shm::kLockWalWrite) return UnlockWrite(file);
  if (id == shm::kLockWalCheckpoint) OnCheckpointUnlocking(file);
  if (IsCopying(*file, id)) OnCopyEnds(file);
  file->exclusive_mask &= ~kBit(id);
  const uint64_t held_ns = lock::Release(&file->database()->locks[id], file->connection.slot);
  file->Record(EventKind::kLockReleased, id, 1, held_ns);
}

void Unlock(DatabaseFile* file, shm::LockId id) {
  if ((file->shared_mask & kBit(id)) != 0) {
    UnlockShared(file, id);
  } else if ((file->exclusive_mask & kBit(id)) != 0) {
    UnlockExclusive(file, id);
  }
}

int LockOneExclusive(DatabaseFile* file, uint32_t lock, uint32_t timeout_ms) {
  const auto id = static_cast<shm::LockId>(lock);
  const int result = file->AcquireLock(id, lock::LockMode::kExclusive, timeout_ms);
  if (result == SQLITE_OK) OnLockedExclusive(file, id);
  return result;
}

/// All or none.
int LockRange(DatabaseFile* file, uint32_t first, uint32_t count, uint32_t timeout_ms) {
  for (uint32_t i = 0; i < count; ++i) {
    const int result = LockOneExclusive(file, first + i, timeout_ms);
    if (result == SQLITE_OK) continue;
    while (i-- > 0) Unlock(file, static_cast<shm::LockId>(first + i));
    return result;
  }
  return SQLITE_OK;
}

/// The writer that wants all read marks but 0 starts the log anew (walRestartLog() in wal.c).
bool IsRestart(const DatabaseFile& file, uint32_t first, uint32_t end) {
  return first == shm::kLockWalRead0 + 1 && end - first == shm::kWalReaders - 1 &&
         (file.exclusive_mask & kBit(shm::kLockWalWrite)) != 0 &&
         (file.exclusive_mask & kBit(shm::kLockWalCheckpoint)) == 0;
}

int LockForRestart(DatabaseFile* file, uint32_t first, uint32_t count) {
  const int result = LockRange(file, first, count, RestartPatienceMs(file));
  if (result != SQLITE_BUSY_TIMEOUT) return result;
  LosePatience(file);
  return SQLITE_BUSY;  // For anything else the commit would fail.
}

/// walIndexRecover() asks for all locks between WRITE and READ0, and its callers try again for ten
/// seconds before they say SQLITE_PROTOCOL: the holder is taken for another one who rebuilds the
/// index, which does not take long. Here it may as well be a checkpoint whose client is stopped. So
/// after half a second it becomes a refusal like any other, which names the holder, and the
/// connection's own busy handler decides how long to wait. (walTryBeginRead tries again by itself
/// after SQLITE_BUSY and SQLITE_BUSY_TIMEOUT.)
int RefuseRebuild(DatabaseFile* file, int result) {
  constexpr uint64_t kPatienceNs = 500'000'000;
  if (result != SQLITE_BUSY) return result;
  const shm::ShmLock& checkpoint = file->database()->locks[shm::kLockWalCheckpoint];
  const uint64_t waited_ns = file->tries.Refused(shm::kLockWalCheckpoint);
  const uint64_t holders =
      lock::Holders(checkpoint.word.load()) & ~lock::SlotBit(file->connection.slot);
  if (waited_ns < kPatienceNs || holders == 0) return SQLITE_BUSY;
  file->Refuse(shm::kLockWalCheckpoint, lock::LockMode::kExclusive,
               {lock::LockResult::kTimedOut, holders, waited_ns});
  return SQLITE_BUSY_RECOVERY;
}

/// The same for a reader that has to rebuild the index after the death of a writer from whom
/// somebody is still recovering, perhaps a stopped one: it asks for WRITE, which the dead one has,
/// again and again, and waits a third of a second at the most each time (walTryBeginRead). Whoever
/// waits longer is a writer, and SQLite knows that its time is over.
int RefuseBesideRecovery(DatabaseFile* file, int result) {
  constexpr uint64_t kPatienceNs = 500'000'000;
  constexpr uint32_t kLongestTryMs = 330;
  if ((result & 0xff) != SQLITE_BUSY || file->settings.lock_timeout_ms > kLongestTryMs) {
    return result;
  }
  const uint64_t waited_ns = file->tries.Refused(shm::kLockWalWrite);
  const uint64_t holders = lock::Holders(file->database()->locks[shm::kLockWalWrite].word.load());
  if (waited_ns < kPatienceNs || holders == 0) return result;
  const uint64_t word = file->database()->connections[std::countr_zero(holders)].state.load();
  const uint32_t slot = store::ConnectionClientOf(word);
  const bool is_of_the_dead =
      slot < shm::kMaxClients &&
      store::ClientStateOf(file->region().client(slot)->state.load()) == shm::kClientRecovering;
  return is_of_the_dead ? SQLITE_BUSY_RECOVERY : result;
}

int NoSuchLock(DatabaseFile* file) {
  return file->Error(SQLITE_IOERR_SHMLOCK, "there is no such lock of the wal-index");
}

bool IsRebuild(uint32_t first, uint32_t end) {
  return (first == shm::kLockWalCheckpoint || first == shm::kLockWalRecover) &&
         end == shm::kLockWalRead0 && first + 1 < end;
}

// The three ways of DatabaseShmLock, each by itself, so that the short ones stay short.

[[gnu::noinline]] int UnlockRange(DatabaseFile* file, uint32_t first, uint32_t end) {
  for (uint32_t id = first; id < end; ++id) Unlock(file, static_cast<shm::LockId>(id));
  return SQLITE_OK;
}

/// SQLite takes one at a time.
[[gnu::noinline]] int LockShared(DatabaseFile* file, shm::LockId id) {
  if ((file->shared_mask & kBit(id)) != 0) return SQLITE_OK;
  // Whoever has a mark already would wait for itself, so that nothing is asked of it.
  const bool reads_log = id > shm::kLockWalRead0;
  const bool has_mark = ((file->shared_mask | file->exclusive_mask) & kReadMarks) != 0;
  if (reads_log && !has_mark && MakeRoomInLog(file)) return SQLITE_BUSY;
  const int result = file->AcquireLock(id, lock::LockMode::kShared, file->settings.lock_timeout_ms);
  if (result == SQLITE_OK) OnLockedShared(file, id);
  return result;
}

[[gnu::noinline]] int LockExclusive(DatabaseFile* file, uint32_t first, uint32_t end) {
  const uint32_t timeout_ms = file->settings.lock_timeout_ms;
  const uint32_t count = end - first;
  if (IsRestart(*file, first, end)) return LockForRestart(file, first, count);
  const int result = LockRange(file, first, count, timeout_ms);
  if (first == shm::kLockWalWrite) return RefuseBesideRecovery(file, result);
  return IsRebuild(first, end) ? RefuseRebuild(file, result) : result;
}

}  // namespace

int DatabaseShmMap(sqlite3_file* base, int block, int block_size, int extend,
                   void volatile** address) {
  DatabaseFile* file = DatabaseFile::Of(base);
  *address = nullptr;
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_SHMMAP);
  if (block < 0 || block_size != static_cast<int>(shm::kWalIndexBlockBytes)) {
    return file->Error(SQLITE_IOERR_SHMMAP,
                       "SQLite asks for wal-index blocks of another size than "
                       "this build of glasswal knows");
  }
  const auto index = static_cast<uint64_t>(block);
  std::byte* at = store::WalIndexBlock(file->region(), file->connection.file, index);
  if (at == nullptr && extend != 0) {
    if (!store::ReserveWalIndexBlock(*file->connection.client, &file->connection.shm->intent,
                                     file->connection.file, index)) {
      return file->Full(shm::kWalIndexBlockBytes, shm::kWalIndexBlockBytes, "the wal-index");
    }
    at = store::WalIndexBlock(file->region(), file->connection.file, index);
  }
  if (block == 0 && at != nullptr) file->wal_index = at;
  *address = at;
  return SQLITE_OK;
}

int DatabaseShmLock(sqlite3_file* base, int first, int count, int flags) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_SHMLOCK);
  if (first < 0 || count < 1 || first + count > static_cast<int>(shm::kWalLocks)) {
    return NoSuchLock(file);
  }
  const auto begin = static_cast<uint32_t>(first);
  const auto end = static_cast<uint32_t>(first + count);
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    const bool is_read = count == 1 && (file->shared_mask & kBit(begin)) != 0;
    return is_read ? UnlockShared(file, static_cast<shm::LockId>(begin))
                   : UnlockRange(file, begin, end);
  }
  if ((flags & SQLITE_SHM_SHARED) != 0) return LockShared(file, static_cast<shm::LockId>(begin));
  return LockExclusive(file, begin, end);
}

void DatabaseShmBarrier(sqlite3_file* base) {
  // Between the two copies of the wal-index header, as walIndexWriteHdr() and walIndexTryHdr() go.
  GLASSWAL_POINT("walindex.barrier");
  // A client that was declared dead must not touch the region any more; its barrier need not be
  // seen by anybody.
  DatabaseFile* file = DatabaseFile::Of(base);
  shm::Atomic64 own{0};
  port::FullFence(file->client().IsFenced() ? &own : &file->database()->fence);
}

int DatabaseShmUnmap(sqlite3_file* base, int /*delete_flag*/) {
  DatabaseFile* file = DatabaseFile::Of(base);
  if (!file->Enter()) return file->Fenced(SQLITE_IOERR_SHMMAP);
  for (uint32_t id = shm::kWalLocks; id-- > 0;) Unlock(file, static_cast<shm::LockId>(id));
  file->wal_index = nullptr;
  file->wal_index_blocks = 0;
  // Whoever has EXCLUSIVE is the last one and leaves WAL mode or the database. What comes next may
  // change the database without the log, so the index goes whether or not the log is kept
  // (PERSIST_WAL); SQLite's own VFS forgets it at the next opening.
  if (file->lock_level == SQLITE_LOCK_EXCLUSIVE) {
    store::FreeWalIndex(*file->connection.client, &file->connection.shm->intent,
                        file->connection.file);
  }
  return SQLITE_OK;
}

}  // namespace glasswal::sqlite
