#include "recovery/client.h"

#include <bit>

#include "port/clock.h"
#include "port/point.h"
#include "port/process.h"
#include "recovery/recover.h"
#include "store/segment_map.h"
#include "store/text.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::recovery {
namespace {

constexpr uint64_t kSweepEveryNs = 1'000'000'000;
constexpr uint64_t kEvictionLookUs = 200;
constexpr int kMutexLooks = 100;
constexpr uint64_t kMutexLookUs = 100;

using store::ClientStateOf;
using store::ClientWord;
using store::GenerationOf;

bool HoldsAnyLock(const shm::Region& region, uint32_t client) {
  if (lock::Holds(region.header()->directory.word.load(), client)) return true;
  for (uint32_t file = 0; file < shm::kMaxFiles; ++file) {
    shm::ShmDatabase* database = store::DatabaseOf(region, file);
    if (database == nullptr) continue;
    uint64_t held = 0;
    for (uint32_t i = 0; i < shm::kWalLocks; ++i) held |= database->locks[i].word.load();
    held |= database->locks[shm::kLockMainReserved].word.load();
    for (uint64_t rest = lock::Holders(held); rest != 0; rest &= rest - 1) {
      const uint64_t word = database->connections[std::countr_zero(rest)].state.load();
      if (word != 0 && store::ConnectionClientOf(word) == client) return true;
    }
  }
  return false;
}

}  // namespace

uint64_t HeartbeatOf(const shm::Region& region, uint32_t slot) {
  uint64_t sum = region.client(slot)->heartbeat.load(std::memory_order_relaxed);
  for (uint32_t file = 0; file < shm::kMaxFiles; ++file) {
    shm::ShmDatabase* database = store::DatabaseOf(region, file);
    if (database == nullptr) continue;
    for (const shm::ShmConnection& connection : database->connections) {
      const uint64_t word = connection.state.load(std::memory_order_relaxed);
      if (word != 0 && store::ConnectionClientOf(word) == slot) {
        sum += connection.heartbeat.load(std::memory_order_relaxed);
      }
    }
  }
  return sum;
}

Result<std::unique_ptr<Client>> Client::Join(shm::Region* region, const JoinOptions& options) {
  std::unique_ptr<Client> client(new Client(region));
  Result<std::unique_ptr<port::Liveness>> liveness = region->memory().NewLiveness();
  if (!liveness.ok()) return liveness.status();
  client->liveness_ = std::move(*liveness);
  client->context_.directory_watch = client.get();
  client->forks_ = &port::ForkCounter();
  client->fork_generation_ = port::ForkGeneration();
  if (!client->TakeSlot(options, /*of_the_dead=*/false) &&
      !client->TakeSlot(options, /*of_the_dead=*/true)) {
    return Status(StatusCode::kFull, "all " + std::to_string(shm::kMaxClients) +
                                         " clients of the region are in use and alive: "
                                         "let one leave first");
  }
  client->Sweep();
  return client;
}

bool Client::TakeSlot(const JoinOptions& options, bool of_the_dead) {
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    shm::Atomic64& state = context_.region->client(slot)->state;
    const bool is_free = ClientStateOf(state.load()) == shm::kClientFree;
    if (is_free == of_the_dead || !liveness_->Hold(slot)) continue;
    // From here on nobody else can join in this slot, and whoever was in it is dead.
    GLASSWAL_POINT("client.join.held");
    uint64_t word = state.load();
    context_.slot = slot;
    context_.generation = GenerationOf(word) + 1;
    if (ClientStateOf(word) == shm::kClientFree) {
      GoLive(options, context_.generation);
      return true;
    }
    const uint64_t mine = store::ClientClaimWord(word, slot + 1);
    const uint32_t recoverer = store::ClientRecovererOf(word);
    const bool claimable = ClientStateOf(word) == shm::kClientLive || recoverer == slot + 1;
    RecoveryReport report;
    if (of_the_dead && claimable && state.compare_exchange_strong(word, mine)) {
      live_word_ = mine;  // Until it is live, this is what says that the slot is still ours.
      if (RecoverFrom(context_, {slot, GenerationOf(mine), 0, false}, &report).ok()) {
        GoLive(options, context_.generation);
        return true;
      }
      live_word_ = 0;
    }
    liveness_->Drop(slot);
  }
  return false;
}

void Client::GoLive(const JoinOptions& options, uint32_t generation) {
  shm::ShmClient* client = context_.shm_client();
  // Observers know whoever left the slot, or was recovered from, by name until here. A snapshot
  // that met the new name under the old generation sees that the topology changed meanwhile.
  client->state.store(ClientWord(shm::kClientFree, 0, generation));
  context_.region->header()->topology.fetch_add(1);
  GLASSWAL_POINT("client.join.slot");
  client->heartbeat.store(0, store::kPublished);
  client->process_id.store(port::ProcessId(), store::kPublished);
  client->process_start.store(port::ProcessStart(port::ProcessId()), store::kPublished);
  client->joined_ns.store(port::NowNs(), store::kPublished);
  client->kind.store(options.kind, store::kPublished);
  client->connections.store(0, store::kPublished);
  client->handles.store(0, store::kPublished);
  client->private_segments.store(0, store::kPublished);
  client->waiting.store(0, store::kPublished);
  client->silence_reported.store(0, store::kPublished);
  client->intent.target.store(0, store::kPublished);
  store::StoreText(client->name, options.name.empty() ? port::ProgramName() : options.name);
  live_word_ = ClientWord(shm::kClientLive, 0, generation);
  GLASSWAL_POINT("client.join.live");
  client->state.store(live_word_);
  context_.region->header()->topology.fetch_add(1);
  // Whoever comes first: its creator, unless another was faster.
  if (context_.slot == 0 && generation == 1) {
    trace::Record(*context_.region, EventKind::kRegionCreated, context_.Subject(),
                  context_.region->geometry().capacity_bytes);
  }
  trace::Record(*context_.region, EventKind::kClientJoined, context_.Subject(), port::ProcessId());
}

Client::~Client() {
  // A client that never went live, was fenced, or belongs to the parent of this process has nothing
  // of its own in the region.
  if (live_word_ == 0 || IsFenced()) return;
  const std::lock_guard<std::recursive_mutex> guard(context_.mutex);
  shm::Atomic64& state = context_.shm_client()->state;
  trace::Record(*context_.region, EventKind::kClientLeft, context_.Subject(), port::ProcessId());
  RecoveryReport report;
  const Status status =
      TakeBackEverything(context_, {context_.slot, context_.generation, 0, false}, &report);
  // Without the directory's lock the slot stays as it is: it will be found dead and recovered.
  GLASSWAL_POINT("client.leave.free");
  if (status.ok()) state.store(ClientWord(shm::kClientFree, 0, context_.generation));
  context_.region->header()->topology.fetch_add(1);
  liveness_->Drop(context_.slot);
}

/// The mutex of this client's threads, if it comes free within a moment: another thread may wait
/// for the directory for as long as ten seconds, and it looks after the dead by itself meanwhile.
std::unique_lock<std::recursive_mutex> Client::LockForAMoment() {
  std::unique_lock<std::recursive_mutex> guard(context_.mutex, std::defer_lock);
  for (int look = 0; look < kMutexLooks && !guard.try_lock(); ++look) port::SleepUs(kMutexLookUs);
  return guard;
}

/// Claims the role of the recoverer of `slot`, for which there must be proof: in *word the state
/// that was seen before the proof was looked for, and afterwards the one that says it is ours.
bool Client::ClaimRecovery(uint32_t slot, uint64_t* word) {
  const uint64_t mine = store::ClientClaimWord(*word, context_.slot + 1);
  GLASSWAL_POINT("recover.claim");
  if (!context_.region->client(slot)->state.compare_exchange_strong(*word, mine)) return false;
  *word = mine;
  return true;
}

bool Client::LookAt(uint32_t slot) {
  if (slot == context_.slot || slot >= shm::kMaxClients) return false;
  shm::Atomic64& state = context_.region->client(slot)->state;
  uint64_t word = state.load();
  if (ClientStateOf(word) == shm::kClientFree) return false;
  if (!liveness_->IsDead(slot)) {
    ReportIfSilent(slot, word);
    return false;
  }
  // A dead client's slot may be in the hands of a living recoverer; then it is being seen to.
  const uint32_t recoverer = store::ClientRecovererOf(word);
  if (ClientStateOf(word) == shm::kClientRecovering && recoverer != 0 &&
      recoverer != context_.slot + 1 && recoverer != slot + 1 && recoverer <= shm::kMaxClients &&
      !liveness_->IsDead(recoverer - 1)) {
    return false;
  }
  const std::unique_lock<std::recursive_mutex> guard = LockForAMoment();
  if (!guard.owns_lock()) return false;
  if (state.load() != word || !ClaimRecovery(slot, &word)) return true;
  const bool evicted = (evicted_.load() & lock::SlotBit(slot)) != 0;
  const Casualty dead{slot, GenerationOf(word), SilentNs(slot), evicted};
  RecoveryReport report;
  if (!RecoverFrom(context_, dead, &report).ok()) return false;
  GLASSWAL_POINT("recover.free");
  state.store(ClientWord(shm::kClientFree, 0, dead.generation));
  context_.region->header()->topology.fetch_add(1);
  return true;
}

bool Client::LookAtHolders(uint64_t holders) {
  bool recovered = false;
  for (uint64_t rest = holders; rest != 0; rest &= rest - 1) {
    recovered |= LookAt(static_cast<uint32_t>(std::countr_zero(rest)));
  }
  return recovered;
}

uint32_t Client::Sweep() {
  swept_ns_.store(port::CoarseNowNs(), std::memory_order_relaxed);
  uint32_t recovered = 0;
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) recovered += LookAt(slot);
  return recovered;
}

void Client::SweepNowAndThen() {
  const uint64_t now = port::CoarseNowNs();
  uint64_t last = swept_ns_.load(std::memory_order_relaxed);
  if (now - last < kSweepEveryNs || !swept_ns_.compare_exchange_strong(last, now)) return;
  Sweep();
}

uint64_t Client::SilentNs(uint32_t slot) {
  Sighting& sighting = sightings_[slot];
  const uint64_t now = port::NowNs();
  const uint32_t generation = GenerationOf(context_.region->client(slot)->state.load());
  const uint64_t heartbeat = HeartbeatOf(*context_.region, slot);
  const bool same = sighting.since_ns.load() != 0 && sighting.generation.load() == generation &&
                    sighting.heartbeat.load() == heartbeat;
  if (!same) {
    sighting.generation.store(generation);
    sighting.heartbeat.store(heartbeat);
    sighting.since_ns.store(now);
    return 0;
  }
  return now - sighting.since_ns.load();
}

void Client::ReportIfSilent(uint32_t slot, uint64_t word) {
  const shm::ShmHeader* header = context_.region->header();
  const uint64_t silent_ns = SilentNs(slot);
  if (silent_ns < header->stale_ns.load(std::memory_order_relaxed)) return;
  if (!HoldsAnyLock(*context_.region, slot)) return;
  shm::ShmClient* client = context_.region->client(slot);
  const uint64_t heartbeat = sightings_[slot].heartbeat.load() + 1;  // Never the initial 0.
  uint64_t reported = client->silence_reported.load();
  if (reported == heartbeat ||
      !client->silence_reported.compare_exchange_strong(reported, heartbeat)) {
    return;
  }
  trace::AddShared(context_.region->header()->silent_reports, uint64_t{1});
  trace::Record(*context_.region, EventKind::kClientSilent, context_.Subject(), slot, silent_ns, 1);
  if (header->evict_stale.load(std::memory_order_relaxed) != 0) {
    (void)Evict(slot, GenerationOf(word), 1000);
  }
}

Status Client::Evict(uint32_t slot, uint32_t generation, uint32_t timeout_ms) {
  if (slot >= shm::kMaxClients || slot == context_.slot) {
    return Status(StatusCode::kInvalidArgument,
                  slot == context_.slot ? "a client cannot evict itself: leave instead"
                                        : "there is no client slot " + std::to_string(slot));
  }
  shm::ShmClient* client = context_.region->client(slot);
  const uint64_t word = client->state.load();
  if (ClientStateOf(word) == shm::kClientFree || GenerationOf(word) != generation) {
    return Status(StatusCode::kNotFound, "client " + std::to_string(slot) + " of generation " +
                                             std::to_string(generation) + " is not there any more");
  }
  const uint64_t process_id = client->process_id.load();
  if (process_id == port::ProcessId()) {
    return Status(StatusCode::kInvalidArgument,
                  "the client belongs to this very process: close it instead of evicting it");
  }
  evicted_.fetch_or(lock::SlotBit(slot));
  const Status status = EndAndRecover(slot, generation, timeout_ms);
  evicted_.fetch_and(~lock::SlotBit(slot));
  return status;
}

Status Client::EndAndRecover(uint32_t slot, uint32_t generation, uint32_t timeout_ms) {
  shm::ShmClient* client = context_.region->client(slot);
  const uint64_t process_id = client->process_id.load();
  const Status ended = port::TerminateProcess(process_id, client->process_start.load(), timeout_ms);
  if (!ended.ok()) return ended;
  trace::Record(*context_.region, EventKind::kClientEvicted, context_.Subject(), slot, process_id);
  const uint64_t deadline = port::NowNs() + uint64_t{timeout_ms} * 1'000'000;
  // The process is gone; the kernel drops its locks a moment before or after it says so.
  while (GenerationOf(client->state.load()) == generation &&
         ClientStateOf(client->state.load()) != shm::kClientFree) {
    // True may also mean that somebody else is recovering from it: then it is not done yet.
    if (LookAt(slot)) continue;
    if (port::NowNs() >= deadline) {
      return Status(StatusCode::kNotDead,
                    "process " + std::to_string(process_id) +
                        " was ended but something still holds its liveness lock (a forked child?): "
                        "end that too");
    }
    port::SleepUs(kEvictionLookUs);
  }
  return Status::Ok();
}

}  // namespace glasswal::recovery
