#include "glasswal/runtime.h"

#include "port/clock.h"
#include "port/memory.h"
#include "port/point.h"
#include "recovery/client.h"
#include "shm/region.h"
#include "store/directory.h"
#include "store/words.h"
#include "trace/ring.h"

namespace glasswal {
namespace {

constexpr uint64_t kCreationPatienceNs = 5'000'000'000;  // For a creator that is alive but slow.
constexpr uint64_t kAbandonedAfterNs = 500'000'000;      // For an object that stays empty.
constexpr uint64_t kCreationLookUs = 500;

bool OtherClientsLive(const shm::Region& region, uint32_t self) {
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const uint64_t state = region.client(slot)->state.load();
    if (slot != self && store::ClientStateOf(state) != shm::kClientFree) return true;
  }
  return false;
}

/// The last one out: nobody else is in, and nobody comes in any more. Either a newcomer sees `closed`
/// after it went live, or this sees the newcomer after it set `closed`; never neither.
bool CloseRegionIfLast(recovery::Client& client) {
  if (client.IsFenced()) return false;
  client.Sweep();
  const shm::Region& region = *client.context().region;
  region.header()->closed.store(1);
  if (!OtherClientsLive(region, client.context().slot)) return true;
  region.header()->closed.store(0);
  return false;
}

/// What one attempt to open or create a named region came to.
struct Attempt {
  std::unique_ptr<shm::Region> region;
  Status status;
  bool retry = false;
};

/// Formats `memory` if its creation is ours to do or to finish; otherwise says why not yet.
Attempt AttachOrFormat(std::unique_ptr<port::Memory> memory, const Options& options,
                       bool may_create) {
  const auto* header = reinterpret_cast<const shm::ShmHeader*>(memory->base());
  if (header->magic.load(std::memory_order_acquire) == 0) {
    Result<std::unique_ptr<port::Liveness>> creator = memory->NewLiveness();
    if (!creator.ok()) return {nullptr, creator.status(), false};
    const Status half_written(StatusCode::kNotReady,
                              "the region " + memory->name() +
                                  " is half written: its creator is still at it or died; "
                                  "if it died, remove the region and create it again");
    if (!(*creator)->Hold(port::kCreationSlot)) return {nullptr, half_written, true};
    if (header->magic.load(std::memory_order_acquire) == 0) {
      if (!may_create) return {nullptr, half_written, true};
      Result<std::unique_ptr<shm::Region>> made = shm::Region::Create(std::move(memory), options);
      if (!made.ok()) return {nullptr, made.status(), false};
      return {std::move(*made), Status::Ok(), false};
    }
  }
  Result<std::unique_ptr<shm::Region>> found = shm::Region::Attach(std::move(memory));
  if (!found.ok()) return {nullptr, found.status(), false};
  return {std::move(*found), Status::Ok(), false};
}

}  // namespace

Runtime::Runtime(std::unique_ptr<shm::Region> region, std::unique_ptr<recovery::Client> client)
    : region_(std::move(region)), client_(std::move(client)) {}

Runtime::~Runtime() {
  const bool last = CloseRegionIfLast(*client_);
  const bool named = !region_->memory().name().empty();
  client_.reset();
  if (last && named && port::IsCurrentNamedMemory(name(), region_->memory())) {
    GLASSWAL_POINT("runtime.unlink");
    // Whoever removed the name in the meantime has done this for us.
    (void)port::UnlinkNamedMemory(name());
  }
}

Result<std::shared_ptr<Runtime>> Runtime::Adopt(std::unique_ptr<shm::Region> region,
                                                const std::string& client_name) {
  Result<std::unique_ptr<recovery::Client>> client =
      recovery::Client::Join(region.get(), {client_name, shm::kClientProcess});
  if (!client.ok()) return client.status();
  return std::shared_ptr<Runtime>(new Runtime(std::move(region), std::move(*client)));
}

Result<std::shared_ptr<Runtime>> Runtime::OpenNamed(const Options& options, bool may_open,
                                                    bool may_create,
                                                    const std::string& client_name) {
  const uint64_t began = port::NowNs();
  while (true) {
    const uint64_t elapsed = port::NowNs() - began;
    bool created = false;
    Result<std::unique_ptr<port::Memory>> memory =
        may_open ? port::OpenNamedMemory(options.name)
                 : Status(StatusCode::kNotFound, "only creation was asked for");
    if (!memory.ok() && memory.status().code() == StatusCode::kNotFound && may_create) {
      memory = port::CreateNamedMemory(options.name, EffectiveRegionCapacity(options));
      created = memory.ok();
      if (!created && may_open && memory.status().code() == StatusCode::kAlreadyExists) continue;
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
    Attempt attempt = AttachOrFormat(std::move(*memory), options, may_create);
    if (attempt.region == nullptr) {
      if (created) (void)port::UnlinkNamedMemory(options.name);
      if (!attempt.retry || elapsed > kAbandonedAfterNs) return attempt.status;
      port::SleepUs(kCreationLookUs);
      continue;
    }
    if (!port::IsCurrentNamedMemory(options.name, attempt.region->memory())) continue;
    Result<std::shared_ptr<Runtime>> runtime = Adopt(std::move(attempt.region), client_name);
    if (!runtime.ok()) return runtime;
    if ((*runtime)->region().header()->closed.load() == 0) return runtime;
    if (!may_open || elapsed > kCreationPatienceNs) {
      return Status(StatusCode::kNotFound,
                    "the region " + options.name + " is being given up: create it again");
    }
    port::SleepUs(kCreationLookUs);
  }
}

Result<std::shared_ptr<Runtime>> Runtime::Create(const Options& options,
                                                 const std::string& client_name) {
  const Status valid = Validate(options);
  if (!valid.ok()) return valid;
  if (options.memory == MemoryKind::kNamed) return OpenNamed(options, false, true, client_name);
  Result<std::unique_ptr<port::Memory>> memory =
      port::NewAnonymousMemory(EffectiveRegionCapacity(options));
  if (!memory.ok()) return memory.status();
  Result<std::unique_ptr<shm::Region>> region = shm::Region::Create(std::move(*memory), options);
  if (!region.ok()) return region.status();
  return Adopt(std::move(*region), client_name);
}

Result<std::shared_ptr<Runtime>> Runtime::CreateIn(void* memory, uint64_t size_bytes,
                                                   const Options& options,
                                                   const std::string& client_name) {
  Options own = options;
  own.memory = MemoryKind::kAnonymous;
  own.name.clear();
  own.region_capacity_bytes = size_bytes;
  const Status valid = Validate(own);
  if (!valid.ok()) return valid;
  Result<std::unique_ptr<shm::Region>> region = shm::Region::Create(
      port::NewBlockMemory(memory, size_bytes, port::NewLocalLivenessGroup()), own);
  if (!region.ok()) return region.status();
  return Adopt(std::move(*region), client_name);
}

Result<std::shared_ptr<Runtime>> Runtime::Open(const std::string& name,
                                               const std::string& client_name) {
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = name;
  const Status valid = Validate(options);
  if (!valid.ok()) return valid;
  return OpenNamed(options, true, false, client_name);
}

Result<std::shared_ptr<Runtime>> Runtime::OpenOrCreate(const Options& options,
                                                       const std::string& client_name) {
  const Status valid = Validate(options);
  if (!valid.ok()) return valid;
  if (options.memory != MemoryKind::kNamed) return Create(options, client_name);
  return OpenNamed(options, true, true, client_name);
}

Status Runtime::Remove(const std::string& name) { return port::UnlinkNamedMemory(name); }

const std::string& Runtime::name() const { return region_->memory().name(); }

std::string Runtime::id() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const shm::Atomic64& half : region_->header()->runtime_id) {
    const uint64_t value = half.load(std::memory_order_relaxed);
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(value >> shift) & 15];
  }
  return text;
}

uint32_t Runtime::client_slot() const { return client_->context().slot; }
uint32_t Runtime::client_generation() const { return client_->context().generation; }

std::span<const std::byte> Runtime::bytes() const {
  return {region_->memory().base(), region_->geometry().capacity_bytes};
}

uint32_t Runtime::RecoverDead() { return client_->IsFenced() ? 0 : client_->Sweep(); }

Status Runtime::Evict(uint32_t client_slot, uint32_t client_generation, uint32_t timeout_ms) {
  return client_->Evict(client_slot, client_generation, timeout_ms);
}

void Runtime::SetEventLevel(EventLevel level) { trace::SetEventLevel(*region_, level); }

}  // namespace glasswal
