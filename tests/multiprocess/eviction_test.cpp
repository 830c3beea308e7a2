// Ending a client on purpose: the right one, only that one, and with proof.
#include <signal.h>

#include "multiprocess/region_audit.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"

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

}  // namespace
}  // namespace glasswal::test
