// The life of one instance of the module, as JavaScript drives it.
//
//   1. JavaScript gets the lock of a client slot, claims a private block of segments, zeroes it,
//      and instantiates the module there.
//   2. glasswal_start_heap, the module's constructors, glasswal_start: stack guard, SQLite.
//   3. glasswal_create in the instance that makes the region, glasswal_join in all others.
//   4. SQLite's own functions, and those of the other files of this folder.
//   5. glasswal_leave; then JavaScript gives up the lock. Or the worker dies, and others recover
//      from it.
//
// What a call came to is told as module/exports.h says.
//
// Thread-safety: an instance has one thread.
#include <sqlite3.h>

#include <string>
#include <utility>

#include "glasswal/options.h"
#include "glasswal/snapshot.h"
#include "module/bootstrap.h"
#include "module/exports.h"
#include "module/heap.h"
#include "module/host.h"
#include "module/inside.h"
#include "module/instance.h"
#include "module/observe_room.h"
#include "module/region_memory.h"

namespace glasswal::wasm {
namespace {

int32_t GoOn(Result<std::shared_ptr<Runtime>> runtime, uint32_t block_segments) {
  if (!runtime.ok()) return GiveStatus(runtime.status());
  SetJoinedRuntime(std::move(*runtime));
  ClientContext()->shm_client()->private_segments.fetch_add(block_segments,
                                                            std::memory_order_relaxed);
  sqlite::looking_rules = {RoomForSnapshot,
                           [](uint32_t limit) { return RoomForEvents(limit, false); },
                           [] {
                             const port::Memory& memory = ClientContext()->region->memory();
                             return RegionPlace{memory.base(), memory.BytesAtHand()};
                           }};
  return GiveStatus(JoinedRuntime()->RegisterVfs("glasswal", /*make_default=*/true));
}

// Gives this client's own memory to nobody's account until JavaScript frees it (see wasm/block): the
// instance still runs on it, and its heap is still threaded through it, while the client leaves.
void KeepPrivateMemory(const store::ClientContext& self) {
  shm::Region& region = *self.region;
  const uint32_t end = region.header()->committed_segments.load();
  for (uint32_t segment = region.geometry().first_segment; segment < end; ++segment) {
    uint64_t word = region.segment_word(segment)->load();
    if (shm::SegmentKindOf(word) != shm::kSegmentPrivate ||
        shm::SegmentOwnerOf(word) != self.owner())
      continue;
    region.segment_word(segment)->compare_exchange_strong(
        word, shm::SegmentWord(shm::kSegmentPrivate, LeavingOwner(self.slot),
                               shm::SegmentSequenceOf(word)));
  }
}

// Claims, for the creator of a region, the block that its instance has been in all along. Before
// anything else claims memory, for nothing in the region says yet that this is somebody's.
Status ClaimOwnBlock(const store::ClientContext& self, uint32_t block_segments) {
  const auto first =
      static_cast<uint32_t>((this_thread.block - kRegionOffset) / shm::kSegmentBytes);
  if (shm::ClaimPrivateRunAt(*self.region, self.owner(), first, block_segments))
    return Status::Ok();
  return Status(StatusCode::kFull, "There is no memory for the runtime: close other pages.");
}

}  // namespace

extern "C" int32_t glasswal_start(uint32_t stack_begin, uint32_t may_wait, uint32_t thread_number,
                                  uint32_t client_kind) {
  port::GuardStack(reinterpret_cast<void*>(stack_begin));
  GiveHeapToSqlite();
  this_thread = {may_wait != 0, thread_number, stack_begin, static_cast<ClientKind>(client_kind)};
  port::option_language = OptionLanguage::kJavaScript;
  if (sqlite3_initialize() == SQLITE_OK) return GiveStatus(Status::Ok());
  return GiveStatus(Status(
      StatusCode::kFull, "SQLite could not be started: the client's private memory is too small."));
}

extern "C" uint32_t glasswal_layout_hash() { return shm::kLayoutHash; }

// Options come as doubles, which hold all integers up to 2^53.
extern "C" int32_t glasswal_create(uint32_t slot, const char* name, uint32_t block_segments,
                                   const double* numbers, int64_t id_first, int64_t id_last) {
  Options options;
#define GLASSWAL_TAKE_OPTION(option, member, ...) \
  options.member = static_cast<decltype(options.member)>(static_cast<uint64_t>(*numbers++));
  GLASSWAL_OPTIONS(GLASSWAL_TAKE_OPTION)
#undef GLASSWAL_TAKE_OPTION
  Result<std::shared_ptr<Runtime>> created = RuntimeInside::CreateOn(
      NewRegionMemory(options.region_capacity_bytes, slot), options, name, this_thread.kind);
  if (created.ok()) {
    shm::ShmHeader* const header = ClientOf(**created).context().region->header();
    header->runtime_id[0].store(static_cast<uint64_t>(id_first));
    header->runtime_id[1].store(static_cast<uint64_t>(id_last));
    const Status claimed = ClaimOwnBlock(ClientOf(**created).context(), block_segments);
    if (!claimed.ok()) return GiveStatus(claimed);
  }
  const int32_t status = GoOn(std::move(created), block_segments);
  if (status != 0) return status;
  Bootstrap()->layout_hash.store(shm::kLayoutHash);
  Bootstrap()->version.store(kBootstrapVersion);
  return status;
}

extern "C" int32_t glasswal_join(uint32_t slot, const char* name, uint32_t block_segments) {
  if (Bootstrap()->version.load() != kBootstrapVersion ||
      Bootstrap()->layout_hash.load() != shm::kLayoutHash) {
    return GiveStatus(Status(
        StatusCode::kVersionMismatch,
        "The runtime was made by another version of glasswal. Let the page and all of its workers "
        "load the same version of the package."));
  }
  const auto* header = reinterpret_cast<const shm::ShmHeader*>(kRegionOffset);
  return GoOn(RuntimeInside::OpenOn(NewRegionMemory(header->capacity_bytes.load(), slot), name,
                                    this_thread.kind),
              block_segments);
}

extern "C" int32_t glasswal_leave() {
  if (JoinedRuntime() == nullptr) return GiveStatus(Status::Ok());
  const Status unregistered = Runtime::UnregisterVfs("glasswal");
  if (!unregistered.ok()) return GiveStatus(unregistered);
  KeepPrivateMemory(*ClientContext());
  SetJoinedRuntime(nullptr);
  return 0;
}

extern "C" uint32_t glasswal_client_generation() {
  return JoinedRuntime() != nullptr ? JoinedRuntime()->client_generation() : 0;
}

extern "C" uint32_t glasswal_is_fenced() {
  return JoinedRuntime() == nullptr || ClientOf(*JoinedRuntime()).IsFenced() ? 1 : 0;
}

// It never waits: what it would wait for may be held by another one that is dead, and the proof of
// that death comes to the very event loop that calls this. Only where nobody can be joining in the
// slot is a free one looked after as well.
extern "C" uint32_t glasswal_recover(uint32_t slot, uint32_t is_alone) {
  store::ClientContext* self = ClientContext();
  if (self == nullptr || slot >= shm::kMaxClients || slot == self->slot) return kNothingToRecover;
  const shm::Atomic64& state = self->region->client(slot)->state;
  const uint64_t before = state.load();
  if (store::ClientStateOf(before) != shm::kClientFree) {
    const bool may_wait = this_thread.may_wait;
    this_thread.may_wait = false;
    const bool recovered = ClientOf(*JoinedRuntime()).LookAt(slot);
    this_thread.may_wait = may_wait;
    if (recovered) return kRecovered;
    const uint64_t after = state.load();
    const bool is_done = store::ClientStateOf(after) == shm::kClientFree ||
                         store::GenerationOf(after) != store::GenerationOf(before);
    return is_done ? kNothingToRecover : kTryAgain;
  }
  if (is_alone == 0) return kNothingToRecover;
  // It died while it was joining or after it had left: all that it can have had is its private
  // memory.
  const uint32_t joining = shm::ClientOwner(slot, store::GenerationOf(before) + 1);
  const uint32_t swept = shm::SweepClientSegments(*self->region, joining) +
                         shm::SweepClientSegments(*self->region, LeavingOwner(slot));
  return swept != 0 ? kRecovered : kNothingToRecover;
}

extern "C" uint32_t glasswal_memory_pages() { return __builtin_wasm_memory_size(0); }

}  // namespace glasswal::wasm

/// SQLite has no VFS of its own in the module (SQLITE_OS_OTHER). Until the client has joined, one
/// without a region stands in: SQLite's memdb borrows clock and randomness from the default that it
/// finds when it starts.
extern "C" int sqlite3_os_init() {
  static auto* const unjoined = new glasswal::sqlite::Vfs("unjoined", nullptr);
  return unjoined->Register(/*make_default=*/true);
}
extern "C" int sqlite3_os_end() { return SQLITE_OK; }
