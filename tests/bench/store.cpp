#include "store.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "cities.h"

namespace glasswal::bench {
namespace {

constexpr std::array<const char*, 8> kNames = {"memory",      "memdb",           "unix_off",
                                               "unix_normal", "unix_mapped",     "anonymous",
                                               "named",       "anonymous_copied"};

struct NamedLevel {
  const char* name;
  EventLevel level;
};
constexpr std::array<NamedLevel, 3> kLevels = {NamedLevel{"off", EventLevel::kOff},
                                               NamedLevel{"info", EventLevel::kInfo},
                                               NamedLevel{"trace", EventLevel::kTrace}};
constexpr char kPage[] = ":page=";
constexpr char kEvents[] = ":events=";
constexpr char kStatements[] = ":statements=";

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
  const bool is_named = backend == Backend::kNamed;
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
      return "PRAGMA mmap_size=0";
  }
  return "";
}

std::map<std::string, std::unique_ptr<LoadedStore>>& LoadedStores() {
  static std::map<std::string, std::unique_ptr<LoadedStore>> stores;
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

std::string Name(const Place& place) {
  std::string name = Name(place.backend);
  if (place.page_size_bytes != 0) name += kPage + std::to_string(place.page_size_bytes);
  for (const NamedLevel& level : kLevels) {
    if (place.events == level.level && level.level != EventLevel::kInfo)
      name += kEvents + std::string(level.name);
  }
  if (place.statements != StatementTracking::kOn) {
    name +=
        kStatements + std::string(NamesOf(place.statements)[static_cast<size_t>(place.statements)]);
  }
  return name;
}

Place PlaceOf(const std::string& name) {
  Place place;
  const size_t end = name.find(':');
  place.backend = BackendOf(name.substr(0, end));
  if (const size_t at = name.find(kPage); at != std::string::npos) {
    place.page_size_bytes = std::atoi(name.c_str() + at + sizeof(kPage) - 1);
  }
  for (const NamedLevel& level : kLevels) {
    if (name.find(kEvents + std::string(level.name)) != std::string::npos)
      place.events = level.level;
  }
  for (const StatementTracking tracking : {StatementTracking::kOff, StatementTracking::kTimed}) {
    const std::string word(NamesOf(tracking)[static_cast<size_t>(tracking)]);
    if (name.find(kStatements + word) != std::string::npos) place.statements = tracking;
  }
  if (Name(place) != name) Die("there is no place " + name);
  return place;
}

Store::Store(const Place& place)
    : place_(place), is_owner_(true), address_(NewAddress(place.backend)), vfs_(address_) {
  if (IsGlasswal(backend())) JoinRegion(/*create=*/true);
}

Store::Store(Backend backend, const std::string& address)
    : place_{.backend = backend}, is_owner_(false), address_(address), vfs_(UniqueWord()) {
  if (IsGlasswal(backend)) JoinRegion(/*create=*/false);
}

void Store::JoinRegion(bool create) {
  runtime_ = Join(backend(), address_, create);
  const Status status = runtime_->RegisterVfs(vfs_, /*make_default=*/false);
  if (!status.ok()) Die(status.message());
  if (create) {
    runtime_->SetEventLevel(place_.events);
    runtime_->SetStatementTracking(place_.statements);
  }
}

Store::~Store() {
  if (IsGlasswal(backend())) {
    const Status status = Runtime::UnregisterVfs(vfs_);
    if (!status.ok()) Die(status.message());
  } else if (is_owner_ && address_[0] == '/') {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((address_ + suffix).c_str());
  }
}

Database Store::Connect() const {
  const bool is_file = address_[0] == '/';
  const std::string uri = backend() == Backend::kPrivateMemory ? ":memory:"
                          : is_file                            ? "file:" + address_
                                                               : "file:/" + address_;
  const char* vfs = IsGlasswal(backend())          ? vfs_.c_str()
                    : backend() == Backend::kMemdb ? "memdb"
                                                   : nullptr;
  Database database(uri, vfs);
  if (place_.page_size_bytes != 0) {
    database.Execute(("PRAGMA page_size=" + std::to_string(place_.page_size_bytes)).c_str());
  }
  database.Execute(SettingsOf(backend()));
  return database;
}

LoadedStore::LoadedStore(const Place& place) : store(place), connection(store.Connect()) {
  connection.Execute(kCreateCities);
  InsertAll(connection);
  if (place.backend > Backend::kMemdb) connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

const LoadedStore& Loaded(const Place& place) {
  std::unique_ptr<LoadedStore>& kept = LoadedStores()[Name(place)];
  if (kept == nullptr) kept = std::make_unique<LoadedStore>(place);
  return *kept;
}

const LoadedStore& LoadedWithLog(const Place& place) {
  std::unique_ptr<LoadedStore>& kept = LoadedStores()[Name(place) + ":log"];
  if (kept == nullptr) {
    kept = std::make_unique<LoadedStore>(place);
    kept->connection.Execute("PRAGMA wal_autocheckpoint=0");
    kept->connection.Execute("UPDATE cities SET latitude = latitude + 1 WHERE id % 250 = 0");
  }
  return *kept;
}

void ForgetLoadedStores() { LoadedStores().clear(); }

}  // namespace glasswal::bench
