#include "shm/segments.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "port/assert.h"
#include "port/option_language.h"
#include "port/point.h"

namespace glasswal::shm {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Growth goes in steps of this, or of an eighth of what is committed if that is more.
constexpr uint32_t kLeastGrowth = static_cast<uint32_t>(kMiB / kSegmentBytes);
constexpr uint32_t kGrowthDivisor = 8;

// How often a claim looks again because the region grew, or something was freed, while it looked.
// Others can take it all away each time, and what they write cannot keep a claim going for ever.
constexpr uint32_t kMostRounds = 64;

bool IsClaimable(uint64_t word) {
  const SegmentKind kind = SegmentKindOf(word);
  return kind == kSegmentFree || kind == kSegmentReusable;
}

bool IsOwned(uint64_t word) {
  return !IsClaimable(word) && SegmentKindOf(word) != kSegmentMetadata;
}

// The number of committed segments, forced into the bounds of the region.
uint32_t Committed(const RegionView& region) {
  const RegionGeometry& geometry = region.geometry();
  return std::clamp(region.header()->committed_segments.load(std::memory_order_acquire),
                    geometry.first_segment, geometry.segment_count);
}

// The counter of free segments is no part of the words' compare-and-swaps: it goes up before a
// segment becomes free and down after it has been claimed, so it is never too low. A client that
// dies between the two leaves it too high by one. It is for people; nothing is decided by it.
void ExpectFree(ShmHeader* header, uint64_t count) {
  header->free_segments.fetch_add(count, std::memory_order_acq_rel);
}
void NoLongerFree(ShmHeader* header, uint64_t count) {
  header->free_segments.fetch_sub(count, std::memory_order_acq_rel);
}

void LowerHint(ShmHeader* header, uint32_t segment) {
  if (segment < header->free_hint.load(kRelaxed)) header->free_hint.store(segment, kRelaxed);
}

// What a claimer needs to know of the word that it replaced.
struct Claim {
  uint64_t before = 0;
  uint64_t word = 0;  // 0: somebody else was faster, or it was not free.
};

Claim TryClaim(Region& region, uint32_t segment, SegmentKind kind, uint32_t owner) {
  Atomic64* place = region.segment_word(segment);
  Claim claim;
  claim.before = place->load(kRelaxed);
  if (!IsClaimable(claim.before)) return claim;
  const uint64_t word = SegmentWord(kind, owner, SegmentSequenceOf(claim.before) + 1);
  GLASSWAL_POINT("segments.claim.cas");
  // Acquire: what the last owner wrote comes before our zeros.
  if (!place->compare_exchange_strong(claim.before, word, std::memory_order_acq_rel, kRelaxed)) {
    return claim;
  }
  claim.word = word;
  NoLongerFree(region.header(), 1);
  return claim;
}

// A segment that was never used reads as zeros already; all others have somebody's old bytes.
void ZeroIfUsed(Region& region, uint32_t segment, uint64_t word_before) {
  GLASSWAL_POINT("segments.claim.zero");
  if (SegmentKindOf(word_before) == kSegmentFree) return;
  std::memset(region.SegmentAddress(segment), 0, static_cast<size_t>(kSegmentBytes));
}

// The first segment of [from, to) that could be claimed; kNoSegment: none.
ClaimedSegment ClaimBetween(Region& region, uint32_t owner, uint32_t from, uint32_t to) {
  for (uint32_t segment = from; segment < to; ++segment) {
    const Claim claim = TryClaim(region, segment, kSegmentPending, owner);
    if (claim.word == 0) continue;
    region.header()->free_hint.store(segment + 1, kRelaxed);
    ZeroIfUsed(region, segment, claim.before);
    return {segment, claim.word};
  }
  return {};
}

ClaimedSegment ClaimCommitted(Region& region, uint32_t owner, uint32_t end) {
  const uint32_t first = region.geometry().first_segment;
  const uint32_t hint = std::clamp(region.header()->free_hint.load(kRelaxed), first, end);
  const ClaimedSegment found = ClaimBetween(region, owner, hint, end);
  return found.segment != kNoSegment ? found : ClaimBetween(region, owner, first, hint);
}

// Takes the committed part from `committed` to at least `wanted` segments. True: it is worth
// looking for a free segment again. REQUIRES: wanted > committed.
bool Grow(Region& region, uint32_t committed, uint64_t wanted, Growth* growth) {
  GLASSWAL_ASSERT(wanted > committed, "a region grows to more than it has");
  const uint32_t count = region.geometry().segment_count;
  if (wanted > count) return false;
  const uint64_t step = std::max(kLeastGrowth, committed / kGrowthDivisor);
  const auto generous =
      static_cast<uint32_t>(std::min<uint64_t>(std::max(committed + step, wanted), count));
  // A machine without room for the whole step may have room for what is needed now.
  return CommitSegments(region, generous, growth).ok() ||
         (wanted < generous && CommitSegments(region, static_cast<uint32_t>(wanted), growth).ok());
}

// One word from `word` to reusable; true if this call did it.
bool MakeReusable(Region& region, uint32_t segment, uint64_t word) {
  const uint64_t freed = SegmentWord(kSegmentReusable, 0, SegmentSequenceOf(word));
  ExpectFree(region.header(), 1);
  GLASSWAL_POINT("segments.release.cas");
  // Release: our last writes come before the zeros of the next owner.
  if (!region.segment_word(segment)->compare_exchange_strong(word, freed, std::memory_order_acq_rel,
                                                             kRelaxed)) {
    NoLongerFree(region.header(), 1);
    return false;
  }
  LowerHint(region.header(), segment);
  return true;
}

// The first of `count` segments in a row before `end`, none before `from`, that look free.
uint32_t FindRun(const RegionView& region, uint32_t from, uint32_t end, uint32_t count) {
  uint32_t length = 0;
  for (uint32_t segment = from; segment < end; ++segment) {
    length = IsClaimable(region.segment_word(segment)->load(kRelaxed)) ? length + 1 : 0;
    if (length == count) return segment + 1 - count;
  }
  return kNoSegment;
}

// How many segments just before `end` look free: a run may begin there and go on behind it.
uint32_t FreeTail(const RegionView& region, uint32_t end) {
  uint32_t length = 0;
  while (end - length > region.geometry().first_segment &&
         IsClaimable(region.segment_word(end - length - 1)->load(kRelaxed))) {
    ++length;
  }
  return length;
}

// Claims [first, first + count) and returns `first + count`; or, when one of them was taken by
// somebody else, returns that one and keeps nothing.
uint32_t ClaimRunAt(Region& region, uint32_t owner, uint32_t first, uint32_t count) {
  for (uint32_t segment = first; segment < first + count; ++segment) {
    const Claim claim = TryClaim(region, segment, kSegmentPrivate, owner);
    if (claim.word != 0) {
      ZeroIfUsed(region, segment, claim.before);
      continue;
    }
    for (uint32_t back = first; back < segment; ++back) {
      const uint64_t word = region.segment_word(back)->load(kRelaxed);
      const bool ours = SegmentKindOf(word) == kSegmentPrivate && SegmentOwnerOf(word) == owner;
      if (ours) MakeReusable(region, back, word);
    }
    return segment;
  }
  return first + count;
}

uint32_t ClaimRunCommitted(Region& region, uint32_t owner, uint32_t end, uint32_t count) {
  uint32_t from = region.geometry().first_segment;
  while (true) {
    const uint32_t first = FindRun(region, from, end, count);
    if (first == kNoSegment) return kNoSegment;
    const uint32_t reached = ClaimRunAt(region, owner, first, count);
    if (reached == first + count) return first;
    from = reached + 1;
  }
}

}  // namespace

ClaimedSegment ClaimSegment(Region& region, uint32_t client_owner, Growth* growth) {
  ShmHeader* header = region.header();
  for (uint32_t round = 0; round < kMostRounds; ++round) {
    const uint64_t reclaimed = header->reclaimed_segments.load(kRelaxed);
    const uint32_t committed = Committed(region);
    const ClaimedSegment found = ClaimCommitted(region, client_owner, committed);
    if (found.segment != kNoSegment) return found;
    if (Grow(region, committed, uint64_t{committed} + 1, growth)) continue;
    if (header->reclaimed_segments.load(kRelaxed) == reclaimed) break;
  }
  header->full.fetch_add(1, kRelaxed);
  return {};
}

uint32_t ClaimPrivateRun(Region& region, uint32_t client_owner, uint32_t count,
                         Growth* growth) {
  ShmHeader* header = region.header();
  for (uint32_t round = 0; count != 0 && round < kMostRounds; ++round) {
    const uint64_t reclaimed = header->reclaimed_segments.load(kRelaxed);
    const uint32_t committed = Committed(region);
    const uint32_t first = ClaimRunCommitted(region, client_owner, committed, count);
    if (first != kNoSegment) return first;
    // A tail as long as the run has come free since the search: the next round finds it.
    const uint32_t tail = FreeTail(region, committed);
    if (tail >= count || Grow(region, committed, uint64_t{committed} - tail + count, growth))
      continue;
    if (header->reclaimed_segments.load(kRelaxed) == reclaimed) break;
  }
  header->full.fetch_add(1, kRelaxed);
  return kNoSegment;
}

uint64_t PublishSegment(Region& region, uint32_t segment, uint64_t pending_word,
                        SegmentKind kind, uint32_t owner) {
  if (!region.IsDataSegment(segment) || SegmentKindOf(pending_word) != kSegmentPending) return 0;
  const uint64_t word = SegmentWord(kind, owner, SegmentSequenceOf(pending_word));
  GLASSWAL_POINT("segments.publish.cas");
  const bool published = region.segment_word(segment)->compare_exchange_strong(
      pending_word, word, std::memory_order_acq_rel, kRelaxed);
  return published ? word : 0;
}

bool ReleaseSegment(Region& region, uint32_t segment, uint64_t word) {
  if (!region.IsDataSegment(segment) || !IsOwned(word)) return false;
  if (!MakeReusable(region, segment, word)) return false;
  region.header()->reclaimed_segments.fetch_add(1, kRelaxed);
  return true;
}

uint32_t SweepClientSegments(Region& region, uint32_t client_owner) {
  uint32_t freed = 0;
  const uint32_t end = Committed(region);
  for (uint32_t segment = region.geometry().first_segment; segment < end; ++segment) {
    const uint64_t word = region.segment_word(segment)->load(std::memory_order_acquire);
    const SegmentKind kind = SegmentKindOf(word);
    const bool clients = kind == kSegmentPending || kind == kSegmentPrivate;
    if (!clients || SegmentOwnerOf(word) != client_owner) continue;
    if (ReleaseSegment(region, segment, word)) ++freed;
  }
  return freed;
}

Status CommitSegments(Region& region, uint32_t segments, Growth* growth) {
  const uint32_t count = region.geometry().segment_count;
  if (segments > count) {
    return Status(StatusCode::kFull, "The region is full: " + std::to_string(segments) +
                                         " segments are wanted, and its capacity is " +
                                         std::to_string(count) + ". Create it with a larger " +
                                         port::SayOption(Option::kRegionCapacity) + ".");
  }
  uint32_t committed = Committed(region);
  if (segments <= committed) return Status::Ok();
  GLASSWAL_POINT("segments.grow.commit");
  Status status = region.memory().Commit(uint64_t{committed} * kSegmentBytes,
                                         uint64_t{segments - committed} * kSegmentBytes);
  if (!status.ok()) return status;
  ShmHeader* header = region.header();
  uint32_t seen = header->committed_segments.load(kRelaxed);
  GLASSWAL_POINT("segments.grow.cas");
  // Others may raise it at the same time; it never goes down.
  while (seen < segments) {
    const uint32_t added = segments - std::max(seen, region.geometry().first_segment);
    ExpectFree(header, added);
    if (header->committed_segments.compare_exchange_strong(seen, segments,
                                                           std::memory_order_acq_rel, kRelaxed)) {
      header->grown.fetch_add(1, kRelaxed);
      if (growth != nullptr) *growth = {seen, segments};
      break;
    }
    NoLongerFree(header, added);
  }
  return Status::Ok();
}

}  // namespace glasswal::shm
