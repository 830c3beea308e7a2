// The segment table: claiming, publishing and freeing segments without a lock.
//
// STATES (the kind in a segment's word; see shm/layout.h)
//
//   Free ----+                         +--> Map, Control, Database, Wal, Journal, WalIndex --+
//            +--Claim--> Pending --Publish                                                   |
//   Reusable-+              |          +--> Private                                          |
//      ^                    |                    |                                           |
//      +----- Release ------+--------------------+-------------------------------------------+
//
// Every arrow is one compare-and-swap of the whole word, and every claim raises its sequence. A
// client that dies between Claim and Publish leaves a word that carries its own slot and
// generation: Sweep() frees it. A claimed segment always reads as zeros.
//
// Thread-safety: all functions may be called by any thread of any client.
#ifndef GLASSWAL_VFS_SHM_SEGMENTS_H_
#define GLASSWAL_VFS_SHM_SEGMENTS_H_

#include <cstdint>

#include "shm/region.h"
#include "shm/segment_word.h"

namespace glasswal::shm {

/// A segment that its claimer has and nobody else can see yet.
struct ClaimedSegment {
  uint32_t segment = kNoSegment;  // kNoSegment: the region is full.
  uint64_t word = 0;              // Its present word (kSegmentPending).
};

/// Claims one segment for the client `client_owner` (see ClientOwner) as kSegmentPending, zeroed.
/// Grows the committed part of the region if no free segment is left, and says so in `growth`.
ClaimedSegment ClaimSegment(Region& region, uint32_t client_owner, Growth* growth = nullptr);

/// Claims `count` contiguous segments as kSegmentPrivate of the client, zeroed; returns the first,
/// or kNoSegment. A client that dies in the middle leaves only segments that Sweep() finds.
uint32_t ClaimPrivateRun(Region& region, uint32_t client_owner, uint32_t count,
                         Growth* growth = nullptr);

/// Claims exactly [first, first + count) as kSegmentPrivate of the client; false, keeping nothing,
/// if it cannot be had. What nobody has claimed before keeps its bytes: so the creator of a region
/// claims what it has been using all along.
bool ClaimPrivateRunAt(Region& region, uint32_t client_owner, uint32_t first, uint32_t count);

/// kSegmentPending -> `kind` of `owner`. Returns the new word; 0 if the word was not `pending_word`
/// any more (its claimer was declared dead).
uint64_t PublishSegment(Region& region, uint32_t segment, uint64_t pending_word, SegmentKind kind,
                        uint32_t owner);

/// Frees a segment if its word is still `word`; true if this call did it.
bool ReleaseSegment(Region& region, uint32_t segment, uint64_t word);

/// Frees every pending and private segment of the client; returns how many. Idempotent.
uint32_t SweepClientSegments(Region& region, uint32_t client_owner);

/// Commits memory up to at least `segments` segments; kFull when the machine or the region has not
/// got them.
Status CommitSegments(Region& region, uint32_t segments, Growth* growth = nullptr);

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_SEGMENTS_H_
