#include <array>
#include <atomic>
#include <memory>

#include "port/memory.h"

namespace glasswal::port {
namespace {

// Who holds which slot: the number of a LocalLiveness, or 0. Numbers are never used twice, so that
// one that was declared dead cannot be mistaken for a later one at the same address.
struct Table {
  std::array<std::atomic<uint64_t>, kLivenessSlots> holders = {};
  std::atomic<uint64_t> last_number{0};
};

class LocalLiveness final : public Liveness {
 public:
  explicit LocalLiveness(std::shared_ptr<Table> table)
      : table_(std::move(table)),
        number_(table_->last_number.fetch_add(1, std::memory_order_relaxed) + 1) {}

  ~LocalLiveness() override {
    for (uint32_t slot = 0; slot < kLivenessSlots; ++slot) Drop(slot);
  }

  bool Hold(uint32_t slot) override {
    if (slot >= kLivenessSlots) return false;
    uint64_t nobody = 0;
    return table_->holders[slot].compare_exchange_strong(nobody, number_);
  }

  void Drop(uint32_t slot) override {
    if (slot >= kLivenessSlots) return;
    // Only what is still its own: after a declared death the slot may have its next holder.
    uint64_t self = number_;
    table_->holders[slot].compare_exchange_strong(self, 0);
  }

  bool IsDead(uint32_t slot) const override {
    return slot < kLivenessSlots && table_->holders[slot].load() == 0;
  }

 private:
  const std::shared_ptr<Table> table_;
  const uint64_t number_;
};

class Group final : public LocalLivenessGroup {
 public:
  std::unique_ptr<Liveness> NewLiveness() override {
    return std::make_unique<LocalLiveness>(table_);
  }

  void DeclareDead(uint32_t slot) override {
    if (slot < kLivenessSlots) table_->holders[slot].store(0);
  }

 private:
  const std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace

std::shared_ptr<LocalLivenessGroup> NewLocalLivenessGroup() { return std::make_shared<Group>(); }

}  // namespace glasswal::port
