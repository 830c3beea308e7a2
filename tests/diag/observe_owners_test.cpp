// A snapshot that says it is consistent does not mix what a record says of its owner with what it
// said of the one before: recoveries that come round to a record, and clients that come into the
// slot of somebody who died.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "glasswal/observe.h"
#include "port/point.h"
#include "recovery/black_box.h"
#include "recovery/client.h"
#include "store/text.h"
#include "store/words.h"
#include "trace/test_region.h"

namespace glasswal::testing {
namespace {

/// The bytes of a region in which `happens` takes place once, when the first word of the record at
/// `offset` has been read and the rest of it has not.
class InterruptedBytes final : public RegionBytes {
 public:
  InterruptedBytes(const TestRegion& region, uint64_t offset, std::function<void()> happens)
      : bytes_(NewMappedBytes(region.bytes(), region.size_bytes())),
        offset_(offset),
        happens_(std::move(happens)) {}

  uint64_t size_bytes() const override { return bytes_->size_bytes(); }
  uint64_t NowNs() const override { return bytes_->NowNs(); }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    const bool is_reached = offset <= offset_ && offset_ + sizeof(uint64_t) < offset + size_bytes;
    if (!is_reached || !happens_) return bytes_->Copy(offset, size_bytes, to);
    const uint64_t before = offset_ + sizeof(uint64_t) - offset;
    if (!bytes_->Copy(offset, before, to)) return false;
    std::exchange(happens_, nullptr)();
    return bytes_->Copy(offset + before, size_bytes - before, static_cast<std::byte*>(to) + before);
  }

 private:
  const std::unique_ptr<RegionBytes> bytes_;
  const uint64_t offset_;
  mutable std::function<void()> happens_;
};

void Name(const TestRegion& region, uint32_t slot, const char* name) {
  store::StoreText(region->client(slot)->name, name);
}

void Recover(const TestRegion& region, uint32_t dead) {
  store::ClientContext recoverer;
  recovery::RecoveryReport report;
  recovery::BlackBox(*region, recoverer, {dead, 1, 0, false}).Close(&report);
}

TEST(ObserveOwners, ARecordOfARecoveryHoldsOneRecovery) {
  TestRegion region;
  Name(region, 3, "first");
  Name(region, 4, "second");
  Recover(region, 3);
  // Others have come and gone since, so that the next one has the same record.
  region->header()->recoveries.fetch_add(shm::kMaxRecoveries - 1);

  const uint64_t offset = region->geometry().recoveries_offset + sizeof(shm::ShmRecovery);
  const InterruptedBytes bytes(region, offset, [&] { Recover(region, 4); });
  const Result<Snapshot> snapshot = Observe(bytes);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status().message();
  ASSERT_TRUE(snapshot->consistent);
  ASSERT_EQ(snapshot->recoveries.size(), 1u);
  EXPECT_EQ(snapshot->recoveries[0].client_name, "second");
  EXPECT_EQ(snapshot->recoveries[0].number, shm::kMaxRecoveries + 1u);
}

/// What a snapshot says of the slots while somebody is about to go live in one.
struct Seen {
  const TestRegion* region;
  std::string live_name;  // Of slot 0 as a client that is not gone.
};

void LookWhenLive(const char* name, void* context) {
  if (std::string_view(name) != "client.join.live") return;
  auto* const seen = static_cast<Seen*>(context);
  const TestRegion& region = *seen->region;
  const Result<Snapshot> snapshot = Observe(*NewMappedBytes(region.bytes(), region.size_bytes()));
  ASSERT_TRUE(snapshot.ok() && snapshot->consistent);
  for (const ClientSnapshot& client : snapshot->clients) {
    if (client.slot == 0) seen->live_name = client.name;
  }
}

TEST(ObserveOwners, AClientInTheSlotOfTheDeadDoesNotLendThemItsName) {
  TestRegion region;
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    Name(region, slot, "dead");
    region->client(slot)->state.store(store::ClientWord(shm::kClientLive, 0, 1));
  }
  Seen seen{&region, ""};
  port::SetPointHook(&LookWhenLive, &seen);
  auto client = recovery::Client::Join(const_cast<shm::Region*>(&*region), {"heir", {}});
  port::SetPointHook(nullptr, nullptr);
  ASSERT_TRUE(client.ok()) << client.status().message();
  EXPECT_EQ((*client)->context().slot, 0u);
  EXPECT_NE(seen.live_name, "heir")
      << "the dead client of generation 1 was seen with the heir's name";
}

}  // namespace
}  // namespace glasswal::testing
