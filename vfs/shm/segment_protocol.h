// The protocol of the segment table (see shm/segments.h), over any view of a region: for clients that
// have a Region (shm/segments.cpp), and for a worker whose module has no memory yet, nor any more
// (wasm/block/block.cpp).
//
// A view is a small value, with
//
//   ShmHeader* header() const;
//   Atomic64* word(uint32_t segment) const;
//   std::byte* address(uint32_t segment) const;
//   uint32_t first_segment() const;                            of the region, checked,
//   uint32_t segment_count() const;                            and these two never change
//   bool Commit(uint32_t from, uint32_t to) const;             puts memory behind [from, to)
//
// Nothing here needs memory but what the view leads to: there are no statics, and views go by value,
// so that a compiler for WebAssembly needs no stack in memory either.
//
// Thread-safety: all functions may be called by any thread of any client.
#ifndef GLASSWAL_VFS_SHM_SEGMENT_PROTOCOL_H_
#define GLASSWAL_VFS_SHM_SEGMENT_PROTOCOL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "glasswal/options.h"
#include "port/assert.h"
#include "port/point.h"
#include "shm/layout.h"
#include "shm/segment_word.h"

namespace glasswal::shm::protocol {

inline constexpr auto kRelaxed = std::memory_order_relaxed;

// Growth goes in steps of this, or of an eighth of what is committed if that is more.
inline constexpr uint32_t kLeastGrowth = static_cast<uint32_t>(kMiB / kSegmentBytes);
inline constexpr uint32_t kGrowthDivisor = 8;

// How often a claim looks again because the region grew, or something was freed, while it looked.
// Others can take it all away each time, and what they write cannot keep a claim going for ever.
inline constexpr uint32_t kMostRounds = 64;

inline bool IsClaimable(uint64_t word) {
  const SegmentKind kind = SegmentKindOf(word);
  return kind == kSegmentFree || kind == kSegmentReusable;
}

inline bool IsOwned(uint64_t word) {
  return !IsClaimable(word) && SegmentKindOf(word) != kSegmentMetadata;
}

// The number of committed segments, forced into the bounds of the region.
template <class View>
uint32_t Committed(View view) {
  return std::clamp(view.header()->committed_segments.load(std::memory_order_acquire),
                    view.first_segment(), view.segment_count());
}

// The counter of free segments is no part of the words' compare-and-swaps: it goes up before a
// segment becomes free and down after it has been claimed, so it is never too low. A client that
// dies between the two leaves it too high by one. It is for people; nothing is decided by it.
inline void ExpectFree(ShmHeader* header, uint64_t count) {
  header->free_segments.fetch_add(count, std::memory_order_acq_rel);
}
inline void NoLongerFree(ShmHeader* header, uint64_t count) {
  header->free_segments.fetch_sub(count, std::memory_order_acq_rel);
}

inline void LowerHint(ShmHeader* header, uint32_t segment) {
  if (segment < header->free_hint.load(kRelaxed)) header->free_hint.store(segment, kRelaxed);
}

// What a claimer needs to know of the word that it replaced.
struct Claim {
  uint64_t before = 0;
  uint64_t word = 0;  // 0: somebody else was faster, or it was not free.
};

template <class View>
Claim TryClaim(View view, uint32_t segment, SegmentKind kind, uint32_t owner) {
  Atomic64* place = view.word(segment);
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
  NoLongerFree(view.header(), 1);
  return claim;
}

// A segment that was never used reads as zeros already; all others have somebody's old bytes.
template <class View>
void ZeroIfUsed(View view, uint32_t segment, uint64_t word_before) {
  GLASSWAL_POINT("segments.claim.zero");
  if (SegmentKindOf(word_before) == kSegmentFree) return;
  std::memset(view.address(segment), 0, static_cast<size_t>(kSegmentBytes));
}

// Says that memory stands behind the first `segments` segments. Others may say more at the same time;
// it never goes down.
template <class View>
void RaiseCommitted(View view, uint32_t segments, Growth* growth) {
  ShmHeader* header = view.header();
  uint32_t seen = header->committed_segments.load(kRelaxed);
  GLASSWAL_POINT("segments.grow.cas");
  while (seen < segments) {
    const uint32_t added = segments - std::max(seen, view.first_segment());
    ExpectFree(header, added);
    if (header->committed_segments.compare_exchange_strong(seen, segments,
                                                           std::memory_order_acq_rel, kRelaxed)) {
      header->grown.fetch_add(1, kRelaxed);
      if (growth != nullptr) *growth = {seen, segments};
      break;
    }
    NoLongerFree(header, added);
  }
}

// Takes the committed part to at least `segments`. REQUIRES: segments <= view.segment_count().
template <class View>
bool CommitUpTo(View view, uint32_t segments, Growth* growth) {
  const uint32_t committed = Committed(view);
  if (segments <= committed) return true;
  GLASSWAL_POINT("segments.grow.commit");
  if (!view.Commit(committed, segments)) return false;
  RaiseCommitted(view, segments, growth);
  return true;
}

// Takes the committed part from `committed` to at least `wanted` segments. True: it is worth
// looking for a free segment again. REQUIRES: wanted > committed.
template <class View>
bool Grow(View view, uint32_t committed, uint64_t wanted, Growth* growth) {
  GLASSWAL_ASSERT(wanted > committed, "a region grows to more than it has");
  const uint32_t count = view.segment_count();
  if (wanted > count) return false;
  const uint64_t step = std::max(kLeastGrowth, committed / kGrowthDivisor);
  const auto generous =
      static_cast<uint32_t>(std::min<uint64_t>(std::max(committed + step, wanted), count));
  // A machine without room for the whole step may have room for what is needed now.
  return CommitUpTo(view, generous, growth) ||
         (wanted < generous && CommitUpTo(view, static_cast<uint32_t>(wanted), growth));
}

// One word from `word` to reusable; true if this call did it.
template <class View>
bool MakeReusable(View view, uint32_t segment, uint64_t word) {
  const uint64_t freed = SegmentWord(kSegmentReusable, 0, SegmentSequenceOf(word));
  ExpectFree(view.header(), 1);
  GLASSWAL_POINT("segments.release.cas");
  // Release: our last writes come before the zeros of the next owner.
  if (!view.word(segment)->compare_exchange_strong(word, freed, std::memory_order_acq_rel,
                                                   kRelaxed)) {
    NoLongerFree(view.header(), 1);
    return false;
  }
  LowerHint(view.header(), segment);
  return true;
}

// The first of `count` segments in a row before `end`, none before `from`, that look free.
template <class View>
uint32_t FindRun(View view, uint32_t from, uint32_t end, uint32_t count) {
  uint32_t length = 0;
  for (uint32_t segment = from; segment < end; ++segment) {
    length = IsClaimable(view.word(segment)->load(kRelaxed)) ? length + 1 : 0;
    if (length == count) return segment + 1 - count;
  }
  return kNoSegment;
}

// How many segments just before `end` look free: a run may begin there and go on behind it.
template <class View>
uint32_t FreeTail(View view, uint32_t end) {
  uint32_t length = 0;
  while (end - length > view.first_segment() &&
         IsClaimable(view.word(end - length - 1)->load(kRelaxed))) {
    ++length;
  }
  return length;
}

// Claims [first, first + count) and returns `first + count`; or, when one of them was taken by
// somebody else, returns that one and keeps nothing.
template <class View>
uint32_t ClaimRunAt(View view, uint32_t owner, uint32_t first, uint32_t count) {
  for (uint32_t segment = first; segment < first + count; ++segment) {
    const Claim claim = TryClaim(view, segment, kSegmentPrivate, owner);
    if (claim.word != 0) {
      ZeroIfUsed(view, segment, claim.before);
      continue;
    }
    for (uint32_t back = first; back < segment; ++back) {
      const uint64_t word = view.word(back)->load(kRelaxed);
      const bool ours = SegmentKindOf(word) == kSegmentPrivate && SegmentOwnerOf(word) == owner;
      if (ours) MakeReusable(view, back, word);
    }
    return segment;
  }
  return first + count;
}

template <class View>
uint32_t ClaimRunCommitted(View view, uint32_t owner, uint32_t end, uint32_t count) {
  uint32_t from = view.first_segment();
  while (true) {
    const uint32_t first = FindRun(view, from, end, count);
    if (first == kNoSegment) return kNoSegment;
    const uint32_t reached = ClaimRunAt(view, owner, first, count);
    if (reached == first + count) return first;
    from = reached + 1;
  }
}

// See ClaimPrivateRun().
template <class View>
uint32_t ClaimRun(View view, uint32_t client_owner, uint32_t count, Growth* growth) {
  ShmHeader* header = view.header();
  for (uint32_t round = 0; count != 0 && round < kMostRounds; ++round) {
    const uint64_t reclaimed = header->reclaimed_segments.load(kRelaxed);
    const uint32_t committed = Committed(view);
    const uint32_t first = ClaimRunCommitted(view, client_owner, committed, count);
    if (first != kNoSegment) return first;
    // A tail as long as the run has come free since the search: the next round finds it.
    const uint32_t tail = FreeTail(view, committed);
    if (tail >= count || Grow(view, committed, uint64_t{committed} - tail + count, growth))
      continue;
    if (header->reclaimed_segments.load(kRelaxed) == reclaimed) break;
  }
  header->full.fetch_add(1, kRelaxed);
  return kNoSegment;
}

// See ReleaseSegment(). REQUIRES: the segment is one of files and clients.
template <class View>
bool Release(View view, uint32_t segment, uint64_t word) {
  if (!IsOwned(word) || !MakeReusable(view, segment, word)) return false;
  view.header()->reclaimed_segments.fetch_add(1, kRelaxed);
  return true;
}

// See SweepClientSegments().
template <class View>
uint32_t Sweep(View view, uint32_t client_owner) {
  uint32_t freed = 0;
  const uint32_t end = Committed(view);
  for (uint32_t segment = view.first_segment(); segment < end; ++segment) {
    const uint64_t word = view.word(segment)->load(std::memory_order_acquire);
    const SegmentKind kind = SegmentKindOf(word);
    const bool clients = kind == kSegmentPending || kind == kSegmentPrivate;
    if (!clients || SegmentOwnerOf(word) != client_owner) continue;
    if (Release(view, segment, word)) ++freed;
  }
  return freed;
}

}  // namespace glasswal::shm::protocol

#endif  // GLASSWAL_VFS_SHM_SEGMENT_PROTOCOL_H_
