// A place where a database can live: glasswal's region and the places that it is compared with.
//
// Thread-safety: Connect() may be called from any thread; construction and destruction are one
// thread's.
#ifndef GLASSWAL_TESTS_BENCH_STORE_H_
#define GLASSWAL_TESTS_BENCH_STORE_H_

#include <memory>
#include <string>

#include "database.h"
#include "glasswal/runtime.h"

namespace glasswal::bench {

enum class Backend {
  kPrivateMemory,    // ":memory:", for one connection only.
  kMemdb,            // SQLite's own shared memory database: file:/x?vfs=memdb.
  kUnixOff,          // The unix VFS, WAL, on /dev/shm, synchronous=OFF.
  kUnixNormal,       // ... synchronous=NORMAL.
  kUnixMapped,       // ... synchronous=OFF, the whole file mapped (PRAGMA mmap_size).
  kAnonymous,        // glasswal in this process's memory.
  kNamed,            // glasswal in a named shared-memory object.
  kAnonymousCopied,  // kAnonymous with mmap_size=0: every page that is read is copied.
};

/// The word of `backend` in the names of benchmarks.
const char* Name(Backend backend);

/// The backend of that name; ends the program if there is none.
Backend BackendOf(const std::string& name);

inline bool IsGlasswal(Backend backend) { return backend >= Backend::kAnonymous; }

/// A backend, and what of it is not as it comes.
struct Place {
  Backend backend = Backend::kPrivateMemory;
  int page_size_bytes = 0;  // 0: SQLite's own.
  EventLevel events = EventLevel::kInfo;
  StatementTracking statements = StatementTracking::kOn;
};

/// The word of `place`: "anonymous", "anonymous:page=1024", "anonymous:events=off",
/// "anonymous:statements=off".
std::string Name(const Place& place);

/// The place of that name; ends the program if there is none.
Place PlaceOf(const std::string& name);

class Store {
 public:
  /// A new, empty database. Its bytes are gone with the store.
  explicit Store(const Place& place);
  explicit Store(Backend backend) : Store(Place{.backend = backend}) {}
  /// A database that another process's store made; `address` is what its address() said.
  Store(Backend backend, const std::string& address);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// A new connection, in the journal mode and with the settings of the backend.
  Database Connect() const;

  Backend backend() const { return place_.backend; }
  const std::string& address() const { return address_; }

 private:
  void JoinRegion(bool create);

  const Place place_;
  const bool is_owner_;
  std::string address_;  // The path of a file or the name of a region.
  std::string vfs_;
  std::shared_ptr<Runtime> runtime_;
};

/// A store with all cities in it and an empty log, and a connection to it.
struct LoadedStore {
  explicit LoadedStore(const Place& place);
  Store store;
  Database connection;
};

/// Made at first use and kept until ForgetLoadedStores().
const LoadedStore& Loaded(const Place& place);
inline const LoadedStore& Loaded(Backend backend) { return Loaded(Place{.backend = backend}); }

/// The same with a log that has a recent copy of one page in four, as beside a busy writer.
const LoadedStore& LoadedWithLog(const Place& place);

void ForgetLoadedStores();

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_STORE_H_
