// The act in which recoverers die, one after the other.
//
// First a number of clients die, each in the middle of something else, without meeting each other's
// remains. The first recoverer dies too, in a slot before theirs, so that the next one has to
// inherit what it was doing.
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "multiprocess/effort.h"
#include "multiprocess/point_acts.h"
#include "multiprocess/referee.h"
#include "multiprocess/worker.h"
#include "port/child_process.h"
#include "port/clock.h"
#include "port/futex.h"

namespace glasswal::test {
namespace {

struct Corpse {
  std::string before;  // What it has done when all are assembled,
  std::string last;    // and what it is doing when it dies.
  Fate fate;
};

std::string Rows(const std::string& table) {
  return "INSERT INTO " + table +
         " WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i<1000)"
         " SELECT 7, 1, i, 1001, randomblob(100) FROM c;";
}

// The first one holds WRITE: in the middle of a commit, or of the truncation of the log, which an
// older snapshot would prevent. The last one holds the directory's lock, which the others may still
// need. None of them opens a database in its last moment, because whoever does that looks for the
// dead.
std::vector<Corpse> Corpses(bool in_truncation) {
  static const std::string kRead = "BEGIN; SELECT count(*) FROM entry;";
  return {
      in_truncation
          ? Corpse{"SELECT 1", "PRAGMA wal_checkpoint(TRUNCATE)", {"store.unlink.unmapped", 2}}
          : Corpse{"SELECT 1",
                   "REPLACE INTO bulk VALUES(9, randomblob(1500000))",
                   {"store.link.mapped", 3}},
      {"SELECT 1", "SELECT count(*) FROM entry", {"trace.write.fill", 1}},
      in_truncation ? Corpse{"SELECT 1", kRead + "COMMIT", {"lock.release.cas", 1}}
                    : Corpse{kRead, "COMMIT", {"lock.release.cas", 1}},
      {"BEGIN;" + Rows("side.entry"), "COMMIT", {"store.write.part", 30}},
      {"BEGIN;" + Rows("left_.entry") + Rows("right_.entry"), "COMMIT", {"store.link.mapped", 2}},
  };
}

class Morgue {
 public:
  explicit Morgue(const std::string& region) : region_(region) {}

  /// Assembles the clients, frees a slot before theirs, and lets them die.
  void Fill(bool in_truncation) {
    *turn_ = 0;
    corpses_ = Corpses(in_truncation);
    const std::unique_ptr<ChildProcess> placeholder = Child(~0u, {"SELECT 1", "SELECT 1", {}});
    for (uint32_t i = 0; i < corpses_.size(); ++i) children_.push_back(Child(i, corpses_[i]));
    Call(~0u);
    EXPECT_EQ(placeholder->Wait(), 0);
    for (uint32_t i = 0; i < corpses_.size(); ++i) {
      Call(i + 1);
      EXPECT_EQ(children_[i]->Wait(), -SIGKILL) << "corpse " << i << " did not die where it should";
    }
  }

  std::vector<pid_t> Pids() const {
    std::vector<pid_t> pids;
    for (const auto& child : children_) pids.push_back(child->process_id());
    return pids;
  }

 private:
  std::unique_ptr<ChildProcess> Child(uint32_t number, const Corpse& corpse) {
    auto child = std::make_unique<ChildProcess>([&](const auto& signal) {
      sqlite3_randomness(0, nullptr);
      return Live(number, corpse, signal);
    });
    EXPECT_TRUE(child->WaitForSignal());
    return child;
  }

  int Live(uint32_t number, Corpse corpse, const std::function<void()>& signal) {
    Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(region_, "corpse");
    if (!runtime.ok() || !(*runtime)->RegisterVfs("corpse", false).ok()) return 1;
    {
      Sql sql("/app.sqlite", "corpse");
      if (!sql.Run(kAttachAll) || !sql.Run(corpse.before)) return 2;
      signal();
      AwaitCall(number + 1);
      if (!corpse.fate.name.empty()) corpse.fate.Await();
      if (!sql.Run(corpse.last)) return 3;
    }
    (void)Runtime::UnregisterVfs("corpse");
    return 0;
  }

  void Call(uint32_t turn) {
    turn_->store(turn == ~0u ? kPlaceholder : turn);
    port::FutexWake(turn_.get(), ~0u);
  }
  void AwaitCall(uint32_t turn) {
    const uint32_t wanted = turn == 0 ? kPlaceholder : turn;
    for (uint32_t now = turn_->load(); now != wanted; now = turn_->load()) {
      port::FutexWait(turn_.get(), now, 100'000'000);
    }
  }

  static constexpr uint32_t kPlaceholder = 1000;

  const std::string region_;
  SharedObject<std::atomic<uint32_t>> turn_;
  std::vector<Corpse> corpses_;
  std::vector<std::unique_ptr<ChildProcess>> children_;
};

/// A process that joins, which makes it recover from the dead, and leaves. Its process id.
pid_t Recover(const std::string& region, Fate fate, bool* died) {
  ChildProcess recoverer([&](const auto&) {
    fate.Await();
    return Runtime::Open(region, "recoverer").ok() ? 0 : 1;
  });
  const int end = recoverer.Wait();
  EXPECT_TRUE(end == 0 || end == -SIGKILL) << "the recoverer ended with " << end;
  *died = end == -SIGKILL;
  return recoverer.process_id();
}

}  // namespace

uint64_t DieInRecovery(const std::string& point, const std::vector<uint64_t>& hits,
                       const std::vector<std::string>& seconds, uint64_t seed) {
  std::mt19937_64 random(seed);
  SharedObject<Scoreboard> board;
  Referee referee(KillTestOptions("recovery"), board.get());
  referee.runtime().SetEventLevel(EventLevel::kTrace);
  uint64_t kills = 0;
  uint64_t deaths = 0;
  for (const uint64_t hit : hits) {
    for (const bool in_truncation : {false, true}) {
      if (!referee.ok()) break;
      EXPECT_TRUE(referee.sql().Run("REPLACE INTO bulk VALUES(8, randomblob(300000))"));
      const std::string& region = referee.runtime().name();
      Morgue morgue(region);
      morgue.Fill(in_truncation);
      std::vector<pid_t> dead = morgue.Pids();
      bool died = false;
      dead.push_back(Recover(region, {"recover.spoil", 1}, &died));
      EXPECT_TRUE(died);
      dead.push_back(Recover(region, {point, hit}, &died));
      kills += died;
      dead.push_back(Recover(region, {seconds[random() % seconds.size()], 1}, &died));
      deaths += dead.size();

      const uint64_t now_ns = port::NowNs();
      for (const pid_t pid : dead) referee.AfterDeath(FindClient(referee.region(), pid), now_ns);
      if (referee.ok()) referee.CheckBooks();
      if (referee.ok()) referee.CheckRegion(deaths);
    }
  }
  if (referee.ok()) referee.Close();
  EXPECT_EQ(referee.failure(), "");
  return kills;
}

}  // namespace glasswal::test
