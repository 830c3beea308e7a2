// What a VFS ought to answer: files as strings, names as a map, locks as who holds what.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_TESTS_FUZZ_VFS_MODEL_H_
#define GLASSWAL_TESTS_FUZZ_VFS_MODEL_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "sqlite3.h"

namespace glasswal::test {

inline constexpr size_t kModelConnections = 3;  // For each database.

/// A file's bytes. It lives as long as a name or an open handle leads to it.
struct ModelFile {
  std::string bytes;

  void Write(uint64_t offset, const std::string& data) {
    if (data.empty()) return;
    if (bytes.size() < offset + data.size()) bytes.resize(offset + data.size(), '\0');
    std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  /// What a read gives: short reads are filled with zeros.
  std::string Read(uint64_t offset, size_t size) const {
    std::string data = offset < bytes.size() ? bytes.substr(offset, size) : "";
    data.resize(size, '\0');
    return data;
  }
};

/// The names of a region.
class ModelFolder {
 public:
  std::shared_ptr<ModelFile> Find(const std::string& name) const {
    const auto found = files_.find(name);
    return found != files_.end() ? found->second : nullptr;
  }
  std::shared_ptr<ModelFile> FindOrCreate(const std::string& name) {
    std::shared_ptr<ModelFile>& file = files_[name];
    if (file == nullptr) file = std::make_shared<ModelFile>();
    return file;
  }
  bool Delete(const std::string& name) { return files_.erase(name) != 0; }
  const std::map<std::string, std::shared_ptr<ModelFile>>& files() const { return files_; }

 private:
  std::map<std::string, std::shared_ptr<ModelFile>> files_;
};

/// The locks of one database, by the rules of os_unix.c.
class ModelLocks {
 public:
  int level(size_t self) const { return levels_[self]; }

  /// The result code of xLock. REQUIRES: SQLite may ask for `wanted` now.
  int Lock(size_t self, int wanted) {
    if (levels_[self] >= wanted) return SQLITE_OK;
    const auto others_at_least = [&](int level) {
      for (size_t i = 0; i < kModelConnections; ++i) {
        if (i != self && levels_[i] >= level) return true;
      }
      return false;
    };
    if (wanted == SQLITE_LOCK_SHARED && others_at_least(SQLITE_LOCK_PENDING)) return SQLITE_BUSY;
    if (wanted == SQLITE_LOCK_RESERVED && others_at_least(SQLITE_LOCK_RESERVED)) return SQLITE_BUSY;
    if (wanted == SQLITE_LOCK_EXCLUSIVE) {
      if (levels_[self] == SQLITE_LOCK_RESERVED) levels_[self] = SQLITE_LOCK_PENDING;
      if (others_at_least(SQLITE_LOCK_SHARED)) return SQLITE_BUSY;
    }
    levels_[self] = wanted;
    return SQLITE_OK;
  }
  void Unlock(size_t self, int level) { levels_[self] = std::min(levels_[self], level); }
  bool SomebodyReserved() const {
    return std::any_of(levels_.begin(), levels_.end(),
                       [](int level) { return level >= SQLITE_LOCK_RESERVED; });
  }

  /// The result code of xShmLock for locking.
  int LockWal(size_t self, int first, int count, bool exclusive) {
    const uint32_t range = ((1u << count) - 1) << first;
    for (size_t i = 0; i < kModelConnections; ++i) {
      if (i != self && ((exclusive_[i] | (exclusive ? shared_[i] : 0)) & range) != 0)
        return SQLITE_BUSY;
    }
    (exclusive ? exclusive_ : shared_)[self] |= range;
    return SQLITE_OK;
  }
  void UnlockWal(size_t self, int first, int count) {
    const uint32_t range = ((1u << count) - 1) << first;
    shared_[self] &= ~range;
    exclusive_[self] &= ~range;
  }
  bool HoldsAnyWal(size_t self, int first, int count) const {
    return ((shared_[self] | exclusive_[self]) & (((1u << count) - 1) << first)) != 0;
  }
  void Close(size_t self) {
    levels_[self] = SQLITE_LOCK_NONE;
    shared_[self] = exclusive_[self] = 0;
  }

 private:
  std::array<int, kModelConnections> levels_{};
  std::array<uint32_t, kModelConnections> shared_{};
  std::array<uint32_t, kModelConnections> exclusive_{};
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_FUZZ_VFS_MODEL_H_
