#include "shm/segments.h"

#include <algorithm>
#include <string>

#include "port/option_language.h"
#include "port/point.h"
#include "shm/segment_protocol.h"

namespace glasswal::shm {
namespace {

using protocol::kRelaxed;

// The table of a region as the protocol sees it. Of this file alone, so that what is made of the protocol with the
// test points, and without, are different functions.
class RegionTable {
 public:
  explicit RegionTable(Region& region) : region_(&region) {}

  ShmHeader* header() const { return region_->header(); }
  Atomic64* word(uint32_t segment) const { return region_->segment_word(segment); }
  std::byte* address(uint32_t segment) const { return region_->SegmentAddress(segment); }
  uint32_t first_segment() const { return region_->geometry().first_segment; }
  uint32_t segment_count() const { return region_->geometry().segment_count; }
  bool Commit(uint32_t from, uint32_t to) const {
    return region_->memory()
        .Commit(uint64_t{from} * kSegmentBytes, uint64_t{to - from} * kSegmentBytes)
        .ok();
  }

 private:
  Region* region_;
};

// The first segment of [from, to) that could be claimed; kNoSegment: none.
ClaimedSegment ClaimBetween(RegionTable region, uint32_t owner, uint32_t from, uint32_t to) {
  for (uint32_t segment = from; segment < to; ++segment) {
    const protocol::Claim claim = protocol::TryClaim(region, segment, kSegmentPending, owner);
    if (claim.word == 0) continue;
    region.header()->free_hint.store(segment + 1, kRelaxed);
    protocol::ZeroIfUsed(region, segment, claim.before);
    return {segment, claim.word};
  }
  return {};
}

ClaimedSegment ClaimCommitted(RegionTable region, uint32_t owner, uint32_t end) {
  const uint32_t first = region.first_segment();
  const uint32_t hint = std::clamp(region.header()->free_hint.load(kRelaxed), first, end);
  const ClaimedSegment found = ClaimBetween(region, owner, hint, end);
  return found.segment != kNoSegment ? found : ClaimBetween(region, owner, first, hint);
}

}  // namespace

ClaimedSegment ClaimSegment(Region& region, uint32_t client_owner, Growth* growth) {
  const RegionTable table(region);
  ShmHeader* header = region.header();
  for (uint32_t round = 0; round < protocol::kMostRounds; ++round) {
    const uint64_t reclaimed = header->reclaimed_segments.load(kRelaxed);
    const uint32_t committed = protocol::Committed(table);
    const ClaimedSegment found = ClaimCommitted(table, client_owner, committed);
    if (found.segment != kNoSegment) return found;
    if (protocol::Grow(table, committed, uint64_t{committed} + 1, growth)) continue;
    if (header->reclaimed_segments.load(kRelaxed) == reclaimed) break;
  }
  header->full.fetch_add(1, kRelaxed);
  return {};
}

uint32_t ClaimPrivateRun(Region& region, uint32_t client_owner, uint32_t count, Growth* growth) {
  return protocol::ClaimRun(RegionTable(region), client_owner, count, growth);
}

bool ClaimPrivateRunAt(Region& region, uint32_t client_owner, uint32_t first, uint32_t count) {
  if (!region.IsDataSegment(first) || count > region.geometry().segment_count - first) return false;
  const RegionTable table(region);
  return protocol::CommitUpTo(table, first + count, nullptr) &&
         protocol::ClaimRunAt(table, client_owner, first, count) == first + count;
}

uint64_t PublishSegment(Region& region, uint32_t segment, uint64_t pending_word, SegmentKind kind,
                        uint32_t owner) {
  if (!region.IsDataSegment(segment) || SegmentKindOf(pending_word) != kSegmentPending) return 0;
  const uint64_t word = SegmentWord(kind, owner, SegmentSequenceOf(pending_word));
  GLASSWAL_POINT("segments.publish.cas");
  const bool published = region.segment_word(segment)->compare_exchange_strong(
      pending_word, word, std::memory_order_acq_rel, kRelaxed);
  return published ? word : 0;
}

bool ReleaseSegment(Region& region, uint32_t segment, uint64_t word) {
  return region.IsDataSegment(segment) && protocol::Release(RegionTable(region), segment, word);
}

uint32_t SweepClientSegments(Region& region, uint32_t client_owner) {
  return protocol::Sweep(RegionTable(region), client_owner);
}

Status CommitSegments(Region& region, uint32_t segments, Growth* growth) {
  const uint32_t count = region.geometry().segment_count;
  if (segments > count) {
    return Status(StatusCode::kFull, "The region is full: " + std::to_string(segments) +
                                         " segments are wanted, and its capacity is " +
                                         std::to_string(count) + ". Create it with a larger " +
                                         port::SayOption(Option::kRegionCapacity) + ".");
  }
  const RegionTable table(region);
  const uint32_t committed = protocol::Committed(table);
  if (segments <= committed) return Status::Ok();
  GLASSWAL_POINT("segments.grow.commit");
  Status status = region.memory().Commit(uint64_t{committed} * kSegmentBytes,
                                         uint64_t{segments - committed} * kSegmentBytes);
  if (!status.ok()) return status;
  protocol::RaiseCommitted(table, segments, growth);
  return Status::Ok();
}

}  // namespace glasswal::shm
