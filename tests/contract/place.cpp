#include "contract/place.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "contract/audit.h"
#include "port/unique_name.h"

namespace glasswal::test {
namespace {

std::string NewFolder() {
  const char* base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  std::string pattern = std::string(base) + "/glasswal-test-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) abort();
  return pattern;
}

std::shared_ptr<Runtime> Must(Result<std::shared_ptr<Runtime>> runtime) {
  if (runtime.ok()) return *runtime;
  ADD_FAILURE() << runtime.status().message();
  abort();
}

/// How SQLite would open a file of that name: databases as such, logs and journals like a
/// super-journal, which needs no database.
int KindOf(const std::string& path) {
  for (const char* mark : {"-wal", "-journal", "-mj"}) {
    if (path.find(mark) != std::string::npos) return SQLITE_OPEN_SUPER_JOURNAL;
  }
  return SQLITE_OPEN_MAIN_DB;
}

/// A file opened through the VFS alone, under no lock.
class RawFile {
 public:
  RawFile(sqlite3_vfs* vfs, const std::string& path, int flags)
      : name_(sqlite3_create_filename(path.c_str(), "", "", 0, nullptr)),
        file_(static_cast<sqlite3_file*>(std::calloc(1, static_cast<size_t>(vfs->szOsFile)))) {
    result_ = vfs->xOpen(vfs, name_, file_, flags | KindOf(path), nullptr);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() {
    if (file_->pMethods != nullptr) file_->pMethods->xClose(file_);
    std::free(file_);
    sqlite3_free_filename(name_);
  }
  int result() const { return result_; }
  sqlite3_file* get() const { return file_; }

 private:
  sqlite3_filename name_;
  sqlite3_file* file_;
  int result_;
};

}  // namespace

Options SmallStart() {
  Options options;
  options.initial_database_capacity_bytes = 1;
  options.initial_write_ahead_capacity_bytes = 1;
  options.max_database_capacity_bytes = 256 * kMiB;
  options.max_write_ahead_capacity_bytes = 256 * kMiB;
  return options;
}

Place::Place(Provider provider, const Options& options) : provider_(provider) {
  Options own = options;
  switch (provider) {
    case Provider::kUnix:
      folder_ = NewFolder();
      vfs_names_ = {"unix"};
      return;
    case Provider::kAnonymous:
    case Provider::kShims:
      runtimes_ = {Must(Runtime::Create(own, "first"))};
      break;
    case Provider::kBlock:
      block_bytes_ = EffectiveRegionCapacity(own);
      block_ = mmap(nullptr, block_bytes_, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (block_ == MAP_FAILED) abort();
      runtimes_ = {Must(Runtime::CreateIn(block_, block_bytes_, own, "first"))};
      break;
    case Provider::kNamed:
    case Provider::kTwoClients:
      own.memory = MemoryKind::kNamed;
      own.name = UniqueName("contract");
      runtimes_ = {Must(Runtime::Create(own, "first"))};
      if (provider == Provider::kTwoClients) {
        runtimes_.push_back(Must(Runtime::Open(own.name, "second")));
      }
      break;
  }
  for (const auto& runtime : runtimes_) {
    own_vfs_names_.push_back(UniqueName("contract"));
    const Status status = runtime->RegisterVfs(own_vfs_names_.back(), /*make_default=*/false);
    EXPECT_TRUE(status.ok()) << status.message();
  }
  vfs_names_ = own_vfs_names_;
  if (provider != Provider::kShims) return;
  vfs_names_.clear();
  for (const Shim::Names names : {Shim::Names::kPassed, Shim::Names::kCopied}) {
    shims_.push_back(std::make_unique<Shim>(UniqueName("shim"), own_vfs_names_[0], names));
    vfs_names_.push_back(shims_.back()->name());
  }
}

Place::~Place() {
  if (is_unix()) {
    std::filesystem::remove_all(folder_);
    return;
  }
  const std::string name = runtimes_[0]->name();
  shims_.clear();
  for (const std::string& vfs : own_vfs_names_) EXPECT_TRUE(Runtime::UnregisterVfs(vfs).ok());
  runtimes_.clear();
  if (!name.empty()) {
    EXPECT_EQ(Runtime::Open(name).status().code(), StatusCode::kNotFound)
        << "the region outlives its last client";
  }
  if (block_ != nullptr) munmap(block_, block_bytes_);
}

std::string Place::Path(const std::string& name) const { return folder_ + "/" + name; }

Database Place::OpenBare(const std::string& name, int flags) {
  Database database(Path(name), Vfs(opened_++), flags);
  EXPECT_EQ(database.open_code(), SQLITE_OK) << database.error();
  return database;
}

Database Place::Open(const std::string& name, int flags) {
  Database database = OpenBare(name, flags);
  if (is_unix()) {
    EXPECT_EQ(database.Rows("PRAGMA journal_mode = WAL"), "wal");
  }
  return database;
}

// The unix VFS reads and writes at most 128 KiB at once.
constexpr size_t kMostAtOnce = 65536;

int64_t Place::SizeOf(const std::string& name) const {
  RawFile file(RawVfs(), Path(name), SQLITE_OPEN_READWRITE);
  if (file.result() != SQLITE_OK) return -1;
  sqlite3_int64 size = -1;
  file.get()->pMethods->xFileSize(file.get(), &size);
  return size;
}

std::string Place::Contents(const std::string& name) const {
  RawFile file(RawVfs(), Path(name), SQLITE_OPEN_READWRITE);
  if (file.result() != SQLITE_OK) return "";
  sqlite3_int64 size = 0;
  file.get()->pMethods->xFileSize(file.get(), &size);
  std::string bytes(static_cast<size_t>(size), '\0');
  for (size_t at = 0; at < bytes.size(); at += kMostAtOnce) {
    const int piece = static_cast<int>(std::min(bytes.size() - at, kMostAtOnce));
    EXPECT_EQ(file.get()->pMethods->xRead(file.get(), bytes.data() + at, piece,
                                          static_cast<sqlite3_int64>(at)),
              SQLITE_OK);
  }
  return bytes;
}

void Place::SetContents(const std::string& name, const std::string& bytes) const {
  RawFile file(RawVfs(), Path(name), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  ASSERT_EQ(file.result(), SQLITE_OK);
  EXPECT_EQ(file.get()->pMethods->xTruncate(file.get(), 0), SQLITE_OK);
  for (size_t at = 0; at < bytes.size(); at += kMostAtOnce) {
    const int size = static_cast<int>(std::min(bytes.size() - at, kMostAtOnce));
    EXPECT_EQ(file.get()->pMethods->xWrite(file.get(), bytes.data() + at, size,
                                           static_cast<sqlite3_int64>(at)),
              SQLITE_OK);
  }
}

void Place::SetSize(const std::string& name, int64_t size_bytes) const {
  RawFile file(RawVfs(), Path(name), SQLITE_OPEN_READWRITE);
  ASSERT_EQ(file.result(), SQLITE_OK);
  EXPECT_EQ(file.get()->pMethods->xTruncate(file.get(), size_bytes), SQLITE_OK);
}

std::string Place::Audit(bool all_closed) const {
  if (is_unix()) return "";
  return AuditSegments(region()) + (all_closed ? AuditClosed(region()) : "");
}

std::string ProviderName(const ::testing::TestParamInfo<Provider>& info) {
  switch (info.param) {
    case Provider::kUnix:
      return "unix";
    case Provider::kAnonymous:
      return "anonymous";
    case Provider::kBlock:
      return "block";
    case Provider::kNamed:
      return "named";
    case Provider::kTwoClients:
      return "two_clients";
    case Provider::kShims:
      return "shims";
  }
  return "unknown";
}

}  // namespace glasswal::test
