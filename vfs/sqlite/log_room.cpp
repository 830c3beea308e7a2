#include "sqlite/log_room.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "port/assert.h"
#include "port/clock.h"
#include "port/futex.h"
#include "port/option_language.h"
#include "sqlite/backfill.h"
#include "sqlite/checkpoint.h"
#include "sqlite/refusal.h"
#include "store/wal_index.h"

namespace glasswal::sqlite {
namespace {

using port::kNsPerMs;
constexpr uint32_t kRestartMs = 4;        // What a restart of a half full log waits for each mark.
constexpr uint64_t kCheckpointerMs = 20;  // A running checkpoint is waited for so long at least.
constexpr uint64_t kCheckpointerLookUs = 200;
constexpr uint64_t kReaderLookNs = 10 * kNsPerMs;
constexpr uint64_t kRestAfterVainWait = 2;  // Times the length of the wait.

enum class Room : uint8_t { kPlenty, kHalf, kShort, kNone };

bool Holds(const DatabaseFile& file, shm::LockId id) {
  return ((file.exclusive_mask | file.shared_mask) & (1u << id)) != 0;
}
bool IsWriter(const DatabaseFile& file) {
  return (file.exclusive_mask & (1u << shm::kLockWalWrite)) != 0;
}

/// The log's own segments, and those that others have left: what it can have without the region
/// growing.
uint64_t SegmentsAtHand(const DatabaseFile& file) {
  return file.log->shm()->segments.load(std::memory_order_relaxed) +
         file.region().header()->free_segments.load(std::memory_order_relaxed);
}

/// How large the log can become: by its limit, and by what the region can still give it.
uint64_t ReachBytes(const DatabaseFile& file) {
  const shm::ShmHeader* header = file.region().header();
  const uint64_t committed = header->committed_segments.load(std::memory_order_relaxed);
  const uint64_t capacity = header->segment_count.load(std::memory_order_relaxed);
  const uint64_t available =
      SegmentsAtHand(file) + (capacity > committed ? capacity - committed : 0);
  return std::min(file.log->LimitBytes(), available * shm::kSegmentBytes);
}

Room RoomOf(const DatabaseFile& file) {
  if (file.log == nullptr || file.wal_index == nullptr) return Room::kPlenty;
  const uint64_t frame_bytes =
      store::WalIndexPageBytes(file.wal_index) + store::kWalFrameHeaderBytes;
  const uint64_t used =
      store::kWalHeaderBytes + store::WalIndexMaxFrame(file.wal_index) * frame_bytes;
  const bool was_refused = file.database()->log_full.load(std::memory_order_relaxed) != 0;
  // Asked before each look into the log: for a short one the answer is the same, and near at hand.
  const uint64_t at_hand =
      std::min(file.log->LimitBytes(), SegmentsAtHand(file) * shm::kSegmentBytes);
  if (used <= at_hand / 2 && !was_refused) return Room::kPlenty;
  const uint64_t reach = ReachBytes(file);
  const uint64_t left = used < reach ? reach - used : 0;
  if (left < std::min<uint64_t>(shm::kSegmentBytes, reach / 16)) return Room::kNone;
  if (left < reach / 8 || was_refused) return Room::kShort;
  return left < reach / 2 ? Room::kHalf : Room::kPlenty;
}

/// What is left of the writer's busy timeout, which begins when it first has to wait.
uint64_t PatienceNs(DatabaseFile* file, Room room) {
  if (!IsWriter(*file) || file->write_patience_ms == 0 || !port::MayWait()) return 0;
  const uint64_t now = port::NowNs();
  const uint64_t all = file->write_patience_ms * kNsPerMs;
  const bool rests =
      file->patience_lost_ns != 0 && now - file->patience_lost_ns < all * kRestAfterVainWait;
  if (rests && room != Room::kNone) return 0;
  if (file->patience_until_ns == 0) file->patience_until_ns = now + all;
  return file->patience_until_ns > now ? file->patience_until_ns - now : 0;
}

/// Waits until `reader` has given up its read mark, or for at most `timeout_ns`. The mark itself is
/// not what is waited for: as soon as it is free, another reader may set it to the end of the log,
/// and others may join that one, so that it would be held for ever. Those are in nobody's way, and
/// so the mark is looked at again and again. Another connection may copy the frames meanwhile, too:
/// then readers without the log have mark 0, and are in nobody's way either. False: there is no
/// sense in waiting.
bool AwaitReader(DatabaseFile* file, const LogReader& reader, uint32_t max_frame,
                 uint64_t timeout_ns) {
  const auto id = static_cast<shm::LockId>(shm::kLockWalRead0 + reader.mark);
  shm::ShmLock* lock = &file->database()->locks[id];
  const uint64_t reader_bit = lock::SlotBit(reader.connection_plus_1 - 1);
  const auto is_there = [&] {
    return store::WalIndexBackfilled(file->wal_index) < max_frame &&
           (lock->word.load() & reader_bit) != 0 &&
           (reader.mark == 0 ||
            store::WalIndexReadMark(file->wal_index, reader.mark) == reader.frame);
  };
  const uint64_t began = port::NowNs();
  uint64_t waited = 0;
  lock::LockResult result = lock::LockResult::kTimedOut;
  file->BeginWait(id, lock::LockMode::kExclusive, timeout_ns);
  while (result == lock::LockResult::kTimedOut && waited < timeout_ns && is_there()) {
    result = lock::Acquire(lock, file->connection.slot, lock::LockMode::kExclusive,
                           std::min(timeout_ns - waited, kReaderLookNs), lock::Timing::kNone,
                           file->watch.get())
                 .result;
    if (result == lock::LockResult::kAcquired) lock::Release(lock, file->connection.slot);
    waited = port::NowNs() - began;
  }
  file->EndWait(id, lock::LockMode::kExclusive, waited);
  return result == lock::LockResult::kAcquired || result == lock::LockResult::kTimedOut;
}

/// Sees to it that no reader keeps frames of the log from being copied: the dead are recovered
/// from, and a writer waits for the living. False: its patience is over.
bool AwaitReaders(DatabaseFile* file, uint32_t max_frame, Room room) {
  for (;;) {
    const LogReader reader = LowestReader(*file, max_frame);
    if (reader.connection_plus_1 == 0 || store::WalIndexBackfilled(file->wal_index) >= max_frame) {
      return true;
    }
    if (file->watch->LookAtHolders(lock::SlotBit(reader.connection_plus_1 - 1))) continue;
    const uint64_t left_ns = PatienceNs(file, room);
    if (left_ns == 0) return false;
    if (!AwaitReader(file, reader, max_frame, left_ns)) return false;
  }
}

/// Whether the checkpoint that is running waits for WRITE, which the caller has.
bool CheckpointerWaitsForWrite(const DatabaseFile& file) {
  const uint64_t holders =
      lock::Holders(file.database()->locks[shm::kLockWalCheckpoint].word.load());
  if (holders == 0) return false;
  const shm::ShmConnection& holder = file.database()->connections[std::countr_zero(holders)];
  return holder.waiting.load(std::memory_order_relaxed) >> 56 == shm::kLockWalWrite + 1;
}

/// CHECKPOINT comes before WRITE in the order of locks, so a writer never sleeps for it: it looks
/// again and again for a short time, and goes on without if the other one wants WRITE.
bool LockCheckpoint(DatabaseFile* file, bool patiently, Room room) {
  const uint64_t began = port::NowNs();
  for (;;) {
    const int result = DatabaseShmLock(&file->base, shm::kLockWalCheckpoint, 1,
                                       SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE);
    if (result == SQLITE_OK) return true;
    if (result != SQLITE_BUSY || !patiently || !port::MayWait()) return false;
    const bool is_over =
        port::NowNs() - began > kCheckpointerMs * kNsPerMs && PatienceNs(file, room) == 0;
    if (is_over || CheckpointerWaitsForWrite(*file)) return false;
    port::SleepUs(kCheckpointerLookUs);
  }
}

/// Another reader than this connection, of frames that a restart would overwrite.
LogReader AnyReader(const DatabaseFile& file, uint32_t max_frame) {
  LogReader reader = LowestReader(file, max_frame);
  for (uint32_t mark = 1; reader.connection_plus_1 == 0 && mark < shm::kWalReaders; ++mark) {
    const uint64_t word = file.database()->locks[shm::kLockWalRead0 + mark].word.load();
    const uint64_t others = lock::Holders(word) & ~lock::SlotBit(file.connection.slot);
    if (others != 0)
      reader = {static_cast<uint32_t>(std::countr_zero(others)) + 1, mark, max_frame};
  }
  return reader;
}

}  // namespace

bool MakeRoomInLog(DatabaseFile* file) {
  GLASSWAL_ASSERT(((file->shared_mask | file->exclusive_mask) >> shm::kLockWalRead0) == 0,
                  "a connection with a read mark would wait for itself");
  const Room room = RoomOf(*file);
  // Whoever opens an old snapshot (sqlite3_snapshot_open) has CHECKPOINT, so that nothing is
  // copied.
  if (room == Room::kPlenty || Holds(*file, shm::kLockWalCheckpoint)) return false;
  const uint32_t frames = store::WalIndexMaxFrame(file->wal_index);
  const uint32_t copied = store::WalIndexBackfilled(file->wal_index);
  if (copied >= frames) return false;
  const bool is_writer = IsWriter(*file);
  if (room == Room::kHalf) {
    // Few frames, or nobody copies anything, which is then as it is wanted.
    if (!is_writer || copied < frames - frames / 4) return false;
    if (LowestReader(*file, frames).connection_plus_1 != 0) return false;
  }
  const uint32_t lock_timeout_ms = file->settings.lock_timeout_ms;
  file->settings.lock_timeout_ms = 0;
  const bool patiently = is_writer && room != Room::kHalf;
  if (room != Room::kHalf && !AwaitReaders(file, frames, room)) LosePatience(file);
  bool is_done = store::WalIndexBackfilled(file->wal_index) >= frames;
  // Where the lowest reader stands nothing more can be copied.
  const LogReader reader = LowestReader(*file, frames);
  const bool is_of_use = reader.connection_plus_1 == 0 || reader.frame > copied;
  if (!is_done && is_of_use && LockCheckpoint(file, patiently, room)) {
    is_done = Backfill(file);
    (void)DatabaseShmLock(&file->base, shm::kLockWalCheckpoint, 1,
                          SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
  }
  file->settings.lock_timeout_ms = lock_timeout_ms;
  return is_done;
}

uint32_t RestartPatienceMs(DatabaseFile* file) {
  const Room room = RoomOf(*file);
  if (room == Room::kPlenty || !port::MayWait()) return 0;
  if (room == Room::kHalf) return kRestartMs;
  return std::max(kRestartMs, static_cast<uint32_t>(PatienceNs(file, room) / kNsPerMs));
}

void LosePatience(DatabaseFile* file) {
  if (!IsWriter(*file) || file->patience_until_ns == 0) return;
  const uint64_t now = port::NowNs();
  if (now >= file->patience_until_ns) file->patience_lost_ns = now;
}

std::string DescribeFullLog(DatabaseFile* file) {
  const std::string option = port::SayOption(Option::kMaxWriteAheadCapacity);
  if (file->wal_index == nullptr) return {};
  const uint32_t frames = store::WalIndexMaxFrame(file->wal_index);
  const LogReader reader = AnyReader(*file, frames);
  std::string why("; ");
  if (reader.connection_plus_1 == 0 && file->log == nullptr) {
    why += "a VFS lies between, so that nothing is copied behind its back: run PRAGMA ";
    why += "wal_checkpoint, which no reader hinders now, or raise ";
    return why.append(option);
  }
  if (reader.connection_plus_1 == 0) {
    why += "no reader holds it back, so it starts anew as soon as it can be copied: try again, ";
    why += "write less in one transaction, or raise ";
    return why.append(option);
  }
  const auto id = static_cast<shm::LockId>(shm::kLockWalRead0 + reader.mark);
  const lock::LockOutcome outcome = {lock::LockResult::kBusy,
                                     lock::SlotBit(reader.connection_plus_1 - 1), 0};
  file->refusal = DescribeRefusal(*file, id, lock::LockMode::kExclusive, outcome);
  const Refusal& refusal = file->refusal;
  why += "`" + (refusal.holder.empty() ? "somebody" : refusal.holder) + "` (client ";
  why += std::to_string(refusal.client) + ") keeps it from starting anew: its snapshot is ";
  why += std::to_string(refusal.held_ms) + " ms old, ";
  why += std::to_string(frames - std::min(frames, reader.frame)) + " frames behind. ";
  why += "End that transaction, or raise ";
  return why.append(option);
}

}  // namespace glasswal::sqlite
