// A region as one process sees it: where it is mapped, and its tables by typed pointers.
//
// All offsets are read from the header once, checked against the size of the memory, and kept here:
// nothing that another client writes later can lead a pointer astray.
//
// Thread-safety: immutable after Create/Attach, so any thread may use it. What the pointers lead to
// follows the rules of shm/layout.h.
#ifndef GLASSWAL_VFS_SHM_REGION_H_
#define GLASSWAL_VFS_SHM_REGION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "glasswal/options.h"
#include "glasswal/status.h"
#include "port/assert.h"
#include "port/memory.h"
#include "shm/layout.h"

namespace glasswal::shm {

/// How many segments hold `bytes`.
constexpr uint64_t SegmentsFor(uint64_t bytes) {
  return bytes / kSegmentBytes + (bytes % kSegmentBytes != 0 ? 1 : 0);
}

/// Where the tables of a region lie; all checked against its size.
struct RegionGeometry {
  uint64_t capacity_bytes = 0;
  uint32_t segment_count = 0;
  uint32_t first_segment = 0;
  uint64_t clients_offset = 0;
  uint64_t files_offset = 0;
  uint64_t recoveries_offset = 0;
  uint64_t events_offset = 0;
  uint64_t segments_offset = 0;
  uint32_t event_capacity = 0;
};

/// The geometry of a new region of `capacity_bytes` with `event_capacity` events. The metadata must
/// leave at least 16 segments, else kInvalidArgument.
Result<RegionGeometry> PlanGeometry(uint64_t capacity_bytes, uint32_t event_capacity);

/// Reads and checks the geometry of a finished region whose header is at `header` and of which
/// `available_bytes` can be read. kCorrupt, kVersionMismatch or kNotReady say what is wrong. All
/// tables lie within `available_bytes`; the segments need not (a capture may have the metadata
/// only).
Result<RegionGeometry> ReadGeometry(const ShmHeader& header, uint64_t available_bytes);

class Region {
 public:
  /// Formats `memory` (which reads as zeros, but for what a creator left that died before it was
  /// done) and commits what the options ask for. kAlreadyExists when it holds a finished region. Of
  /// one named object there must be one creator at a time: the one that holds kCreationSlot.
  static Result<std::unique_ptr<Region>> Create(std::unique_ptr<port::Memory> memory,
                                                const Options& options);
  /// Checks and adopts a finished region.
  static Result<std::unique_ptr<Region>> Attach(std::unique_ptr<port::Memory> memory);

  port::Memory& memory() const { return *memory_; }
  const RegionGeometry& geometry() const { return geometry_; }
  ShmHeader* header() const { return header_; }
  /// REQUIRES: slot < kMaxClients.
  ShmClient* client(uint32_t slot) const {
    GLASSWAL_ASSERT(slot < kMaxClients, "a region has no client of this number");
    return clients_ + slot;
  }
  /// Numbers from here on belong to no file: what a search through the files may stop at.
  uint32_t used_files() const {
    return std::min(header()->used_files.load(std::memory_order_acquire), kMaxFiles);
  }
  /// REQUIRES: number < kMaxFiles.
  ShmFile* file(uint32_t number) const {
    GLASSWAL_ASSERT(number < kMaxFiles, "a region has no file of this number");
    return files_ + number;
  }
  /// REQUIRES: index < kMaxRecoveries.
  ShmRecovery* recovery(uint32_t index) const {
    GLASSWAL_ASSERT(index < kMaxRecoveries, "a region has no recovery of this number");
    return recoveries_ + index;
  }
  /// REQUIRES: index < geometry().event_capacity.
  ShmEvent* event(uint32_t index) const {
    GLASSWAL_ASSERT(index < geometry_.event_capacity, "the ring has no event of this number");
    return events_ + index;
  }
  /// REQUIRES: segment < geometry().segment_count.
  Atomic64* segment_word(uint32_t segment) const {
    GLASSWAL_ASSERT(segment < geometry_.segment_count, "the region has no segment of this number");
    return segment_words_ + segment;
  }
  /// True for a number that can name a segment of a file or client.
  bool IsDataSegment(uint32_t segment) const {
    return segment >= geometry_.first_segment && segment < geometry_.segment_count;
  }
  /// REQUIRES: segment < geometry().segment_count.
  std::byte* SegmentAddress(uint32_t segment) const {
    GLASSWAL_ASSERT(segment < geometry_.segment_count, "the region has no segment of this number");
    return base_ + uint64_t{segment} * kSegmentBytes;
  }

 private:
  Region(std::unique_ptr<port::Memory> memory, const RegionGeometry& geometry);

  std::unique_ptr<port::Memory> memory_;
  RegionGeometry geometry_;
  std::byte* base_;
  ShmHeader* header_;
  ShmClient* clients_;
  ShmFile* files_;
  ShmRecovery* recoveries_;
  ShmEvent* events_;
  Atomic64* segment_words_;
};

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_REGION_H_
