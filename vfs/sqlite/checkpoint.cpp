#include "sqlite/checkpoint.h"

#include <bit>

#include "port/clock.h"
#include "store/wal_index.h"

namespace glasswal::sqlite {
namespace {

/// The connection (slot + 1) whose read mark is the lowest below `max_frame`; 0 if none is held
/// there.
uint32_t HeldBackBy(const DatabaseFile& file, uint32_t max_frame) {
  uint32_t lowest = max_frame;
  uint32_t holder = 0;
  for (uint32_t reader = 0; reader < shm::kWalReaders; ++reader) {
    const uint64_t word = file.database()->locks[shm::kLockWalRead0 + reader].word.load();
    const uint64_t others = lock::Holders(word) & ~lock::SlotBit(file.connection.slot);
    if (others == 0) continue;
    // A holder of mark 0 reads the database alone and so keeps it from changing at all.
    const uint32_t mark = reader == 0 ? 0 : store::WalIndexReadMark(file.wal_index, reader);
    if (mark >= lowest) continue;
    lowest = mark;
    holder = static_cast<uint32_t>(std::countr_zero(others)) + 1;
  }
  return holder;
}

}  // namespace

void OnCheckpointLocked(DatabaseFile* file) {
  file->NoteOperation(EventKind::kCheckpointBegan, 0);
  file->Record(EventKind::kCheckpointBegan, store::WalIndexMaxFrame(file->wal_index),
               store::WalIndexBackfilled(file->wal_index));
}

void OnCheckpointUnlocking(DatabaseFile* file) {
  if (file->wal_index == nullptr) return;
  shm::ShmDatabase* database = file->database();
  const uint64_t now = port::NowNs();
  const uint64_t began = database->locks[shm::kLockWalCheckpoint].since_ns.load();
  const uint32_t frames = store::WalIndexMaxFrame(file->wal_index);
  const uint32_t backfilled = store::WalIndexBackfilled(file->wal_index);
  const uint32_t holder = backfilled < frames ? HeldBackBy(*file, frames) : 0;
  database->checkpoint_held_back_by.store(holder, std::memory_order_relaxed);
  if (holder == 0) {
    database->checkpoint_held_since_ns.store(0, std::memory_order_relaxed);
  } else if (database->checkpoint_held_since_ns.load(std::memory_order_relaxed) == 0) {
    database->checkpoint_held_since_ns.store(now, std::memory_order_relaxed);
  }
  database->last_checkpoint_ns.store(now, std::memory_order_relaxed);
  file->Count(shm::kCounterCheckpoints);
  file->Count(shm::kCounterCheckpointFrames, backfilled);
  file->Record(EventKind::kCheckpointDone, frames, backfilled, holder,
               began != 0 && now > began ? now - began : 0);
}

}  // namespace glasswal::sqlite
