#include <algorithm>

#include "diag/decode.h"
#include "lock/lock_word.h"
#include "store/words.h"

namespace glasswal::diag {
namespace {

FileState StateOfFile(uint64_t word) {
  switch (store::FileStateOf(word)) {
    case shm::kFileCreating:
      return FileState::kCreating;
    case shm::kFileLive:
      return FileState::kLive;
    case shm::kFileUnlinked:
      return FileState::kUnlinked;
    default:
      return FileState::kUnknown;
  }
}

FileKind KindOf(uint64_t word) {
  const uint32_t kind = store::FileKindOf(word);
  return kind <= shm::kFileOther ? static_cast<FileKind>(kind) : FileKind::kUnknown;
}

std::vector<uint32_t> SlotsOf(uint64_t mask) {
  std::vector<uint32_t> slots;
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    if ((mask >> slot & 1) != 0) slots.push_back(slot);
  }
  return slots;
}

/// The strongest of a database's locks, and who has it if that is one connection.
void DecodeLockState(const RegionImage& image, const DatabaseImage& database, FileSnapshot* file) {
  const auto word = [&](uint32_t id) { return Get(database.control->locks[id].word); };
  const uint64_t shared = word(shm::kLockMainShared);
  const uint64_t writers = word(shm::kLockMainReserved) | word(shm::kLockWalWrite);
  uint64_t readers = shared;
  for (uint32_t i = 0; i < shm::kWalReaders; ++i) readers |= word(shm::kLockWalRead0 + i);
  const std::pair<FileLockState, uint64_t> strongest_first[] = {
      {FileLockState::kExclusive, lock::IsExclusive(shared) ? shared : 0},
      {FileLockState::kPending, word(shm::kLockMainPending)},
      {FileLockState::kReserved, writers},
      {FileLockState::kShared, readers}};
  for (const auto& [state, holders] : strongest_first) {
    if (lock::Holders(holders) == 0) continue;
    file->lock_state = state;
    file->lock_owner = SoleHolder(image, database, holders);
    return;
  }
}

void DecodeSizes(const shm::ShmFile& from, FileSnapshot* file) {
  file->logical_size_bytes = Get(from.size_bytes);
  file->max_capacity_bytes = Get(from.limit_bytes);
  file->segments = Get(from.segments);
  file->allocated_bytes = SegmentsToBytes(file->segments);
  file->peak_segments = Get(from.peak_segments);
  file->peak_bytes = SegmentsToBytes(file->peak_segments);
  file->reclaimed_segments = Get(from.reclaimed_segments);
  file->reclaimed_bytes = SegmentsToBytes(file->reclaimed_segments);
  file->map_segments = static_cast<uint32_t>(
      std::count_if(std::begin(from.maps), std::end(from.maps),
                    [](const shm::Atomic32& map) { return Get(map) != shm::kNoSegment; }));
}

FileSnapshot DecodeFile(const RegionImage& image, uint32_t number) {
  const shm::ShmFile& from = image.files[number];
  const uint64_t word = Get(from.state);
  FileSnapshot file;
  file.number = number;
  file.generation = store::GenerationOf(word);
  file.path = PathOf(image, number);
  file.kind = KindOf(word);
  file.state = StateOfFile(word);
  const uint32_t database = Get(from.database);
  if (database >= 1 && database <= shm::kMaxFiles) file.database = database - 1;
  DecodeSizes(from, &file);
  file.openers = SlotsOf(Get(from.open_clients));
  file.starts_in_wal = Get(from.wal_default) != 0;
  return file;
}

}  // namespace

std::vector<FileSnapshot> DecodeFiles(const RegionImage& image) {
  std::vector<FileSnapshot> files;
  for (uint32_t number = 0; number < image.files.size(); ++number) {
    if (store::FileStateOf(Get(image.files[number].state)) == shm::kFileFree) continue;
    FileSnapshot file = DecodeFile(image, number);
    for (const DatabaseImage& database : image.databases) {
      if (database.file == number) DecodeLockState(image, database, &file);
    }
    files.push_back(std::move(file));
  }
  return files;
}

static_assert(static_cast<uint32_t>(FileKind::kOther) == shm::kFileOther);

}  // namespace glasswal::diag
