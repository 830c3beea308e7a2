#include "sqlite/checkpoint.h"

#include <bit>

#include "port/clock.h"
#include "store/wal_index.h"

namespace glasswal::sqlite {

LogReader LowestReader(const DatabaseFile& file, uint32_t max_frame) {
  LogReader lowest = {0, 0, max_frame};
  for (uint32_t reader = 0; reader < shm::kWalReaders; ++reader) {
    const uint64_t word = file.database()->locks[shm::kLockWalRead0 + reader].word.load();
    const uint64_t others = lock::Holders(word) & ~lock::SlotBit(file.connection.slot);
    if (others == 0) continue;
    // A holder of mark 0 reads the database alone and so keeps it from changing at all.
    const uint32_t mark = reader == 0 ? 0 : store::WalIndexReadMark(file.wal_index, reader);
    if (mark >= lowest.frame) continue;
    lowest = {static_cast<uint32_t>(std::countr_zero(others)) + 1, reader, mark};
  }
  return lowest;
}

void OnCheckpointLocked(DatabaseFile* file) {
  file->NoteOperation(EventKind::kCheckpointBegan, 0);
  file->Record(EventKind::kCheckpointBegan, store::WalIndexMaxFrame(file->wal_index),
               store::WalIndexBackfilled(file->wal_index));
}

// While mark 0 is held exclusively nobody starts the log anew, so the difference is what was
// copied.
void OnCopyBegins(DatabaseFile* file) {
  file->copied_before = store::WalIndexBackfilled(file->wal_index);
}

void OnCopyEnds(DatabaseFile* file) {
  const uint32_t copied = store::WalIndexBackfilled(file->wal_index);
  if (copied > file->copied_before) {
    file->Count(shm::kCounterCheckpointFrames, copied - file->copied_before);
  }
}

void OnCheckpointUnlocking(DatabaseFile* file) {
  if (file->wal_index == nullptr) return;
  shm::ShmDatabase* database = file->database();
  const uint64_t now = port::NowNs();
  const uint64_t began = database->locks[shm::kLockWalCheckpoint].since_ns.load();
  const uint32_t frames = store::WalIndexMaxFrame(file->wal_index);
  const uint32_t backfilled = store::WalIndexBackfilled(file->wal_index);
  const uint32_t holder = backfilled < frames ? LowestReader(*file, frames).connection_plus_1 : 0;
  database->checkpoint_held_back_by.store(holder, std::memory_order_relaxed);
  database->checkpoint_short_at.store(backfilled < frames ? frames : 0, std::memory_order_relaxed);
  if (holder == 0) {
    database->checkpoint_held_since_ns.store(0, std::memory_order_relaxed);
  } else if (database->checkpoint_held_since_ns.load(std::memory_order_relaxed) == 0) {
    database->checkpoint_held_since_ns.store(now, std::memory_order_relaxed);
  }
  database->last_checkpoint_ns.store(now, std::memory_order_relaxed);
  file->Count(shm::kCounterCheckpoints);
  file->Record(EventKind::kCheckpointDone, frames, backfilled, holder,
               began != 0 && now > began ? now - began : 0);
}

}  // namespace glasswal::sqlite
