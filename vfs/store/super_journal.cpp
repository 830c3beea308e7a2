#include "store/super_journal.h"

#include <cstring>
#include <string_view>

#include "store/directory.h"
#include "store/file.h"
#include "store/words.h"

namespace glasswal::store {
namespace {

/// Paths may carry the name of their region in front, as "/@NAME/file" (see vfs/sqlite/vfs.h).
bool IsThere(const shm::Region& region, std::string_view path) {
  if (path.substr(0, 2) == "/@") {
    const size_t end = path.find('/', 2);
    if (end != std::string_view::npos) path = path.substr(end);
  }
  return FindFile(region, path).has_value();
}

}  // namespace

bool IsForgottenSuperJournal(ClientContext& self, uint32_t number) {
  const shm::ShmFile* entry = self.region->file(number);
  const uint64_t word = entry->state.load(std::memory_order_acquire);
  if (FileStateOf(word) != shm::kFileLive || FileKindOf(word) != shm::kFileOther) return false;
  if (entry->open_clients.load(std::memory_order_relaxed) != 0) return false;
  const File file(&self, number, nullptr, nullptr);
  const uint64_t size = file.SizeBytes();
  char path[2 * shm::kPathBytes];
  for (uint64_t at = 0; at < size;) {
    // Beyond the end a read gives zeros, so a path that was not written to its end is one that is cut.
    (void)file.Read(at, path, sizeof(path));
    const size_t length = strnlen(path, sizeof(path));
    if (length == sizeof(path) || IsThere(*self.region, {path, length})) return false;
    at += length + 1;
  }
  return true;
}

}  // namespace glasswal::store
