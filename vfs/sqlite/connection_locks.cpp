// Taking and releasing one lock of a database for one connection: waiting, watching the holders,
// keeping the reason of a refusal, counting, and telling what is held in snapshots.
#include <bit>
#include <string>

#include "port/clock.h"
#include "port/futex.h"
#include "shm/lock_names.h"
#include "sqlite/database_file.h"
#include "sqlite/refusal.h"
#include "store/words.h"

namespace glasswal::sqlite {
namespace {

using port::kNsPerMs;
constexpr uint64_t kLookEveryNs = 10 * kNsPerMs;

bool IsReadMark(shm::LockId id) { return id >= shm::kLockWalRead0 && id < shm::kWalLocks; }

/// Readers shop for a free read mark, checkpoints for an idle moment, and a connection that closes
/// asks whether it is the last one: being refused is part of how SQLite works there, and nobody's
/// trouble.
bool IsWorthReporting(const DatabaseFile& file, shm::LockId id) {
  const bool asks_whether_last = id >= shm::kLockMainShared && file.wal_index != nullptr;
  return !IsReadMark(id) && id != shm::kLockWalCheckpoint && !asks_whether_last;
}

}  // namespace

uint64_t RepeatedTries::Refused(shm::LockId id) {
  // SQLite's own busy handler (sqlite3_busy_timeout) tries again after 100 ms at the latest.
  constexpr uint64_t kSameWaitNs = 500 * kNsPerMs;
  const uint64_t now = port::NowNs();
  if (id != id_ || since_ns_ == 0 || now - last_ns_ > kSameWaitNs) since_ns_ = now;
  id_ = id;
  last_ns_ = now;
  return now - since_ns_;
}

void DatabaseFile::Refuse(shm::LockId id, lock::LockMode mode, lock::LockOutcome outcome) {
  if (!IsWorthReporting(*this, id) && outcome.waited_ns == 0) return;
  if (id >= shm::kLockMainShared && outcome.waited_ns == 0) outcome.waited_ns = tries.Refused(id);
  statements->Lasts();  // Its busy handler may wait.
  refusal = DescribeRefusal(*this, id, mode, outcome);
  if (has_quiet_refusals) return;
  Count(shm::kCounterBusy);
  Record(EventKind::kLockRefused, id, refusal.client, refusal.held_ms * kNsPerMs,
         outcome.waited_ns);
  vfs->Fail(SQLITE_BUSY, refusal.ToString());
}

bool ConnectionWatch::LookAtHolders(uint64_t holders) {
  looked_ns_ = port::CoarseNowNs();
  bool recovered = false;
  for (uint64_t rest = lock::Holders(holders); rest != 0; rest &= rest - 1) {
    const uint64_t word = file_->database()->connections[std::countr_zero(rest)].state.load();
    if (word != 0) recovered |= file_->client().LookAt(store::ConnectionClientOf(word));
  }
  return recovered;
}

bool ConnectionWatch::IsFenced() { return file_->client().IsFenced(); }

bool ConnectionWatch::IsCancelled() { return file_->statements->IsCancelled(); }

void DatabaseFile::BeginWait(shm::LockId id, lock::LockMode mode, uint64_t timeout_ns) {
  const uint64_t now = port::NowNs();
  statements->Lasts();
  connection.shm->waiting_since_ns.store(now, std::memory_order_relaxed);
  connection.shm->waiting_until_ns.store(now + timeout_ns, std::memory_order_relaxed);
  connection.shm->waiting.store(
      (uint64_t{id} + 1) << 56 | uint64_t{static_cast<uint8_t>(mode)} << 48,
      std::memory_order_relaxed);
  Record(EventKind::kLockWaitBegan, id, static_cast<uint64_t>(mode),
         lock::Holders(database()->locks[id].word.load()), timeout_ns);
}

void DatabaseFile::EndWait(shm::LockId id, lock::LockMode mode, uint64_t waited_ns) {
  connection.shm->waiting.store(0, std::memory_order_relaxed);
  if (waited_ns == 0) return;
  Count(shm::kCounterLockWaits);
  Count(shm::kCounterLockWaitNs, waited_ns);
  Record(EventKind::kLockWaitDone, id, static_cast<uint64_t>(mode), waited_ns);
}

bool ConnectionWatch::IsDue() { return port::CoarseNowNs() - looked_ns_ >= kLookEveryNs; }

// A read mark that is held exclusively is moved, or kept from those who would read the database
// alone while it is copied: a checkpoint's time tells that.
lock::Timing DatabaseFile::TimingOf(shm::LockId id) const {
  if (IsReadMark(id)) return lock::Timing::kNone;
  const bool is_exact = id != shm::kLockWalWrite || IsRecorded(EventKind::kTransactionEnded);
  return is_exact ? lock::Timing::kExact : lock::Timing::kSampled;
}

int DatabaseFile::AcquireLockSlowly(shm::LockId id, lock::LockMode mode, uint32_t timeout_ms) {
  const uint64_t timeout_ns = port::MayWait() ? uint64_t{timeout_ms} * kNsPerMs : 0;
  const bool shopping =
      IsReadMark(id) && timeout_ns == 0 && (exclusive_mask & (1u << shm::kLockWalCheckpoint)) == 0;
  shm::ShmLock* lock = &database()->locks[id];
  if (shopping && lock::Blockers(lock->word.load(), connection.slot, mode) != 0 &&
      !watch->IsDue()) {
    return SQLITE_BUSY;
  }
  const bool may_sleep =
      timeout_ns != 0 && lock::Blockers(lock->word.load(), connection.slot, mode) != 0;
  if (may_sleep) BeginWait(id, mode, timeout_ns);
  const lock::LockOutcome outcome =
      lock::Acquire(lock, connection.slot, mode, timeout_ns, TimingOf(id), watch.get());
  if (may_sleep) EndWait(id, mode, outcome.waited_ns);
  switch (outcome.result) {
    case lock::LockResult::kAcquired:
      tries.End(id);
      Record(EventKind::kLockAcquired, id, static_cast<uint64_t>(mode));
      return SQLITE_OK;
    case lock::LockResult::kFenced:
      return Fenced(SQLITE_IOERR_LOCK);
    case lock::LockResult::kCorrupt:
      return Error(SQLITE_IOERR_LOCK, std::string("the word of lock ") + shm::LockName(id) +
                                          " is not a state of a lock: the region is damaged");
    case lock::LockResult::kCancelled:
      return SQLITE_INTERRUPT;
    case lock::LockResult::kTimedOut:
      Refuse(id, mode, outcome);
      return SQLITE_BUSY_TIMEOUT;
    case lock::LockResult::kBusy:
      // A busy handler would go on.
      if (statements->IsCancelled()) return SQLITE_INTERRUPT;
      Refuse(id, mode, outcome);
      // A caller that wanted to wait but may not on this thread need not call its busy handler
      // either.
      return timeout_ms != 0 ? SQLITE_BUSY_TIMEOUT : SQLITE_BUSY;
  }
  return SQLITE_BUSY;
}

void DatabaseFile::ReleaseLock(shm::LockId id) {
  const uint64_t held_ns = lock::Release(&database()->locks[id], connection.slot);
  Record(EventKind::kLockReleased, id, held_ns != 0, held_ns);
}

void DatabaseFile::ReleaseAllLocks() {
  for (uint32_t id = shm::kWalLocks; id-- > 0;) {
    if (((shared_mask | exclusive_mask) & (1u << id)) != 0) {
      ReleaseLock(static_cast<shm::LockId>(id));
    }
  }
  shared_mask = exclusive_mask = 0;
}

}  // namespace glasswal::sqlite
