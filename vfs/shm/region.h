// A region as one process sees it: where it is mapped, and its tables by typed pointers.
//
// All offsets are read from the header once, checked against the size of the memory, and kept here:
// nothing that another client writes later can lead a pointer astray.
//
// A RegionView is for who only looks: nothing that it leads to can be written. Who writes has the
// Region itself, and says so by taking it without const.
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
#include "shm/geometry.h"
#include "shm/layout.h"

namespace glasswal::shm {

/// The geometry of a new region of `capacity_bytes` with tables as large as the options say. The
/// metadata must leave at least 16 segments, else kInvalidArgument.
Result<RegionGeometry> PlanGeometry(uint64_t capacity_bytes, const Options& options);

/// Reads and checks the geometry of a finished region whose header is at `header` and of which
/// `available_bytes` can be read. kCorrupt, kVersionMismatch or kNotReady say what is wrong. All
/// tables lie within `available_bytes`; the segments need not (a capture may have the metadata
/// only).
Result<RegionGeometry> ReadGeometry(const ShmHeader& header, uint64_t available_bytes);

/// A region to be looked at. It must be mapped for as long as the view is used.
class RegionView {
 public:
  RegionView(const std::byte* base, const RegionGeometry& geometry);

  const RegionGeometry& geometry() const { return geometry_; }
  const ShmHeader* header() const { return header_; }
  /// REQUIRES: slot < kMaxClients.
  const ShmClient* client(uint32_t slot) const {
    GLASSWAL_ASSERT(slot < kMaxClients, "a region has no client of this number");
    return clients_ + slot;
  }
  /// Numbers from here on belong to no file: what a search through the files may stop at.
  uint32_t used_files() const {
    return std::min(header()->used_files.load(std::memory_order_acquire), kMaxFiles);
  }
  /// REQUIRES: number < kMaxFiles.
  const ShmFile* file(uint32_t number) const {
    GLASSWAL_ASSERT(number < kMaxFiles, "a region has no file of this number");
    return files_ + number;
  }
  /// REQUIRES: index < kMaxRecoveries.
  const ShmRecovery* recovery(uint32_t index) const {
    GLASSWAL_ASSERT(index < kMaxRecoveries, "a region has no recovery of this number");
    return recoveries_ + index;
  }
  /// REQUIRES: index < geometry().event_capacity.
  const ShmEvent* event(uint32_t index) const {
    GLASSWAL_ASSERT(index < geometry_.event_capacity, "the ring has no event of this number");
    return events_ + index;
  }
  /// REQUIRES: row < geometry().statement_capacity.
  const ShmStatement* statement(uint32_t row) const {
    GLASSWAL_ASSERT(row < geometry_.statement_capacity, "there is no statement of this number");
    return statements_ + row;
  }
  /// Rows from here on have never been any statement's.
  uint32_t used_statements() const {
    return std::min(header()->used_statements.load(std::memory_order_acquire),
                    geometry_.statement_capacity);
  }
  /// REQUIRES: segment < geometry().segment_count.
  const Atomic64* segment_word(uint32_t segment) const {
    GLASSWAL_ASSERT(segment < geometry_.segment_count, "the region has no segment of this number");
    return segment_words_ + segment;
  }
  /// True for a number that can name a segment of a file or client.
  bool IsDataSegment(uint32_t segment) const {
    return segment >= geometry_.first_segment && segment < geometry_.segment_count;
  }
  /// REQUIRES: segment < geometry().segment_count.
  const std::byte* SegmentAddress(uint32_t segment) const {
    GLASSWAL_ASSERT(segment < geometry_.segment_count, "the region has no segment of this number");
    return base_ + uint64_t{segment} * kSegmentBytes;
  }

 private:
  RegionGeometry geometry_;
  const std::byte* base_;
  const ShmHeader* header_;
  const ShmClient* clients_;
  const ShmFile* files_;
  const ShmRecovery* recoveries_;
  const ShmEvent* events_;
  const ShmStatement* statements_;
  const Atomic64* segment_words_;
};

/// A region to be written to: it owns the memory. Each function is that of the view, for writing.
class Region : public RegionView {
 public:
  /// Formats `memory` (which reads as zeros, but for what a creator left that died before it was
  /// done) and commits what the options ask for. kAlreadyExists when it holds a finished region. Of
  /// one named object there must be one creator at a time: the one that holds kCreationSlot.
  static Result<std::unique_ptr<Region>> Create(std::unique_ptr<port::Memory> memory,
                                                const Options& options);
  /// Checks and adopts a finished region.
  static Result<std::unique_ptr<Region>> Attach(std::unique_ptr<port::Memory> memory);

  port::Memory& memory() const { return *memory_; }

  using RegionView::client;
  using RegionView::event;
  using RegionView::file;
  using RegionView::header;
  using RegionView::recovery;
  using RegionView::segment_word;
  using RegionView::SegmentAddress;
  using RegionView::statement;
  ShmHeader* header() { return Writable(view().header()); }
  ShmClient* client(uint32_t slot) { return Writable(view().client(slot)); }
  ShmFile* file(uint32_t number) { return Writable(view().file(number)); }
  ShmRecovery* recovery(uint32_t index) { return Writable(view().recovery(index)); }
  ShmEvent* event(uint32_t index) { return Writable(view().event(index)); }
  ShmStatement* statement(uint32_t row) { return Writable(view().statement(row)); }
  Atomic64* segment_word(uint32_t segment) { return Writable(view().segment_word(segment)); }
  std::byte* SegmentAddress(uint32_t segment) { return Writable(view().SegmentAddress(segment)); }
  /// What a look at this region has found, for writing. REQUIRES: `at` lies in it, or is null.
  template <typename T>
  T* Writable(const T* at) {
    return const_cast<T*>(at);
  }

 private:
  Region(std::unique_ptr<port::Memory> memory, const RegionGeometry& geometry);

  const RegionView& view() const { return *this; }

  std::unique_ptr<port::Memory> memory_;
};

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_REGION_H_
