// Ending a client on purpose: the right one, only that one, and with proof.
#include <signal.h>
#include <unistd.h>

#include <string>

#include "multiprocess/region_audit.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/clock.h"
#include "port/process.h"

namespace glasswal::test {
namespace {

class Eviction : public Stage {
 protected:
  /// A child that holds WRITE and stays in it until it is killed.
  std::unique_ptr<ChildProcess> Holder() {
    auto child = std::make_unique<ChildProcess>([this](const auto& signal) {
      const Seat own = Seat::Join(name(), "holder");
      const auto connection = own.Open();
      if (!connection->Run("BEGIN IMMEDIATE; INSERT INTO t VALUES('held')")) return 1;
      signal();
      SleepForEver();
    });
    EXPECT_TRUE(child->WaitForSignal());
    return child;
  }

  static bool RunsAnotherProgram(pid_t process) {
    char path[4096] = {};
    const std::string link = "/proc/" + std::to_string(process) + "/exe";
    const ssize_t length = readlink(link.c_str(), path, sizeof(path) - 1);
    return length > 0 && std::string(path).find("_test") == std::string::npos;
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

}  // namespace
}  // namespace glasswal::test
