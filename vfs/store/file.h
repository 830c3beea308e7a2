// Reading and writing one file of the region through its map of segments.
//
// A file is a size and a sparse map of segments. Bytes are written before the size that makes them
// visible; a gap between the old end and a write beyond it is zeroed by that write, so truncation
// need not touch what it cuts off and can be killed at any step. Pages never straddle segments,
// because their sizes are powers of two of at most one segment, so a page can be used in place.
//
// Who may write when is decided by SQLite's own locks; this class only keeps the memory consistent.
// The exception is the head of a file, its first 100 bytes: SQLite looks at a database's header and
// at a journal's first byte without a lock (sqlite3PagerReadFileheader, hasHotJournal), and looks
// again under one before it believes them. So those bytes are copied by relaxed atomics: such a
// look may see old and new bytes, but it is no data race.
//
// Thread-safety: an instance belongs to one thread at a time; several instances on the same file
// may be used at once under SQLite's locking rules.
#ifndef GLASSWAL_VFS_STORE_FILE_H_
#define GLASSWAL_VFS_STORE_FILE_H_

#include <cstddef>
#include <cstdint>

#include "store/client_context.h"
#include "store/segment_map.h"

namespace glasswal::store {

enum class IoStatus : uint8_t {
  kOk,
  kShort,    // The read went beyond the end; the rest was filled with zeros.
  kFull,     // Beyond the file's limit, or the region has no segment left. Nothing was written.
  kCorrupt,  // A map entry that cannot be one.
  kBusy,     // The directory's lock could not be had (files that belong to no connection only).
};

class File {
 public:
  File() = default;
  /// `intent` is that of the connection the file is opened for; null for a file that belongs to
  /// none, which then uses the client's own under the directory's lock. `fence` see port/fence.h.
  File(ClientContext* self, uint32_t number, shm::ShmIntent* intent, shm::Atomic64* fence);

  bool is_open() const { return shm_ != nullptr; }
  uint32_t number() const { return number_; }
  shm::ShmFile* shm() const { return shm_; }
  uint64_t SizeBytes() const { return shm_->size_bytes.load(std::memory_order_acquire); }
  uint64_t LimitBytes() const { return shm_->limit_bytes.load(std::memory_order_relaxed); }

  /// Copies [offset, offset + size_bytes) out; holes and what lies beyond the end read as zeros.
  IoStatus Read(uint64_t offset, void* to, uint32_t size_bytes) const;

  /// Copies in, growing the file as needed. All segments are had before the first byte is written.
  IoStatus Write(uint64_t offset, const void* from, uint32_t size_bytes);

  /// The address at which [offset, offset + size_bytes) may be written in place, where that is
  /// simple: within one segment that is there already, not beyond the end, and not in the head. Null:
  /// Write() does it. `old_size` is the size of before, which EndInPlace() needs.
  std::byte* BeginInPlace(uint64_t offset, uint64_t size_bytes, uint64_t* old_size);
  /// Ends a write up to `end`: from then on others may see it.
  void EndInPlace(uint64_t old_size, uint64_t end) { Publish(old_size, end); }

  /// Makes sure that [offset, offset + size_bytes) has segments, without changing the size.
  IoStatus Reserve(uint64_t offset, uint64_t size_bytes);

  /// Sets the size. Segments wholly beyond it, and beyond `keep_bytes`, are freed; returns how
  /// many.
  uint32_t Truncate(uint64_t size_bytes, uint64_t keep_bytes = 0);

  /// The address of [offset, offset + size_bytes) for use in place; null where that is not possible
  /// (beyond the end, a hole, or across two segments).
  const std::byte* Fetch(uint64_t offset, uint64_t size_bytes) const;

 private:
  uint32_t SegmentAt(uint64_t offset) const;
  bool IsHead(uint64_t offset) const;
  IoStatus ReserveOne(uint32_t index);
  IoStatus ReserveRange(uint64_t offset, uint64_t size_bytes);
  void ZeroGap(uint64_t from, uint64_t to);
  /// Ends a write up to `end`: from then on others may see it.
  void Publish(uint64_t old_size, uint64_t end);
  uint32_t FreeFrom(uint64_t first_segment);

  ClientContext* self_ = nullptr;
  shm::ShmFile* shm_ = nullptr;
  shm::ShmIntent* intent_ = nullptr;
  shm::Atomic64* fence_ = nullptr;
  uint32_t number_ = 0;
  shm::SegmentKind segment_kind_ = shm::kSegmentJournal;
  // Map segments stay linked for as long as anybody has the file open, so they can be kept.
  mutable const shm::Atomic32* maps_[shm::kMapSegments] = {};
};

/// The kind of segment that a file of `kind` keeps its bytes in.
shm::SegmentKind SegmentKindFor(shm::FileKind kind);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_FILE_H_
