#include "store.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <map>

#include "cities.h"

namespace glasswal::bench {
namespace {

constexpr std::array<const char*, 9> kNames = {
    "memory",    "memdb", "unix_off",         "unix_normal", "unix_mapped",
    "anonymous", "named", "anonymous_copied", "named_copied"};

/// A word that no other store of any process has.
std::string UniqueWord() {
  static std::atomic<int> number{0};
  return "glasswal-bench-" + std::to_string(getpid()) + "-" + std::to_string(++number);
}

std::string NewAddress(Backend backend) {
  switch (backend) {
    case Backend::kUnixOff:
    case Backend::kUnixNormal:
    case Backend::kUnixMapped:
      return "/dev/shm/" + UniqueWord() + ".db";
    default:
      return UniqueWord();
  }
}

std::shared_ptr<Runtime> Join(Backend backend, const std::string& address, bool create) {
  const bool is_named = backend == Backend::kNamed || backend == Backend::kNamedCopied;
  Options options;
  options.memory = is_named ? MemoryKind::kNamed : MemoryKind::kAnonymous;
  if (is_named) options.name = address;
  auto runtime = create ? Runtime::Create(options, "bench") : Runtime::Open(address, "bench");
  if (!runtime.ok()) Die(runtime.status().message());
  return *runtime;
}

const char* SettingsOf(Backend backend) {
  switch (backend) {
    case Backend::kPrivateMemory:
    case Backend::kMemdb:
    case Backend::kAnonymous:
    case Backend::kNamed:
      return "";  // As it comes.
    case Backend::kUnixOff:
      return "PRAGMA mmap_size=0; PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF";
    case Backend::kUnixNormal:
      return "PRAGMA mmap_size=0; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL";
    case Backend::kUnixMapped:
      return "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA mmap_size=1073741824";
    case Backend::kAnonymousCopied:
    case Backend::kNamedCopied:
      return "PRAGMA mmap_size=0";
  }
  return "";
}

std::map<Backend, std::unique_ptr<LoadedStore>>& LoadedStores() {
  static std::map<Backend, std::unique_ptr<LoadedStore>> stores;
  return stores;
}

}  // namespace

const char* Name(Backend backend) { return kNames[static_cast<size_t>(backend)]; }

Backend BackendOf(const std::string& name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<Backend>(i);
  }
  Die("there is no backend " + name);
}

Store::Store(Backend backend)
    : backend_(backend), is_owner_(true), address_(NewAddress(backend)), vfs_(address_) {
  if (!IsGlasswal(backend)) return;
  runtime_ = Join(backend, address_, /*create=*/true);
  const Status status = runtime_->RegisterVfs(vfs_, /*make_default=*/false);
  if (!status.ok()) Die(status.message());
}

Store::Store(Backend backend, const std::string& address)
    : backend_(backend), is_owner_(false), address_(address), vfs_(UniqueWord()) {
  if (!IsGlasswal(backend)) return;
  runtime_ = Join(backend, address_, /*create=*/false);
  const Status status = runtime_->RegisterVfs(vfs_, /*make_default=*/false);
  if (!status.ok()) Die(status.message());
}

Store::~Store() {
  if (IsGlasswal(backend_)) {
    const Status status = Runtime::UnregisterVfs(vfs_);
    if (!status.ok()) Die(status.message());
  } else if (is_owner_ && address_[0] == '/') {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((address_ + suffix).c_str());
  }
}

Database Store::Connect() const {
  const bool is_file = address_[0] == '/';
  const std::string uri = backend_ == Backend::kPrivateMemory ? ":memory:"
                          : is_file                           ? "file:" + address_
                                                              : "file:/" + address_;
  const char* vfs = IsGlasswal(backend_)          ? vfs_.c_str()
                    : backend_ == Backend::kMemdb ? "memdb"
                                                  : nullptr;
  Database database(uri, vfs);
  database.Execute(SettingsOf(backend_));
  return database;
}

LoadedStore::LoadedStore(Backend backend) : store(backend), connection(store.Connect()) {
  connection.Execute(kCreateCities);
  InsertAll(connection);
  if (backend > Backend::kMemdb) connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

const LoadedStore& Loaded(Backend backend) {
  std::unique_ptr<LoadedStore>& place = LoadedStores()[backend];
  if (place == nullptr) place = std::make_unique<LoadedStore>(backend);
  return *place;
}

void ForgetLoadedStores() { LoadedStores().clear(); }

}  // namespace glasswal::bench
