// A region with something to see in it, made by real runtimes, for the tests of the inspector.
//
// Thread-safety: one thread.
#ifndef GLASSWAL_TESTS_INSPECTOR_SCENE_H_
#define GLASSWAL_TESTS_INSPECTOR_SCENE_H_

#include <memory>
#include <string>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/runtime.h"
#include "glasswal/snapshot.h"

struct sqlite3;

namespace glasswal::inspector {

/// A runtime with one database, and connections to it that are closed at the end.
class Scene {
 public:
  /// `name` empty: an anonymous region.
  explicit Scene(const std::string& name = "", uint64_t max_write_ahead_bytes = 0);
  ~Scene();

  Runtime& runtime() { return *runtime_; }
  sqlite3* Open(int busy_timeout_ms = 0);
  /// Fails the test if the statement fails.
  static void Run(sqlite3* connection, const std::string& sql);
  Snapshot Look() const;
  std::unique_ptr<RegionBytes> Bytes() const;

 private:
  std::string vfs_;
  std::shared_ptr<Runtime> runtime_;
  std::vector<sqlite3*> connections_;
};

/// A snapshot and events of nonsense in large numbers: 60 clients, 4,096 segments, all locks held.
Snapshot HugeSnapshot();
EventBatch HugeEvents(uint32_t count);

/// Memory as it is now, as a source's bytes.
class VectorBytes final : public RegionBytes {
 public:
  explicit VectorBytes(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  uint64_t size_bytes() const override { return bytes_.size(); }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override;
  uint64_t NowNs() const override { return 1; }

 private:
  const std::vector<uint8_t> bytes_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_TESTS_INSPECTOR_SCENE_H_
