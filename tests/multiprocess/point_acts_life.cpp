// The acts in which a worker dies while others work.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "lock/lock.h"
#include "multiprocess/effort.h"
#include "multiprocess/point_acts.h"
#include "multiprocess/referee.h"
#include "multiprocess/worker.h"
#include "port/clock.h"
#include "recovery/runtime_inside.h"
#include "shm/region.h"
#include "store/directory.h"
#include "store/segment_map.h"
#include "trace/ring.h"

namespace glasswal::test {
namespace {

// A first hit must come. Later ones of a rare point need not: what was to die is killed somewhere
// else.
constexpr uint64_t kFirstHitMs = 30'000;
constexpr uint64_t kLaterHitMs = 2'000;

/// A region with its referee, and two workers that go on whatever happens to the others.
class Scene {
 public:
  explicit Scene(const Options& options)
      : referee_(options, board_.get()), crew_(options.name, board_.get()) {}

  Referee& referee() { return referee_; }
  Crew& crew() { return crew_; }
  Scoreboard* board() { return board_.get(); }

  /// Waits for the end of `number` and checks; true if it died by its fate.
  bool AwaitDeath(uint32_t number, bool must_come) {
    const pid_t pid = crew_.pid(number);
    int status = 0;
    const uint64_t limit_ms = (must_come ? kFirstHitMs : kLaterHitMs) * kSlowness;
    const bool by_fate = crew_.AwaitEnd(number, limit_ms, &status);
    if (!by_fate) status = crew_.Kill(number);
    const uint64_t died_ns = port::NowNs();
    ++kills_;
    EXPECT_TRUE(WasKilled(status))
        << "it ended by itself, status " << status << ": " << board_->FirstFailure();
    EXPECT_TRUE(by_fate || !must_come) << "it never came to the point";
    referee_.AfterDeath(FindClient(referee_.region(), pid), died_ns);
    if (referee_.ok()) referee_.CheckBooks();
    return by_fate && referee_.ok();
  }

  void End() {
    crew_.LeaveAll();
    if (referee_.ok()) referee_.CheckBooks();
    if (referee_.ok()) referee_.CheckRegion(kills_);
    if (referee_.ok()) referee_.Close();
    EXPECT_EQ(referee_.failure(), "");
    EXPECT_EQ(board_->FirstFailure(), "");
  }

 private:
  SharedObject<Scoreboard> board_;
  Referee referee_;
  Crew crew_;
  uint64_t kills_ = 0;
};

/// Stops the process once, at the first point after it has made it its turn to have WRITE.
struct TurnStopper {
  const shm::ShmLock* lock = nullptr;
  bool has_claimed = false;
  bool has_stopped = false;

  static void AtPoint(const char* name, void* context) {
    auto* const self = static_cast<TurnStopper*>(context);
    if (self->has_stopped) return;
    if (self->has_claimed && (self->lock->turn.load() & 0xff) != 0) {
      self->has_stopped = true;
      raise(SIGSTOP);
    }
    self->has_claimed = std::strcmp(name, "lock.acquire.claim_turn") == 0;
  }
};

/// Writes again and again, as fast as it can, until told to leave.
int WriteInALoop(const std::string& region, Scoreboard* board, const std::string& client,
                 const std::function<void(shm::Region&)>& arm) {
  const Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(region, client);
  if (!runtime.ok() || !(*runtime)->RegisterVfs(client, false).ok()) return 1;
  {
    Sql sql("/app.sqlite", client, 20'000);
    if (!sql.Run("CREATE TABLE IF NOT EXISTS loop(x); DELETE FROM loop")) return 2;
    arm(RegionOf(**runtime));
    while (board->leave.load() == 0) {
      if (!sql.Run("BEGIN IMMEDIATE; COMMIT")) return 3;
    }
    port::SetPointHook(nullptr, nullptr);
  }
  (void)Runtime::UnregisterVfs(client);
  return 0;
}

const shm::ShmLock* WriteLock(shm::Region& region) {
  const auto file = store::FindFile(region, "/app.sqlite");
  return &store::DatabaseOf(region, file.value_or(0))->locks[shm::kLockWalWrite];
}

/// Stops itself in the middle of an event.
void StopInAnEvent(const char* name, void* context) {
  auto* const has_stopped = static_cast<bool*>(context);
  if (*has_stopped || std::strcmp(name, "trace.write.fill") != 0) return;
  *has_stopped = true;
  raise(SIGSTOP);
}

bool IsStopped(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
}

}  // namespace

uint64_t DieInLife(const std::string& point, const std::vector<uint64_t>& hits, uint64_t seed) {
  std::mt19937_64 random(seed);
  Scene scene(KillTestOptions("life"));
  for (const uint32_t number : {0, 1}) scene.crew().Spawn(number, random());
  uint64_t kills = 0;
  for (const uint64_t hit : hits) {
    if (!scene.referee().ok()) break;
    const Fate fate{point, hit};
    scene.crew().Spawn(2, random(), &fate);
    kills += scene.AwaitDeath(2, hit == 1);
  }
  scene.End();
  return kills;
}

uint64_t DieInGrowth(const std::string& point, const std::vector<uint64_t>& hits, uint64_t seed) {
  std::mt19937_64 random(seed);
  uint64_t kills = 0;
  for (const uint64_t hit : hits) {
    Scene scene(KillTestOptions("growth"));
    if (!scene.referee().ok()) break;
    const Fate fate{point, hit};
    scene.crew().Spawn(2, random(), &fate);
    kills += scene.AwaitDeath(2, hit == 1);
    scene.End();
  }
  return kills;
}

uint64_t DieBehindAStoppedTurn(Fate fate) {
  Scene scene(KillTestOptions("turn"));
  Crew& crew = scene.crew();
  const std::string region = scene.referee().runtime().name();
  TurnStopper stopper;
  const pid_t stopped = crew.SpawnOther(0, [&] {
    return WriteInALoop(region, scene.board(), "stopper", [&](shm::Region& in) {
      stopper.lock = WriteLock(in);
      port::SetPointHook(&TurnStopper::AtPoint, &stopper);
    });
  });
  crew.SpawnOther(1, [&] {
    return WriteInALoop(region, scene.board(), "victim", [&](const auto&) { fate.Await(); });
  });
  EXPECT_TRUE(IsStopped(stopped));
  const bool died = scene.AwaitDeath(1, true);
  kill(stopped, SIGCONT);
  scene.End();
  return died;
}

uint64_t DieInAnOverrun(const Fate& fate) {
  Options options = KillTestOptions("overrun");
  options.event_capacity = 64;
  Scene scene(options);
  scene.referee().runtime().SetEventLevel(EventLevel::kTrace);
  bool has_stopped = false;
  const pid_t stopped = scene.crew().SpawnOther(0, [&] {
    const Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(options.name, "stopper");
    if (!runtime.ok()) return 1;
    port::SetPointHook(&StopInAnEvent, &has_stopped);
    trace::Record(RegionOf(**runtime), EventKind::kSync,
                  {(*runtime)->client_slot(), (*runtime)->client_generation()});
    return 0;
  });
  EXPECT_TRUE(IsStopped(stopped));
  scene.crew().Spawn(1, 1, &fate);
  const bool died = scene.AwaitDeath(1, true);
  kill(stopped, SIGCONT);
  scene.End();
  return died;
}

}  // namespace glasswal::test
