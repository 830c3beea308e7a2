#include "glasswal/runtime.h"

#include <bit>

#include "port/clock.h"
#include "port/memory.h"
#include "port/point.h"
#include "recovery/client.h"
#include "recovery/runtime_inside.h"
#include "shm/region.h"
#include "store/cancel.h"
#include "store/directory.h"
#include "store/path.h"
#include "store/words.h"
#include "trace/ring.h"

namespace glasswal {
namespace {

constexpr uint64_t kCreationPatienceNs = 5'000'000'000;  // For a creator that is alive but slow.
constexpr uint64_t kAbandonedAfterNs = 500'000'000;      // For an object that nobody fills in.
constexpr uint64_t kCreationLookUs = 500;
constexpr uint64_t kGatePatienceNs = 5'000'000'000;  // For those who are in the gate and alive.
constexpr uint64_t kGateLookUs = 100;

/// THE GATE. Coming into a named region and going out of it are done by one process at a time: the
/// one that has the liveness lock of its creation, which the kernel drops with its holder. So
/// nobody joins a region that is being given up, nobody gives up one that somebody is joining, a
/// region is formatted once, and a death on the way keeps nobody out.
Result<std::unique_ptr<port::Liveness>> EnterGate(port::Memory& memory) {
  Result<std::unique_ptr<port::Liveness>> gate = memory.NewLiveness();
  if (!gate.ok()) return gate;
  const uint64_t began_ns = port::NowNs();
  while (!(*gate)->Hold(port::kCreationSlot)) {
    if (port::NowNs() - began_ns > kGatePatienceNs) {
      return Status(StatusCode::kNotReady, "somebody has been creating or joining the region " +
                                               memory.name() + " for too long: try again");
    }
    port::SleepUs(kGateLookUs);
  }
  return gate;
}

/// Whether any client is in that is not proved dead. REQUIRES: the gate.
bool SomebodyIsIn(const shm::RegionView& region, const port::Liveness& gate) {
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const uint64_t state = region.client(slot)->state.load();
    if (store::ClientStateOf(state) != shm::kClientFree && !gate.IsDead(slot)) return true;
  }
  return false;
}

/// The last one out takes the name away. Called by a process that has just left.
void RemoveIfEmpty(shm::Region& region) {
  const Result<std::unique_ptr<port::Liveness>> gate = EnterGate(region.memory());
  // Whoever keeps the gate for so long is coming in, and will be the last one to leave.
  if (!gate.ok() || SomebodyIsIn(region, **gate)) return;
  const std::string& name = region.memory().name();
  if (!port::IsCurrentNamedMemory(name, region.memory())) return;
  region.header()->closed.store(1);
  GLASSWAL_POINT("runtime.unlink");
  // Whoever removed the name in the meantime has done this for us.
  (void)port::UnlinkNamedMemory(name);
}

/// What one attempt to open or create a named region came to.
struct Attempt {
  Result<std::unique_ptr<shm::Region>> region;
  uint64_t patience_ns = 0;  // For how long in all it makes sense to try again.
};

/// Adopts the region in `memory`, or formats it where it is new or its creator died at it.
/// REQUIRES: the gate.
Attempt AttachOrFormat(std::unique_ptr<port::Memory> memory, const Options& options, bool may_open,
                       bool may_create) {
  const std::string name = memory->name();
  if (!port::IsCurrentNamedMemory(name, *memory)) {
    return {Status(StatusCode::kNotFound, "the region " + name + " has just been removed"),
            kCreationPatienceNs};
  }
  const auto* header = reinterpret_cast<const shm::ShmHeader*>(memory->base());
  const bool is_finished = header->magic.load(std::memory_order_acquire) != 0;
  if (is_finished && !may_open) {
    return {Status(StatusCode::kAlreadyExists, "the region " + name + " exists already: open it")};
  }
  if (is_finished) return {shm::Region::Attach(std::move(memory))};
  if (!may_create) {
    return {Status(StatusCode::kNotReady,
                   "the region " + name +
                       " is half written: its creator is still at it or died; if it died, remove "
                       "the region and create it again"),
            kAbandonedAfterNs};
  }
  Attempt attempt{shm::Region::Create(std::move(memory), options)};
  if (!attempt.region.ok()) (void)port::UnlinkNamedMemory(name);
  return attempt;
}

}  // namespace

Runtime::Runtime(std::unique_ptr<RuntimeInside> inside) : inside_(std::move(inside)) {}

Runtime::~Runtime() {
  // A child of fork() leaves nothing, and a client that was declared dead has been seen to by
  // others.
  const bool leaves_named = !name().empty() && !ClientOf(*this).IsFenced();
  inside_->client_.reset();
  GLASSWAL_POINT("runtime.left");
  if (leaves_named) RemoveIfEmpty(RegionOf(*this));
}

Result<std::shared_ptr<Runtime>> RuntimeInside::Adopt(std::unique_ptr<shm::Region> region,
                                                      const std::string& client_name,
                                                      ClientKind kind) {
  Result<std::unique_ptr<recovery::Client>> client =
      recovery::Client::Join(region.get(), {client_name, static_cast<shm::ClientKind>(kind)});
  if (!client.ok()) return client.status();
  return std::shared_ptr<Runtime>(
      new Runtime(std::make_unique<RuntimeInside>(std::move(region), std::move(*client))));
}

Result<std::shared_ptr<Runtime>> RuntimeInside::OpenNamed(const Options& options, bool may_open,
                                                          bool may_create,
                                                          const std::string& client_name) {
  const uint64_t began = port::NowNs();
  while (true) {
    const uint64_t elapsed = port::NowNs() - began;
    Result<std::unique_ptr<port::Memory>> memory =
        may_open ? port::OpenNamedMemory(options.name)
                 : Status(StatusCode::kNotFound, "only creation was asked for");
    if (!memory.ok() && memory.status().code() == StatusCode::kNotFound && may_create) {
      memory = port::CreateNamedMemory(options.name, EffectiveRegionCapacity(options));
      if (!memory.ok() && may_open && memory.status().code() == StatusCode::kAlreadyExists)
        continue;
    }
    if (!memory.ok()) {
      if (memory.status().code() != StatusCode::kNotReady || elapsed > kCreationPatienceNs) {
        return memory.status();
      }
      // A creator that died before it gave the object a size leaves it empty for ever.
      if (may_create && elapsed > kAbandonedAfterNs) (void)port::UnlinkNamedMemory(options.name);
      port::SleepUs(kCreationLookUs);
      continue;
    }
    Result<std::unique_ptr<port::Liveness>> gate = EnterGate(**memory);
    if (!gate.ok()) return gate.status();
    GLASSWAL_POINT("runtime.gate");
    Attempt attempt = AttachOrFormat(std::move(*memory), options, may_open, may_create);
    if (attempt.region.ok()) return Adopt(std::move(*attempt.region), client_name);
    if (elapsed >= attempt.patience_ns) return attempt.region.status();
    gate->reset();  // Whoever is to finish it must come in.
    port::SleepUs(kCreationLookUs);
  }
}

Result<std::shared_ptr<Runtime>> Runtime::Create(const Options& options,
                                                 const std::string& client_name) {
  const Status valid = Validate(options);
  if (!valid.ok()) return valid;
  if (options.memory == MemoryKind::kNamed)
    return RuntimeInside::OpenNamed(options, false, true, client_name);
  Result<std::unique_ptr<port::Memory>> memory =
      port::NewAnonymousMemory(EffectiveRegionCapacity(options));
  if (!memory.ok()) return memory.status();
  Result<std::unique_ptr<shm::Region>> region = shm::Region::Create(std::move(*memory), options);
  if (!region.ok()) return region.status();
  return RuntimeInside::Adopt(std::move(*region), client_name);
}

Result<std::shared_ptr<Runtime>> Runtime::CreateIn(void* memory, uint64_t size_bytes,
                                                   const Options& options,
                                                   const std::string& client_name) {
  return RuntimeInside::CreateOn(
      port::NewBlockMemory(memory, size_bytes, port::NewLocalLivenessGroup()), options,
      client_name);
}

Result<std::shared_ptr<Runtime>> RuntimeInside::CreateOn(std::unique_ptr<port::Memory> memory,
                                                         const Options& options,
                                                         const std::string& client_name,
                                                         ClientKind kind) {
  Options own = options;
  own.memory = MemoryKind::kAnonymous;
  own.name.clear();
  own.region_capacity_bytes = memory->size_bytes();
  const Status valid = Validate(own);
  if (!valid.ok()) return valid;
  Result<std::unique_ptr<shm::Region>> region = shm::Region::Create(std::move(memory), own);
  if (!region.ok()) return region.status();
  return Adopt(std::move(*region), client_name, kind);
}

Result<std::shared_ptr<Runtime>> RuntimeInside::OpenOn(std::unique_ptr<port::Memory> memory,
                                                       const std::string& client_name,
                                                       ClientKind kind) {
  Result<std::unique_ptr<shm::Region>> region = shm::Region::Attach(std::move(memory));
  if (!region.ok()) return region.status();
  return Adopt(std::move(*region), client_name, kind);
}

Result<std::shared_ptr<Runtime>> Runtime::Open(const std::string& name,
                                               const std::string& client_name) {
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = name;
  const Status valid = Validate(options);
  if (!valid.ok()) return valid;
  return RuntimeInside::OpenNamed(options, true, false, client_name);
}

Result<std::shared_ptr<Runtime>> Runtime::OpenOrCreate(const Options& options,
                                                       const std::string& client_name) {
  const Status valid = Validate(options);
  if (!valid.ok()) return valid;
  if (options.memory != MemoryKind::kNamed) return Create(options, client_name);
  return RuntimeInside::OpenNamed(options, true, true, client_name);
}

Status Runtime::Remove(const std::string& name) { return port::UnlinkNamedMemory(name); }

const std::string& Runtime::name() const { return RegionOf(*this).memory().name(); }

bool Runtime::IsNameCurrent() const {
  return name().empty() || port::IsCurrentNamedMemory(name(), RegionOf(*this).memory());
}

std::string Runtime::id() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const shm::Atomic64& half : RegionOf(*this).header()->runtime_id) {
    const uint64_t value = half.load(std::memory_order_relaxed);
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(value >> shift) & 15];
  }
  return text;
}

uint32_t Runtime::client_slot() const { return ClientOf(*this).context().slot; }
uint32_t Runtime::client_generation() const { return ClientOf(*this).context().generation; }

std::span<const std::byte> Runtime::bytes() const {
  return {RegionOf(*this).memory().base(),
          static_cast<size_t>(RegionOf(*this).geometry().capacity_bytes)};
}

std::vector<FileEntry> Runtime::ListFiles() const {
  std::vector<FileEntry> entries;
  for (uint32_t number = 0; number < RegionOf(*this).used_files(); ++number) {
    const shm::ShmFile* file = RegionOf(*this).file(number);
    if (store::FileStateOf(file->state.load(std::memory_order_acquire)) != shm::kFileLive) continue;
    char buffer[shm::kPathBytes];
    entries.push_back({std::string(store::PathOf(*file, buffer)), file->size_bytes.load(),
                       static_cast<uint32_t>(std::popcount(file->open_clients.load()))});
  }
  return entries;
}

Status Runtime::RemoveFile(const std::string& path) {
  if (ClientOf(*this).IsFenced()) {
    return Status(StatusCode::kBusy,
                  "this client was declared dead, or belongs to the parent of this process: open "
                  "the region anew");
  }
  const std::string name = store::CanonicalPath(path);
  if (name.empty()) return Status(StatusCode::kInvalidArgument, "the path names no file");
  ClientOf(*this).Sweep();
  return store::RemoveFile(ClientOf(*this).context(), name);
}

uint32_t Runtime::RecoverDead() { return ClientOf(*this).IsFenced() ? 0 : ClientOf(*this).Sweep(); }

Status Runtime::Evict(uint32_t client_slot, uint32_t client_generation, uint32_t timeout_ms) {
  return ClientOf(*this).Evict(client_slot, client_generation, timeout_ms);
}

namespace {

Status CancelIn(Runtime& runtime, const store::CancelTarget& target) {
  if (ClientOf(runtime).IsFenced()) {
    return Status(StatusCode::kBusy,
                  "this client was declared dead, or belongs to the parent of this process: open "
                  "the region anew");
  }
  if (store::Cancel(ClientOf(runtime).context(), target) != 0) return Status::Ok();
  return Status(StatusCode::kNotFound,
                "client " + std::to_string(target.client) + " of generation " +
                    std::to_string(target.client_generation) +
                    " runs no statement there that is known of: it has ended, or statements are "
                    "not followed");
}

}  // namespace

Status Runtime::Cancel(uint32_t client_slot, uint32_t client_generation) {
  return CancelIn(*this, {client_slot, client_generation, 0, 0, 0});
}

Status Runtime::CancelConnection(uint32_t client_slot, uint32_t client_generation, uint32_t file,
                                 uint32_t connection, uint64_t run) {
  // A number that no file has must not come to mean all files.
  const uint32_t file_plus_1 = file < shm::kMaxFiles ? file + 1 : UINT32_MAX;
  return CancelIn(*this, {client_slot, client_generation, file_plus_1, connection, run});
}

void Runtime::SetStatementTracking(StatementTracking tracking) {
  if (ClientOf(*this).IsFenced()) return;
  RegionOf(*this).header()->statement_tracking.store(static_cast<uint32_t>(tracking));
}

void Runtime::SetEventLevel(EventLevel level) {
  if (!ClientOf(*this).IsFenced()) trace::SetEventLevel(RegionOf(*this), level);
}

}  // namespace glasswal
