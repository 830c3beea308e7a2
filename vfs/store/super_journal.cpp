#include "store/super_journal.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "store/directory.h"
#include "store/file.h"
#include "store/words.h"

namespace glasswal::store {
namespace {

// The end of a journal that names a super-journal (writeSuperJournal in pager.c): the name, its
// length, a checksum, and the magic of all journals.
constexpr uint64_t kTailBytes = 16;
constexpr uint64_t kMagicAt = 8;
constexpr uint8_t kMagic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
constexpr uint32_t kLongestName = 512;

File Open(ClientContext& self, uint32_t number) {
  return File(&self, number, nullptr, &self.region->header()->topology);
}

uint32_t LoadBigEndian(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

/// True when `journal` names the super-journal `path`, with or without a region before it.
bool Names(const File& journal, std::string_view path) {
  const uint64_t size = journal.SizeBytes();
  uint8_t tail[kTailBytes];
  if (size < kTailBytes || journal.Read(size - kTailBytes, tail, kTailBytes) != IoStatus::kOk ||
      std::memcmp(tail + kMagicAt, kMagic, sizeof(kMagic)) != 0) {
    return false;
  }
  const uint32_t length = LoadBigEndian(tail);
  if (length == 0 || length > kLongestName || length > size - kTailBytes) return false;
  char name[kLongestName];
  (void)journal.Read(size - kTailBytes - length, name, length);
  return std::string_view(name, length).ends_with(path);
}

bool IsNamedByAJournal(ClientContext& self, std::string_view path) {
  for (uint32_t number = 0; number < self.region->used_files(); ++number) {
    const uint64_t word = self.region->file(number)->state.load(std::memory_order_acquire);
    if (FileStateOf(word) == shm::kFileLive && FileKindOf(word) == shm::kFileJournal &&
        Names(Open(self, number), path)) {
      return true;
    }
  }
  return false;
}

/// True when the super-journal lists a journal of a region that is named by its URI ("/@region/"),
/// which cannot be looked at from here.
bool ListsAnotherRegion(const File& super) {
  constexpr uint64_t kMostBytes = 1 << 20;
  const uint64_t size = std::min(super.SizeBytes(), kMostBytes);
  char before[2] = {'x', '\0'};
  for (uint64_t at = 0; at < size;) {
    char piece[256];
    const auto part = static_cast<uint32_t>(std::min<uint64_t>(size - at, sizeof(piece)));
    (void)super.Read(at, piece, part);
    for (uint32_t i = 0; i < part; ++i) {
      if (before[0] == '\0' && before[1] == '/' && piece[i] == '@') return true;
      before[0] = before[1];
      before[1] = piece[i];
    }
    at += part;
  }
  return false;
}

}  // namespace

bool IsForgottenSuperJournal(ClientContext& self, uint32_t number, uint32_t slot) {
  const shm::ShmFile* file = self.region->file(number);
  const uint64_t word = file->state.load(std::memory_order_acquire);
  if (FileStateOf(word) != shm::kFileLive || FileKindOf(word) != shm::kFileOther ||
      file->open_clients.load(std::memory_order_relaxed) != lock::SlotBit(slot)) {
    return false;
  }
  char buffer[shm::kPathBytes];
  const std::string_view path = PathOf(*file, buffer);
  return path.find("-mj") != std::string_view::npos && !IsNamedByAJournal(self, path) &&
         !ListsAnotherRegion(Open(self, number));
}

}  // namespace glasswal::store
