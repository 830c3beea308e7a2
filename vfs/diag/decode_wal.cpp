#include <bit>

#include "diag/decode.h"
#include "diag/wal_header.h"
#include "lock/lock_word.h"
#include "store/words.h"

namespace glasswal::diag {
namespace {

/// The log of `database`; none while it has none.
std::optional<uint32_t> FindWal(const RegionImage& image, uint32_t database) {
  for (uint32_t number = 0; number < image.files.size(); ++number) {
    const shm::ShmFile& file = image.files[number];
    const uint64_t word = Get(file.state);
    if (store::FileStateOf(word) == shm::kFileLive && store::FileKindOf(word) == shm::kFileWal &&
        Get(file.database) == database + 1) {
      return number;
    }
  }
  return std::nullopt;
}

void DecodeWalFile(const RegionImage& image, WalSnapshot* wal) {
  wal->wal_file = FindWal(image, wal->file);
  if (!wal->wal_file.has_value()) return;
  const shm::ShmFile& file = image.files[*wal->wal_file];
  wal->wal_path = PathOf(image, *wal->wal_file);
  wal->size_bytes = Get(file.size_bytes);
  wal->allocated_bytes = SegmentsToBytes(Get(file.segments));
  wal->max_capacity_bytes = Get(file.limit_bytes);
}

/// Those who read by mark `index`. An exclusive holder is only about to move the mark.
uint64_t ReadersOf(const DatabaseImage& database, uint32_t index) {
  const uint64_t word = Get(database.control->locks[shm::kLockWalRead0 + index].word);
  return lock::IsExclusive(word) ? 0 : lock::Holders(word);
}

void DecodeHeader(const RegionImage& image, const DatabaseImage& database, WalSnapshot* wal) {
  const WalHeader header = DecodeWalHeader(database.wal_index_header);
  wal->header_valid = header.valid;
  wal->page_size_bytes = header.page_size_bytes;
  wal->frames = header.frames;
  wal->database_pages = header.database_pages;
  wal->backfilled = header.backfilled;
  wal->backfill_attempted = header.backfill_attempted;
  wal->change_counter = header.change_counter;
  wal->salts = header.salts;
  for (uint32_t index = 0; index < kReadMarks; ++index) {
    ReadMark mark;
    mark.index = index;
    if (header.read_marks[index] != kReadMarkNotUsed) mark.frame = header.read_marks[index];
    mark.holders = HoldersByConnection(image, database, ReadersOf(database, index));
    wal->read_marks.push_back(std::move(mark));
  }
}

/// Among the readers of one mark, the one whose transaction is the oldest.
CheckpointHolder OldestOf(const RegionImage& image, const DatabaseImage& database,
                          uint64_t readers) {
  CheckpointHolder oldest;
  bool found = false;
  for (uint64_t rest = readers; rest != 0; rest &= rest - 1) {
    const auto slot = static_cast<uint32_t>(std::countr_zero(rest));
    const uint64_t age_ns =
        AgeNs(image.now_ns, Get(database.control->connections[slot].transaction_ns));
    if (found && age_ns <= oldest.duration_ns) continue;
    oldest = {HolderByConnection(image, database, slot), age_ns};
    found = true;
  }
  return oldest;
}

/// Readers of mark 0 read the database itself, so nothing can be copied into it; after them, the
/// lowest mark in use says how far a checkpoint can get.
std::optional<CheckpointHolder> OldestReader(const RegionImage& image,
                                             const DatabaseImage& database,
                                             const WalSnapshot& wal) {
  if (wal.backfilled >= wal.frames) return std::nullopt;
  uint64_t limiting = ReadersOf(database, 0);
  uint32_t lowest = wal.frames;
  for (uint32_t index = 1; index < kReadMarks && limiting == 0; ++index) {
    const uint64_t readers = ReadersOf(database, index);
    const uint32_t frame = wal.read_marks[index].frame.value_or(lowest);
    if (readers != 0) lowest = frame < lowest ? frame : lowest;
  }
  for (uint32_t index = 1; index < kReadMarks && limiting == 0; ++index) {
    if (lowest < wal.frames && wal.read_marks[index].frame == lowest) {
      limiting = ReadersOf(database, index);
    }
  }
  if (limiting == 0) return std::nullopt;
  return OldestOf(image, database, limiting);
}

std::optional<CheckpointHolder> HeldBackBy(const RegionImage& image,
                                           const DatabaseImage& database) {
  const uint64_t slot_plus_1 = Get(database.control->checkpoint_held_back_by);
  const uint64_t since_ns = Get(database.control->checkpoint_held_since_ns);
  if (slot_plus_1 == 0 || slot_plus_1 > shm::kMaxConnections) return std::nullopt;
  return CheckpointHolder{
      HolderByConnection(image, database, static_cast<uint32_t>(slot_plus_1 - 1)),
      AgeNs(image.now_ns, since_ns)};
}

WalSnapshot DecodeWal(const RegionImage& image, const DatabaseImage& database) {
  const shm::ShmDatabase& control = *database.control;
  WalSnapshot wal;
  wal.file = database.file;
  wal.database = PathOf(image, database.file);
  DecodeWalFile(image, &wal);
  DecodeHeader(image, database, &wal);
  wal.writer = SoleHolder(image, database, Get(control.locks[shm::kLockWalWrite].word));
  wal.checkpointer = SoleHolder(image, database, Get(control.locks[shm::kLockWalCheckpoint].word));
  wal.held_back_by = HeldBackBy(image, database);
  wal.oldest_reader = OldestReader(image, database, wal);
  wal.last_checkpoint_age_ns = AgeNs(image.now_ns, Get(control.last_checkpoint_ns));
  for (const shm::Atomic32& segment : control.wal_index) {
    if (Get(segment) != shm::kNoSegment) ++wal.wal_index_segments;
  }
  return wal;
}

}  // namespace

std::optional<uint32_t> SnapshotFrame(const DatabaseImage& database,
                                      std::optional<uint32_t> read_mark) {
  if (!read_mark.has_value() || *read_mark >= shm::kWalReaders) return std::nullopt;
  if (*read_mark == 0) return 0;
  const uint32_t frame = DecodeWalHeader(database.wal_index_header).read_marks[*read_mark];
  return frame == kReadMarkNotUsed ? std::nullopt : std::optional<uint32_t>(frame);
}

std::vector<WalSnapshot> DecodeWals(const RegionImage& image) {
  std::vector<WalSnapshot> wals;
  for (const DatabaseImage& database : image.databases) {
    wals.push_back(DecodeWal(image, database));
  }
  return wals;
}

static_assert(kReadMarks == shm::kWalReaders);

}  // namespace glasswal::diag
