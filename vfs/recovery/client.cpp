#include "recovery/client.h"

#include <bit>

#include "port/clock.h"
#include "port/memory.h"
#include "port/point.h"
#include "port/process.h"
#include "recovery/recover.h"
#include "store/segment_map.h"
#include "store/statements.h"
#include "store/text.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::recovery {
namespace {

constexpr uint64_t kEvictionLookUs = 200;
constexpr uint32_t kMomentMs = 10;  // How long a killed process may take to end while others wait.

using store::ClientStateOf;
using store::ClientWord;
using store::GenerationOf;

/// `client` and those from whom it is recovering, one bit each: what the dead held, nobody else can
/// take back meanwhile.
uint64_t WithItsDead(const shm::RegionView& region, uint32_t client) {
  uint64_t clients = lock::SlotBit(client);
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const uint64_t word = region.client(slot)->state.load();
    if (ClientStateOf(word) == shm::kClientRecovering &&
        store::ClientRecovererOf(word) == client + 1) {
      clients |= lock::SlotBit(slot);
    }
  }
  return clients;
}

/// The locks that `client` keeps others from and somebody may wait for. SHARED of the main file is
/// not one: in WAL mode it lasts as long as the connection.
uint32_t CountLocks(const shm::RegionView& region, uint32_t client) {
  const uint64_t clients = WithItsDead(region, client);
  uint32_t count = (lock::Holders(region.header()->directory.word.load()) & clients) != 0 ? 1 : 0;
  for (uint32_t file = 0; file < region.used_files(); ++file) {
    const shm::ShmDatabase* database = store::DatabaseOf(region, file);
    if (database == nullptr) continue;
    for (uint32_t i = 0; i < shm::kLockCount; ++i) {
      if (i == shm::kLockMainShared || i == shm::kLockMainPending) continue;
      const uint64_t held = database->locks[i].word.load();
      for (uint64_t rest = lock::Holders(held); rest != 0; rest &= rest - 1) {
        const uint64_t word = database->connections[std::countr_zero(rest)].state.load();
        const uint32_t holder = store::ConnectionClientOf(word);
        if (word != 0 && holder < shm::kMaxClients && (clients & lock::SlotBit(holder)) != 0) {
          ++count;
        }
      }
    }
  }
  return count;
}

}  // namespace

uint64_t HeartbeatOf(const shm::RegionView& region, uint32_t slot) {
  uint64_t sum = region.client(slot)->heartbeat.load(std::memory_order_relaxed);
  for (uint32_t file = 0; file < region.used_files(); ++file) {
    const shm::ShmDatabase* database = store::DatabaseOf(region, file);
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
    const bool claimable =
        ClientStateOf(word) == shm::kClientLive || recoverer == slot + 1 || recoverer == 0;
    RecoveryReport report;
    if (of_the_dead && claimable && state.compare_exchange_strong(word, mine)) {
      live_word_ = mine;  // Until it is live, this is what says that the slot is still ours.
      const bool evicted = context_.region->client(slot)->evicted.load() == GenerationOf(mine);
      if (RecoverFrom(context_, {slot, GenerationOf(mine), 0, evicted}, &report).ok()) {
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
  // Nor does a new generation ever have the process number of the one before, by which a process
  // is found that somebody wants to end.
  shm::Atomic64& topology = context_.region->header()->topology;
  topology.fetch_add(1);
  client->process_id.store(0, store::kPublished);
  client->state.store(ClientWord(shm::kClientFree, 0, generation));
  topology.fetch_add(1);
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
  client->pid_namespace.store(port::PidNamespace(), store::kPublished);
  client->evicted.store(0, store::kPublished);
  client->intent.target.store(0, store::kPublished);
  store::StoreText(client->name, options.name.empty() ? port::ProgramName() : options.name);
  live_word_ = ClientWord(shm::kClientLive, 0, generation);
  GLASSWAL_POINT("client.join.live");
  client->state.store(live_word_);
  topology.fetch_add(1);
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
  const std::lock_guard<std::recursive_mutex> guard(context_.recovery_mutex);
  shm::Atomic64& state = context_.shm_client()->state;
  trace::Record(*context_.region, EventKind::kClientLeft, context_.Subject(), port::ProcessId());
  RecoveryReport report;
  const Status status = TakeBackEverything(context_, {context_.slot, context_.generation, 0, false},
                                           &report, store::Patience::kWait);
  // Without the directory's lock the slot stays as it is: it will be found dead and recovered.
  GLASSWAL_POINT("client.leave.free");
  if (status.ok()) state.store(ClientWord(shm::kClientFree, 0, context_.generation));
  context_.region->header()->topology.fetch_add(1);
  liveness_->Drop(context_.slot);
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
    return ReportIfSilent(slot, word);
  }
  // A dead client's slot may be in the hands of a living recoverer; then it is being seen to.
  const uint32_t recoverer = store::ClientRecovererOf(word);
  if (ClientStateOf(word) == shm::kClientRecovering && recoverer != 0 &&
      recoverer != context_.slot + 1 && recoverer != slot + 1 && recoverer <= shm::kMaxClients &&
      !liveness_->IsDead(recoverer - 1)) {
    // The recoverer may have been stopped, and then nobody gets what the dead held.
    return ReportIfSilent(recoverer - 1, context_.region->client(recoverer - 1)->state.load());
  }
  // Another thread of this client is at a recovery: it looks after this one next, or somebody else.
  const std::unique_lock<std::recursive_mutex> guard(context_.recovery_mutex, std::try_to_lock);
  if (!guard.owns_lock()) return false;
  // All that is missing is what the directory's lock guards, and somebody alive has that.
  if (ClientStateOf(word) == shm::kClientRecovering && recoverer == 0 && IsDirectoryInUse()) {
    return false;
  }
  if (state.load() != word || !ClaimRecovery(slot, &word)) return true;
  const bool evicted = context_.region->client(slot)->evicted.load() == GenerationOf(word);
  const Casualty dead{slot, GenerationOf(word), SilentNs(slot), evicted};
  RecoveryReport report;
  if (!RecoverFrom(context_, dead, &report).ok()) {
    // Whoever comes next finishes it: this client may be at something else for a long time.
    state.store(store::ClientClaimWord(word, 0));
    return false;
  }
  GLASSWAL_POINT("recover.free");
  state.store(ClientWord(shm::kClientFree, 0, dead.generation));
  context_.region->header()->topology.fetch_add(1);
  return true;
}

/// Whether a client that is not proved dead has the directory's lock.
bool Client::IsDirectoryInUse() const {
  const uint64_t holders = lock::Holders(context_.region->header()->directory.word.load()) &
                           ~lock::SlotBit(context_.slot);
  return holders != 0 && !liveness_->IsDead(static_cast<uint32_t>(std::countr_zero(holders)));
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
  ReportIfUnlinked();
  store::CloseWhatIsDue(context_);
  uint32_t recovered = 0;
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) recovered += LookAt(slot);
  return recovered;
}

/// Several threads of the client may find that it is time; one sweeps.
void Client::SweepOnce(uint64_t now_ns) {
  uint64_t last = swept_ns_.load(std::memory_order_relaxed);
  if (IsTimeToSweep(now_ns, last) && swept_ns_.compare_exchange_strong(last, now_ns)) Sweep();
}

uint64_t Client::SilentNs(uint32_t slot) {
  Sighting& sighting = sightings_[slot];
  const uint64_t now = port::NowNs();
  sighting.looked_ns.store(now);
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

/// Whoever opens a region by a name that was removed gets another one, and neither side would know.
void Client::ReportIfUnlinked() {
  const port::Memory& memory = context_.region->memory();
  if (memory.name().empty() || reported_unlinked_.load(std::memory_order_relaxed) ||
      port::IsCurrentNamedMemory(memory.name(), memory) || reported_unlinked_.exchange(true)) {
    return;
  }
  trace::Record(*context_.region, EventKind::kRegionUnlinked, context_.Subject());
}

bool Client::ReportIfSilent(uint32_t slot, uint64_t word) {
  const shm::ShmHeader* header = context_.region->header();
  const uint64_t stale_ns = header->stale_ns.load(std::memory_order_relaxed);
  // Everybody who waits comes here again and again, and a heartbeat is a sum over all databases.
  const Sighting& sighting = sightings_[slot];
  const uint64_t now = port::NowNs();
  if (sighting.generation.load() == GenerationOf(word) &&
      now - sighting.since_ns.load() < stale_ns && now - sighting.looked_ns.load() < stale_ns / 8) {
    return false;
  }
  const uint64_t silent_ns = SilentNs(slot);
  if (silent_ns < stale_ns) return false;
  const uint32_t held_locks = CountLocks(*context_.region, slot);
  if (held_locks == 0) return false;
  shm::ShmClient* client = context_.region->client(slot);
  const uint64_t heartbeat = sightings_[slot].heartbeat.load() + 1;  // Never the initial 0.
  uint64_t reported = client->silence_reported.load();
  if (reported == heartbeat ||
      !client->silence_reported.compare_exchange_strong(reported, heartbeat)) {
    return false;
  }
  trace::AddShared(context_.region->header()->silent_reports, uint64_t{1});
  trace::Record(*context_.region, EventKind::kClientSilent, context_.Subject(), slot, silent_ns,
                held_locks, store::RunningNs(*context_.region, slot, now));
  if (header->evict_stale.load(std::memory_order_relaxed) == 0) return false;
  // Whoever looks must not be held up: what is not over in a moment, the next look finds.
  (void)SendToDeath(slot, GenerationOf(word), kMomentMs);
  return liveness_->IsDead(slot) && LookAt(slot);
}

Status Client::CheckTarget(uint32_t slot, uint32_t generation) const {
  if (slot >= shm::kMaxClients || slot == context_.slot) {
    return Status(StatusCode::kInvalidArgument,
                  slot == context_.slot ? "a client cannot evict itself: leave instead"
                                        : "there is no client slot " + std::to_string(slot));
  }
  const shm::ShmClient* client = context_.region->client(slot);
  const uint64_t word = client->state.load();
  if (ClientStateOf(word) == shm::kClientFree || GenerationOf(word) != generation) {
    return Status(StatusCode::kNotFound, "client " + std::to_string(slot) + " of generation " +
                                             std::to_string(generation) + " is not there any more");
  }
  if (liveness_->IsDead(slot)) return Status::Ok();
  const uint64_t process_id = client->process_id.load();
  const uint64_t pid_namespace = client->pid_namespace.load();
  if (pid_namespace != 0 && pid_namespace != port::PidNamespace()) {
    return Status(StatusCode::kInvalidArgument,
                  "client " + std::to_string(slot) + " is process " + std::to_string(process_id) +
                      " of another pid namespace (a container?), where that number means another "
                      "process: end it there");
  }
  if (process_id == port::ProcessId()) {
    return Status(StatusCode::kInvalidArgument,
                  "the client belongs to this very process: close it instead of evicting it");
  }
  return Status::Ok();
}

/// Ends the client's process if it is there. Ok also if it is not: then somebody else has its
/// liveness lock, or nobody.
Status Client::SendToDeath(uint32_t slot, uint32_t generation, uint32_t timeout_ms) {
  const Status target = CheckTarget(slot, generation);
  if (!target.ok()) return target;
  if (liveness_->IsDead(slot)) return Status::Ok();
  shm::ShmClient* client = context_.region->client(slot);
  const uint64_t before = client->evicted.exchange(generation);
  bool was_sent = false;
  const Status ended =
      port::TerminateProcess(client->process_id.load(), client->process_start.load(),
                             context_.region->memory().object_id(), timeout_ms, &was_sent);
  if (!was_sent) client->evicted.store(before);
  return ended;
}

Status Client::Evict(uint32_t slot, uint32_t generation, uint32_t timeout_ms) {
  const Status ended = SendToDeath(slot, generation, timeout_ms);
  if (!ended.ok()) return ended;
  shm::ShmClient* client = context_.region->client(slot);
  const uint64_t process_id = client->process_id.load();
  const bool was_sent = client->evicted.load() == generation;
  const uint64_t deadline = port::NowNs() + uint64_t{timeout_ms} * 1'000'000;
  // The process is gone; the kernel drops its locks a moment before or after it says so.
  while (GenerationOf(client->state.load()) == generation &&
         ClientStateOf(client->state.load()) != shm::kClientFree) {
    // True may also mean that somebody else is recovering from it: then it is not done yet.
    if (LookAt(slot)) continue;
    if (port::NowNs() >= deadline) {
      const uint32_t recoverer = store::ClientRecovererOf(client->state.load());
      if (recoverer != 0 && recoverer - 1 < shm::kMaxClients) {
        return Status(StatusCode::kNotDead,
                      "process " + std::to_string(process_id) + " is dead, and client " +
                          std::to_string(recoverer - 1) +
                          " has been recovering from it for too long (is it stopped?): evict that");
      }
      return Status(StatusCode::kNotDead,
                    "process " + std::to_string(process_id) +
                        (was_sent ? " was ended but something still holds its liveness lock (a "
                                    "forked child?): end that too"
                                  : " is not there, and yet its liveness lock is held: end whoever "
                                    "holds it (a forked child? a process of another container?)"));
    }
    port::SleepUs(kEvictionLookUs);
  }
  return Status::Ok();
}

}  // namespace glasswal::recovery
