#include "sqlite/autocheckpoint.h"

#include <algorithm>

#include "sqlite/backfill.h"
#include "sqlite/checkpoint.h"
#include "store/wal_index.h"

namespace glasswal::sqlite {
namespace {

/// Whether a try that fell short is to be followed by another one at `length` frames.
bool IsTooSoon(const DatabaseFile& file, uint32_t length, uint32_t frames) {
  const uint64_t short_at = file.database()->checkpoint_short_at.load(std::memory_order_relaxed);
  return length >= short_at && length - short_at < frames && short_at != 0;
}

/// Copies what readers let it. The caller has looked that nobody has CHECKPOINT: should another one
/// be faster, that one copies.
void Checkpoint(DatabaseFile* file) {
  const uint32_t lock_timeout_ms = file->settings.lock_timeout_ms;
  file->settings.lock_timeout_ms = 0;
  if (DatabaseShmLock(&file->base, shm::kLockWalCheckpoint, 1,
                      SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE) == SQLITE_OK) {
    Backfill(file);
    (void)DatabaseShmLock(&file->base, shm::kLockWalCheckpoint, 1,
                          SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
  }
  file->settings.lock_timeout_ms = lock_timeout_ms;
}

}  // namespace

bool Autocheckpoint(DatabaseFile* file, uint32_t frames) {
  if (file->wal_index == nullptr) return false;
  const uint32_t length = store::WalIndexMaxFrame(file->wal_index);
  if (store::WalIndexBackfilled(file->wal_index) >= length) return true;
  if (IsTooSoon(*file, length, frames)) return true;
  if (file->log == nullptr || (file->shared_mask | file->exclusive_mask) != 0) {
    return false;
  }
  const shm::ShmLock& lock = file->database()->locks[shm::kLockWalCheckpoint];
  const uint64_t holders = lock::Holders(lock.word.load());
  // One who is there copies already, unless it is dead.
  if (holders == 0 || file->watch->LookAtHolders(holders)) Checkpoint(file);
  return true;
}

}  // namespace glasswal::sqlite
