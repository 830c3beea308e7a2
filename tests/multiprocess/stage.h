// What the multi-process tests play on: a named region with this process as one client of it, and a
// way for forked children to join as others.
//
// Thread-safety: belongs to the test's one thread; children have one thread as well.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_STAGE_H_
#define GLASSWAL_TESTS_MULTIPROCESS_STAGE_H_

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "glasswal/runtime.h"
#include "multiprocess/effort.h"
#include "multiprocess/sql.h"
#include "port/child_process.h"
#include "port/clock.h"
#include "port/unique_name.h"
#include "recovery/runtime_inside.h"
#include "shm/region.h"
#include "store/words.h"

namespace glasswal::test {

inline constexpr uint64_t kNsPerMs = 1'000'000;

/// Looks again and again until `holds`; false when it takes more than `limit_ms`.
inline bool Eventually(const std::function<bool()>& holds, uint64_t limit_ms = 5000) {
  const uint64_t end_ns = port::NowNs() + limit_ms * kNsPerMs * kSlowness;
  while (!holds()) {
    if (port::NowNs() > end_ns) return false;
    port::SleepUs(200);
  }
  return true;
}

/// One client of a region: a runtime with a VFS of its own.
class Seat {
 public:
  Seat(Result<std::shared_ptr<Runtime>> runtime, std::string vfs) : vfs_(std::move(vfs)) {
    if (runtime.ok()) runtime_ = *runtime;
    if (!runtime.ok()) problem_ = runtime.status().message();
    if (runtime_ == nullptr) return;
    const Status status = runtime_->RegisterVfs(vfs_, false);
    if (!status.ok()) problem_ = status.message();
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() {
    if (runtime_ != nullptr) (void)Runtime::UnregisterVfs(vfs_);
  }

  static Seat Join(const std::string& region, const std::string& client) {
    return Seat(Runtime::Open(region, client), client);
  }

  const std::string& problem() const { return problem_; }
  Runtime& runtime() const { return *runtime_; }
  shm::Region& region() const { return RegionOf(*runtime_); }
  std::unique_ptr<Sql> Open(const std::string& path = "/app.sqlite", int busy_ms = 5000) const {
    return std::make_unique<Sql>(path, vfs_, busy_ms);
  }

 private:
  std::shared_ptr<Runtime> runtime_;
  std::string vfs_;
  std::string problem_;
};

class Stage : public ::testing::Test {
 protected:
  void SetUp() override { Raise(Options()); }
  void TearDown() override {
    sql_.reset();
    seat_.reset();
    (void)Runtime::Remove(name_);
  }

  /// Makes the region anew with these options.
  void Raise(Options options) {
    sql_.reset();
    seat_.reset();
    name_ = UniqueName("stage");
    options.memory = MemoryKind::kNamed;
    options.name = name_;
    options.initial_database_capacity_bytes = kMiB;
    options.initial_write_ahead_capacity_bytes = kMiB;
    seat_ = std::make_unique<Seat>(Runtime::Create(options, "stage"), "stage");
    ASSERT_EQ(seat_->problem(), "");
    sql_ = seat_->Open();
    ASSERT_TRUE(sql_->ok());
    ASSERT_TRUE(sql_->Run("CREATE TABLE t(x)")) << sql_->error();
  }

  const std::string& name() const { return name_; }
  Seat& seat() { return *seat_; }
  Sql& sql() { return *sql_; }
  Runtime& runtime() { return seat_->runtime(); }
  shm::Region& region() { return seat_->region(); }

  /// The slot of the client that is the process `pid`, and its generation.
  struct Place {
    uint32_t slot = shm::kMaxClients;
    uint32_t generation = 0;
  };
  Place PlaceOf(pid_t pid) {
    for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
      const shm::ShmClient* client = region().client(slot);
      const uint64_t word = client->state.load();
      if (store::ClientStateOf(word) != shm::kClientFree &&
          client->process_id.load() == static_cast<uint64_t>(pid)) {
        return {slot, store::GenerationOf(word)};
      }
    }
    return {};
  }

  /// A child that joins as `client`, runs the statements in a connection of its own, and stays
  /// there until it is killed.
  std::unique_ptr<ChildProcess> Child(const std::string& client, const std::string& statements) {
    auto child = std::make_unique<ChildProcess>([&](const auto& signal) {
      const Seat own = Seat::Join(name(), client);
      const auto connection = own.Open();
      if (!connection->Run(statements)) return 1;
      signal();
      SleepForEver();
    });
    EXPECT_TRUE(child->WaitForSignal());
    return child;
  }

  bool IsFree(const Place& place) {
    const uint64_t word = region().client(place.slot)->state.load();
    return store::GenerationOf(word) != place.generation ||
           store::ClientStateOf(word) == shm::kClientFree;
  }

 private:
  std::string name_;
  std::unique_ptr<Seat> seat_;
  std::unique_ptr<Sql> sql_;
};

/// Waits until the child has stopped itself or was stopped.
inline bool WaitUntilStopped(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
}

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_STAGE_H_
