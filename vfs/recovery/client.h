// A client of a region: joining, leaving, watching the others, and recovering from those that died.
//
// LIFE OF A SLOT (ShmClient::state)
//
//      Free --Join--> Live --Leave--------------------------------> Free
//                      |                                             ^     (the next Join adds 1 to
//                      |                                             |      the generation)
//                      +--proof of death--> Recovering(by r) --------+
//                                             ^      |
//                                             +--r died too: claimed by another
//
// A client takes the liveness lock of a slot before it makes the slot Live, and gives it up after
// the slot is Free again. So a Live or Recovering slot whose liveness lock nobody holds is proved
// dead (port/liveness.h), and nothing else is proof: silence, however long, only makes a suspect.
//
// Thread-safety: all public functions may be called from any thread of the process.
#ifndef GLASSWAL_VFS_RECOVERY_CLIENT_H_
#define GLASSWAL_VFS_RECOVERY_CLIENT_H_

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "glasswal/status.h"
#include "lock/lock.h"
#include "port/liveness.h"
#include "shm/region.h"
#include "store/client_context.h"

namespace glasswal::recovery {

struct JoinOptions {
  std::string name;  // For people; cut to 63 bytes. Empty: the program's name.
  shm::ClientKind kind = shm::kClientProcess;
};

class Client final : private lock::HolderWatch {
 public:
  /// Takes a slot of `region`, which must outlive the client. kFull when all are in use by the
  /// living.
  static Result<std::unique_ptr<Client>> Join(shm::Region* region, const JoinOptions& options);

  /// Leaves. Whatever connections are still open are closed as if the client had died.
  ~Client() override;

  store::ClientContext& context() { return context_; }
  const store::ClientContext& context() const { return context_; }

  /// True once this client must not touch the region any more: it was declared dead, or this
  /// process is a fork() of the one that joined. Every call of the VFS asks, so it is two loads and
  /// inline.
  bool IsFenced() override {
    return context_.shm_client()->state.load(std::memory_order_relaxed) != live_word_ ||
           forks_->load(std::memory_order_relaxed) != fork_generation_;
  }

  /// What IsFenced() looks at, for who cannot call it.
  struct FenceWords {
    const shm::Atomic64* state;
    uint64_t live_word;
    const std::atomic<uint32_t>* forks;
    uint32_t fork_generation;
  };
  FenceWords fence_words() const {
    return {&context_.shm_client()->state, live_word_, forks_, fork_generation_};
  }

  /// Looks at every client and recovers from those that are proved dead; returns how many. Reports
  /// those that have been silent for too long while they hold a lock. It never waits for anybody:
  /// what it cannot have at once, the next sweep of whoever comes first sees to.
  uint32_t Sweep();

  /// Sweep(), at most once a second by this process's coarse clock, which the caller has read
  /// lately. For hot paths.
  void SweepNowAndThen(uint64_t now_ns) {
    if (IsTimeToSweep(now_ns, swept_ns_.load(std::memory_order_relaxed))) [[unlikely]] {
      SweepOnce(now_ns);
    }
  }

  /// Looks at one client, as Sweep() does. True if it was dead and has been recovered from.
  bool LookAt(uint32_t slot);

  /// Ends the client `slot` (its generation must still be `generation`), waits for the proof of its
  /// death, and recovers from it. kNotDead if the proof does not come within `timeout_ms`. That it
  /// was evicted is recorded by whoever recovers from it, after the proof.
  Status Evict(uint32_t slot, uint32_t generation, uint32_t timeout_ms);

  /// How long the heartbeat of `slot` has not moved, as far as this process has seen.
  uint64_t SilentNs(uint32_t slot);

 private:
  struct Sighting {
    std::atomic<uint64_t> heartbeat{0};
    std::atomic<uint64_t> since_ns{0};  // 0: never seen.
    std::atomic<uint64_t> looked_ns{0};
    std::atomic<uint32_t> generation{0};
  };

  explicit Client(shm::Region* region) { context_.region = region; }

  // Another thread may have swept after the caller read its clock.
  static bool IsTimeToSweep(uint64_t now_ns, uint64_t swept_ns) {
    constexpr uint64_t kSweepEveryNs = 1'000'000'000;
    return now_ns >= swept_ns + kSweepEveryNs;
  }
  void SweepOnce(uint64_t now_ns);
  bool TakeSlot(const JoinOptions& options, bool of_the_dead);
  void GoLive(const JoinOptions& options, uint32_t generation);
  bool LookAtHolders(uint64_t holders) override;
  bool ClaimRecovery(uint32_t slot, uint64_t* word);
  bool IsDirectoryInUse() const;
  void ReportIfUnlinked();
  bool ReportIfSilent(uint32_t slot, uint64_t word);
  Status CheckTarget(uint32_t slot, uint32_t generation) const;
  Status SendToDeath(uint32_t slot, uint32_t generation, uint32_t timeout_ms);

  store::ClientContext context_;
  std::unique_ptr<port::Liveness> liveness_;
  uint64_t live_word_ = 0;
  const std::atomic<uint32_t>* forks_ = nullptr;  // port::ForkCounter()
  uint32_t fork_generation_ = 0;
  std::atomic<uint64_t> swept_ns_{0};
  std::atomic<bool> reported_unlinked_{false};
  std::array<Sighting, shm::kMaxClients> sightings_;
};

/// The sum of a client's own heartbeat and those of its connections.
uint64_t HeartbeatOf(const shm::RegionView& region, uint32_t slot);

}  // namespace glasswal::recovery

#endif  // GLASSWAL_VFS_RECOVERY_CLIENT_H_
