#include "sqlite/vfs.h"

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "port/clock.h"
#include "port/futex.h"
#include "port/memory.h"
#include "port/printable.h"
#include "port/process.h"
#include "recovery/client.h"
#include "recovery/runtime_inside.h"
#include "sqlite/database_file.h"
#include "sqlite/open.h"
#include "sqlite/uri_options.h"
#include "store/directory.h"
#include "store/path.h"
#include "store/super_journal.h"

namespace glasswal::sqlite {
namespace {

constexpr int64_t kUnixEpochInJulianMs = 210866760000000;
constexpr size_t kLongestPath = 240;  // SQLite appends up to 15 bytes for journals.
constexpr uint64_t kDirectoryLookUs = 1000;
constexpr int kFullPathBytes = 512;  // With the name of a region before it.

int Open(sqlite3_vfs* base, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
  return OpenFileForSqlite(Vfs::Of(base), path, file, flags, out_flags);
}

/// A transaction with a rollback journal ends with the journal's deletion, and is undone if that
/// fails. So the directory is waited for as the connection waits for locks, and a second at least.
Status DeletePatiently(Vfs* vfs, store::ClientContext& self, const char* path) {
  constexpr uint64_t kLeastNs = 1'000'000'000;
  const uint64_t end_ns = port::NowNs() + kLeastNs;
  const DatabaseFile* database = vfs->databases().Find(path);
  store::DirectoryLock lock(self, store::Patience::kMoment);
  while (!lock.held() && port::MayWait() && port::NowNs() < end_ns) {
    port::SleepUs(kDirectoryLookUs);
    lock.TryAgain();
  }
  while (!lock.held() && database != nullptr && database->MayTryAgain()) lock.TryAgain();
  return lock.held() ? store::DeleteFile(self, lock, Split(path).file) : lock.status();
}

int Delete(sqlite3_vfs* base, const char* path, int) {
  Vfs* vfs = Vfs::Of(base);
  const std::shared_ptr<Runtime> runtime = vfs->RuntimeOf(path);
  if (runtime == nullptr) return SQLITE_IOERR_DELETE_NOENT;
  if (ClientOf(*runtime).IsFenced()) return vfs->Fail(SQLITE_IOERR_DELETE, "this client is fenced");
  const Status status = DeletePatiently(vfs, ClientOf(*runtime).context(), path);
  if (status.ok()) return SQLITE_OK;
  if (status.code() == StatusCode::kNotFound) {
    // Whoever closed it last has found that no journal names it, as in a transaction over several
    // databases that changed none; SQLite would call the commit failed.
    return store::IsSuperJournalName(path) ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }
  return vfs->Refuse(SQLITE_IOERR_DELETE, status.message());
}

/// As in os_unix.c, an empty file does not count as existing: an empty journal is not hot.
int Access(sqlite3_vfs* base, const char* path, int flags, int* result) {
  const std::shared_ptr<Runtime> runtime = Vfs::Of(base)->RuntimeOf(path);
  *result = 0;
  if (runtime == nullptr) return SQLITE_OK;
  const std::optional<uint32_t> file = store::FindFile(RegionOf(*runtime), Split(path).file);
  if (!file) return SQLITE_OK;
  *result = flags != SQLITE_ACCESS_EXISTS || RegionOf(*runtime).file(*file)->size_bytes.load() > 0;
  return SQLITE_OK;
}

/// Paths are names in a flat directory (store/path.h). The region that the URI names goes before
/// them.
int FullPathname(sqlite3_vfs* base, const char* path, int size, char* out) {
  Vfs* vfs = Vfs::Of(base);
  const char* region = sqlite3_uri_parameter(path, "region");
  const bool is_named = region != nullptr && *region != '\0';
  const Status named = is_named ? port::CheckRegionName(region) : Status::Ok();
  if (!named.ok()) return vfs->Refuse(SQLITE_CANTOPEN, "region: its " + named.message());
  std::string full = store::CanonicalPath(path);
  if (full.empty()) return vfs->Refuse(SQLITE_CANTOPEN, "the path names no file");
  // Nobody's file name leads out of a runtime's region: only the URI's own parameter does.
  if (!is_named && vfs->has_runtime() && full.starts_with("/@")) {
    return vfs->Refuse(SQLITE_CANTOPEN,
                       "the name of a file must not begin with @: another region "
                       "is named by the URI parameter `region`");
  }
  if (is_named) full.insert(0, region).insert(0, "/@");
  if (full.size() >= static_cast<size_t>(size) || Split(full.c_str()).file.size() > kLongestPath) {
    return vfs->Refuse(SQLITE_CANTOPEN, "the path is too long: it may have 240 bytes");
  }
  std::memcpy(out, full.c_str(), full.size() + 1);
  return SQLITE_OK;
}

// Loadable extensions are the host's business.
void* DlOpen(sqlite3_vfs* base, const char* path) {
  sqlite3_vfs* host = Vfs::Of(base)->host();
  return host != nullptr && host->xDlOpen != nullptr ? host->xDlOpen(host, path) : nullptr;
}
void DlError(sqlite3_vfs* base, int size, char* message) {
  sqlite3_vfs* host = Vfs::Of(base)->host();
  if (host != nullptr && host->xDlError != nullptr) return host->xDlError(host, size, message);
  sqlite3_snprintf(size, message, "loading extensions is not supported here");
}
void (*DlSym(sqlite3_vfs* base, void* library, const char* symbol))(void) {
  sqlite3_vfs* host = Vfs::Of(base)->host();
  return host != nullptr && host->xDlSym != nullptr ? host->xDlSym(host, library, symbol) : nullptr;
}
void DlClose(sqlite3_vfs* base, void* library) {
  sqlite3_vfs* host = Vfs::Of(base)->host();
  if (host != nullptr && host->xDlClose != nullptr) host->xDlClose(host, library);
}

int Randomness(sqlite3_vfs*, int size, char* out) {
  port::RandomBytes(out, static_cast<uint64_t>(size));
  return size;
}

int Sleep(sqlite3_vfs*, int microseconds) {
  port::SleepUs(static_cast<uint64_t>(microseconds));
  return microseconds;
}

int CurrentTimeInt64(sqlite3_vfs*, sqlite3_int64* now) {
  *now = kUnixEpochInJulianMs + port::WallClockUs() / 1000;
  return SQLITE_OK;
}

int CurrentTime(sqlite3_vfs* base, double* now) {
  sqlite3_int64 ms = 0;
  CurrentTimeInt64(base, &ms);
  *now = static_cast<double>(ms) / 86400000.0;
  return SQLITE_OK;
}

int GetLastError(sqlite3_vfs* base, int size, char* out) {
  const std::string message = Vfs::Of(base)->LastError();
  if (size > 0) sqlite3_snprintf(size, out, "%s", message.c_str());
  return message.empty() ? 0 : 1;
}

/// SQLITE_MAX_MMAP_SIZE of the SQLite that runs, which lists it among its compile-time options.
int64_t MostMmapBytes() {
  constexpr std::string_view kName = "MAX_MMAP_SIZE=";
  constexpr int64_t kSqlitesOwn = 0x7fff0000;
  for (int i = 0; const char* option = sqlite3_compileoption_get(i); ++i) {
    if (std::strncmp(option, kName.data(), kName.size()) == 0) {
      return std::strtoll(option + kName.size(), nullptr, 0);
    }
  }
  return kSqlitesOwn;
}

/// Whoever comes by the name from now on gets another region, and everything looks well to both.
void WarnIfUnlinked(const Runtime& runtime) {
  if (runtime.IsNameCurrent()) return;
  sqlite3_log(SQLITE_WARNING,
              "glasswal: the name of the region %s was removed while it was in use: whoever opens "
              "it from now on gets another one",
              runtime.name().c_str());
}

}  // namespace

Vfs::Vfs(std::string name, std::shared_ptr<Runtime> runtime)
    : name_(std::move(name)),
      runtime_(std::move(runtime)),
      host_(sqlite3_vfs_find(nullptr)),
      most_mmap_bytes_(MostMmapBytes()) {
  base_.iVersion = 2;
  base_.szOsFile = FileObjectBytes();
  base_.mxPathname = kFullPathBytes;
  base_.zName = name_.c_str();
  base_.pAppData = this;
  base_.xOpen = Open;
  base_.xDelete = Delete;
  base_.xAccess = Access;
  base_.xFullPathname = FullPathname;
  base_.xDlOpen = DlOpen;
  base_.xDlError = DlError;
  base_.xDlSym = DlSym;
  base_.xDlClose = DlClose;
  base_.xRandomness = Randomness;
  base_.xSleep = Sleep;
  base_.xCurrentTime = CurrentTime;
  base_.xGetLastError = GetLastError;
  base_.xCurrentTimeInt64 = CurrentTimeInt64;
}

int Vfs::Register(bool make_default) { return sqlite3_vfs_register(&base_, make_default); }

int Vfs::Fail(int code, const std::string& message) {
  const std::lock_guard<std::mutex> guard(mutex_);
  last_error_ = port::Printable(message);  // It may quote paths and names, which are any bytes.
  last_code_ = code;
  return code;
}

int Vfs::Refuse(int code, const std::string& message) {
  sqlite3_log(code, "glasswal: %s", port::Printable(message).c_str());
  return Fail(code, message);
}

std::string Vfs::LastError() {
  const std::lock_guard<std::mutex> guard(mutex_);
  return last_error_;
}

std::string Vfs::TakeError(int code) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (code != last_code_) return {};
  last_code_ = SQLITE_OK;
  return last_error_;
}

SplitPath Split(const char* path) {
  const std::string_view whole(path);
  if (whole.substr(0, 2) != "/@") return {{}, whole};
  const size_t end = whole.find('/', 2);
  if (end == std::string_view::npos) return {{}, whole};
  return {whole.substr(2, end - 2), whole.substr(end)};
}

Result<std::shared_ptr<Runtime>> Vfs::RuntimeToOpen(const char* path) {
  const std::string region(Split(path).region);
  if (region.empty() && runtime_ != nullptr) {
    WarnIfUnlinked(*runtime_);
    return OwnRuntime();
  }
  const Result<Options> options = OptionsFromUri(path, region.c_str());
  if (!options.ok()) return options.status();
  const std::lock_guard<std::mutex> joining(join_mutex_);
  if (const std::shared_ptr<Runtime> known = KnownRuntime(region)) {
    WarnIfUnlinked(*known);
    return known;
  }
  Result<std::shared_ptr<Runtime>> runtime = Runtime::OpenOrCreate(*options);
  if (!runtime.ok()) return runtime;
  const std::lock_guard<std::mutex> guard(mutex_);
  regions_[region] = *runtime;
  if (region.empty()) unnamed_ = *runtime;
  return runtime;
}

std::shared_ptr<Runtime> Vfs::KnownRuntime(const std::string& region) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const std::shared_ptr<Runtime> known = regions_[region].lock();
  return known != nullptr && !ClientOf(*known).IsFenced() ? known : nullptr;
}

Result<std::shared_ptr<Runtime>> Vfs::OwnRuntime() {
  if (!ClientOf(*runtime_).IsFenced() || runtime_->name().empty()) return runtime_;
  const std::lock_guard<std::mutex> joining(join_mutex_);
  if (std::shared_ptr<Runtime> known = KnownRuntime({})) return known;
  Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(runtime_->name());
  if (!runtime.ok()) return runtime;
  const std::lock_guard<std::mutex> guard(mutex_);
  regions_[std::string()] = *runtime;
  return runtime;
}

std::shared_ptr<Runtime> Vfs::RuntimeOf(const char* path) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = regions_.find(std::string(Split(path).region));
  std::shared_ptr<Runtime> known = found != regions_.end() ? found->second.lock() : nullptr;
  return known != nullptr || !Split(path).region.empty() ? known : runtime_;
}

}  // namespace glasswal::sqlite
