// A private copy of a region's metadata, and the tools to read it with suspicion.
//
// Loading copies the tables one after the other; what the snapshot says is decoded from the copies
// alone, so a value that was checked cannot change before it is used.
//
// INVARIANTS of a loaded image
//   1. The vectors have the sizes that the layout gives, but files and statements, which have those
//      that were ever used; segment_words covers the committed segments.
//   2. databases[i].file < files.size(), and that file's state is not free.
//   3. Everything else is as it was found: kinds, slots, numbers and text may be nonsense.
//
// Thread-safety: as a value.
#ifndef GLASSWAL_VFS_DIAG_REGION_IMAGE_H_
#define GLASSWAL_VFS_DIAG_REGION_IMAGE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/status.h"
#include "shm/region.h"

namespace glasswal::diag {

inline constexpr uint32_t kWalIndexHeaderWords = 34;  // 136 bytes; see diag/wal_header.h.

/// A main database: its control segment and the head of its wal-index.
struct DatabaseImage {
  uint32_t file = 0;
  std::unique_ptr<shm::ShmDatabase> control;
  bool has_wal_index = false;
  uint32_t wal_index_header[kWalIndexHeaderWords] = {};
};

struct RegionImage {
  uint64_t now_ns = 0;
  shm::ShmHeader header;
  shm::RegionGeometry geometry;
  uint32_t committed_segments = 0;
  std::vector<shm::ShmClient> clients;
  std::vector<shm::ShmFile> files;
  std::vector<shm::ShmRecovery> recoveries;
  std::vector<shm::ShmStatement> statements;
  std::vector<uint64_t> segment_words;
  std::vector<DatabaseImage> databases;
};

/// Copies the header and checks where it says that everything lies.
Result<shm::RegionGeometry> LoadHeader(const RegionBytes& source, shm::ShmHeader* header);

/// Copies everything.
Result<std::unique_ptr<RegionImage>> LoadRegion(const RegionBytes& source);

/// The value of a field of an image. Nobody else has the image, so the order is of no concern.
template <typename T>
T Get(const port::Atomic<T>& field) {
  return field.load(std::memory_order_relaxed);
}

/// The text in `words` up to its terminating zero, or all of it if there is none.
std::string TextOf(const shm::Atomic64* words, uint32_t size_bytes);

/// The time from `since_ns` to `now_ns`; 0 if since_ns is 0 or lies ahead.
constexpr uint64_t AgeNs(uint64_t now_ns, uint64_t since_ns) {
  return since_ns != 0 && now_ns > since_ns ? now_ns - since_ns : 0;
}

/// `segments` in bytes, or the most there can be.
constexpr uint64_t SegmentsToBytes(uint64_t segments) {
  return segments > UINT64_MAX / shm::kSegmentBytes ? UINT64_MAX : segments * shm::kSegmentBytes;
}

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_REGION_IMAGE_H_
