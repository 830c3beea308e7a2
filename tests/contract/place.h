// Where the databases of a contract test live: one of five kinds of region, or SQLite's own VFS,
// which says what the answers ought to be.
//
// Thread-safety: belongs to one thread, except that Vfs() and Path() may be called by any.
#ifndef GLASSWAL_TESTS_CONTRACT_PLACE_H_
#define GLASSWAL_TESTS_CONTRACT_PLACE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "contract/database.h"
#include "contract/shim.h"
#include "glasswal/options.h"
#include "glasswal/runtime.h"
#include "recovery/runtime_inside.h"
#include "shm/region.h"

namespace glasswal::test {

enum class Provider {
  kUnix,        // SQLite's own VFS, in a folder of its own.
  kAnonymous,   // A region in a mapping of this process.
  kBlock,       // A region in the caller's memory.
  kNamed,       // A region in a named object.
  kTwoClients,  // A named region that this process has joined twice: connections take turns.
  kShims,       // A region under two VFS shims, one of which copies names: connections take turns.
};

class Place {
 public:
  Place(Provider provider, const Options& options);
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();

  bool is_unix() const { return provider_ == Provider::kUnix; }
  /// How many clients of the region there are; SQLite's own VFS knows none.
  size_t clients() const { return is_unix() ? 1 : runtimes_.size(); }
  /// The name of the VFS of the n-th client, counted round.
  const std::string& Vfs(size_t client = 0) const { return vfs_names_[client % vfs_names_.size()]; }
  sqlite3_vfs* RawVfs(size_t client = 0) const { return sqlite3_vfs_find(Vfs(client).c_str()); }
  /// The path of the database called `name`.
  std::string Path(const std::string& name) const;
  /// REQUIRES: !is_unix().
  Runtime& runtime(size_t client = 0) const { return *runtimes_[client % runtimes_.size()]; }
  shm::Region& region() const { return RegionOf(*runtimes_[0]); }

  /// Opens a connection of the next client, as it comes: a new database is empty and has no mode
  /// yet.
  Database OpenBare(const std::string& name, int flags = kReadWriteCreate);
  /// Opens a connection; a new database is in WAL mode with either kind of place.
  Database Open(const std::string& name = "app.sqlite", int flags = kReadWriteCreate);

  /// The size of a file as any process sees it, -1 if it does not exist.
  int64_t SizeOf(const std::string& name) const;
  /// All bytes of a file, read through the VFS without a lock.
  std::string Contents(const std::string& name) const;
  /// Makes a file of these bytes through the VFS without a lock.
  void SetContents(const std::string& name, const std::string& bytes) const;

  /// Makes a file that long, as xTruncate does.
  void SetSize(const std::string& name, int64_t size_bytes) const;

  /// What AuditSegments() and, if all is closed, AuditClosed() find; nothing for the unix VFS.
  std::string Audit(bool all_closed) const;

 private:
  const Provider provider_;
  std::vector<std::string> vfs_names_;
  std::vector<std::string> own_vfs_names_;  // Those that the runtimes have registered.
  std::vector<std::unique_ptr<Shim>> shims_;
  std::vector<std::shared_ptr<Runtime>> runtimes_;
  std::string folder_;
  void* block_ = nullptr;
  uint64_t block_bytes_ = 0;
  size_t opened_ = 0;
};

/// A region that needs little memory at the start.
Options SmallStart();

/// The fixture of the contract tests: a place for each test, audited at its end.
class Contract : public ::testing::TestWithParam<Provider> {
 protected:
  virtual Options options() const { return SmallStart(); }
  void SetUp() override { place_ = std::make_unique<Place>(GetParam(), options()); }
  void TearDown() override { EXPECT_EQ(place_->Audit(/*all_closed=*/true), ""); }

  Place& place() { return *place_; }
  Database Open(const std::string& name = "app.sqlite") { return place_->Open(name); }

 private:
  std::unique_ptr<Place> place_;
};

std::string ProviderName(const ::testing::TestParamInfo<Provider>& info);

// ThreadSanitizer follows addresses, and two clients have one memory at two: what a release of the
// one tells the other it cannot see, and it reports races that are none. That provider is for the
// other builds.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GLASSWAL_TEST_REGIONS \
  Provider::kAnonymous, Provider::kBlock, Provider::kNamed, Provider::kShims
#endif
#endif
#ifndef GLASSWAL_TEST_REGIONS
#define GLASSWAL_TEST_REGIONS \
  Provider::kAnonymous, Provider::kBlock, Provider::kNamed, Provider::kTwoClients, Provider::kShims
#endif

/// For what both kinds of place answer alike.
inline auto Everywhere() { return ::testing::Values(Provider::kUnix, GLASSWAL_TEST_REGIONS); }
/// For what only a region does.
inline auto InRegions() { return ::testing::Values(GLASSWAL_TEST_REGIONS); }

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_CONTRACT_PLACE_H_
