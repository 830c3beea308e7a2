// Ending a client on purpose: the right one, only that one, and with proof.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "multiprocess/region_audit.h"
#include "multiprocess/scoreboard.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/clock.h"
#include "port/process.h"
#include "trace/ring.h"

namespace glasswal::test {
namespace {

class Eviction : public Stage {
 protected:
  /// A child that holds WRITE and stays in it until it is killed.
  std::unique_ptr<ChildProcess> Holder() {
    return Child("holder", "BEGIN IMMEDIATE; INSERT INTO t VALUES('held')");
  }

  static bool RunsAnotherProgram(pid_t process) {
    char path[4096] = {};
    const std::string link = "/proc/" + std::to_string(process) + "/exe";
    const ssize_t length = readlink(link.c_str(), path, sizeof(path) - 1);
    return length > 0 && std::string(path).find("_test") == std::string::npos;
  }

  /// How often an event of that kind was recorded about the client `slot`.
  uint32_t CountEvents(EventKind kind, uint32_t slot) {
    trace::EventCursor cursor(region(), trace::EventCursor::Start::kOldest);
    uint32_t found = 0;
    Event event;
    while (cursor.Next(&event)) found += event.kind == kind && event.arguments[0] == slot;
    return found;
  }

  static bool Lives(const ChildProcess& child) {
    int status = 0;
    return waitpid(child.process_id(), &status, WNOHANG) == 0;
  }
};

TEST_F(Eviction, EndsALivingHolderAndRecovers) {
  const auto holder = Holder();
  const Place place = PlaceOf(holder->process_id());
  const Status status = runtime().Evict(place.slot, place.generation);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(holder->Wait(), -SIGKILL);
  EXPECT_EQ(AuditDead(region(), place.slot, place.generation), "");
  sqlite3_busy_timeout(sql().db(), 0);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('next')")) << sql().error();
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "next");
}

TEST_F(Eviction, OfAnotherGenerationIsRefused) {
  const auto holder = Holder();
  const Place place = PlaceOf(holder->process_id());
  EXPECT_EQ(runtime().Evict(place.slot, place.generation + 1).code(), StatusCode::kNotFound);
  EXPECT_EQ(runtime().Evict(place.slot, place.generation - 1).code(), StatusCode::kNotFound);
  EXPECT_TRUE(Lives(*holder));
  EXPECT_FALSE(IsFree(place));
}

TEST_F(Eviction, OfOneselfOrNobodyIsRefused) {
  EXPECT_EQ(runtime().Evict(runtime().client_slot(), runtime().client_generation()).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(runtime().Evict(shm::kMaxClients, 1).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(runtime().Evict(shm::kMaxClients - 1, 1).code(), StatusCode::kNotFound);
}

// The number of a process that is gone may belong to an innocent one by now.
TEST_F(Eviction, NeverEndsALaterProcessOfTheSameNumber) {
  const auto holder = Holder();
  const Place place = PlaceOf(holder->process_id());
  shm::Atomic64& start = region().client(place.slot)->process_start;
  const uint64_t real_start = start.exchange(start.load() - 1);
  EXPECT_FALSE(runtime().Evict(place.slot, place.generation, 50).ok());
  EXPECT_TRUE(Lives(*holder));
  EXPECT_FALSE(IsFree(place));
  start.store(real_start);
  EXPECT_TRUE(runtime().Evict(place.slot, place.generation).ok());
  EXPECT_EQ(holder->Wait(), -SIGKILL);
}

// Whoever can write to the region can write any number there.
TEST_F(Eviction, NeverEndsAProcessThatDoesNotMapTheRegion) {
  const auto holder = Holder();
  const Place place = PlaceOf(holder->process_id());
  // The child of a child that had no part in the region: it ran another program in between.
  const pid_t innocent = fork();
  if (innocent == 0) {
    execlp("sleep", "sleep", "60", nullptr);
    _exit(127);
  }
  const auto number = static_cast<uint64_t>(innocent);
  while (!RunsAnotherProgram(innocent)) port::SleepUs(500);
  shm::ShmClient* client = region().client(place.slot);
  client->process_id.store(number);
  client->process_start.store(port::ProcessStart(number));
  const Status status = runtime().Evict(place.slot, place.generation, 50);
  EXPECT_EQ(status.code(), StatusCode::kNotDead) << status.message();
  EXPECT_NE(status.message().find(std::to_string(number)), std::string::npos) << status.message();
  EXPECT_EQ(waitpid(innocent, nullptr, WNOHANG), 0) << "it was killed";
  EXPECT_TRUE(Lives(*holder));
  kill(innocent, SIGKILL);
  waitpid(innocent, nullptr, 0);
}

TEST_F(Eviction, IsRecordedOnlyIfSomethingEndedAndAfterTheProof) {
  const auto holder = Holder();
  const Place place = PlaceOf(holder->process_id());
  // As it looks from where that number means no process: nothing can be ended.
  shm::Atomic64& start = region().client(place.slot)->process_start;
  const uint64_t real_start = start.exchange(start.load() - 1);
  const Status status = runtime().Evict(place.slot, place.generation, 50);
  EXPECT_EQ(status.code(), StatusCode::kNotDead);
  EXPECT_EQ(status.message().find("was ended"), std::string::npos) << status.message();
  EXPECT_EQ(CountEvents(EventKind::kClientEvicted, place.slot), 0u);
  start.store(real_start);
  EXPECT_TRUE(runtime().Evict(place.slot, place.generation).ok());
  EXPECT_EQ(CountEvents(EventKind::kClientEvicted, place.slot), 1u);
  EXPECT_EQ(holder->Wait(), -SIGKILL);
}

TEST_F(Eviction, AcrossPidNamespacesIsRefusedByName) {
  const auto holder = Holder();
  const Place place = PlaceOf(holder->process_id());
  shm::Atomic64& pid_namespace = region().client(place.slot)->pid_namespace;
  EXPECT_EQ(pid_namespace.load(), port::PidNamespace());
  pid_namespace.fetch_add(1);
  const Status status = runtime().Evict(place.slot, place.generation, 50);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("pid namespace"), std::string::npos) << status.message();
  EXPECT_TRUE(Lives(*holder));
  EXPECT_EQ(CountEvents(EventKind::kClientEvicted, place.slot), 0u);
  // A dead client is recovered from all the same: the proof of that knows no namespaces.
  holder->Kill();
  EXPECT_TRUE(runtime().Evict(place.slot, place.generation, 1000).ok());
  EXPECT_TRUE(IsFree(place));
}

// The proof may take its time, here because a child that knows nothing of it has inherited the
// lock.
TEST_F(Eviction, OfASilentHolderDoesNotOutlastTheBusyTimeoutOfWhoeverWaits) {
  Options options;
  options.stale_ms = 40 * kSlowness;
  options.on_stale = OnStale::kEvict;
  Raise(options);
  SharedObject<std::atomic<pid_t>> heir;
  ChildProcess holder([&](const auto& signal) {
    const Seat own = Seat::Join(name(), "holder");
    const auto connection = own.Open();
    if (!connection->Run("BEGIN IMMEDIATE; INSERT INTO t VALUES('held')")) return 1;
    const auto pid = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    if (pid == 0) SleepForEver();
    heir->store(pid);
    signal();
    SleepForEver();
  });
  ASSERT_TRUE(holder.WaitForSignal());
  const Place place = PlaceOf(holder.process_id());
  sqlite3_busy_timeout(sql().db(), 400 * kSlowness);
  const uint64_t began_ns = port::NowNs();
  EXPECT_FALSE(sql().Run("INSERT INTO t VALUES('waited')"));
  EXPECT_LT(port::NowNs() - began_ns, 700 * kNsPerMs * kSlowness);
  EXPECT_EQ(holder.Wait(), -SIGKILL);
  EXPECT_FALSE(IsFree(place));
  EXPECT_EQ(CountEvents(EventKind::kClientEvicted, place.slot), 0u) << "before the proof";
  kill(heir->load(), SIGKILL);
  EXPECT_TRUE(Eventually([this] { return sql().Run("INSERT INTO t VALUES('next')"); }));
  EXPECT_EQ(CountEvents(EventKind::kClientEvicted, place.slot), 1u);
}

}  // namespace
}  // namespace glasswal::test
