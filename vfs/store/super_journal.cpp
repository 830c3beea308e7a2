#include "store/super_journal.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "store/directory.h"
#include "store/file.h"
#include "store/words.h"

namespace glasswal::store {
namespace {

// The end of a journal that names a super-journal (writeSuperJournal in pager.c): the name, its
// length, a checksum, and the magic of all journals, with which they begin, too.
constexpr uint64_t kTailBytes = 16;
constexpr uint64_t kMagicAt = 8;
constexpr uint64_t kMagicBytes = 8;
constexpr uint8_t kMagic[kMagicBytes] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
constexpr uint8_t kNoMagic[kMagicBytes] = {};  // Not yet synced, or done with and kept.
constexpr uint32_t kLongestName = 512;
constexpr uint32_t kMostJournals = 127;  // As many databases as SQLITE_MAX_ATTACHED can allow.

File Open(ClientContext& self, uint32_t number) {
  return File(&self, number, nullptr, &self.region->header()->topology);
}

uint32_t LoadBigEndian(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

/// False where a VFS shim writes other bytes than SQLite gives it, so that nobody here can tell
/// what the journal names.
bool IsPlain(const File& journal) {
  uint8_t head[kMagicBytes];
  if (journal.Read(0, head, kMagicBytes) != IoStatus::kOk) return journal.SizeBytes() == 0;
  return std::memcmp(head, kMagic, kMagicBytes) == 0 ||
         std::memcmp(head, kNoMagic, kMagicBytes) == 0;
}

/// True when `journal` names the super-journal `path`, with or without a region before it.
bool Names(const File& journal, std::string_view path) {
  const uint64_t size = journal.SizeBytes();
  uint8_t tail[kTailBytes];
  if (size < kTailBytes || journal.Read(size - kTailBytes, tail, kTailBytes) != IoStatus::kOk ||
      std::memcmp(tail + kMagicAt, kMagic, kMagicBytes) != 0) {
    return false;
  }
  const uint32_t length = LoadBigEndian(tail);
  if (length == 0 || length > kLongestName || length > size - kTailBytes) return false;
  char name[kLongestName];
  (void)journal.Read(size - kTailBytes - length, name, length);
  return std::string_view(name, length).ends_with(path);
}

/// Whether the listed `journal` certainly does not name the super-journal `path`. One of a region
/// that is named by its URI ("/@region/") cannot be looked at from here.
bool IsWithout(ClientContext& self, std::string_view journal, std::string_view path) {
  if (!journal.starts_with('/') || journal.starts_with("/@")) return false;
  const std::optional<uint32_t> number = FindFile(*self.region, journal);
  if (!number) return true;
  const File file = Open(self, *number);
  return IsPlain(file) && !Names(file, path);
}

/// True when none of the journals that the super-journal lists names it: paths, each with a zero at
/// its end. False if that cannot be told, or if the list is not one.
bool IsNamedByNone(ClientContext& self, const File& super, std::string_view path) {
  const uint64_t size = super.SizeBytes();
  uint32_t left = kMostJournals;
  for (uint64_t at = 0; at < size;) {
    if (left-- == 0) return false;
    char piece[kLongestName];
    const auto part = static_cast<uint32_t>(std::min<uint64_t>(size - at, sizeof(piece)));
    (void)super.Read(at, piece, part);
    const std::string_view rest(piece, part);
    const size_t length = rest.find('\0');
    if (length == std::string_view::npos) return false;
    if (!IsWithout(self, rest.substr(0, length), path)) return false;
    at += length + 1;
  }
  return true;
}

}  // namespace

bool IsSuperJournalName(std::string_view path) {
  constexpr std::string_view kMark = "-mj";
  constexpr size_t kDigits = 9;
  constexpr size_t kNineFromEnd = 3;  // A 9 stands there in each (vdbeCommit).
  if (path.size() < kMark.size() + kDigits) return false;
  const std::string_view digits = path.substr(path.size() - kDigits);
  return path.substr(path.size() - kDigits - kMark.size()).starts_with(kMark) &&
         digits[kDigits - kNineFromEnd] == '9' &&
         digits.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
}

bool IsForgottenSuperJournal(ClientContext& self, uint32_t number, uint32_t slot) {
  const shm::ShmFile* file = self.region->file(number);
  const uint64_t word = file->state.load(std::memory_order_acquire);
  if (FileStateOf(word) != shm::kFileLive || FileKindOf(word) != shm::kFileOther ||
      file->open_clients.load(std::memory_order_relaxed) != lock::SlotBit(slot)) {
    return false;
  }
  char buffer[shm::kPathBytes];
  const std::string_view path = PathOf(*file, buffer);
  return IsSuperJournalName(path) && IsNamedByNone(self, Open(self, number), path);
}

}  // namespace glasswal::store
