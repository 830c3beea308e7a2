// Sequences of calls of the VFS on several files of a small region, against a simple model of
// files, names and locks: every answer, every byte read and every file size must be the model's,
// nothing may be held or leaked in the end, and when all files are deleted every segment is free.
//
// The main files and the names of logs come from open SQLite connections that run no SQL, since the
// VFS finds the database of a log by the names that SQLite makes (sqlite/open_databases.h).

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/audit.h"
#include "fuzz/vfs_model.h"
#include "glasswal/runtime.h"
#include "recovery/runtime_inside.h"
#include "shm/block.h"
#include "sqlite3.h"

namespace glasswal::test {
namespace {

constexpr uint64_t kBlockBytes = 4 * kMiB;
constexpr uint64_t kFileLimit = 640 * kKiB;
constexpr char kVfs[] = "fuzz";
constexpr size_t kDatabases = 2;
constexpr size_t kConnections = kDatabases * kModelConnections;
constexpr size_t kWalIndexBlocks = 4;

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "vfs_calls_fuzz: %s\n", what);
  abort();
}
void Check(bool good, const char* what) {
  if (!good) Fail(what);
}

class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool empty() const { return at_ == end_; }
  uint8_t Byte() { return empty() ? 0 : *at_++; }
  uint32_t Below(uint32_t n) { return Byte() % n; }
  /// An offset: pages, edges of segments, places near the limit, and odd ones.
  uint64_t Offset() {
    const uint64_t byte = Byte();
    switch (Below(5)) {
      case 0:
        return byte * 4096;
      case 1:
        return byte % 12 * 65536;
      case 2:
        return byte % 12 * 65536 + Byte();
      case 3:
        return 32 + byte * (4096 + 24);
      default:
        return byte * 257;
    }
  }
  size_t Size() {
    static constexpr size_t kSizes[] = {0, 1, 4, 16, 24, 100, 512, 4096, 65536, 70000};
    return kSizes[Below(10)];
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

/// One open file with its model. The object belongs to SQLite or to `own`.
struct Handle {
  sqlite3_file* file = nullptr;
  std::shared_ptr<ModelFile> model;
  std::string name;
  std::unique_ptr<uint64_t[]> own;

  bool is_open() const { return file != nullptr; }
};

struct Connection {
  sqlite3* db = nullptr;
  Handle main;
  Handle logs[2];  // The write-ahead log and the rollback journal.
  bool mapped = false;
  int64_t mmap_limit = 0;
};

class Machine {
 public:
  explicit Machine(const Block& block) {
    Options options = SmallOptions();
    options.max_database_capacity_bytes = kFileLimit;
    options.max_write_ahead_capacity_bytes = kFileLimit;
    auto runtime = Runtime::CreateIn(block.header(), block.size_bytes(), options, "fuzz");
    Check(runtime.ok(), "the region could not be made");
    runtime_ = *runtime;
    Check(runtime_->RegisterVfs(kVfs, false).ok(), "the VFS could not be registered");
    vfs_ = sqlite3_vfs_find(kVfs);
  }

  ~Machine() {
    for (size_t i = 0; i < kConnections; ++i) CloseConnection(i);
    Quiet("after closing");
    const auto files = folder_.files();
    for (const auto& [name, file] : files) {
      Check(vfs_->xDelete(vfs_, name.c_str(), 0) == SQLITE_OK,
            "a file cannot be deleted in the end");
    }
    Quiet("after deleting");
    const shm::ShmHeader* header = RegionOf(*runtime_).header();
    Check(header->free_segments.load() ==
              header->committed_segments.load() - RegionOf(*runtime_).geometry().first_segment,
          "segments are left over when all files are deleted");
    Check(Runtime::UnregisterVfs(kVfs).ok(), "the VFS could not be unregistered");
  }

  void Step(Input& input) {
    const uint32_t operation = input.Below(16);
    const size_t index = input.Below(kConnections);
    Connection& connection = connections_[index];
    if (operation == 0)
      return connection.db == nullptr ? OpenConnection(index) : CloseConnection(index);
    if (operation == 1) return Delete(input);
    if (operation == 2) return Access(input);
    if (connection.db == nullptr) return OpenConnection(index);
    Handle& handle = Choose(connection, input);
    switch (operation) {
      case 3:
        return ToggleLog(connection, input.Below(2), index / kModelConnections);
      case 4:
        return Lock(index, input);
      case 5:
        return LockWal(index, input);
      case 6:
        return Map(index, input);
      case 7:
        return FileControl(connection, input);
      case 8:
        return Fetch(connection, input);
      case 9:
        return Truncate(handle, input);
      case 10:
      case 11:
        return Read(handle, input);
      default:
        return Write(handle, input);
    }
  }

 private:
  ModelLocks& LocksOf(size_t index) { return locks_[index / kModelConnections]; }
  Handle& Choose(Connection& connection, Input& input) {
    Handle& chosen = connection.logs[input.Below(2)];
    return input.Below(2) != 0 && chosen.is_open() ? chosen : connection.main;
  }
  /// A database that was deleted has another model than its namesake: they share neither locks nor
  /// index.
  bool IsAlone(const Connection& connection) const {
    return connection.main.model != folder_.Find(connection.main.name);
  }
  void Quiet(const char* when) {
    const std::string wrong = AuditSegments(RegionOf(*runtime_)) + AuditClosed(RegionOf(*runtime_));
    if (wrong.empty()) return;
    std::fprintf(stderr, "%s: %s", when, wrong.c_str());
    Fail("the region is not in order");
  }

  void OpenConnection(size_t index) {
    Connection& connection = connections_[index];
    const std::string name = index < kModelConnections ? "/a.sqlite" : "/b.sqlite";
    // The namesake of a deleted database that is still open would need locks of its own in the
    // model.
    for (size_t i = 0; i < kConnections; ++i) {
      const Connection& other = connections_[i];
      if (other.db != nullptr && other.main.name == name && IsAlone(other)) return;
    }
    const int result = sqlite3_open_v2(name.c_str(), &connection.db,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, kVfs);
    if (result != SQLITE_OK) {
      Check(result == SQLITE_FULL, "opening fails for another reason than a full region");
      sqlite3_close(connection.db);
      connection.db = nullptr;
      return;
    }
    connection.main = {nullptr, folder_.FindOrCreate(name), name, nullptr};
    sqlite3_file_control(connection.db, "main", SQLITE_FCNTL_FILE_POINTER, &connection.main.file);
    connection.mmap_limit = MmapLimit(connection, -1);
  }

  void CloseConnection(size_t index) {
    Connection& connection = connections_[index];
    if (connection.db == nullptr) return;
    for (Handle& log : connection.logs) CloseLog(log);
    Check(sqlite3_close(connection.db) == SQLITE_OK, "a connection cannot be closed");
    LocksOf(index).Close(index % kModelConnections);
    connection = Connection();
  }

  void ToggleLog(Connection& connection, uint32_t which, size_t) {
    Handle& log = connection.logs[which];
    if (log.is_open()) return CloseLog(log);
    const char* database = sqlite3_db_filename(connection.db, "main");
    const char* name =
        which == 0 ? sqlite3_filename_wal(database) : sqlite3_filename_journal(database);
    const int kind = which == 0 ? SQLITE_OPEN_WAL : SQLITE_OPEN_MAIN_JOURNAL;
    log.own = std::make_unique<uint64_t[]>(static_cast<size_t>(vfs_->szOsFile) / 8 + 1);
    log.file = reinterpret_cast<sqlite3_file*>(log.own.get());
    const int result = vfs_->xOpen(vfs_, name, log.file,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kind, nullptr);
    Check(result == SQLITE_OK, "a log cannot be opened");
    log.name = name;
    log.model = folder_.FindOrCreate(name);
  }
  static void CloseLog(Handle& log) {
    if (!log.is_open()) return;
    Check(log.file->pMethods->xClose(log.file) == SQLITE_OK, "a log cannot be closed");
    log = Handle();
  }

  void Delete(Input& input) {
    static const char* const kNames[] = {"/a.sqlite", "/b.sqlite", "/a.sqlite-wal",
                                         "/a.sqlite-journal", "/nothing"};
    const std::string name = kNames[input.Below(5)];
    const int expected = folder_.Delete(name) ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
    Check(vfs_->xDelete(vfs_, name.c_str(), 0) == expected, "xDelete says something else");
  }
  void Access(Input& input) {
    static const char* const kNames[] = {"/a.sqlite", "/b.sqlite-wal", "/a.sqlite-journal",
                                         "/nothing"};
    const std::string name = kNames[input.Below(4)];
    const auto file = folder_.Find(name);
    int exists = -1;
    Check(vfs_->xAccess(vfs_, name.c_str(), SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK &&
              exists == (file != nullptr && !file->bytes.empty()),
          "xAccess says something else");
  }

  static void Write(Handle& handle, Input& input) {
    const uint64_t offset = input.Offset();
    std::string data(input.Size(), '\0');
    // A page 1 that says rollback journal may be made to say WAL; so no byte is 1.
    const uint8_t fill = input.Byte();
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>((fill + i / 100) | 2);
    if (data.empty()) return;
    const int result =
        handle.file->pMethods->xWrite(handle.file, data.data(), static_cast<int>(data.size()),
                                      static_cast<sqlite3_int64>(offset));
    Check(result == SQLITE_OK || result == SQLITE_FULL, "xWrite fails for another reason");
    if (result == SQLITE_OK) handle.model->Write(offset, data);
    const bool over =
        handle.name.find("-journal") == std::string::npos && offset + data.size() > kFileLimit;
    Check(!over || result == SQLITE_FULL, "xWrite goes beyond the limit");
    CheckSize(handle);
  }
  static void CheckSize(Handle& handle) {
    sqlite3_int64 size = -1;
    Check(handle.file->pMethods->xFileSize(handle.file, &size) == SQLITE_OK &&
              static_cast<uint64_t>(size) == handle.model->bytes.size(),
          "xFileSize is not the model's");
  }
  static void Read(Handle& handle, Input& input) {
    const uint64_t offset = input.Offset();
    std::string data(input.Size() + 1, 'x');
    const int result =
        handle.file->pMethods->xRead(handle.file, data.data(), static_cast<int>(data.size()),
                                     static_cast<sqlite3_int64>(offset));
    const bool whole = offset + data.size() <= handle.model->bytes.size();
    Check(result == (whole ? SQLITE_OK : SQLITE_IOERR_SHORT_READ),
          "xRead's result is not the model's");
    Check(data == handle.model->Read(offset, data.size()), "xRead's bytes are not the model's");
  }
  static void Truncate(Handle& handle, Input& input) {
    const uint64_t size = std::min<uint64_t>(input.Offset(), 2 * kFileLimit);
    const int result =
        handle.file->pMethods->xTruncate(handle.file, static_cast<sqlite3_int64>(size));
    Check(result == SQLITE_OK || (result == SQLITE_FULL && size > handle.model->bytes.size()),
          "xTruncate fails");
    if (result == SQLITE_OK) handle.model->bytes.resize(size, '\0');
    CheckSize(handle);
  }

  void Fetch(Connection& connection, Input& input) {
    const uint64_t offset = input.Offset();
    const size_t size = input.Size() + 1;
    void* page = nullptr;
    sqlite3_file* file = connection.main.file;
    Check(file->pMethods->xFetch(file, static_cast<sqlite3_int64>(offset), static_cast<int>(size),
                                 &page) == SQLITE_OK,
          "xFetch fails");
    if (page == nullptr) return;
    const std::string& bytes = connection.main.model->bytes;
    Check(offset + size <= bytes.size() &&
              static_cast<int64_t>(offset + size) <= connection.mmap_limit,
          "xFetch goes beyond the end or the limit");
    Check(bytes.compare(offset, size, static_cast<const char*>(page), size) == 0,
          "xFetch's bytes are not the model's");
    Check(file->pMethods->xUnfetch(file, static_cast<sqlite3_int64>(offset), page) == SQLITE_OK,
          "xUnfetch fails");
  }

  void Lock(size_t index, Input& input) {
    static constexpr int kLevels[] = {SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED,
                                      SQLITE_LOCK_EXCLUSIVE};
    Connection& connection = connections_[index];
    sqlite3_file* file = connection.main.file;
    ModelLocks& locks = LocksOf(index);
    const size_t self = index % kModelConnections;
    const uint32_t choice = input.Below(6);
    if (choice >= 4) {
      const int level = choice == 4 ? SQLITE_LOCK_NONE : SQLITE_LOCK_SHARED;
      locks.Unlock(self, level);
      Check(file->pMethods->xUnlock(file, level) == SQLITE_OK, "xUnlock fails");
    } else if (choice == 3) {
      int reserved = -1;
      Check(file->pMethods->xCheckReservedLock(file, &reserved) == SQLITE_OK,
            "xCheckReservedLock fails");
      Check(reserved == 0 || locks.SomebodyReserved(), "nobody has RESERVED");
    } else {
      const int wanted = kLevels[choice];
      if (wanted > SQLITE_LOCK_SHARED && locks.level(self) < SQLITE_LOCK_SHARED) return;
      if (wanted == SQLITE_LOCK_RESERVED && locks.level(self) != SQLITE_LOCK_SHARED) return;
      Check(file->pMethods->xLock(file, wanted) == locks.Lock(self, wanted),
            "xLock is not the model's");
    }
    int level = -1;
    Check(file->pMethods->xFileControl(file, SQLITE_FCNTL_LOCKSTATE, &level) == SQLITE_OK &&
              level == locks.level(self),
          "the level is not the model's");
  }

  void LockWal(size_t index, Input& input) {
    sqlite3_file* file = connections_[index].main.file;
    ModelLocks& locks = LocksOf(index);
    const size_t self = index % kModelConnections;
    const int first = static_cast<int>(input.Below(8));
    const uint32_t choice = input.Below(3);
    const int count =
        choice == 1 ? 1 : 1 + static_cast<int>(input.Below(static_cast<uint32_t>(8 - first)));
    if (choice == 0) {
      locks.UnlockWal(self, first, count);
      Check(file->pMethods->xShmLock(file, first, count,
                                     SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE) == SQLITE_OK,
            "xShmLock cannot unlock");
      return;
    }
    if (locks.HoldsAnyWal(self, first, count)) return;
    const bool exclusive = choice == 2;
    const int result = file->pMethods->xShmLock(
        file, first, count,
        SQLITE_SHM_LOCK | (exclusive ? SQLITE_SHM_EXCLUSIVE : SQLITE_SHM_SHARED));
    Check(result == locks.LockWal(self, first, count, exclusive), "xShmLock is not the model's");
  }

  /// Blocks of the wal-index: what one connection writes, all read. The headers are left alone.
  void Map(size_t index, Input& input) {
    Connection& connection = connections_[index];
    sqlite3_file* file = connection.main.file;
    const size_t block = input.Below(kWalIndexBlocks + 1);
    if (block == kWalIndexBlocks) {
      // With EXCLUSIVE the index is forgotten, whether or not SQLite asks for it
      // (DatabaseShmUnmap).
      const bool forget = LocksOf(index).level(index % kModelConnections) == SQLITE_LOCK_EXCLUSIVE;
      const bool remove = input.Below(2) != 0 && forget;
      LocksOf(index).UnlockWal(index % kModelConnections, 0, 8);
      Check(file->pMethods->xShmUnmap(file, remove) == SQLITE_OK, "xShmUnmap fails");
      if (forget) marks_.erase(connection.main.model.get());
      return;
    }
    void volatile* address = nullptr;
    const int result = file->pMethods->xShmMap(file, static_cast<int>(block), 32768,
                                               static_cast<int>(input.Below(2)), &address);
    Check(result == SQLITE_OK || result == SQLITE_FULL, "xShmMap fails for another reason");
    uint32_t& mark = marks_[connection.main.model.get()][block];
    Check(address != nullptr || mark == 0, "a block of the wal-index is gone");
    if (address == nullptr) return;
    auto* word = static_cast<volatile uint32_t*>(address) + 100 + block;
    Check(*word == mark, "a block of the wal-index has other contents");
    *word = mark = mark + 1;
  }

  /// Sets the limit of what may be used in place, unless it is negative; the limit before.
  static int64_t MmapLimit(Connection& connection, sqlite3_int64 limit) {
    sqlite3_file* file = connection.main.file;
    Check(file->pMethods->xFileControl(file, SQLITE_FCNTL_MMAP_SIZE, &limit) == SQLITE_OK,
          "the limit of xFetch cannot be asked for");
    return limit;
  }
  static void FileControl(Connection& connection, Input& input) {
    sqlite3_file* file = connection.main.file;
    switch (input.Below(4)) {
      case 0: {
        MmapLimit(connection, input.Below(2) != 0 ? 1 << 20 : 100000);
        connection.mmap_limit = MmapLimit(connection, -1);
        return;
      }
      case 1: {
        sqlite3_int64 size = static_cast<sqlite3_int64>(input.Offset());
        const int result = file->pMethods->xFileControl(file, SQLITE_FCNTL_SIZE_HINT, &size);
        Check(result == SQLITE_OK || result == SQLITE_FULL, "a size hint fails for another reason");
        return CheckSize(connection.main);
      }
      case 2:
        Check(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK, "xSync fails");
        return file->pMethods->xShmBarrier(file);
      default: {
        // Whatever the number, an argument of 64 bytes is enough, and unknown ones are refused.
        const int unknown = 5000 + input.Byte();
        uint64_t argument[8] = {};
        Check(file->pMethods->xFileControl(file, unknown, argument) == SQLITE_NOTFOUND,
              "an unknown file control is answered");
      }
    }
  }

  std::shared_ptr<Runtime> runtime_;
  sqlite3_vfs* vfs_ = nullptr;
  ModelFolder folder_;
  ModelLocks locks_[kDatabases];
  Connection connections_[kConnections];
  std::map<const ModelFile*, std::array<uint32_t, kWalIndexBlocks>> marks_;
};

}  // namespace
}  // namespace glasswal::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static glasswal::test::Block block(glasswal::test::kBlockBytes);
  block.Clear();
  glasswal::test::Machine machine(block);
  glasswal::test::Input input(data, size);
  while (!input.empty()) machine.Step(input);
  return 0;
}
