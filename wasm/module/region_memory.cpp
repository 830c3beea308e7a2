#include "module/region_memory.h"

#include <algorithm>
#include <array>
#include <string>

#include "module/bootstrap.h"
#include "module/host.h"
#include "module/inside.h"
#include "module/memory_growth.h"

namespace glasswal::wasm {
namespace {

// How often JavaScript is asked about one slot at most: as often as its own timer looks at all of
// them (wasm/ts/life/threads.ts). Whoever tries again and again without waiting pays for no more.
constexpr uint64_t kLookEveryNs = 500'000'000;

class WorkerLiveness final : public port::Liveness {
 public:
  explicit WorkerLiveness(uint32_t slot) : slot_(slot) {}

  // JavaScript has the lock of this one slot already. A second call proves nobody's death.
  bool Hold(uint32_t slot) override {
    if (slot != slot_ || held_) return false;
    held_ = true;
    return true;
  }
  // JavaScript clears the holder word and gives up the lock after the client has left.
  void Drop(uint32_t slot) override {
    if (slot == slot_) held_ = false;
  }
  bool IsDead(uint32_t slot) const override {
    if (slot >= shm::kMaxClients) return false;
    const ShmWorker& worker = Bootstrap()->workers[slot];
    if (worker.holder.load() != 0 && IsLookDue(slot, worker)) glasswal_host_look(slot);
    return worker.holder.load() == 0;
  }

 private:
  // Whoever waits in here may be the only thread that is left, and its timers do not run meanwhile.
  // Where the kernel's thread is not known there is nothing to look for.
  bool IsLookDue(uint32_t slot, const ShmWorker& worker) const {
    if (worker.thread.load() == 0) return false;
    const uint64_t now = port::NowNs();
    if (now - looked_ns_[slot] < kLookEveryNs) return false;
    looked_ns_[slot] = now;
    return true;
  }

  const uint32_t slot_;
  bool held_ = false;
  mutable std::array<uint64_t, shm::kMaxClients> looked_ns_ = {};
};

class RegionMemory final : public port::Memory {
 public:
  RegionMemory(uint64_t capacity_bytes, uint32_t slot) : slot_(slot) {
    base_ = reinterpret_cast<std::byte*>(kRegionOffset);
    size_bytes_ = capacity_bytes;
  }

  Status Commit(uint64_t offset, uint64_t size_bytes) override {
    const Status in_range = port::CheckCommitRange(offset, size_bytes, size_bytes_);
    if (!in_range.ok()) return in_range;
    const uint64_t end_bytes = kRegionOffset + offset + size_bytes;
    if (GrowMemoryTo(end_bytes)) return Status::Ok();
    return Status(StatusCode::kFull,
                  "The engine refuses to grow the shared memory to " + std::to_string(end_bytes) +
                      " bytes. Close what needs memory, or create the runtime with lower initial "
                      "capacities.");
  }

  uint64_t BytesAtHand() const override {
    return std::min(size_bytes_,
                    uint64_t{__builtin_wasm_memory_size(0)} * kPageBytes - kRegionOffset);
  }

  Result<std::unique_ptr<port::Liveness>> NewLiveness() override {
    return std::unique_ptr<port::Liveness>(std::make_unique<WorkerLiveness>(slot_));
  }

 private:
  const uint32_t slot_;
};

}  // namespace

std::unique_ptr<port::Memory> NewRegionMemory(uint64_t capacity_bytes, uint32_t slot) {
  return std::make_unique<RegionMemory>(capacity_bytes, slot);
}

}  // namespace glasswal::wasm
